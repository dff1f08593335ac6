package auth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

func TestRegisterMakesAPersonWithAHousehold(t *testing.T) {
	t.Parallel()
	var prepared string
	b := setup(t, func(d *Deps) {
		d.OnHouseholdCreated = func(_ context.Context, householdID string) error {
			prepared = householdID
			return nil
		}
	})

	l := b.register("Kata")

	require.Equal(t, "Kata@example.org", l.User.Email)
	require.Equal(t, "Kata otthona", l.Household.Name)
	require.Equal(t, identity.RoleOwner, l.Household.Role)
	require.Equal(t, l.Household.ID, prepared)
	require.Equal(t, int64(900), l.ExpiresIn)
	require.Equal(t, int64(720*3600), l.RefreshExpiresIn)

	var me profileDTO
	b.http.As(l.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK).JSON(&me)
	require.Equal(t, l.User, me.userDTO)
	require.False(t, me.IsAdmin)
	require.Equal(t, []householdDTO{*l.Household}, me.Households)

	events := b.audit.Events()
	require.Equal(t, []string{actionCreateHousehold, actionRegister}, b.audit.Actions())
	require.Equal(t, l.Household.ID, events[0].HouseholdID)
	require.Equal(t, "Kata@example.org", events[1].Personal["email"])
	require.Equal(t, l.User.ID, events[1].Actor.ID)
}

func TestAHouseholdThatCannotBePreparedLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) {
		d.OnHouseholdCreated = func(context.Context, string) error { return errors.New("no room") }
	})

	b.http.Post("/api/v1/auth/register", map[string]any{"email": "a@b.hu", "password": password, "name": "A"}).
		ExpectProblem(http.StatusInternalServerError, "internal")

	hasUsers, err := b.svc.store.hasUsers(t.Context())
	require.NoError(t, err)
	require.False(t, hasUsers)
	require.Empty(t, b.audit.Events())
}

func TestRegistrationModes(t *testing.T) {
	t.Parallel()
	newcomer := map[string]any{"email": "a@b.hu", "password": password, "name": "A"}
	invited := maps.Clone(newcomer)
	invited["invitation"] = "made up"
	cases := map[string]struct {
		registration Registration
		isLoopback   bool
		body         map[string]any
		wantCode     string
	}{
		"open on loopback by default":  {"", true, newcomer, ""},
		"invite elsewhere by default":  {"", false, newcomer, "auth.invitation_required"},
		"open where it is set":         {RegistrationOpen, false, newcomer, ""},
		"closed":                       {RegistrationClosed, true, newcomer, "auth.registration_closed"},
		"closed, even with invitation": {RegistrationClosed, true, invited, "auth.registration_closed"},
		"an invitation nobody made":    {RegistrationInvite, true, invited, "auth.invitation_invalid"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(d *Deps) { d.Config.Registration, d.IsLoopback = tc.registration, tc.isLoopback })
			res := b.http.Post("/api/v1/auth/register", tc.body)
			if tc.wantCode == "" {
				res.Expect(http.StatusCreated)
				return
			}
			var p httpxtest.Problem
			res.JSON(&p)
			require.Equal(t, tc.wantCode, p.Code)
		})
	}
}

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := map[string]struct {
		change map[string]any
		want   string
	}{
		"short password":             {map[string]any{"password": "árvíztűrő"}, "password"}, // 9 characters, more bytes
		"73 bytes":                   {map[string]any{"password": strings.Repeat("é", 36) + "x"}, "password"},
		"no address":                 {map[string]any{"email": "kata"}, "email"},
		"an address with a name":     {map[string]any{"email": "Kata<kata@b.hu>"}, "email"},
		"blank name":                 {map[string]any{"name": "  "}, "name"},
		"name with a line break":     {map[string]any{"name": "Ka\nta"}, "name"},
		"long household name":        {map[string]any{"household_name": strings.Repeat("ő", 101)}, "household_name"},
		"household name of controls": {map[string]any{"household_name": "a\u0007"}, "household_name"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"email": "a@b.hu", "password": password, "name": "A"}
			maps.Copy(body, tc.change)
			p := b.http.For(t).Post("/api/v1/auth/register", body).ExpectProblem(http.StatusBadRequest, "request.invalid")
			require.NotEmpty(t, p.Errors)
			require.Equal(t, tc.want, p.Errors[0].Field)
		})
	}
}

