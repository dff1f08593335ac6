package auth

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/kv"
)

const renewed = "a-stable-full-of-staples"

type sessionList struct {
	Items      []sessionDTO `json:"items"`
	NextCursor *string      `json:"next_cursor"`
}

func (b *bench) sessions(accessToken, query string) sessionList {
	b.tb.Helper()
	var list sessionList
	b.http.As(accessToken).Get("/api/v1/auth/sessions" + query).Expect(http.StatusOK).JSON(&list)

	return list
}

func (b *bench) changePassword(accessToken, current, next string) *httpxtest.Response {
	b.tb.Helper()

	return b.http.As(accessToken).Post("/api/v1/auth/password", map[string]any{"current_password": current, "new_password": next})
}

func (b *bench) redeem(token, next string) *httpxtest.Response {
	b.tb.Helper()

	return b.http.Post("/api/v1/auth/password/reset", map[string]any{"token": token, "new_password": next})
}

func TestSessionsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.register("kata")
	b.clock.advance(time.Minute)
	second := loginDTO{}
	b.http.With("User-Agent", "Tablet/1").Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusOK).JSON(&second)
	b.register("nora")

	list := b.sessions(first.AccessToken, "")

	require.Len(t, list.Items, 2)
	require.Equal(t, "Tablet/1", list.Items[0].UserAgent)
	require.Equal(t, "192.0.2.1", list.Items[0].IP)
	require.Equal(t, "user", list.Items[0].Kind)
	require.Equal(t, []bool{false, true}, []bool{list.Items[0].IsCurrent, list.Items[1].IsCurrent})
	require.Equal(t, time.Minute, list.Items[0].CreatedAt.Sub(list.Items[1].CreatedAt))

	page := b.sessions(first.AccessToken, "?limit=1")
	require.Equal(t, list.Items[:1], page.Items)
	require.NotNil(t, page.NextCursor)
	rest := b.sessions(first.AccessToken, "?limit=1&cursor="+*page.NextCursor)
	require.Equal(t, list.Items[1:], rest.Items)
	require.Nil(t, rest.NextCursor)
	b.http.As(first.AccessToken).Get("/api/v1/auth/sessions?cursor=x").ExpectProblem(http.StatusBadRequest, "request.invalid")
}

func TestEndedSessionsAreNotListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	b.http.As(b.login("kata").AccessToken).Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
	b.clock.advance(b.svc.cfg.SessionIdle + time.Second) // and the first one was left alone for too long

	list := b.sessions(b.login("kata").AccessToken, "")

	require.Len(t, list.Items, 1)
	require.True(t, list.Items[0].IsCurrent)
}

func TestChangingThePasswordEndsEveryOtherSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, other := b.register("kata"), b.login("kata")
	reset, err := b.svc.newResetToken(t.Context(), mine.User.ID, operator())
	require.NoError(t, err)
	b.http.As(other.AccessToken).Get(scoped).Expect(http.StatusOK)

	b.changePassword(mine.AccessToken, password, renewed).Expect(http.StatusNoContent)

	b.http.As(other.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.refreshTokens(other.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.As(mine.AccessToken).Get(scoped).Expect(http.StatusOK)
	b.mustRefresh(mine.RefreshToken)
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusUnauthorized)
	b.http.Post("/api/v1/auth/login", credentials("kata", renewed)).Expect(http.StatusOK)
	b.redeem(reset.Token, "yet-another-horse").ExpectProblem(http.StatusUnprocessableEntity, "auth.reset_token_invalid")
	events := b.audit.Find(actionChangePassword)
	require.Len(t, events, 1)
	require.Equal(t, auditapi.OK, events[0].Outcome)
	require.Equal(t, mine.Household.ID, events[0].HouseholdID)
}

func TestANewPasswordIsJudged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")

	for _, weak := range []string{"Jelszó2024", "kata-1985-kata"} {
		p := b.changePassword(kata.AccessToken, password, weak).ExpectProblem(http.StatusBadRequest, "request.invalid")
		require.Equal(t, "new_password", p.Errors[0].Field)
	}
	b.login("kata")
}

