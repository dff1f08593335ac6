package auth

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/kv"
)

// RFC 8628: the pairing of devices.

func TestRFC8628ADeviceThatAsksTooOftenIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	p := b.wait()
	const requirement = "RFC 8628 3.5"
	tried(t, requirement, "the first poll", b.poll(p.DeviceCode), "400 authorization_pending")
	b.clock.advance(2 * time.Second)
	tried(t, requirement, "polling after 2 of 5 seconds", b.poll(p.DeviceCode), "400 slow_down")
	b.clock.advance(6 * time.Second)
	tried(t, requirement, "polling after 6 of 10 seconds", b.poll(p.DeviceCode), "400 slow_down")
	b.clock.advance(15 * time.Second)
	tried(t, requirement, "polling after 15 of 15 seconds", b.poll(p.DeviceCode), "400 authorization_pending")

	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)
	b.poll(p.DeviceCode).Expect(http.StatusOK) // who is let in need not wait
}

func TestRFC8628ACodeIsDecidedAboutOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	deny := func(c *httpxtest.Client, p pairingDTO) *httpxtest.Response {
		return c.Post("/api/v1/devices/deny", map[string]any{"user_code": p.UserCode})
	}
	approve := func(c *httpxtest.Client, p pairingDTO) *httpxtest.Response {
		return c.Post("/api/v1/devices/approve", approving(p))
	}
	const used = "409 auth.user_code_used"
	for name, decide := range map[string]func(*httpxtest.Client, pairingDTO) *httpxtest.Response{"approved": approve, "denied": deny} {
		p, waiting := b.wait(), b.wait()
		require.Less(t, decide(b.http.As(kata.AccessToken), p).Status, 300, name)
		for who, l := range map[string]loginDTO{"the same person": kata, "another household": nora} {
			as := b.http.As(l.AccessToken)
			tried(t, "RFC 8628 3.3", "approving a code that was "+name+", by "+who, approve(as, p), used)
			tried(t, "RFC 8628 3.3", "denying a code that was "+name+", by "+who, deny(as, p), used)
		}
		tried(t, "RFC 8628 3.5", "polling with another device's code when one was "+name, b.poll(waiting.DeviceCode), "400 authorization_pending")
		if name == "denied" {
			tried(t, "RFC 8628 3.5", "polling with a code that was denied", b.poll(p.DeviceCode), "400 access_denied")
			continue
		}
		var tokens tokensDTO
		b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&tokens)
		require.Equal(t, kata.Household.ID, b.http.As(tokens.AccessToken).Get(scoped).Header.Get("X-Household"))
	}
}

func TestRFC8628CodesExpire(t *testing.T) {
	t.Parallel()
	b := setup(t)
	as := b.http.As(b.register("kata").AccessToken)
	late, approved := b.wait(), b.wait()
	b.clock.advance(9 * time.Minute)
	as.Post("/api/v1/devices/approve", approving(approved)).Expect(http.StatusOK)
	b.clock.advance(time.Minute)

	tried(t, "RFC 8628 3.5", "approving after 10 minutes", as.Post("/api/v1/devices/approve", approving(late)), "404 auth.user_code_not_found")
	res := as.Post("/api/v1/devices/deny", map[string]any{"user_code": late.UserCode})
	tried(t, "RFC 8628 3.5", "denying after 10 minutes", res, "404 auth.user_code_not_found")
	tried(t, "ASVS V10.4.3", "polling after 10 minutes", b.poll(late.DeviceCode), "400 expired_token")
	b.poll(approved.DeviceCode).Expect(http.StatusOK) // it was approved in time
	b.clock.advance(10 * time.Minute)
	tried(t, "ASVS V10.4.3", "a code that was used, 10 minutes after its approval", b.poll(approved.DeviceCode), "400 expired_token")

	b.clock.advance(time.Hour)
	require.NoError(t, b.svc.clean(t.Context()))
	expectOAuth(t, b.poll(late.DeviceCode), 400, "invalid_grant")
}

