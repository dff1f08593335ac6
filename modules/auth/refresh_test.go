package auth

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

func TestRefreshGivesTheNextTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	b.clock.advance(10 * time.Minute)

	next := b.mustRefresh(l.RefreshToken)

	require.NotEqual(t, l.RefreshToken, next.RefreshToken)
	b.http.As(next.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK)
	b.mustRefresh(next.RefreshToken)
	b.refreshTokens("hhr_made-up").ExpectProblem(http.StatusUnauthorized, "auth.invalid_refresh_token")
	b.refreshTokens(l.AccessToken).Expect(http.StatusBadRequest) // longer than any of them
}

func TestALostAnswerCostsNobodyTheSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.register("kata").RefreshToken
	second := b.mustRefresh(first).RefreshToken
	b.mustRefresh(second)
	b.clock.advance(30 * time.Second)

	require.Equal(t, second, b.mustRefresh(first).RefreshToken)
}

func TestReuseEndsTheSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	other := b.login("kata")
	next := b.mustRefresh(l.RefreshToken)
	b.http.As(next.AccessToken).Get("/api/v1/home").Expect(http.StatusOK)
	b.clock.advance(31 * time.Second)

	b.refreshTokens(l.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.refresh_reused")

	b.http.As(next.AccessToken).Get("/api/v1/home").ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.refreshTokens(next.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.As(other.AccessToken).Get("/api/v1/home").Expect(http.StatusOK) // another session of hers
	events := b.audit.Find(actionReuseRefresh)
	require.Len(t, events, 1)
	require.Equal(t, auditapi.Refused, events[0].Outcome)
	require.Equal(t, l.Household.ID, events[0].HouseholdID)
}

func TestTwentyAtOnceGetOneSuccessor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	const clients = 20

	got := make([]string, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			out, err := b.svc.refresh(t.Context(), identity.User, l.RefreshToken, client{})
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = out.RefreshToken
		})
	}
	wg.Wait()

	for _, token := range got {
		require.Equal(t, got[0], token)
	}
	var rows int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&refreshRow{}).Count(&rows).Error)
	require.Equal(t, int64(2), rows)
}

func TestAChangedRefreshKeyIsNoReuse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	next := b.mustRefresh(l.RefreshToken)
	b.svc.refreshKey = []byte("another key altogether")

	b.refreshTokens(l.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.invalid_refresh_token")
	b.mustRefresh(next.RefreshToken) // the session goes on
}

func TestTokensAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	next := b.mustRefresh(l.RefreshToken)

	var rows []refreshRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&rows).Error)
	require.Len(t, rows, 2)
	for _, row := range rows {
		for _, token := range []string{l.RefreshToken, next.RefreshToken} {
			require.NotContains(t, string(row.Hash)+string(row.SuccessorHash), token[len(refreshPrefix):])
		}
	}
}

func TestCleaningForgetsOnlyWhatIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	gone, kept := b.register("kata"), b.register("nora")
	b.http.As(gone.AccessToken).Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
	b.clock.advance(700 * time.Hour)
	next := b.mustRefresh(kept.RefreshToken)
	b.clock.advance(30 * time.Hour)

	require.NoError(t, b.svc.clean(t.Context()))

	var sessions, tokens int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&sessionRow{}).Count(&sessions).Error)
	require.NoError(t, b.db.Conn(t.Context()).Model(&refreshRow{}).Count(&tokens).Error)
	require.Equal(t, []int64{1, 2}, []int64{sessions, tokens})
	b.refreshTokens(kept.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.refresh_reused")
	b.refreshTokens(next.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
}
