package auth

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/kv"
)

// run runs a command line on the bench's module and returns what it printed.
func (b *bench) run(stdin string, args ...string) (string, error) {
	b.tb.Helper()
	root := &cobra.Command{Use: "homehub", SilenceUsage: true, SilenceErrors: true}
	isClosed := false
	root.AddCommand(Commands(func(context.Context) (*Module, func() error, error) {
		return b.Module, func() error { isClosed = true; return nil }, nil
	})...)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetIn(strings.NewReader(stdin))
	root.SetArgs(args)
	err := root.ExecuteContext(b.tb.Context())
	require.True(b.tb, isClosed)

	return out.String(), err
}

func TestUserCommands(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Config.Registration = RegistrationClosed })

	out, err := b.run(password+"\n", "user", "create", "--email", "kata@example.org", "--name", "Kata")
	require.NoError(t, err)
	require.Contains(t, out, "created Kata otthona, household ")
	require.NotContains(t, out, password)
	kata := b.login("kata")

	_, err = b.run("", "user", "promote", "--email", "KATA@example.org")
	require.NoError(t, err)
	var me profileDTO
	b.http.As(kata.AccessToken).Get("/api/v1/users/me").JSON(&me)
	require.True(t, me.IsAdmin)

	_, err = b.run("another-password", "user", "reset-password", "--email", "kata@example.org")
	require.NoError(t, err)
	b.http.As(kata.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusUnauthorized)
	b.http.Post("/api/v1/auth/login", credentials("kata", "another-password")).Expect(http.StatusOK)

	_, err = b.run("", "user", "disable", "--email", "kata@example.org")
	require.NoError(t, err)
	b.http.Post("/api/v1/auth/login", credentials("kata", "another-password")).ExpectProblem(http.StatusForbidden, "auth.user_disabled")

	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionDisableUser)) // owners see it, too

	for _, act := range []string{"enable", "demote"} { // the last operator, too
		_, err = b.run("", "user", act, "--email", "kata@example.org")
		require.NoError(t, err)
	}
	b.http.Post("/api/v1/auth/login", credentials("kata", "another-password")).Expect(http.StatusOK).JSON(&kata)
	b.http.As(kata.AccessToken).Get("/api/v1/users/me").JSON(&me)
	require.False(t, me.IsAdmin)

	for _, action := range []string{
		actionCreateUser, actionPromoteUser, actionResetPassword, actionDisableUser, actionEnableUser, actionDemoteUser,
	} {
		events := slices.DeleteFunc(b.audit.Find(action), func(e auditapi.Event) bool { return e.HouseholdID != auditapi.OperatorChain })
		require.Len(t, events, 1, action)
		require.Equal(t, "system", events[0].Actor.Kind)
		require.Equal(t, kata.User.ID, events[0].Target)
	}
}

func TestAnOperatorNeedsNoHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t)

	_, err := b.run(password, "user", "create", "--admin", "--without-household", "--email", "op@example.org", "--name", "Op")
	require.NoError(t, err)

	l := b.login("op")
	require.Nil(t, l.Household)
	b.http.As(l.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK)
	b.http.As(l.AccessToken).Get(scoped).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	b.mustRefresh(l.RefreshToken)
	b.http.As(l.AccessToken).Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
}

func TestCommandsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	cases := map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"short password": {"short", []string{"user", "create", "--email", "a@b.hu", "--name", "A"}, "password must have at least 10 characters"},
		"taken":          {password, []string{"user", "create", "--email", "Kata@Example.org", "--name", "A"}, "Somebody is registered"},
		"nobody":         {"", []string{"user", "disable", "--email", "nobody@b.hu"}, "There is no such user."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := b.run(tc.stdin, tc.args...)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	var resealed int
	b := setup(t, func(d *Deps) {
		d.Resealers = []func(context.Context) error{func(context.Context) error { resealed++; return nil }}
	})
	old := b.register("kata")

	out, err := b.run("", "keys", "rotate")
	require.NoError(t, err)
	require.Contains(t, out, "the signing key is rotated")
	require.Contains(t, out, "the encryption key is rotated")

	require.Equal(t, 1, resealed)
	keys, err := b.svc.store.listSigningKeys(t.Context(), b.clock.now())
	require.NoError(t, err)
	require.Len(t, keys, 2)
	for _, k := range keys {
		require.True(t, b.ring.IsCurrent(k.sealed))
	}
	b.http.As(old.AccessToken).Get(scoped).Expect(http.StatusOK)
	b.login("kata")
	require.Len(t, b.audit.Find(actionRotateKeys), 2)
}

// Keys that nothing was sealed anew with must not be dropped.
func TestARotationThatFailsKeepsTheOldKeys(t *testing.T) {
	t.Parallel()
	failure := errors.New("the database went away")
	b := setup(t, func(d *Deps) {
		d.Resealers = []func(context.Context) error{func(context.Context) error { return failure }}
	})
	sealed, err := b.ring.Seal([]byte("a token of somebody's home"))
	require.NoError(t, err)

	_, err = b.run("", "keys", "rotate", "--encryption")
	require.ErrorIs(t, err, failure)

	_, err = b.ring.Open(sealed)
	require.NoError(t, err)
}

func TestEnsureDemoOnlyWhereNobodyIs(t *testing.T) {
	t.Parallel()
	b := setup(t)

	demo, err := b.EnsureDemo(t.Context())
	require.NoError(t, err)
	var l loginDTO
	b.http.Post("/api/v1/auth/login", map[string]any{"email": demo.Email, "password": demo.Password}).Expect(http.StatusOK).JSON(&l)
	require.Equal(t, demo.HouseholdID, l.Household.ID)

	again, err := b.EnsureDemo(t.Context())
	require.NoError(t, err)
	require.Nil(t, again)
}

func TestConfigNamesTheKey(t *testing.T) {
	t.Parallel()
	require.NoError(t, Defaults().Validate())
	c := Config{Registration: "maybe", BcryptCost: 3, RefreshGrace: -1, SessionIdle: -1, SessionMaxAge: -2}
	err := c.Validate()
	for _, key := range []string{"registration", "issuer", "access_ttl", "refresh_grace", "session_idle", "session_max_age", "bcrypt_cost"} {
		require.ErrorContains(t, err, "auth."+key)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	cancel()
	require.NoError(t, <-done)
}

// On the embedded default a command beside the server shares the data folder with it, and no kv.
func TestACommandBesideTheServerCountsAtOnce(t *testing.T) {
	t.Parallel()
	ringing := func(d *Deps) { d.BellPath = filepath.Join(t.TempDir(), "bell") }
	b := setup(t, ringing)
	kata := b.register("kata")
	b.http.As(kata.AccessToken).Get(scoped).Expect(http.StatusOK)
	store := kv.NewMemory(b.clock.now)
	t.Cleanup(store.Close)
	beside := setup(t, b.on(store), func(d *Deps) { d.BellPath = b.svc.rights.bell.path })

	for range 2 {
		_, err := beside.run("", "user", "promote", "--email", "kata@example.org")
		require.NoError(t, err)
		b.http.As(kata.AccessToken).Get(scoped).Expect(http.StatusOK)
	}
	_, err := beside.run("", "user", "disable", "--email", "kata@example.org")

	require.NoError(t, err)
	b.http.As(kata.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
}
