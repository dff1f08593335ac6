package hass_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/hass"
	"homehub/platform/identity"
)

func cut(service string) (domain, name string, ok bool) { return strings.Cut(service, ".") }

func setup(o hass.Owner) hass.Setup {
	return hass.Setup{
		Owner: o,
		Place: hass.Place{
			LocationName: "Teszt", Language: "hu", TimeZone: "Europe/Budapest", Country: "HU",
			UnitSystem: "metric", Latitude: 47.4979, Longitude: 19.0402,
		},
		ClientName: "suite " + identity.NewID(),
	}
}

// send makes a plain HTTP request, with no client of ours in between.
func send(t *testing.T, e hass.Endpoint, method, path, body string) (status int, answer string, header http.Header) {
	t.Helper()
	transport := &http.Transport{DialContext: e.Dial, DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(testContext(t), method, e.BaseURL+path, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	if e.Token != "" {
		request.Header.Set("Authorization", "Bearer "+e.Token)
	}
	response, err := transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return response.StatusCode, string(raw), response.Header
}

func freshHome(t *testing.T, h home) hass.Endpoint {
	t.Helper()
	if h.fresh == nil {
		t.Skip("onboarding happens once on a real installation; setting it up was this test")
	}

	return h.fresh(t)
}

func testFreshOnboarding(t *testing.T, h home) {
	t.Helper()
	e := freshHome(t, h)

	status, body, _ := send(t, e, http.MethodGet, "/api/onboarding", "")
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `[{"step":"user","done":false},{"step":"core_config","done":false},
		{"step":"analytics","done":false},{"step":"integration","done":false}]`, body)
	status, body, _ = send(t, e, http.MethodGet, "/auth/providers", "")
	require.Equal(t, http.StatusBadRequest, status)
	require.JSONEq(t, `{"message":"Onboarding not finished","code":"onboarding_required"}`, body)
	status, _, _ = send(t, e, http.MethodPost, "/api/onboarding/core_config", "{}")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _, _ = send(t, e, http.MethodPost, "/api/onboarding/users", `{"name": "only"}`)
	require.Equal(t, http.StatusBadRequest, status)

	client := hass.NewClient(e)
	defer client.Close()
	token, err := client.SetUp(testContext(t), setup(h.owner))
	require.NoError(t, err)

	e.Token = token
	conn, err := hass.Connect(t.Context(), e)
	require.NoError(t, err)
	defer conn.Close()
	user, err := conn.CurrentUser(testContext(t))
	require.NoError(t, err)
	require.True(t, user.IsOwner)
	require.True(t, user.IsAdmin)
	status, body, _ = send(t, e, http.MethodPost, "/api/onboarding/users", `{"name": "a", "username": "b", "password": "c",
		"client_id": "http://homehub.internal/", "language": "hu"}`)
	require.Equal(t, http.StatusForbidden, status)
	require.JSONEq(t, `{"message":"User step already done"}`, body)
}

func testOnboardingAfterCrash(t *testing.T, h home) {
	t.Helper()
	e := freshHome(t, h)
	owner, err := json.Marshal(map[string]string{
		"name": h.owner.Name, "username": h.owner.Username, "password": h.owner.Password,
		"client_id": "http://homehub.internal/", "language": "hu",
	})
	require.NoError(t, err)
	status, _, _ := send(t, e, http.MethodPost, "/api/onboarding/users", string(owner))
	require.Equal(t, http.StatusOK, status) // and here homehub died

	client := hass.NewClient(e)
	defer client.Close()
	token, err := client.SetUp(testContext(t), setup(h.owner))

	require.NoError(t, err)
	require.NotEmpty(t, token)
}

func testSetUpAgain(t *testing.T, h home) {
	t.Helper()
	e := h.endpoint
	e.Token = ""
	client := hass.NewClient(e)
	defer client.Close()

	token, err := client.SetUp(testContext(t), setup(h.owner))
	require.NoError(t, err)
	require.NotEqual(t, h.endpoint.Token, token)

	e.Token = token
	conn, err := hass.Connect(t.Context(), e)
	require.NoError(t, err)
	conn.Close()
}

func testWrongPassword(t *testing.T, h home) {
	t.Helper()
	client := hass.NewClient(h.endpoint)
	defer client.Close()

	_, err := client.Login(testContext(t), h.owner.Username, "not "+h.owner.Password)
	require.ErrorIs(t, err, hass.ErrInvalidAuth)

	_, err = client.Login(testContext(t), "nobody", h.owner.Password)
	require.ErrorIs(t, err, hass.ErrInvalidAuth)
}

func testCodesAndTokens(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	client := hass.NewClient(h.endpoint)
	defer client.Close()
	code, err := client.Login(ctx, h.owner.Username, h.owner.Password)
	require.NoError(t, err)

	tokens, err := client.ExchangeCode(ctx, code)
	require.NoError(t, err)
	_, err = client.ExchangeCode(ctx, code)
	require.ErrorIs(t, err, hass.ErrInvalidAuth, "a code works once")

	again, err := client.Refresh(ctx, tokens.Refresh)
	require.NoError(t, err)
	session := h.endpoint
	session.Token = again.Access
	conn, err := hass.Connect(ctx, session)
	require.NoError(t, err)
	defer conn.Close()

	require.NoError(t, client.Revoke(ctx, tokens.Refresh))
	select {
	case <-conn.Done(): // revoking ends the connections made with it
	case <-ctx.Done():
		require.Fail(t, "the connection outlived its token")
	}
	_, err = client.Refresh(ctx, tokens.Refresh)
	require.ErrorIs(t, err, hass.ErrInvalidAuth)
	require.NoError(t, client.Revoke(ctx, tokens.Refresh), "revoking twice is fine")

	status, body, _ := send(t, h.endpoint, http.MethodPost, "/auth/token", "")
	require.Equal(t, http.StatusBadRequest, status)
	require.JSONEq(t, `{"error":"unsupported_grant_type"}`, body)
}

func testLongLivedTokens(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	name := "suite " + identity.NewID()

	token, err := conn.CreateToken(ctx, name)
	require.NoError(t, err)
	_, err = conn.CreateToken(ctx, name)
	requireCode(t, err, "unknown_error")

	other := h.endpoint
	other.Token = token
	second, err := hass.Connect(ctx, other)
	require.NoError(t, err)
	second.Close()
}

func testWrongToken(t *testing.T, h home) {
	t.Helper()
	for name, token := range map[string]string{
		"empty": "", "nonsense": "nonsense", "cut": h.endpoint.Token[:len(h.endpoint.Token)-3],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong := h.endpoint
			wrong.Token = token

			_, err := hass.Connect(testContext(t), wrong)
			require.ErrorIs(t, err, hass.ErrInvalidAuth)

			client := hass.NewClient(wrong)
			defer client.Close()
			_, err = client.Config(testContext(t))
			require.ErrorIs(t, err, hass.ErrInvalidAuth)
		})
	}
}

