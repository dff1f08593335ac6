package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// keeper keeps something of people, as other modules do.
type keeper struct {
	mu     sync.Mutex
	err    error
	erased []string
}

func (k *keeper) on(name string) func(*Deps) {
	return func(d *Deps) {
		d.Belongings = append(d.Belongings, Belongings{Name: name, Export: k.export, Erase: k.erase})
	}
}

func (k *keeper) erase(_ context.Context, userID string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.erased = append(k.erased, userID)
	}

	return k.err
}

func (k *keeper) export(_ context.Context, userID string, add func(any) error) error {
	for range 2 {
		if err := add(map[string]any{"of": userID}); err != nil {
			return err
		}
	}

	return k.err
}

func (k *keeper) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (b *bench) deleteMe(accessToken, password string) *httpxtest.Response {
	b.tb.Helper()
	as := b.http.As(accessToken)

	return as.Do(as.Request(http.MethodDelete, "/api/v1/users/me", map[string]any{"password": password}))
}

// tables counts the rows that are about people.
func (b *bench) tables() map[string]int {
	b.tb.Helper()
	counts := map[string]int{}
	for _, table := range []string{
		"auth_users", "auth_households", "auth_memberships", "auth_sessions", "auth_refresh_tokens", "auth_invitations",
		"auth_reset_tokens", "auth_erasures",
	} {
		var n int
		require.NoError(b.tb, b.db.Conn(b.tb.Context()).Raw("SELECT count(*) FROM "+table).Scan(&n).Error)
		counts[table] = n
	}

	return counts
}

func TestDeletingOneselfTakesTheHouseholdOfOne(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	b := setup(t, k.on("things"))
	b.register("nora")
	before := b.tables()
	kata := b.register("kata")
	other := b.login("kata")
	b.http.As(other.AccessToken).Get(scoped).Expect(http.StatusOK)
	_, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	b.http.As(kata.AccessToken).Post("/api/v1/households/"+kata.Household.ID+"/invitations", map[string]any{"role": "adult"}).
		Expect(http.StatusCreated)

	b.deleteMe(kata.AccessToken, password).Expect(http.StatusNoContent)

	for _, token := range []string{kata.AccessToken, other.AccessToken} {
		b.http.As(token).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	}
	b.refreshTokens(kata.RefreshToken).Expect(http.StatusUnauthorized)
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).ExpectProblem(http.StatusUnauthorized, "auth.invalid_credentials")
	require.Equal(t, []string{kata.User.ID}, k.erased)
	before["auth_erasures"] = 2 // the household's, too
	require.Equal(t, before, b.tables())
	events := b.audit.Find(actionDeleteProfile)
	require.Len(t, events, 1)
	require.Equal(t, auditapi.OperatorChain, events[0].HouseholdID)
	require.Equal(t, auditapi.Actor{Kind: "user", ID: kata.User.ID}, events[0].Actor)
	require.Len(t, b.audit.Find(actionDeleteHousehold), 2)
	b.register("kata") // the address is free again
}

func TestErasuresAreFinishedLater(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	b := setup(t, k.on("things"))
	kata := b.register("kata")
	k.fail(errors.New("the database went away"))

	b.deleteMe(kata.AccessToken, password).Expect(http.StatusNoContent) // gone all the same

	require.NoError(t, b.svc.finishErasures(t.Context())) // a request of theirs may be under way yet
	require.Equal(t, 2, b.tables()["auth_erasures"])
	b.clock.advance(erasureSettles + time.Second)
	require.Error(t, b.svc.finishErasures(t.Context()))
	require.Equal(t, 2, b.tables()["auth_erasures"])
	k.fail(nil)
	require.NoError(t, b.svc.finishErasures(t.Context()))
	require.Equal(t, []string{kata.User.ID}, k.erased)
	require.Zero(t, b.tables()["auth_erasures"])
}

func TestDeletedHouseholdsAreClearedOnceMore(t *testing.T) {
	t.Parallel()
	var cleared []string
	hook := func(name string) []func(context.Context, string) error {
		return []func(context.Context, string) error{func(_ context.Context, id string) error {
			cleared = append(cleared, name+" "+id)

			return nil
		}}
	}
	b := setup(t, func(d *Deps) { d.OnHouseholdDeleting, d.OnHouseholdDeleted = hook("things"), hook("record") })
	kata := b.register("kata")
	b.http.As(kata.AccessToken).Delete("/api/v1/households/" + kata.Household.ID).Expect(http.StatusNoContent)
	once := []string{"things " + kata.Household.ID, "record " + kata.Household.ID}
	require.NoError(t, b.svc.finishErasures(t.Context()))
	require.Equal(t, once, cleared)

	b.clock.advance(erasureSettles + time.Second)
	require.NoError(t, b.svc.finishErasures(t.Context()))

	require.Equal(t, append(once, once...), cleared)
	require.Zero(t, b.tables()["auth_erasures"])
}

