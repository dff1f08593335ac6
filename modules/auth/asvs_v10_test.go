package auth

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/events/eventstest"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

// OWASP ASVS 5.0, chapter V10: OAuth, whose server, and whose resources, homehub is to its devices.

func TestASVSV1032RightsAreNotTheTokensWord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	b.exec(subjectMark(kata.User.ID), `UPDATE auth_memberships SET role = 'child' WHERE user_id = ?`, kata.User.ID)
	_, tablet := b.pairedDevice(nora)
	for _, c := range []struct {
		attempt, token string
		changes        map[string]any
		want           string
	}{
		{"a child's token that says owner", kata.AccessToken, map[string]any{"role": "owner"}, "200 as child"},
		{"a child's token that says is_admin and scope", kata.AccessToken, map[string]any{"is_admin": true, "scope": "admin"}, "200 as child"},
		{"a token that says another household", kata.AccessToken, map[string]any{"household": nora.Household.ID}, "404 auth.household_not_found"},
		{"a device's token that says owner", tablet.AccessToken, map[string]any{"role": "owner"}, "200 as device"},
		{"a device's token without its device", tablet.AccessToken, map[string]any{"device": ""}, "200 as device"},
		{"a device's token with a person's subject", tablet.AccessToken, map[string]any{"sub": nora.User.ID}, sessionOver},
		{"a device's token with a person's subject and no device", tablet.AccessToken, map[string]any{"sub": nora.User.ID, "device": ""}, sessionOver},
		{"a person's session with another person's subject", kata.AccessToken, map[string]any{"sub": nora.User.ID}, sessionOver},
	} {
		header, claims := genuine(t, c.token)
		res := b.http.As(forge(t, header, altered(claims, c.changes), b.ours())).Get(scoped)
		require.Equal(t, c.want, answerAs(res), c.attempt)
		say(t, "ASVS V10.3.2", c.attempt, c.want)
	}
}

func TestASVSV1042ADeviceCodeGivesOneSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	p := b.wait()
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)

	got := atOnce(20, func() *httpxtest.Response { return b.poll(p.DeviceCode) })
	first := sameTokens(t, got)
	require.Len(t, b.audit.Find(actionRedeemDevice), 1)
	var sessions int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&sessionRow{}).Where("kind = 'device'").Count(&sessions).Error)
	require.Equal(t, int64(1), sessions)
	say(t, "ASVS V10.4.2", "20 polls at once with an approved code", "one session, the same refresh token for all: a lost answer costs no pairing")

	b.refreshDevice(first).Expect(http.StatusOK)
	res := b.poll(p.DeviceCode)
	tried(t, "ASVS V10.4.2", "the code again, once its tokens are in use", res, "400 invalid_grant")
	tried(t, "ASVS V10.4.2", "the tokens of a code that came again", b.refreshDevice(first), "400 invalid_grant")
	require.Len(t, b.audit.Find(actionReuseRefresh), 1)
}

// atOnce makes n requests side by side.
func atOnce(n int, request func() *httpxtest.Response) []*httpxtest.Response {
	got := make([]*httpxtest.Response, n)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = request() })
	}
	wg.Wait()

	return got
}

// sameTokens returns the one refresh token that all were given.
func sameTokens(t *testing.T, got []*httpxtest.Response) string {
	t.Helper()
	refresh := make([]string, len(got))
	for i, res := range got {
		var tokens tokensDTO
		res.Expect(http.StatusOK).JSON(&tokens)
		refresh[i] = tokens.RefreshToken
	}
	require.Equal(t, slices.Repeat(refresh[:1], len(refresh)), refresh)

	return refresh[0]
}

func TestASVSV1044NoOtherGrant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	for _, grant := range []string{
		"password", "authorization_code", "client_credentials", "implicit", "token",
		"urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:saml2-bearer",
		"urn:ietf:params:oauth:grant-type:token-exchange", "urn:openid:params:grant-type:ciba", "Refresh_Token",
	} {
		res := postForm(b.http, "/oauth/token", "client_id", deviceClientID, "grant_type", grant,
			"username", "kata@example.org", "password", password, "code", "x", "assertion", "x")
		tried(t, "ASVS V10.4.4", "the grant "+grant, res, "400 unsupported_grant_type")
	}
	for _, path := range []string{"/oauth/authorize", "/authorize", "/oauth/register", "/oauth/introspect", "/.well-known/openid-configuration"} {
		res := b.http.Get(path + "?response_type=token&client_id=" + deviceClientID + "&redirect_uri=https://evil.example")
		tried(t, "ASVS V10.4.4", "GET "+path+" for an implicit grant", res, "404 request.not_found")
	}
}

