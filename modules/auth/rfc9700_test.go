package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

// RFC 9700, the best current practice of OAuth, and what of RFC 6749, 6750 and 6819 it builds on.

// authorizing are the ways to be given tokens or codes.
func (b *bench) authorizing() map[string]*httpxtest.Response {
	b.tb.Helper()
	l := b.register("kata")
	p := b.wait()
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)
	device := b.poll(p.DeviceCode)
	var tokens tokensDTO
	device.Expect(http.StatusOK).JSON(&tokens)

	return map[string]*httpxtest.Response{
		"registering":         b.http.Post("/api/v1/auth/register", object{"email": "uj@example.org", "password": password, "name": "Új"}),
		"a login":             b.http.Post("/api/v1/auth/login", credentials("kata", password)),
		"a refused login":     b.http.Post("/api/v1/auth/login", credentials("kata", "wrong-password")),
		"a person's refresh":  b.refreshTokens(l.RefreshToken),
		"a device's code":     postForm(b.http, "/oauth/device_authorization", "client_id", deviceClientID),
		"a device's poll":     device,
		"a device's refresh":  b.refreshDevice(tokens.RefreshToken),
		"a refused poll":      b.poll("hhd_x"),
		"an invitation":       b.http.As(l.AccessToken).Post("/api/v1/households/"+l.Household.ID+"/invitations", object{"role": "adult"}),
		"the page /pair":      b.http.Get("/pair?user_code=" + p.UserCode),
		"the page, signed in": b.pairLogin("kata", b.wait().UserCode),
		"the page, refused":   b.pairLogin("nobody", p.UserCode),
	}
}

func TestRFC9700NothingIsKeptOrFramed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, res := range b.authorizing() {
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"), name)
		require.Equal(t, "DENY", res.Header.Get("X-Frame-Options"), name)
		require.Contains(t, res.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", name)
		require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), name)
		require.Contains(t, []string{"no-referrer", "same-origin"}, res.Header.Get("Referrer-Policy"), name)
		require.Empty(t, res.Header.Get("Location"), name)
		require.Empty(t, res.Header.Values("Set-Cookie"), name)
		require.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), name)
	}
	say(t, "RFC 6749 5.1", "tokens and codes in a cache", "Cache-Control: no-store on each answer that has any")
	say(t, "RFC 9700 4.16", "the page /pair in a frame of another site", "X-Frame-Options: DENY; frame-ancestors 'none'")
	say(t, "RFC 9700 4.2", "the user code in a Referer", "Referrer-Policy: same-origin; the page loads and links to nothing else")
	say(t, "RFC 9700 4.7", "a session that a browser sends by itself", "no cookie is ever set")
}

var linked = regexp.MustCompile(`(?i)<[^>]+ (?:href|src|action|content="[^"]*url)="?([^"\s>]*)`)

func TestRFC9700NobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	code := b.wait().UserCode
	for _, query := range []string{
		"redirect_uri=https://evil.example", "next=//evil.example", "return_to=https:evil.example", "url=javascript:alert(1)",
		"user_code=https://evil.example", "user_code=%22%3E%3Cmeta+http-equiv=refresh+content=0;url=//evil.example%3E",
	} {
		res := b.http.Get("/pair?" + query)
		require.Empty(t, res.Header.Get("Location"), query)
		for _, link := range linked.FindAllSubmatch(res.Body, -1) {
			require.Regexp(t, "^/pair", string(link[1]), query)
		}
	}
	say(t, "RFC 9700 4.11", "/pair with redirect_uri, next, return_to, url or user_code of another site", "no redirect, and no link but to /pair")
	for _, path := range []string{"//evil.example/pair", "/pair/x", "/pair/..%2f..%2f/evil.example", "/%2F%2Fevil.example", "/pair;//evil.example"} {
		res := b.http.Get(path)
		require.Empty(t, res.Header.Get("Location"), path)
		require.Equal(t, http.StatusNotFound, res.Status, path)
		for _, link := range linked.FindAllSubmatch(res.Body, -1) {
			require.Equal(t, "/pair", string(link[1]), path)
		}
		say(t, "RFC 9700 4.11", "GET "+path, "404, and no link but to /pair")
	}
	res := postForm(b.http, "/pair/login", "email", "kata@example.org", "password", password, "user_code", code, "redirect_uri", "https://evil.example")
	require.Empty(t, res.Header.Get("Location"))
	tried(t, "RFC 9700 4.12", "credentials sent on by a redirect of the login", res, "200")
}

