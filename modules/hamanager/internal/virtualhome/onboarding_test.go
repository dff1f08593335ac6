package virtualhome

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"homehub/platform/clock"
)

func TestOnboardingEndsWithItsRoutesAfterARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	h := open(t, Options{Definition: builtIn(t), StatePath: path})
	b := newBrowser(t, h)

	_, steps := b.request("GET", "/api/onboarding", nil)
	require.JSONEq(t, `[{"step":"user","done":false},{"step":"core_config","done":false},
		{"step":"analytics","done":false},{"step":"integration","done":false}]`, steps)
	b.onboard()
	status, steps := b.request("GET", "/api/onboarding", nil)
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, steps, "false")
	require.NoError(t, h.Close())

	again := newBrowser(t, open(t, Options{Definition: builtIn(t), StatePath: path}))
	status, _ = again.request("GET", "/api/onboarding", nil)
	require.Equal(t, http.StatusNotFound, status)
	again.token = b.token
	status, _ = again.request("GET", "/api/", nil)
	require.Equal(t, http.StatusOK, status, "the token outlives the restart")
}

func TestOnboardingRefuses(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, open(t, Options{}))
	user := map[string]string{"name": "x", "username": "x", "password": "y", "client_id": clientID, "language": "hu"}

	for name, tc := range map[string]struct {
		method, path string
		body         any
		status       int
		want         string
	}{
		"bad JSON":       {"POST", "/api/onboarding/users", "{", 400, `{"message":"Invalid JSON."}`},
		"missing keys":   {"POST", "/api/onboarding/users", map[string]string{"name": "x"}, 400, "required key not provided @ data['"},
		"extra keys":     {"POST", "/api/onboarding/users", map[string]any{"name": "x", "zz": 1}, 400, "Message format incorrect: "},
		"no token":       {"POST", "/api/onboarding/core_config", nil, 401, "401: Unauthorized"},
		"wrong method":   {"POST", "/api/", nil, 405, "405: Method Not Allowed"},
		"unknown path":   {"GET", "/api/nope", nil, 404, "404: Not Found"},
		"too early":      {"GET", "/auth/providers", nil, 400, "onboarding_required"},
		"no grant type":  {"POST", "/auth/token", url.Values{}, 400, "unsupported_grant_type"},
		"unknown code":   {"POST", "/auth/token", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_id": {clientID}}, 400, "Invalid code"},
		"bad client":     {"POST", "/auth/token", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_id": {"x"}}, 400, "Invalid client id"},
		"unknown token":  {"POST", "/auth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}, "client_id": {clientID}}, 400, "invalid_grant"},
		"unknown flow":   {"DELETE", "/auth/login_flow/x", nil, 404, "Invalid flow specified"},
		"client of flow": {"POST", "/auth/login_flow", map[string]any{"client_id": "x", "handler": []any{"homeassistant", nil}, "redirect_uri": "x"}, 400, "Invalid client id"},
	} {
		status, body := b.request(tc.method, tc.path, tc.body)
		require.Equal(t, tc.status, status, "%s: %s", name, body)
		require.Contains(t, body, tc.want, name)
	}

	user["username"] = "Big"
	status, _ := b.request("POST", "/api/onboarding/users", user)
	require.Equal(t, http.StatusInternalServerError, status, "a name that is not normal is not caught")
	b.onboard()
	user["username"] = "other"
	status, body := b.request("POST", "/api/onboarding/users", user)
	require.Equal(t, http.StatusForbidden, status)
	require.JSONEq(t, `{"message":"User step already done"}`, body)
	status, body = b.request("POST", "/api/onboarding/analytics", nil)
	require.Equal(t, http.StatusForbidden, status, body)
}

func TestAFreshHomeHasThreeRooms(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{})

	var areas []area
	s.must(`{"type":"config/area_registry/list"}`, &areas)

	require.Len(t, areas, 3)
	require.Equal(t, []string{"nappali", "konyha", "haloszoba"}, []string{areas[0].ID, areas[1].ID, areas[2].ID})
}

func TestADescribedHomeKeepsItsRoomsNamesAndExposure(t *testing.T) {
	t.Parallel()
	f := builtIn(t)
	_, _, s := connect(t, Options{Definition: f})

	var areas []area
	s.must(`{"type":"config/area_registry/list"}`, &areas)
	require.Len(t, areas, len(f.Areas))
	var list struct {
		Entities map[string]map[string]bool `json:"exposed_entities"`
	}
	s.must(`{"type":"homeassistant/expose_entity/list"}`, &list)
	for _, e := range f.Entities {
		require.True(t, list.Entities[e.ID]["conversation"], e.ID)
	}
	require.Len(t, list.Entities, len(f.Entities), "nothing else is exposed")

	var rows map[string]struct {
		Aliases  []string `json:"aliases"`
		AreaID   *string  `json:"area_id"`
		DeviceID *string  `json:"device_id"`
	}
	s.must(`{"type":"config/entity_registry/get_entries","entity_ids":["light.nappali_csillar","climate.termosztat"]}`, &rows)
	require.Equal(t, []string{"nappali lámpa", "nappali csillár"}, rows["light.nappali_csillar"].Aliases)
	require.Equal(t, "nappali", *rows["light.nappali_csillar"].AreaID)
	require.Nil(t, rows["climate.termosztat"].AreaID, "it has its device's")
	require.NotNil(t, rows["climate.termosztat"].DeviceID)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	moment := &now
	h := open(t, Options{Now: clock.Clock(func() time.Time { return *moment })})
	b := newBrowser(t, h)
	refresh := b.onboard()
	s := b.dial()

	var longLived string
	s.must(`{"type":"auth/long_lived_access_token","client_name":"homehub","lifespan":3650}`, &longLived)
	repeated := s.command(`{"type":"auth/long_lived_access_token","client_name":"homehub","lifespan":3650}`)
	require.Equal(t, codeUnknown, repeated.Error.Code, "the name is taken")

	h.mu.Lock()
	now = now.Add(31 * time.Minute)
	h.mu.Unlock()
	status, _ := b.request("GET", "/api/", nil)
	require.Equal(t, http.StatusUnauthorized, status, "an access token lasts thirty minutes")
	status, body := b.request("POST", "/auth/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {clientID},
	})
	require.Equal(t, http.StatusOK, status, body)
	require.NotContains(t, body, "refresh_token")

	status, _ = b.request("POST", "/auth/revoke", url.Values{"token": {refresh}})
	require.Equal(t, http.StatusOK, status)
	_, _, err := s.ws.Read(t.Context())
	require.Error(t, err, "revoking ends the session's connections")

	b.token = longLived
	status, _ = b.request("GET", "/api/", nil)
	require.Equal(t, http.StatusOK, status, "a long-lived token stands alone")
}