// A stolen refresh token: people's.
func TestASVSV1045ARefreshTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	heard := &eventstest.Recorder{}
	b := setup(t, func(d *Deps) { d.Events = heard })
	l, other := b.register("kata"), b.login("kata")

	got := atOnce(20, func() *httpxtest.Response { return b.refreshTokens(l.RefreshToken) })
	second := sameTokens(t, got)
	require.NotEqual(t, l.RefreshToken, second)
	var rows int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&refreshRow{}).Count(&rows).Error)
	require.Equal(t, int64(3), rows)
	say(t, "ASVS V10.4.5", "20 refreshes at once with one token", "one successor, the same for all")

	b.clock.advance(30 * time.Second)
	require.Equal(t, second, b.mustRefresh(l.RefreshToken).RefreshToken)
	say(t, "ASVS V10.4.5", "a used token within auth.refresh_grace (30 s)", "200, the same successor: a lost answer costs nobody the session")
	next := b.mustRefresh(second)
	b.http.As(next.AccessToken).Get(scoped).Expect(http.StatusOK)
	b.clock.advance(time.Second)

	tried(t, "ASVS V10.4.5", "a used token after the grace time", b.refreshTokens(l.RefreshToken), "401 auth.refresh_reused")
	tried(t, "ASVS V10.4.5", "the newest token of that session then", b.refreshTokens(next.RefreshToken), sessionOver)
	tried(t, "ASVS V10.4.5", "its access token then", b.http.As(next.AccessToken).Get(scoped), sessionOver)
	tried(t, "ASVS V10.4.5", "another session of the same person then", b.http.As(other.AccessToken).Get(scoped), "200")
	reuse := b.audit.Find(actionReuseRefresh)
	require.Len(t, reuse, 1)
	require.Equal(t, auditapi.Refused, reuse[0].Outcome)
	require.Equal(t, l.Household.ID, reuse[0].HouseholdID)
	require.Len(t, heard.Find(events.SessionEnded), 1)
	say(t, "ASVS V10.4.5", "who hears of a reused token", "the record of the household; the person by the event session.ended")
}

// A stolen refresh token: devices'.
func TestASVSV1045ADeviceMayRepeatATokenUntilItHasUsedTheNext(t *testing.T) {
	t.Parallel()
	heard := &eventRecorder{}
	b := setup(t, func(d *Deps) { d.Events = heard })
	_, first := b.pairedDevice(b.register("kata"))
	second := sameTokens(t, atOnce(20, func() *httpxtest.Response { return b.refreshDevice(first.RefreshToken) }))
	say(t, "ASVS V10.4.5", "20 refreshes of a device at once with one token", "one successor, the same for all")
	b.clock.advance(2 * 8760 * time.Hour) // in a drawer, with an answer that never came
	require.NoError(t, b.svc.clean(t.Context()))

	var again, third tokensDTO
	b.refreshDevice(first.RefreshToken).Expect(http.StatusOK).JSON(&again)
	require.Equal(t, second, again.RefreshToken)
	require.Greater(t, again.RefreshExpiresIn, int64(8760*3600))
	say(t, "ASVS V10.4.8", "a device's token after two years in a drawer", "200, the same successor: devices have no end but their removal")
	b.refreshDevice(second).Expect(http.StatusOK).JSON(&third)
	b.http.As(third.AccessToken).Get(scoped).Expect(http.StatusOK)

	tried(t, "ASVS V10.4.5", "a device's used token once the successor is in use", b.refreshDevice(first.RefreshToken), "400 invalid_grant")
	tried(t, "ASVS V10.4.5", "the device's access token then", b.http.As(third.AccessToken).Get(scoped), sessionOver)
	tried(t, "ASVS V10.4.5", "the device's newest token then", b.refreshDevice(third.RefreshToken), "400 invalid_grant")
	require.Len(t, b.audit.Find(actionReuseRefresh), 1)
	require.Equal(t, []string{events.DevicePaired, events.SessionEnded}, heard.kinds())
	require.Equal(t, events.Adults, heard.heard[1].Audience)
}

func TestASVSV1049WhoPairsCanRemove(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	d, tokens := b.pairedDevice(l)
	var list struct{ Items []deviceDTO }
	b.http.As(l.AccessToken).Get("/api/v1/devices").Expect(http.StatusOK).JSON(&list)
	require.Equal(t, d.ID, list.Items[0].ID)
	res := b.http.As(tokens.AccessToken).Delete("/api/v1/devices/" + d.ID)
	tried(t, "ASVS V10.4.9", "a device removing itself, or another one", res, "403 auth.not_allowed")
	tried(t, "ASVS V10.7.3", "an adult removing a device from the list", b.http.As(l.AccessToken).Delete("/api/v1/devices/"+d.ID), "204")
	tried(t, "ASVS V10.4.9", "its refresh token after that", b.refreshDevice(tokens.RefreshToken), "400 invalid_grant")
}

