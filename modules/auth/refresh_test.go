package auth

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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

func TestAChangedRefreshKeyIsNoReuse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	next := b.mustRefresh(l.RefreshToken)
	b.svc.refreshKey = []byte("another key altogether")

	b.refreshTokens(l.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.invalid_refresh_token")
	b.mustRefresh(next.RefreshToken) // the session goes on
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
