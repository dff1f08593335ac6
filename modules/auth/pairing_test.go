package auth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
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