func TestPasswordsOfTenCharactersTo72BytesWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, p := range []string{"tizkarakte", strings.Repeat("é", 36), "a\u0301rvi\u0301ztu\u030Bro\u030Bk"} {
		email := string(rune('a'+i)) + "@b.hu"
		b.http.Post("/api/v1/auth/register", map[string]any{"email": email, "password": p, "name": "A"}).Expect(http.StatusCreated)
		b.http.Post("/api/v1/auth/login", map[string]any{"email": email, "password": p}).Expect(http.StatusOK)
	}
	// the same characters, composed as another keyboard does
	b.http.Post("/api/v1/auth/login", map[string]any{"email": "c@b.hu", "password": "árvíztűrők"}).Expect(http.StatusOK)
}

func TestLoginChoosesTheHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	b.clock.advance(time.Minute)
	b.join(kata.User.ID, nora.Household.ID, identity.RoleChild, nil)

	require.Equal(t, kata.Household.ID, b.login("kata").Household.ID)

	var l loginDTO
	body := credentials("kata", password)
	body["household_id"] = nora.Household.ID
	b.http.Post("/api/v1/auth/login", body).Expect(http.StatusOK).JSON(&l)
	require.Equal(t, nora.Household.ID, l.Household.ID)
	require.Equal(t, identity.RoleChild, l.Household.Role)

	body = credentials("nora", password)
	body["household_id"] = kata.Household.ID // not hers
	b.http.Post("/api/v1/auth/login", body).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
}

func TestAHashOfAnotherCostIsReplaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	b.svc.passwords.cost = 5

	b.login("kata")

	user, err := b.svc.store.findUserByEmail(t.Context(), "kata@example.org")
	require.NoError(t, err)
	require.False(t, b.svc.passwords.isOutdated(user.PasswordHash))
	b.login("kata")
}

// Checking a password takes long enough for somebody to reset it.
func TestAPasswordThatWasJustResetOpensNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	user, err := b.svc.findLogin(t.Context(), emailKey("kata@example.org"))
	require.NoError(t, err)
	require.NoError(t, b.svc.checkCredentials(t.Context(), user, password, client{}))

	require.NoError(t, b.svc.resetPassword(t.Context(), "kata@example.org", renewed))
	b.svc.passwords.cost = 5
	b.svc.rehash(t.Context(), user, password)
	_, err = b.svc.signIn(t.Context(), user, "", client{})

	require.ErrorIs(t, err, errInvalidCredentials)
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusUnauthorized)
	b.http.Post("/api/v1/auth/login", credentials("kata", renewed)).Expect(http.StatusOK)
}

func TestManyLoginsAtOnceShareANewCost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	b.svc.passwords.cost = 5

	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.svc.login(t.Context(), "kata@example.org", password, "", client{}) })
	}
	wg.Wait()

	require.NoError(t, errors.Join(errs...))
}

func TestRenameShowsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	as := b.http.As(l.AccessToken)
	as.Get("/api/v1/home").Expect(http.StatusOK) // fills the cache

	var me profileDTO
	as.Patch("/api/v1/users/me", map[string]any{"name": " Nagy Kata "}).Expect(http.StatusOK).JSON(&me)

	require.Equal(t, "Nagy Kata", me.Name)
	require.Equal(t, "Nagy Kata", as.Get("/api/v1/home").Header.Get("X-Name"))
	as.Patch("/api/v1/users/me", map[string]any{}).Expect(http.StatusOK)
	as.Patch("/api/v1/users/me", map[string]any{"name": "\t"}).ExpectProblem(http.StatusBadRequest, "request.invalid")
	require.Len(t, b.audit.Find(actionUpdateProfile), 1)
}