func TestASVSV10410ClientsAreNotBelievedByTheirSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	grant := []string{"grant_type", grantDeviceCode, "device_code", "hhd_x"}
	id := []string{"client_id", deviceClientID}
	basic := b.http.With("Authorization", "Basic aG9tZWh1Yi1kZXZpY2U6c2VjcmV0") // homehub-device:secret
	for _, c := range []struct {
		attempt string
		client  *httpxtest.Client
		fields  []string
		want    string
	}{
		{"no client_id", b.http, nil, "400 invalid_request"},
		{"an empty client_id", b.http, []string{"client_id", ""}, "400 invalid_request"},
		{"another client_id", b.http, []string{"client_id", "mine"}, "400 invalid_client"},
		{"client_id in capitals", b.http, []string{"client_id", "HOMEHUB-DEVICE"}, "400 invalid_client"},
		{"client_id twice", b.http, append(id, id...), "400 invalid_request"},
		{"a client in HTTP Basic alone", basic, nil, "400 invalid_request"},
		{"HTTP Basic beside client_id, and a code that is none", basic, id, "400 invalid_grant"},
		{"a client_secret, and a code that is none", b.http, append(id, "client_secret", "secret"), "400 invalid_grant"},
		{"a client_assertion, and a code that is none", b.http, append(id, "client_assertion", "e30.e30.x"), "400 invalid_grant"},
	} {
		res := postForm(c.client, "/oauth/token", append(slices.Clone(c.fields), grant...)...)
		tried(t, "ASVS V10.4.10", c.attempt, res, c.want)
	}
}

func TestASVSV10411NoScopeIsMoreThanADevice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	var p pairingDTO
	postForm(b.http, "/oauth/device_authorization", "client_id", deviceClientID, "scope", "openid admin owner", "role", "owner").
		Expect(http.StatusOK).JSON(&p)
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)
	res := postForm(b.http, "/oauth/token", "client_id", deviceClientID, "grant_type", grantDeviceCode, "device_code", p.DeviceCode,
		"scope", "openid admin owner").Expect(http.StatusOK)
	require.NotContains(t, string(res.Body), "id_token")
	var tokens tokensDTO
	res.JSON(&tokens)
	as := b.http.As(tokens.AccessToken)
	require.Equal(t, "200 as device", answerAs(as.Get(scoped)))
	say(t, "ASVS V10.4.11", "a device that asks for the scopes openid, admin and owner", "200 as device, no ID token")
	tried(t, "RFC 9700 4.15", "a device calling as a person", as.Get("/api/v1/users/me"), "403 auth.not_allowed")
	tried(t, "RFC 9700 4.15", "a device calling as the operator", as.Get("/api/v1/admin/users"), "403 auth.not_allowed")
}

func TestASVSV107NobodyPairsUnasked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	_, device := b.pairedDevice(nora)
	approve := func(token string, p pairingDTO) *httpxtest.Response {
		body := approving(p)
		body["household_id"] = nora.Household.ID

		return b.http.As(token).Post("/api/v1/devices/approve", body)
	}
	p := b.wait()
	tried(t, "ASVS V10.7.1", "approving a device into somebody else's household", approve(kata.AccessToken, p), "404 auth.household_not_found")
	for _, role := range []identity.Role{identity.RoleChild, identity.RoleGuest} {
		b.exec(subjectMark(kata.User.ID), `DELETE FROM auth_memberships WHERE user_id = ? AND household_id = ?`, kata.User.ID, nora.Household.ID)
		b.join(kata.User.ID, nora.Household.ID, role, nil)
		tried(t, "ASVS V10.7.1", "approving a device as a "+string(role), approve(kata.AccessToken, p), "403 auth.not_allowed")
	}
	tried(t, "ASVS V10.7.1", "approving a device as another device", approve(device.AccessToken, p), "403 auth.not_allowed")
	require.Len(t, b.audit.Find(actionRefuse), 3)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")

	page := string(b.pairLogin("nora", p.UserCode).Expect(http.StatusOK).Body)
	for _, shown := range []string{"Konyhai tablet", nora.Household.Name, p.UserCode, "Beengedem", "Elutasítom"} {
		require.Contains(t, page, shown)
	}
	require.Contains(t, page, "Csak olyan készüléket engedjen be, amelyik most Ön előtt van")
	say(t, "RFC 8628 5.4", "talking somebody into approving a device that they do not see", "the page says to let in only what one has before oneself")
	say(t, "ASVS V10.7.2", "what a person sees before they decide", "what the device calls itself, its code and the household; opening the page decides nothing")
	b.exec(subjectMark(kata.User.ID), `UPDATE auth_memberships SET role = 'adult' WHERE user_id = ? AND household_id = ?`,
		kata.User.ID, nora.Household.ID)
	tried(t, "ASVS V10.7.1", "approving a device as an adult", approve(kata.AccessToken, p), "200")
	for round, other := range []loginDTO{kata, nora} {
		tried(t, "ASVS V10.7.1", "approving it once more, "+strconv.Itoa(round+1), approve(other.AccessToken, p), "409 auth.user_code_used")
	}
}