// A login whose password was right when it was checked, and is another one by the time that its
// session would begin, or has begun just before the change.
func TestAPasswordChangeIsAtomicAgainstLogins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	logins := make([]*httpxtest.Response, 8)
	var wg sync.WaitGroup
	for i := range logins {
		wg.Go(func() { logins[i] = b.http.Post("/api/v1/auth/login", credentials("kata", password)) })
	}
	b.changePassword(kata.AccessToken, password, renewed).Expect(http.StatusNoContent)
	wg.Wait()

	for _, res := range logins {
		if res.Status == http.StatusOK { // it was before the change, and is over
			var l loginDTO
			res.JSON(&l)
			b.http.As(l.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
			continue
		}
		res.Expect(http.StatusUnauthorized)
	}
	require.Len(t, b.sessions(kata.AccessToken, "").Items, 1)
}

func TestAResetTokenCountsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.LoginFailures = kv.Limit{Count: 2, Period: time.Hour} })
	kata := b.register("kata")
	for range 3 {
		b.http.Post("/api/v1/auth/login", credentials("kata", "wrong-password"))
	}
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusTooManyRequests)
	made, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	p := b.redeem(made.Token, "password-2024").ExpectProblem(http.StatusBadRequest, "request.invalid") // and is not used up
	require.Equal(t, "new_password", p.Errors[0].Field)

	var wg sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		wg.Go(func() { statuses[i] = b.redeem(made.Token, renewed).Status })
	}
	wg.Wait()

	done := 0
	for _, status := range statuses {
		if status == http.StatusNoContent {
			done++
		} else {
			require.Equal(t, http.StatusUnprocessableEntity, status)
		}
	}
	require.Equal(t, 1, done)
	b.http.As(kata.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.http.Post("/api/v1/auth/login", credentials("kata", renewed)).Expect(http.StatusOK) // the lockout is lifted
	require.Equal(t, auditapi.OperatorChain, b.audit.Find(actionCreateResetToken)[0].HouseholdID)
	require.Equal(t, kata.Household.ID, b.audit.Find(actionResetPassword)[0].HouseholdID)
}

func TestAResetTokenEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	replaced, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	made, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	b.clock.advance(resetTokenLife)

	for _, token := range []string{replaced.Token, made.Token, "hhp_x", kata.RefreshToken} {
		b.redeem(token, renewed).ExpectProblem(http.StatusUnprocessableEntity, "auth.reset_token_invalid")
	}

	b.login("kata")
	require.NoError(t, b.svc.clean(t.Context()))
	var left int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&resetRow{}).Count(&left).Error)
	require.Zero(t, left)
}

// The lockout is in the server's kv, which a command beside it need not share.
func TestAResetByCommandLiftsTheLockout(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.LoginFailures = kv.Limit{Count: 1, Period: time.Hour} })
	b.register("kata")
	for range 2 {
		b.http.Post("/api/v1/auth/login", credentials("kata", "wrong-password"))
	}
	store := kv.NewMemory(b.clock.now)
	t.Cleanup(store.Close)
	beside := setup(t, b.on(store))

	_, err := beside.run(renewed, "user", "reset-password", "--email", "kata@example.org")

	require.NoError(t, err)
	b.http.Post("/api/v1/auth/login", credentials("kata", renewed)).Expect(http.StatusOK)
}

func TestAResetTokenByCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")

	out, err := b.run("", "user", "reset-password", "--token", "--email", "KATA@example.org")

	require.NoError(t, err)
	token, about, _ := strings.Cut(out, "\n")
	require.Regexp(t, "^hhp_[A-Za-z0-9_-]{43}$", token)
	require.Contains(t, about, "counts once, until ")
	b.redeem(token, renewed).Expect(http.StatusNoContent)
	_, err = b.run("", "user", "reset-password", "--token", "--email", "nobody@example.org")
	require.ErrorContains(t, err, "There is no such user.")
}