func TestLoginFlow(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, open(t, Options{}))
	b.onboard()
	_, body := b.request("POST", "/auth/login_flow", map[string]any{
		"client_id": clientID, "handler": []any{"homeassistant", nil}, "redirect_uri": clientID + "cb",
	})
	flow := "/auth/login_flow/" + get(t, body, "flow_id")
	login := func(password string) string {
		_, body := b.request("POST", flow, map[string]string{"client_id": clientID, "username": "homehub", "password": password})

		return body
	}

	require.Contains(t, login("wrong"), `"base":"invalid_auth"`)
	done := login("secret")
	require.Equal(t, "create_entry", get(t, done, "type"))
	require.Contains(t, login("secret"), "Invalid flow specified")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {get(t, done, "result")}, "client_id": {clientID}}
	status, _ := b.request("POST", "/auth/token", form)
	require.Equal(t, http.StatusOK, status)
	status, _ = b.request("POST", "/auth/token", form)
	require.Equal(t, http.StatusBadRequest, status, "a code is good once")
}

func TestWebSocketNeedsAToken(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, open(t, Options{}))
	ws, _, err := websocket.Dial(t.Context(), "http://home/api/websocket", &websocket.DialOptions{HTTPClient: b.client}) //nolint:bodyclose // taken over
	require.NoError(t, err)
	s := &socket{t: t, ws: ws}
	require.Equal(t, "auth_required", s.read().Type)

	s.write(`{"type":"auth","access_token":"wrong"}`)

	require.JSONEq(t, `{"type":"auth_invalid","message":"Invalid access token or password"}`, string(s.readRaw()))
	_, _, err = ws.Read(t.Context())
	require.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(err))
}