func TestRFC9700FormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.PublicURL = "https://home.example" })
	b.register("kata")
	fields := []string{"email", "kata@example.org", "password", password, "user_code", b.wait().UserCode}
	for header, values := range map[string]map[string]int{
		"Origin": {
			"https://evil.example": 403, "null": 403, "http://homehub.test:81": 403, "https://home.example.evil.example": 403,
			"http://homehub.test": 200, "https://home.example": 200,
		},
		"Sec-Fetch-Site": {"cross-site": 403, "same-site": 403, "same-origin": 200},
	} {
		for value, status := range values {
			res := postForm(b.http.With(header, value), "/pair/login", fields...)
			tried(t, "RFC 9700 4.7", "signing in to /pair from a form with "+header+": "+value, res, strconv.Itoa(status))
			require.Equal(t, status == 200, strings.Contains(string(res.Body), `name="page"`))
		}
	}
	p := b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode))
	approve := []string{"page", page, "action", "approve", "user_code", p.UserCode, "name", "x"}
	res := postForm(b.http.With("Origin", "https://evil.example"), "/pair/device", approve...)
	tried(t, "RFC 9700 4.7", "approving on /pair from a form with Origin: https://evil.example", res, "403")
	res = postForm(b.http, "/pair/device", append([]string{"page", "made-up"}, approve[2:]...)...)
	tried(t, "RFC 9700 4.7", "approving on /pair without the page's sealed word", res, "403")
	link := "/pair/device?action=approve&name=x&user_code=" + p.UserCode + "&page=" + url.QueryEscape(page)
	res = b.http.Get(link)
	tried(t, "RFC 9700 4.7", "approving on /pair by a link", res, "303")
	require.Equal(t, "/pair", res.Header.Get("Location"))
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")
}

func TestRFC9700OtherOrigins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const friend, foe = "https://panel.example.org", "https://evil.example"
	open := b.behind(func(c *httpx.Config, _ *httpx.Deps) { c.CORSOrigins = []string{friend} })
	all := b.behind(func(c *httpx.Config, _ *httpx.Deps) { c.CORSOrigins = []string{"*"} })
	allowed := func(c *httpxtest.Client, method, path, origin string) string {
		req := c.With("Origin", origin).Request(method, path, nil)
		if method == http.MethodOptions {
			req.Header.Set("Access-Control-Request-Method", http.MethodPost)
		}
		h := c.Do(req).Header
		require.Empty(t, h.Get("Access-Control-Allow-Credentials"), "no origin is let in with what a browser keeps")

		return h.Get("Access-Control-Allow-Origin")
	}
	for _, path := range []string{"/oauth/token", "/oauth/device_authorization", "/api/v1/auth/login", "/api/v1/auth/refresh"} {
		for _, method := range []string{http.MethodOptions, http.MethodPost} {
			require.Empty(t, allowed(b.http, method, path, foe), path)
			require.Empty(t, allowed(open, method, path, foe), path)
			require.Equal(t, friend, allowed(open, method, path, friend), path)
		}
		say(t, "RFC 9700 2.6", "a script of an origin not in server.cors_origins at "+path, "no Access-Control-Allow-Origin")
	}
	for _, path := range []string{"/pair", "/pair/login", "/pair/device"} {
		for _, method := range []string{http.MethodOptions, http.MethodGet, http.MethodPost} {
			require.Empty(t, allowed(open, method, path, friend), path)
			require.Empty(t, allowed(all, method, path, foe), path)
		}
		say(t, "RFC 9700 2.6", "a script of any origin at "+path+", server.cors_origins being *", "no Access-Control-Allow-Origin")
	}
}