func testStatusCodes(t *testing.T, h home) {
	t.Helper()
	stranger := h.endpoint
	stranger.Token = ""
	cases := map[string]struct {
		endpoint     hass.Endpoint
		method, path string
		body         string
		wantStatus   int
		wantBody     string // empty: anything
	}{
		"manifest needs no token": {endpoint: stranger, method: "GET", path: "/manifest.json", wantStatus: 200},
		"no token":                {endpoint: stranger, method: "GET", path: "/api/", wantStatus: 401, wantBody: "401: Unauthorized"},
		"api":                     {endpoint: h.endpoint, method: "GET", path: "/api/", wantStatus: 200, wantBody: `{"message":"API running."}`},
		"api without slash":       {endpoint: h.endpoint, method: "GET", path: "/api", wantStatus: 404},
		"core state":              {endpoint: h.endpoint, method: "GET", path: "/api/core/state", wantStatus: 200},
		"one state":               {endpoint: h.endpoint, method: "GET", path: "/api/states/" + h.lamp, wantStatus: 200},
		"no such state":           {endpoint: h.endpoint, method: "GET", path: "/api/states/light.nincs", wantStatus: 404, wantBody: `{"message":"Entity not found."}`},
		"services":                {endpoint: h.endpoint, method: "GET", path: "/api/services", wantStatus: 200},
		"method":                  {endpoint: h.endpoint, method: "PUT", path: "/api/config", wantStatus: 405},
		"service by REST":         {endpoint: h.endpoint, method: "POST", path: "/api/services/homeassistant/update_entity", body: `{"entity_id": "` + h.lamp + `"}`, wantStatus: 200, wantBody: "[]"},
		"unknown service by REST": {endpoint: h.endpoint, method: "POST", path: "/api/services/light/nincs", body: "{}", wantStatus: 400},
		"bad JSON":                {endpoint: h.endpoint, method: "POST", path: "/api/services/light/turn_on", body: "{", wantStatus: 400},
		"unknown login flow":      {endpoint: stranger, method: "POST", path: "/auth/login_flow/nincs", body: `{"client_id": "http://homehub.internal/"}`, wantStatus: 404},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body, _ := send(t, tc.endpoint, tc.method, tc.path, tc.body)

			require.Equal(t, tc.wantStatus, status, body)
			if tc.wantBody != "" {
				require.Equal(t, tc.wantBody, body)
			}
		})
	}
}

func testConfig(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	client := hass.NewClient(h.endpoint)
	defer client.Close()

	require.NoError(t, client.Manifest(ctx))
	require.NoError(t, conn.UpdateConfig(ctx, setup(h.owner).Place))
	byREST, err := client.Config(ctx)
	require.NoError(t, err)
	bySocket, err := conn.Config(ctx)
	require.NoError(t, err)

	require.Equal(t, byREST, bySocket)
	require.Equal(t, hass.Config{
		Version: conn.Version(), State: "RUNNING", LocationName: "Teszt",
		TimeZone: "Europe/Budapest", Language: "hu", Country: "HU",
	}, bySocket)

	err = conn.Do(ctx, map[string]any{"type": "config/core/update", "time_zone": "Europe/Atlantis"}, nil)
	requireCode(t, err, "invalid_format")
	err = conn.Do(ctx, map[string]any{"type": "config/core/update", "latitude": "north"}, nil)
	requireCode(t, err, "invalid_format")
}