func TestRFC862851UserCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.UserCodes = kv.Limit{Count: 3, Period: time.Minute} })
	kata, nora := b.register("kata"), b.register("nora")
	p := b.wait()
	guess := func(who loginDTO, code string) *httpxtest.Response {
		return b.http.As(who.AccessToken).Post("/api/v1/devices/approve", map[string]any{"user_code": code, "name": "x"})
	}
	const none = "404 auth.user_code_not_found"
	tried(t, "RFC 8628 5.1", "a guessed user code", guess(kata, "BBBB-BBBB"), none)
	tried(t, "RFC 8628 5.1", "what is no user code", guess(kata, "' OR 1=1 --"), none)
	res := b.http.As(kata.AccessToken).Post("/api/v1/devices/deny", map[string]any{"user_code": "CCCC-CCCC"})
	tried(t, "RFC 8628 5.1", "a guess to deny", res, none)
	res = guess(kata, p.UserCode)
	tried(t, "RFC 8628 5.1", "the right code after limits.user_codes wrong ones", res, "429 auth.too_many_user_codes")
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	tried(t, "RFC 8628 5.1", "the right code from somebody else meanwhile", guess(nora, p.UserCode), "200")
	refused := b.audit.Find(actionPairDevice)
	require.Equal(t, auditapi.Refused, refused[0].Outcome)
	require.Equal(t, kata.Household.ID, refused[0].HouseholdID)

	for range 3 {
		b.pairLogin("nora", "DDDD-DDDD") // one try was hers before: the page counts as the API does
	}
	tried(t, "RFC 8628 5.1", "guessing on the page /pair", b.pairLogin("nora", b.wait().UserCode), "429")
	say(t, "RFC 8628 6.1", "what there is to guess", "20^8 user codes, without vowels, each for 10 minutes")
}

func TestRFC862852DeviceCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.wait()
	b.http = b.behind(func(_ *httpx.Config, d *httpx.Deps) { d.Limits.Enabled, d.Limits.Default.Count = true, 5 })
	require.Regexp(t, `^hhd_[A-Za-z0-9_-]{43}$`, p.DeviceCode)
	for _, code := range []string{p.DeviceCode[:20], strings.ToLower(p.DeviceCode) + "x", p.UserCode, "hhd_" + p.UserCode, "' OR 1=1 --"} {
		tried(t, "RFC 8628 5.2", "a guessed device code such as "+shape(code), b.poll(code), "400 invalid_grant")
	}
	tried(t, "RFC 8628 5.2", "guessing on from the same address after limits.default", b.poll("hhd_x"), "429 slow_down")
}

// shape describes a code without showing it.
func shape(code string) string {
	if len(code) > 16 {
		return code[:4] + "…"
	}
	if strings.HasPrefix(code, "'") {
		return code
	}

	return "a user code"
}

func TestRFC862832NobodyElseIsSentAstray(t *testing.T) {
	t.Parallel()
	at := func(b *bench, host string, headers ...string) pairingDTO {
		c := b.http
		for _, name := range headers {
			c = c.With(name, "evil.example")
		}
		req := c.Request(http.MethodPost, "/oauth/device_authorization", "client_id="+deviceClientID)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Host = host
		res := c.Do(req).Expect(http.StatusOK)
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		var p pairingDTO
		res.JSON(&p)

		return p
	}
	public := setup(t, func(d *Deps) { d.PublicURL = "https://home.example" })
	require.Equal(t, "https://home.example/pair", at(public, "evil.example").VerificationURI)
	say(t, "RFC 8628 3.2", "a forged Host, server.public_url being set", "verification_uri stays server.public_url")
	unset := setup(t)
	p := at(unset, "homehub.test", "X-Forwarded-Host", "X-Original-Host", "Forwarded", "X-Host")
	require.Equal(t, "http://homehub.test/pair", p.VerificationURI)
	say(t, "RFC 8628 3.2", "forged X-Forwarded-Host, Forwarded and the like", "verification_uri is not theirs")
	require.Equal(t, "http://evil.example/pair", at(unset, "evil.example").VerificationURI)
	say(t, "RFC 8628 3.2", "a forged Host, server.public_url not being set", "told to the sender alone, in an answer that no cache keeps")
}