// An access token counts in one place: RFC 6750 2.1.
func TestRFC9700TokensAreTakenFromTheHeaderAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.register("kata").AccessToken
	basic := base64.StdEncoding.EncodeToString([]byte("kata:" + token))
	const none, logout = "401 auth.unauthenticated", "/api/v1/auth/logout"
	for attempt, res := range map[string]*httpxtest.Response{
		"in the query":                    b.http.Get(scoped + "?access_token=" + token),
		"in a form":                       postForm(b.http, logout, "access_token", token),
		"in a JSON body":                  b.http.Post(logout, object{"access_token": token}),
		"in a cookie":                     b.http.With("Cookie", "access_token="+token+"; Authorization=Bearer "+token).Get(scoped),
		"in HTTP Basic":                   b.http.With("Authorization", "Basic "+basic).Get(scoped),
		"without a scheme":                b.http.With("Authorization", token).Get(scoped),
		"as DPoP":                         b.http.With("Authorization", "DPoP "+token).Get(scoped),
		"in Proxy-Authorization":          b.http.With("Proxy-Authorization", "Bearer "+token).Get(scoped),
		"in X-Access-Token":               b.http.With("X-Access-Token", token).Get(scoped),
		"in Sec-WebSocket-Protocol":       b.http.With("Sec-WebSocket-Protocol", "bearer, "+token).Get(scoped),
		"as the caller's word, X-User-ID": b.http.With("X-User-ID", "kata").With("X-Forwarded-User", "kata").Get(scoped),
	} {
		tried(t, "RFC 9700 4.3.2", "an access token "+attempt, res, none)
	}
	res := b.http.With("Authorization", "Bearer "+token+", Bearer "+token).Get(scoped)
	tried(t, "RFC 6750 2.1", "two access tokens in one header", res, notOurs)
	b.http.With("Authorization", "bearer "+token).Get(scoped).Expect(http.StatusOK)
}

func TestRFC6749TheTokenEndpointTakesFormsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, tokens := b.pairedDevice(b.register("kata"))
	query := "?client_id=" + deviceClientID + "&grant_type=refresh_token&refresh_token=" + tokens.RefreshToken
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		res := b.http.Do(b.http.Request(method, "/oauth/token"+query, nil))
		require.Equal(t, "POST", res.Header.Get("Allow"))
		tried(t, "RFC 6749 3.2", method+" /oauth/token with a refresh token in the query", res, "405 request.method_not_allowed")
	}
	tried(t, "RFC 6749 3.2", "POST /oauth/token with all of it in the query", postForm(b.http, "/oauth/token"+query), "400 invalid_request")
	res := b.http.Post("/oauth/token", object{"client_id": deviceClientID, "grant_type": grantRefresh, "refresh_token": tokens.RefreshToken})
	tried(t, "RFC 6749 3.2", "POST /oauth/token in JSON", res, "415 invalid_request")
	res = postForm(b.http, "/oauth/token", "client_id", deviceClientID, "grant_type", grantRefresh,
		"refresh_token", tokens.RefreshToken, "refresh_token", "hhr_x")
	tried(t, "RFC 6749 3.2", "a parameter twice", res, "400 invalid_request")
	b.refreshDevice(tokens.RefreshToken).Expect(http.StatusOK) // none of it has cost anything
}

