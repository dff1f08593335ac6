package auth

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
	"homehub/platform/events/eventstest"
	"homehub/platform/identity"
)

// hearing gives a bench somebody who remembers what was told.
func hearing(heard *eventstest.Recorder) func(*Deps) {
	return func(d *Deps) { d.Events = heard }
}

func TestAStolenTokenIsToldToItsPersonWhereverTheyBelong(t *testing.T) {
	t.Parallel()
	var heard eventstest.Recorder
	b := setup(t, hearing(&heard))
	anna, bela := b.register("anna"), b.register("bela")
	b.join(anna.User.ID, bela.Household.ID, identity.RoleGuest, nil)
	b.mustRefresh(anna.RefreshToken)
	b.clock.advance(time.Minute)

	b.refreshTokens(anna.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.refresh_reused")

	told := heard.Find(events.SessionEnded)
	require.Len(t, told, 2)
	want := []string{anna.Household.ID, bela.Household.ID}
	slices.Sort(want)
	for i, e := range told {
		require.Equal(t, want[i], e.HouseholdID)
		require.Equal(t, anna.User.ID, e.Audience, "nobody else hears of it")
		require.Equal(t, "refresh_reused", e.Data["reason"])
		require.NotEmpty(t, e.Data["session_id"])
	}
}

func TestWhatCannotBeToldDoesNotHappen(t *testing.T) {
	t.Parallel()
	var heard eventstest.Recorder
	b := setup(t, hearing(&heard))
	anna := b.register("anna")
	heard.Err = errors.New("no room")

	b.http.As(anna.AccessToken).Post("/api/v1/auth/logout", nil).Expect(http.StatusInternalServerError)

	b.http.As(anna.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK)
}
