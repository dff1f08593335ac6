package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

var hiddenPage = regexp.MustCompile(`name="page" value="([^"]+)"`)

// pageOf returns what a signed-in page keeps in its form.
func pageOf(tb testing.TB, res *httpxtest.Response) string {
	tb.Helper()
	found := hiddenPage.FindSubmatch(res.Body)
	require.NotNil(tb, found, "%s", res.Body)

	return string(found[1])
}

func (b *bench) pairLogin(name, code string) *httpxtest.Response {
	b.tb.Helper()

	return postForm(b.http, "/pair/login", "email", name+"@example.org", "password", password, "user_code", code)
}

// sessionsOf counts the sessions of a person that are not over.
func (b *bench) sessionsOf(userID string) int {
	b.tb.Helper()
	var n int64
	require.NoError(b.tb, b.db.Conn(b.tb.Context()).Model(&sessionRow{}).
		Where("user_id = ? AND revoked_at IS NULL AND expires_at > ?", userID, b.clock.now()).Count(&n).Error)

	return int(n)
}

func TestThePageIsSafeAndReadable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.http.Get("/pair?user_code=" + `%22%3E%3Cscript%3Ealert(1)%3C/script%3E`).Expect(http.StatusOK)
	page := string(res.Body)

	require.NotContains(t, page, "<script")
	require.Contains(t, page, `<html lang="hu">`)
	require.Contains(t, page, `name="viewport"`)
	for _, field := range []string{"user_code", "email", "password"} {
		require.Contains(t, page, `<label for="`+field+`">`)
		require.Contains(t, page, `<input id="`+field+`"`)
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	require.NotNil(t, style)
	sum := sha256.Sum256([]byte(style[1]))
	require.Equal(t, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", res.Header.Get("Content-Security-Policy"))
	require.Equal(t, "DENY", res.Header.Get("X-Frame-Options"))
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(t, "same-origin", res.Header.Get("Referrer-Policy"))
	require.Contains(t, string(b.http.Get("/pair?user_code=BCDF-GHJK").Body), `value="BCDF-GHJK"`)
}

func TestAPersonLetsADeviceInOnThePage(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Areas = rooms{} })
	l := b.register("kata")
	p := b.wait()

	res := b.pairLogin("kata", p.UserCode).Expect(http.StatusOK)
	require.Contains(t, string(res.Body), "<strong>Konyhai tablet</strong>")
	require.Contains(t, string(res.Body), "<option>Fürdő</option>")
	require.NotContains(t, string(res.Body), password)
	require.Equal(t, 2, b.sessionsOf(l.User.ID))
	res = postForm(b.http, "/pair/device", "page", pageOf(t, res), "action", "approve",
		"user_code", strings.ToLower(p.UserCode), "name", "Fali tablet", "area", "Konyha").Expect(http.StatusOK)
	require.Contains(t, string(res.Body), `role="status"`)

	require.Equal(t, 1, b.sessionsOf(l.User.ID), "the page's session ends with it")
	var tokens tokensDTO
	b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&tokens)
	require.Equal(t, "konyha_1", b.principal(tokens.AccessToken).Area)
	require.Equal(t, "Fali tablet", b.principal(tokens.AccessToken).Name)
}

func TestAPersonTurnsADeviceAwayOnThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	p := b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode))

	postForm(b.http, "/pair/device", "page", page, "action", "deny", "user_code", p.UserCode).Expect(http.StatusOK)

	expectOAuth(t, b.poll(p.DeviceCode), 400, "access_denied")
	res := postForm(b.http, "/pair/device", "page", page, "action", "approve", "user_code", p.UserCode, "name", "x").Expect(403)
	require.Contains(t, string(res.Body), "túl sokáig") // the session is over
}

func TestThePageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	p := b.wait()

	res := postForm(b.http, "/pair/login", "user_code", p.UserCode).Expect(422)
	require.Contains(t, string(res.Body), `aria-invalid="true" aria-describedby="email-wrong"`)
	require.Contains(t, string(res.Body), `id="email-wrong"`)
	require.Contains(t, string(res.Body), `value="`+p.UserCode+`"`)
	res = postForm(b.http, "/pair/login", "user_code", p.UserCode, "email", "kata@example.org", "password", "not-hers-at-all").Expect(422)
	require.Contains(t, string(res.Body), "Az e-mail-cím vagy a jelszó nem jó.")
	require.NotContains(t, string(res.Body), "not-hers-at-all")

	res = b.pairLogin("kata", "BBBB-BBBB").Expect(404)
	require.Contains(t, string(res.Body), `aria-describedby="user_code-wrong"`)
	page := pageOf(t, res) // which can be put right at once
	res = postForm(b.http, "/pair/device", "page", page, "action", "approve", "user_code", p.UserCode).Expect(422)
	require.Contains(t, string(res.Body), `id="name-wrong"`)
	postForm(b.http, "/pair/device", "page", page, "action", "approve", "user_code", p.UserCode, "name", "Tablet").Expect(http.StatusOK)
	res = b.pairLogin("kata", p.UserCode).Expect(409)
	require.Contains(t, string(res.Body), "már döntött")

	for _, sealed := range []string{"", "made-up", page[:len(page)-4]} {
		postForm(b.http, "/pair/device", "page", sealed, "action", "approve", "user_code", p.UserCode, "name", "x").Expect(403)
	}
	b.http.Post("/pair/login", map[string]string{}).Expect(415)
	postForm(b.http, "/pair/login", "email", strings.Repeat("a", 300)).Expect(400)
}

func TestBrowsersThatComeBackFindThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/pair/login", "/pair/device"} {
		require.Equal(t, "/pair", b.http.Get(path).Expect(http.StatusSeeOther).Header.Get("Location"), path)
	}
	for _, path := range []string{"/pair/", "/pair/x", "/pair/login/"} {
		res := b.http.Get(path).Expect(http.StatusNotFound)
		require.Contains(t, string(res.Body), `<html lang="hu">`, path)
		require.Contains(t, string(res.Body), "Ezen a címen nincs semmi.", path)
	}
	res := postForm(b.http, "/pair").Expect(http.StatusMethodNotAllowed)
	require.Contains(t, string(res.Body), `<a href="/pair">`)
	require.Equal(t, "GET", res.Header.Get("Allow"))
}

func TestEnterLetsTheDeviceIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	b.join(kata.User.ID, nora.Household.ID, identity.RoleAdult, nil)

	buttons := regexp.MustCompile(`<button [^>]*value="(\w+)"`).FindAllSubmatch(b.pairLogin("kata", b.wait().UserCode).Body, -1)

	require.Len(t, buttons, 4)
	require.Equal(t, "approve", string(buttons[0][1]), "browsers press the first")
}

func TestThePageKeepsWhatTheDeviceSays(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.UserCodes = kv.Limit{Count: 1, Period: time.Hour} })
	b.register("kata")
	p := b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode).Expect(http.StatusOK))
	correct := func(code, name string) string {
		res := postForm(b.http, "/pair/device", "page", page, "action", "switch", "user_code", code, "name", name)

		return string(res.Expect(http.StatusOK).Body)
	}

	require.Contains(t, correct(strings.ToLower(p.UserCode), ""), "<strong>Konyhai tablet</strong>", "and no guess is left")
	require.NotContains(t, correct("BBBB-BBBB", ""), "Konyhai tablet", "that may be another device's")
	require.Contains(t, correct(p.UserCode, "Fali"), "<strong>Konyhai tablet</strong>")
}

func TestThePageIsOverAfterMinutes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	first := pageOf(t, b.pairLogin("kata", b.wait().UserCode))
	b.clock.advance(pageLifetime)

	p := b.wait()
	postForm(b.http, "/pair/device", "page", first, "action", "approve", "user_code", p.UserCode, "name", "x").Expect(403)
	require.Equal(t, 1, b.sessionsOf(l.User.ID))

	second := pageOf(t, b.pairLogin("kata", p.UserCode))
	b.exec(subjectMark(l.User.ID), `UPDATE auth_memberships SET role = 'child' WHERE user_id = ?`, l.User.ID)
	res := postForm(b.http, "/pair/device", "page", second, "action", "approve", "user_code", p.UserCode, "name", "x").Expect(403)
	require.Contains(t, string(res.Body), "felnőtt")
	require.Len(t, b.audit.Find(actionRefuse), 1)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")
	require.Equal(t, 1, b.sessionsOf(l.User.ID))
}

func TestFailedLoginsOfThePageAreCountedLikeOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.LoginFailures = kv.Limit{Count: 2, Period: time.Minute} })
	b.register("kata")
	for range 2 {
		postForm(b.http, "/pair/login", "email", "kata@example.org", "password", "not-hers-at-all", "user_code", "x").Expect(422)
	}
	res := b.pairLogin("kata", "x").Expect(429)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).ExpectProblem(429, "auth.too_many_failures")
}

func TestAPersonOfTwoHouseholdsChoosesOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora, eva := b.register("kata"), b.register("nora"), b.register("eva")
	b.join(kata.User.ID, nora.Household.ID, identity.RoleAdult, nil)
	b.join(kata.User.ID, eva.Household.ID, identity.RoleChild, nil)
	p := b.wait()

	res := b.pairLogin("kata", p.UserCode).Expect(http.StatusOK)
	require.Contains(t, string(res.Body), nora.Household.ID)
	require.NotContains(t, string(res.Body), eva.Household.ID, "she may not pair devices there")
	res = postForm(b.http, "/pair/device", "page", pageOf(t, res), "action", "switch", "household_id", nora.Household.ID,
		"user_code", p.UserCode, "name", "Tablet").Expect(http.StatusOK)
	require.Contains(t, string(res.Body), `value="`+nora.Household.ID+`" selected`)
	postForm(b.http, "/pair/device", "page", pageOf(t, res), "action", "approve", "household_id", nora.Household.ID,
		"user_code", p.UserCode, "name", "Tablet").Expect(http.StatusOK)
	var tokens tokensDTO
	b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&tokens)
	require.Equal(t, nora.Household.ID, b.http.As(tokens.AccessToken).Get(scoped).Header.Get("X-Household"))

	p = b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode))
	postForm(b.http, "/pair/device", "page", page, "action", "approve", "household_id", eva.Household.ID,
		"user_code", p.UserCode, "name", "Tablet").Expect(403)
	page = pageOf(t, b.pairLogin("kata", p.UserCode))
	postForm(b.http, "/pair/device", "page", page, "action", "approve", "household_id", identity.NewID(),
		"user_code", p.UserCode, "name", "Tablet").Expect(404)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")
}
