package auth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/kv/kvtest"
)

// postForm sends fields as a form.
func postForm(c *httpxtest.Client, path string, fields ...string) *httpxtest.Response {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	req := c.Request(http.MethodPost, path, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	return c.Do(req)
}

// wait lets a device wait for approval.
func (b *bench) wait() pairingDTO {
	b.tb.Helper()
	var p pairingDTO
	postForm(b.http, "/oauth/device_authorization", "client_id", deviceClientID, "device_name", "Konyhai tablet").
		Expect(http.StatusOK).JSON(&p)

	return p
}

func (b *bench) poll(deviceCode string) *httpxtest.Response {
	b.tb.Helper()

	return postForm(b.http, "/oauth/token", "client_id", deviceClientID, "grant_type", grantDeviceCode, "device_code", deviceCode)
}

func (b *bench) refreshDevice(token string) *httpxtest.Response {
	b.tb.Helper()

	return postForm(b.http, "/oauth/token", "client_id", deviceClientID, "grant_type", grantRefresh, "refresh_token", token)
}

// expectOAuth fails the test unless the response is this refusal.
func expectOAuth(tb testing.TB, res *httpxtest.Response, status int, word string) {
	tb.Helper()
	var e oauthErrorDTO
	res.Expect(status).JSON(&e)
	require.Equal(tb, word, e.Error)
	require.NotEmpty(tb, e.Description)
	require.Equal(tb, "no-store", res.Header.Get("Cache-Control"))
}

func approving(p pairingDTO) map[string]any {
	return map[string]any{"user_code": p.UserCode, "name": "Tablet", "area": "Konyha"}
}

// pairedDevice is a device of l's household with its first tokens.
func (b *bench) pairedDevice(l loginDTO) (deviceDTO, tokensDTO) {
	b.tb.Helper()
	p := b.wait()
	var d deviceDTO
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK).JSON(&d)
	var t tokensDTO
	b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&t)

	return d, t
}

func TestADeviceIsPaired(t *testing.T) {
	t.Parallel()
	heard := &eventRecorder{}
	b := setup(t, func(d *Deps) { d.Events = heard })
	l := b.register("kata")
	p := b.wait()
	require.Equal(t, "http://homehub.test/pair", p.VerificationURI)
	require.Equal(t, "http://homehub.test/pair?user_code="+p.UserCode, p.VerificationURIComplete)
	require.Equal(t, []int64{600, 5}, []int64{p.ExpiresIn, p.Interval})
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")

	var d deviceDTO
	as := b.http.As(l.AccessToken)
	as.Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK).JSON(&d)
	require.Equal(t, "Tablet", d.Name)
	require.Equal(t, "Konyha", *d.Area)
	require.Nil(t, d.LastSeenAt)
	require.Nil(t, d.AllowedDomains)
	res := b.poll(p.DeviceCode).Expect(http.StatusOK)
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	var tokens tokensDTO
	res.JSON(&tokens)

	home := b.http.As(tokens.AccessToken).Get(scoped).Expect(http.StatusOK)
	require.Equal(t, []string{l.Household.ID, "device", "Tablet"},
		[]string{home.Header.Get("X-Household"), home.Header.Get("X-Role"), home.Header.Get("X-Name")})
	said, err := b.svc.tokens.verify(t.Context(), tokens.AccessToken)
	require.NoError(t, err)
	require.Equal(t, []string{d.ID, d.ID, string(identity.RoleDevice)}, []string{said.Subject, said.DeviceID, string(said.Role)})
	var seen deviceDTO
	b.http.As(tokens.AccessToken).Get("/api/v1/devices/" + d.ID).Expect(http.StatusOK).JSON(&seen)
	require.NotNil(t, seen.LastSeenAt)
	require.Equal(t, []string{actionPairDevice, actionRedeemDevice}, b.audit.Actions()[len(b.audit.Actions())-2:])
	require.Equal(t, []string{events.DevicePaired}, heard.kinds())
}

func TestUserCodesAreReadHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	as := b.http.As(b.register("kata").AccessToken)
	for _, typed := range []func(string) string{
		strings.ToLower,
		func(c string) string { return strings.ReplaceAll(c, "-", "") },
		func(c string) string { return " " + strings.ReplaceAll(c, "-", " ") + " " },
	} {
		p := b.wait()
		as.Post("/api/v1/devices/approve", map[string]any{"user_code": typed(p.UserCode), "name": "Tablet"}).Expect(http.StatusOK)
	}
}

func TestPublicURLIsWhereDevicesSendPeople(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.PublicURL = "https://home.example/" })

	require.Equal(t, "https://home.example/pair", b.wait().VerificationURI)
}

func TestWhatADeviceMayGetWrong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := []string{"client_id", deviceClientID}
	for name, tc := range map[string]struct {
		path   string
		fields []string
		word   string
	}{
		"no client":           {"/oauth/device_authorization", nil, "invalid_request"},
		"an empty client":     {"/oauth/device_authorization", []string{"client_id", ""}, "invalid_request"},
		"another client":      {"/oauth/device_authorization", []string{"client_id", "mine"}, "invalid_client"},
		"a client twice":      {"/oauth/device_authorization", append(id, id...), "invalid_request"},
		"a name too long":     {"/oauth/device_authorization", append(id, "device_name", strings.Repeat("a", 101)), "invalid_request"},
		"a control character": {"/oauth/device_authorization", append(id, "device_name", "a\nb"), "invalid_request"},
		"token, no client":    {"/oauth/token", []string{"grant_type", grantRefresh, "refresh_token", "x"}, "invalid_request"},
		"token, other client": {"/oauth/token", []string{"grant_type", grantRefresh, "client_id", "mine"}, "invalid_client"},
		"no grant":            {"/oauth/token", id, "invalid_request"},
		"an unknown grant":    {"/oauth/token", append(id, "grant_type", "password"), "unsupported_grant_type"},
		"no device code":      {"/oauth/token", append(id, "grant_type", grantDeviceCode), "invalid_request"},
		"no refresh token":    {"/oauth/token", append(id, "grant_type", grantRefresh), "invalid_request"},
		"a made-up code":      {"/oauth/token", append(id, "grant_type", grantDeviceCode, "device_code", "hhd_x"), "invalid_grant"},
		"a made-up token":     {"/oauth/token", append(id, "grant_type", grantRefresh, "refresh_token", "hhr_x"), "invalid_grant"},
		"more than is known":  {"/oauth/token", append(id, "scope", "all", "grant_type", grantRefresh, "refresh_token", "hhr_x"), "invalid_grant"},
		"text that is none":   {"/oauth/token", append(id, "grant_type", "\xff"), "invalid_request"},
		"a NUL":               {"/oauth/token", append(id, "grant_type", "a\x00"), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectOAuth(t, postForm(b.http.For(t), tc.path, tc.fields...), http.StatusBadRequest, tc.word)
		})
	}
	t.Run("no form", func(t *testing.T) {
		t.Parallel()
		expectOAuth(t, b.http.For(t).Post("/oauth/token", map[string]string{"client_id": deviceClientID}), 415, "invalid_request")
		expectOAuth(t, b.http.For(t).Post("/oauth/token", nil), 400, "invalid_request")
		expectOAuth(t, postForm(b.http.For(t), "/oauth/token", "client_id", strings.Repeat("a", 1<<20)), 413, "invalid_request")
	})
}

func TestADeviceThatAsksTooOftenIsSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	p := b.wait()
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")
	b.clock.advance(2 * time.Second)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "slow_down") // from now on every 10 seconds
	b.clock.advance(6 * time.Second)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "slow_down") // every 15
	b.clock.advance(15 * time.Second)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "authorization_pending")

	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)
	b.poll(p.DeviceCode).Expect(http.StatusOK) // who is let in need not wait
}

func TestACodeIsDecidedAboutOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	for name, decide := range map[string]func(c *httpxtest.Client, p pairingDTO) *httpxtest.Response{
		"approve": func(c *httpxtest.Client, p pairingDTO) *httpxtest.Response {
			return c.Post("/api/v1/devices/approve", approving(p))
		},
		"deny": func(c *httpxtest.Client, p pairingDTO) *httpxtest.Response {
			return c.Post("/api/v1/devices/deny", map[string]any{"user_code": p.UserCode})
		},
	} {
		p := b.wait()
		require.Less(t, decide(b.http.As(kata.AccessToken), p).Status, 300, name)
		for _, who := range []loginDTO{kata, nora} {
			b.http.As(who.AccessToken).Post("/api/v1/devices/approve", approving(p)).ExpectProblem(409, "auth.user_code_used")
			b.http.As(who.AccessToken).Post("/api/v1/devices/deny", map[string]any{"user_code": p.UserCode}).
				ExpectProblem(409, "auth.user_code_used")
		}
		if name == "deny" {
			expectOAuth(t, b.poll(p.DeviceCode), 400, "access_denied")
		} else {
			var tokens tokensDTO
			b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&tokens)
			require.Equal(t, kata.Household.ID, b.http.As(tokens.AccessToken).Get(scoped).Header.Get("X-Household"))
		}
	}
}

func TestTwentyApprovalsAtOnceMakeOneDevice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	p := b.wait()
	caller := identity.Principal{Kind: identity.User, ID: l.User.ID, HouseholdID: l.Household.ID, Role: identity.RoleOwner}

	approved := make(chan string, 20)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			d, err := b.svc.approveDevice(t.Context(), caller, approval{UserCode: p.UserCode, Name: "Tablet"})
			if err == nil {
				approved <- d.ID
				return
			}
			if !errors.Is(err, errUserCodeUsed) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Len(t, approved, 1)
	var list struct{ Items []deviceDTO }
	b.http.As(l.AccessToken).Get("/api/v1/devices").Expect(http.StatusOK).JSON(&list)
	require.Len(t, list.Items, 1)
}

func TestCodesExpire(t *testing.T) {
	t.Parallel()
	b := setup(t)
	as := b.http.As(b.register("kata").AccessToken)
	late, approved := b.wait(), b.wait()
	b.clock.advance(9 * time.Minute)
	as.Post("/api/v1/devices/approve", approving(approved)).Expect(http.StatusOK)
	b.clock.advance(time.Minute)

	as.Post("/api/v1/devices/approve", approving(late)).ExpectProblem(404, "auth.user_code_not_found")
	as.Post("/api/v1/devices/deny", map[string]any{"user_code": late.UserCode}).ExpectProblem(404, "auth.user_code_not_found")
	expectOAuth(t, b.poll(late.DeviceCode), 400, "expired_token")
	b.poll(approved.DeviceCode).Expect(http.StatusOK) // it was approved in time
	b.clock.advance(10 * time.Minute)
	expectOAuth(t, b.poll(approved.DeviceCode), 400, "expired_token")

	b.clock.advance(time.Hour)
	require.NoError(t, b.svc.clean(t.Context()))
	expectOAuth(t, b.poll(late.DeviceCode), 400, "invalid_grant")
}

func TestGuessesOfUserCodesAreLimitedAndRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.UserCodes = kv.Limit{Count: 3, Period: time.Minute} })
	kata, nora := b.register("kata"), b.register("nora")
	p := b.wait()
	guess := func(who loginDTO, code string) *httpxtest.Response {
		return b.http.As(who.AccessToken).Post("/api/v1/devices/approve", map[string]any{"user_code": code, "name": "x"})
	}

	guess(kata, "BBBB-BBBB").ExpectProblem(404, "auth.user_code_not_found")
	guess(kata, "not a code").ExpectProblem(404, "auth.user_code_not_found")
	b.http.As(kata.AccessToken).Post("/api/v1/devices/deny", map[string]any{"user_code": "CCCC-CCCC"}).
		ExpectProblem(404, "auth.user_code_not_found")
	res := guess(kata, p.UserCode) // the right one comes too late
	res.ExpectProblem(429, "auth.too_many_user_codes")
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	guess(nora, p.UserCode).Expect(http.StatusOK) // nobody else is hindered

	refused := b.audit.Find(actionPairDevice)
	require.Equal(t, auditapi.Refused, refused[0].Outcome)
	require.Equal(t, kata.Household.ID, refused[0].HouseholdID)
}