func TestDeletingOneselfNeedsThePassword(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.LoginFailures = kv.Limit{Count: 2, Period: time.Hour} })
	kata := b.register("kata")

	for range 2 {
		b.deleteMe(kata.AccessToken, "wrong-password").ExpectProblem(http.StatusForbidden, "auth.wrong_password")
	}
	b.deleteMe(kata.AccessToken, password).ExpectProblem(http.StatusTooManyRequests, "auth.too_many_failures")

	b.http.As(kata.AccessToken).Get(scoped).Expect(http.StatusOK)
	events := b.audit.Find(actionDeleteProfile)
	require.Len(t, events, 2)
	require.Equal(t, auditapi.Refused, events[0].Outcome)
}

func TestWhoMayLeaveWhichHousehold(t *testing.T) {
	t.Parallel()
	ended := time.Now().Add(-time.Hour)
	cases := map[string]struct {
		role, others identity.Role
		expires      *time.Time
		want         int
		isKept       bool
	}{
		"an adult leaves":                       {identity.RoleAdult, identity.RoleOwner, nil, http.StatusNoContent, true},
		"an owner beside an owner leaves":       {identity.RoleOwner, identity.RoleOwner, nil, http.StatusNoContent, true},
		"an owner beside an adult hands over":   {identity.RoleOwner, identity.RoleAdult, nil, http.StatusConflict, true},
		"an owner beside a child hands over":    {identity.RoleOwner, identity.RoleChild, nil, http.StatusConflict, true},
		"guests who are gone do not hold it up": {identity.RoleOwner, identity.RoleGuest, &ended, http.StatusNoContent, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			kata, nora := b.register("kata"), b.register("nora")
			house := nora.Household.ID
			b.join(kata.User.ID, house, tc.role, nil)
			b.exec(subjectMark(nora.User.ID), "UPDATE auth_memberships SET role = ?, expires_at = ? WHERE household_id = ? AND user_id = ?",
				string(tc.others), tc.expires, house, nora.User.ID)

			b.deleteMe(kata.AccessToken, password).Expect(tc.want)

			var left int
			require.NoError(t, b.db.Conn(t.Context()).Raw("SELECT count(*) FROM auth_households WHERE id = ?", house).Scan(&left).Error)
			require.Equal(t, tc.isKept, left == 1)
		})
	}
}

// Of two owners who leave at once one stays, or the household goes with the second.
func TestTheLastTwoOwnersLeaveAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	b.join(kata.User.ID, nora.Household.ID, identity.RoleOwner, nil)

	var wg sync.WaitGroup
	for _, token := range []string{kata.AccessToken, nora.AccessToken} {
		wg.Go(func() { b.deleteMe(token, password).Expect(http.StatusNoContent) })
	}
	wg.Wait()

	left := b.tables()
	require.Equal(t, 4, left["auth_erasures"], "two people and two households")
	delete(left, "auth_erasures")
	for table, n := range left {
		require.Zero(t, n, table)
	}
}

func TestAnExportIsOneDocument(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, string, func(any) error) error { return nil }
	b := setup(t, func(d *Deps) {
		d.Belongings = []Belongings{{Name: "utterances", Export: nothing}, {Name: "timers", Export: nothing}, {Name: "plans", Export: nothing}, {Name: "audit", Export: nothing}}
	})
	kata := b.register("kata")

	var all map[string]json.RawMessage
	res := b.http.As(kata.AccessToken).Get("/api/v1/users/me/export").Expect(http.StatusOK)
	res.JSON(&all)

	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.JSONEq(t, `[]`, string(all["audit"]))
	require.NotContains(t, string(res.Body), "$2a$")
	require.Len(t, b.audit.Find(actionExportProfile), 1)
}

// What is cut off must not look whole.
func TestAnExportThatFailsIsNoDocument(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	b := setup(t, k.on("utterances"))
	kata := b.register("kata")
	k.fail(errors.New("the database went away"))
	caller := identity.Principal{Kind: identity.User, ID: kata.User.ID, HouseholdID: kata.Household.ID}
	var out bytes.Buffer

	err := b.svc.export(t.Context(), caller, func() io.Writer { return &out })

	require.ErrorIs(t, err, k.err)
	require.False(t, json.Valid(out.Bytes()))
}