// All that a process writes while people and devices come in, rightly and wrongly.
func TestRFC6819SecretsAreWrittenNowhere(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(&written)), zap.DebugLevel)
	b := setup(t, func(d *Deps) { d.Log = zap.New(core) })
	l := b.register("kata")
	d, tablet := b.pairedDevice(l)
	p := b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode))
	next := b.mustRefresh(l.RefreshToken)
	reset, err := b.svc.newResetToken(t.Context(), l.User.ID, operator())
	require.NoError(t, err)
	invitation := b.foundingInvitation()
	secrets := map[string]string{
		"access token": l.AccessToken, "refresh token": l.RefreshToken, "next refresh token": next.RefreshToken,
		"device's access token": tablet.AccessToken, "device's refresh token": tablet.RefreshToken,
		"device code": p.DeviceCode, "user code": p.UserCode, "sealed page": page, "reset token": reset.Token,
		"invitation": invitation, "password": password, "wrong password": "incorrect-horse-battery",
	}
	var answers strings.Builder // refusals alone: tokens belong into the others
	refuse := func(res *httpxtest.Response) {
		require.GreaterOrEqual(t, res.Status, 400)
		_, _ = fmt.Fprintln(&answers, res.Header, string(res.Body))
	}
	b.clock.advance(time.Minute)
	refuse(b.refreshTokens(l.RefreshToken))
	refuse(b.http.Post("/api/v1/auth/login", credentials("kata", "incorrect-horse-battery")))
	for _, secret := range secrets {
		refuse(b.http.As(secret + "x").Get(scoped + "?access_token=" + secret))
		refuse(b.refreshTokens(secret + "x"))
		refuse(b.poll(secret + "x"))
		refuse(b.refreshDevice(secret + "x"))
		refuse(b.redeem(secret+"x", renewed))
		refuse(b.http.As(tablet.AccessToken).Delete("/api/v1/devices/" + d.ID + secret))
		refuse(b.http.Get("/" + secret))
		refuse(b.http.Post("/oauth/token", secret))
	}
	record := encode(t, b.audit.Events())
	require.NotEmpty(t, written.String())
	for name, secret := range secrets {
		require.NotContains(t, written.String(), secret, "%s in the log", name)
		require.NotContains(t, record, secret, "%s in the record", name)
		if name != "user code" { // the contract's answers show none either, but 8 letters may be part of a random text
			require.NotContains(t, answers.String(), secret, "%s in an error", name)
		}
	}
	say(t, "RFC 6819 4.6.7", "tokens, codes and passwords in the log, at the level debug", "none")
	say(t, "RFC 6819 4.6.7", "tokens, codes and passwords in errors and redirects", "none")
	say(t, "RFC 6819 4.6.7", "tokens, codes and passwords in the record", "none")
}

func TestRFC6819TheDatabaseHoldsNoToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	next := b.mustRefresh(l.RefreshToken)
	p := b.wait()
	code, ok := readUserCode(p.UserCode)
	require.True(t, ok)

	var tokens []refreshRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&tokens).Error)
	require.Len(t, tokens, 2)
	for _, row := range tokens {
		for _, token := range []string{l.RefreshToken, next.RefreshToken} {
			require.NotContains(t, string(row.Hash)+string(row.SuccessorHash), token[len(refreshPrefix):])
		}
	}
	say(t, "RFC 6819 4.5.2", "reading refresh tokens in the database", "hashes of 256 random bits")
	var grants []grantRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&grants).Error)
	require.Len(t, grants, 1)
	require.NotContains(t, string(grants[0].UserCodeHash), code)
	require.NotContains(t, string(grants[0].DeviceCodeHash), p.DeviceCode)
	require.NotEqual(t, hashToken(code), grants[0].UserCodeHash, "34 bits are found by trying: a plain hash would tell the code")
	say(t, "RFC 6819 4.5.2", "reading device and user codes in the database", "a hash of 256 random bits; for the short code one with a key")
	var keys []signingKeyRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&keys).Error)
	seed := b.svc.keys.present.Load().newest.private.Seed()
	require.NotContains(t, keys[0].PrivateKey, base64.StdEncoding.EncodeToString(seed))
	require.NotContains(t, keys[0].PrivateKey, base64.RawURLEncoding.EncodeToString(seed))
	say(t, "RFC 6819 4.3.2", "reading the signing key in the database", "sealed with a key that is not in it")
}