func TestWhoMayPair(t *testing.T) {
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
	approve(kata.AccessToken, p).ExpectProblem(404, "auth.household_not_found")
	for _, role := range []identity.Role{identity.RoleChild, identity.RoleGuest} {
		b.exec(subjectMark(kata.User.ID), `DELETE FROM auth_memberships WHERE user_id = ? AND household_id = ?`, kata.User.ID, nora.Household.ID)
		b.join(kata.User.ID, nora.Household.ID, role, nil)
		approve(kata.AccessToken, p).ExpectProblem(403, "auth.not_allowed")
	}
	approve(device.AccessToken, p).ExpectProblem(403, "auth.not_allowed")
	require.Len(t, b.audit.Find(actionRefuse), 3)

	b.exec(subjectMark(kata.User.ID), `UPDATE auth_memberships SET role = 'adult' WHERE user_id = ? AND household_id = ?`,
		kata.User.ID, nora.Household.ID)
	approve(kata.AccessToken, p).Expect(http.StatusOK)
}

func TestALostAnswerCostsNoPairing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	p := b.wait()
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK)

	var first, again tokensDTO
	b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&first)
	b.poll(p.DeviceCode).Expect(http.StatusOK).JSON(&again)
	require.Equal(t, first.RefreshToken, again.RefreshToken)
	require.Len(t, b.audit.Find(actionRedeemDevice), 1)

	b.refreshDevice(first.RefreshToken).Expect(http.StatusOK)
	expectOAuth(t, b.poll(p.DeviceCode), 400, "invalid_grant") // whoever comes with the code now has stolen it
	b.http.As(first.AccessToken).Get(scoped).ExpectProblem(401, "auth.session_ended")
	require.Len(t, b.audit.Find(actionReuseRefresh), 1)
}

func TestCodesAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.wait()
	code, ok := readUserCode(p.UserCode)
	require.True(t, ok)

	var rows []grantRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&rows).Error)
	require.Len(t, rows, 1)
	require.NotContains(t, string(rows[0].UserCodeHash), code)
	require.NotContains(t, string(rows[0].DeviceCodeHash), p.DeviceCode)
	require.NotEqual(t, hashToken(code), rows[0].UserCodeHash, "34 bits are found by trying: a plain hash would tell the code")
}

func TestUserCodesAreEvenlySpread(t *testing.T) {
	t.Parallel()
	counts := map[rune]int{}
	for range 5000 {
		code := newUserCode()
		require.Len(t, code, userCodeLength)
		for _, r := range code {
			counts[r]++
		}
	}
	require.Len(t, counts, len(userCodeLetters))
	for letter, n := range counts {
		require.InDelta(t, 2000, n, 300, "%c", letter) // 7 standard deviations
	}
}

func TestARemovedDeviceIsOutAtOnceEverywhere(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	heard := &eventRecorder{}
	b := setup(t, func(d *Deps) { d.KV, d.Events = shared, heard })
	other := setup(t, b.on(shared))
	l := b.register("kata")
	d, tokens := b.pairedDevice(l)
	unfetched := b.wait()
	var second deviceDTO
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(unfetched)).Expect(http.StatusOK).JSON(&second)
	other.http.As(tokens.AccessToken).Get(scoped).Expect(http.StatusOK)

	b.http.As(l.AccessToken).Delete("/api/v1/devices/" + d.ID).Expect(http.StatusNoContent)

	for _, replica := range []*bench{other, b} {
		replica.http.As(tokens.AccessToken).Get(scoped).ExpectProblem(401, "auth.session_ended")
		expectOAuth(t, replica.refreshDevice(tokens.RefreshToken), 400, "invalid_grant")
	}
	b.http.As(l.AccessToken).Delete("/api/v1/devices/"+d.ID).ExpectProblem(404, "auth.device_not_found")
	b.http.As(l.AccessToken).Delete("/api/v1/devices/" + second.ID).Expect(http.StatusNoContent)
	expectOAuth(t, b.poll(unfetched.DeviceCode), 400, "access_denied")
	var sessions int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&sessionRow{}).Where("kind = 'device'").Count(&sessions).Error)
	require.Zero(t, sessions)
	require.Len(t, b.audit.Find(actionRemoveDevice), 2)
	require.Equal(t, []string{"device.paired", "device.paired", "device.removed", "device.removed"}, heard.kinds())
}
