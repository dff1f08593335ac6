package auth

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
	"homehub/platform/kv"
)

const scoped = "/api/v1/home" // a household-scoped route; see bench.serve

func TestNoCallerNoAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.http.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.unauthenticated")
	for _, header := range []string{"Bearer", "Bearer ", "Basic a2F0YTprYXRh", "nonsense"} {
		b.http.With("Authorization", header).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.unauthenticated")
	}
}

func TestANeighboursHouseholdIsLikeNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	as := b.http.As(kata.AccessToken)

	require.Equal(t, kata.Household.ID, as.Get(scoped).Expect(http.StatusOK).Header.Get("X-Household"))
	as.Get(scoped + "?household_id=" + kata.Household.ID).Expect(http.StatusOK)
	for _, id := range []string{nora.Household.ID, identity.NewID(), "none", kata.User.ID} {
		p := as.Get(scoped+"?household_id="+id).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
		require.Equal(t, errHouseholdNotFound.Message, p.Detail)
		as.Get("/api/v1/users/me?household_id="+id).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	}
}

func TestRightsAreThoseOfTheMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	as := b.http.As(kata.AccessToken)
	norasHome := scoped + "?household_id=" + nora.Household.ID
	as.Get(norasHome).Expect(http.StatusNotFound)

	b.join(kata.User.ID, nora.Household.ID, identity.RoleChild, nil)
	require.Equal(t, "child", as.Get(norasHome).Expect(http.StatusOK).Header.Get("X-Role"))

	b.exec(subjectMark(kata.User.ID), `UPDATE auth_memberships SET role = 'adult' WHERE user_id = ? AND household_id = ?`,
		kata.User.ID, nora.Household.ID)
	require.Equal(t, "adult", as.Get(norasHome).Header.Get("X-Role"))

	b.exec(householdMark(nora.Household.ID), `UPDATE auth_households SET disabled_at = ? WHERE id = ?`, b.clock.now(), nora.Household.ID)
	as.Get(norasHome).ExpectProblem(http.StatusForbidden, "auth.household_disabled")
	b.http.As(nora.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK)
	b.exec(householdMark(nora.Household.ID), `UPDATE auth_households SET disabled_at = NULL`)

	b.exec(subjectMark(kata.User.ID), `DELETE FROM auth_memberships WHERE user_id = ?`, kata.User.ID)
	as.Get(norasHome).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	as.Get(scoped).ExpectProblem(http.StatusNotFound, "auth.household_not_found") // the token's own is gone, too
	as.Get("/api/v1/users/me").Expect(http.StatusOK)                              // their login is still theirs
	require.Nil(t, b.login("kata").Household)

	b.exec(subjectMark(kata.User.ID), `UPDATE auth_users SET disabled_at = ? WHERE id = ?`, b.clock.now(), kata.User.ID)
	as.Get("/api/v1/users/me").ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.refreshTokens(kata.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).ExpectProblem(http.StatusForbidden, "auth.user_disabled")
}

func TestAGuestsMembershipEndsByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	ends := b.clock.now().Add(time.Minute)
	b.join(kata.User.ID, nora.Household.ID, identity.RoleGuest, &ends)
	as := b.http.As(kata.AccessToken)

	as.Get(scoped + "?household_id=" + nora.Household.ID).Expect(http.StatusOK)
	b.clock.advance(time.Minute)
	as.Get(scoped+"?household_id="+nora.Household.ID).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
}

// racingKV lets something happen just before an entry is kept.
type racingKV struct {
	kv.Store

	beforeSet func()
}

func (k *racingKV) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	k.beforeSet()
	k.beforeSet = func() {}

	return k.Store.Set(ctx, key, value, ttl)
}

func TestTheCacheIsUsedAndItsLossIsSurvived(t *testing.T) {
	t.Parallel()
	store := &brokenKV{}
	b := setup(t, func(d *Deps) {
		store.Store = d.KV
		d.KV = store
	})
	l := b.register("kata")
	as := b.http.As(l.AccessToken)
	as.Get(scoped).Expect(http.StatusOK)

	// changed behind the cache's back: the entry is believed for as long as it lives
	require.NoError(t, b.db.Conn(t.Context()).Exec(`UPDATE auth_memberships SET role = 'child'`).Error)
	require.Equal(t, "owner", as.Get(scoped).Header.Get("X-Role"))

	store.set(true) // slower, and as right
	require.Equal(t, "child", as.Get(scoped).Header.Get("X-Role"))
	as.Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
	as.Get(scoped).Expect(http.StatusUnauthorized)
}

// A change that commits while a request reads must not leave the old rights in the cache.
func TestAChangeDuringTheLookIsNotMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	c, err := b.svc.tokens.verify(t.Context(), l.AccessToken)
	require.NoError(t, err)
	race := &racingKV{Store: b.svc.kv}
	a := *b.svc.rights
	a.kv = race
	race.beforeSet = func() { // after the database was read, before it is kept
		b.exec(subjectMark(l.User.ID), `UPDATE auth_memberships SET role = 'child'`)
	}

	p, err := a.principal(t.Context(), c, l.Household.ID)
	require.NoError(t, err)
	require.Equal(t, identity.RoleOwner, p.Role) // was so when the request came

	p, err = a.principal(t.Context(), c, l.Household.ID)
	require.NoError(t, err)
	require.Equal(t, identity.RoleChild, p.Role)
}

func TestGuessedHouseholdsLeaveNothingInKV(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	id := identity.NewID()
	b.http.As(l.AccessToken).Get(scoped + "?household_id=" + id).Expect(http.StatusNotFound)

	found, err := b.svc.kv.Get(t.Context(), householdMark(id))
	require.NoError(t, err)
	require.Nil(t, found)
}

func TestAChangeWhileKVIsAwayCountsAtOnceAndIsToldLater(t *testing.T) {
	t.Parallel()
	broken := &brokenKV{}
	b := setup(t, func(d *Deps) {
		broken.Store = d.KV
		d.KV = broken
	})
	replica := setup(t, b.on(broken.Store)) // which reaches kv all the time
	l, stays := b.register("kata"), b.login("kata")
	here, there := b.http.As(l.AccessToken), replica.http.As(l.AccessToken)
	here.Get(scoped).Expect(http.StatusOK)

	broken.set(true)
	here.Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
	b.svc.rights.settle(t.Context())
	broken.set(false)

	here.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	there.Get(scoped).Expect(http.StatusOK) // it cannot know yet, for rightsTTL at most
	b.svc.rights.settle(t.Context())
	there.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	here.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.As(stays.AccessToken).Get(scoped).Expect(http.StatusOK)
	require.Empty(t, b.svc.rights.owed.list(b.clock.now()))
}

func TestWhatIsOwedEndsByItself(t *testing.T) {
	t.Parallel()
	owed, now := newOwedMarks(), time.Now()
	owed.add(now.Add(rightsTTL), []string{"a", "b"})
	removed := owed.list(now)
	owed.add(now.Add(2*rightsTTL), []string{"b"}) // once more, while both are being removed
	owed.settled(removed)

	require.False(t, owed.hasAny([]string{"a"}))
	require.True(t, owed.hasAny([]string{"a", "b"}))
	require.Empty(t, owed.list(now.Add(3*rightsTTL)))
	require.False(t, owed.hasAny([]string{"b"}))
}
