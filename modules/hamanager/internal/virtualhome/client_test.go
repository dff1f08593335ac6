package virtualhome

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/fixture"
)

const clientID = "http://homehub.internal/"

// open makes a home of a description and closes it with the test.
func open(tb testing.TB, o Options) *Home {
	tb.Helper()
	h, err := New(o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, h.Close()) })

	return h
}

func builtIn(tb testing.TB) *fixture.File {
	tb.Helper()
	f, err := fixture.BuiltIn()
	require.NoError(tb, err)

	return f
}

// browser speaks HTTP with a home in memory.
type browser struct {
	t      testing.TB
	client *http.Client
	token  string
}

func newBrowser(tb testing.TB, h *Home) *browser {
	tb.Helper()
	transport := &http.Transport{DialContext: h.Dial}
	tb.Cleanup(transport.CloseIdleConnections)

	return &browser{t: tb, client: &http.Client{Transport: transport}}
}

// request returns the status and the body. A body is sent as JSON, url.Values as a form.
func (b *browser) request(method, path string, body any) (int, string) {
	b.t.Helper()
	var reader io.Reader
	contentType := "application/json"
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	case url.Values:
		reader, contentType = strings.NewReader(body.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(body)
		require.NoError(b.t, err)
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(b.t.Context()), method, "http://home"+path, reader)
	require.NoError(b.t, err)
	r.Header.Set("Content-Type", contentType)
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	response, err := b.client.Do(r)
	require.NoError(b.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)

	return response.StatusCode, string(data)
}

// get decodes a field of a JSON object.
func get(tb testing.TB, body, field string) string {
	tb.Helper()
	var m map[string]any
	require.NoError(tb, json.Unmarshal([]byte(body), &m), body)
	s, ok := m[field].(string)
	require.True(tb, ok, "%s has no %s", body, field)

	return s
}

// onboard does what a client does with a fresh home, and returns the refresh token.
func (b *browser) onboard() string {
	b.t.Helper()
	status, body := b.request("POST", "/api/onboarding/users", map[string]string{
		"name": "homehub", "username": "homehub", "password": "secret", "client_id": clientID, "language": "hu",
	})
	require.Equal(b.t, http.StatusOK, status, body)
	status, body = b.request("POST", "/auth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {get(b.t, body, "auth_code")}, "client_id": {clientID},
	})
	require.Equal(b.t, http.StatusOK, status, body)
	b.token = get(b.t, body, "access_token")
	refresh := get(b.t, body, "refresh_token")
	for _, step := range []string{"core_config", "analytics", "integration"} {
		status, body = b.request("POST", "/api/onboarding/"+step, map[string]string{
			"client_id": clientID, "redirect_uri": clientID + "cb",
		})
		require.Equal(b.t, http.StatusOK, status, body)
	}

	return refresh
}

// socket speaks the WebSocket API with a home in memory.
type socket struct {
	t      testing.TB
	ws     *websocket.Conn
	id     int
	events []json.RawMessage // what came while waiting for results
}

type result struct {
	ID      any             `json:"id"`
	Type    string          `json:"type"`
	Success bool            `json:"success"`
	Result  json.RawMessage `json:"result"`
	Event   json.RawMessage `json:"event"`
	Error   struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (b *browser) dial() *socket {
	b.t.Helper()
	ctx := context.WithoutCancel(b.t.Context())
	ws, _, err := websocket.Dial(ctx, "http://home/api/websocket", &websocket.DialOptions{HTTPClient: b.client}) //nolint:bodyclose // taken over
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(-1)
	s := &socket{t: b.t, ws: ws}
	require.Equal(b.t, "auth_required", s.read().Type)
	s.write(`{"type":"auth","access_token":"` + b.token + `"}`)
	require.Equal(b.t, "auth_ok", s.read().Type)

	return s
}

func (s *socket) write(message string) {
	s.t.Helper()
	require.NoError(s.t, s.ws.Write(context.WithoutCancel(s.t.Context()), websocket.MessageText, []byte(message)))
}

func (s *socket) read() result {
	s.t.Helper()
	var r result
	require.NoError(s.t, json.Unmarshal(s.readRaw(), &r))

	return r
}

func (s *socket) readRaw() []byte {
	s.t.Helper()
	_, data, err := s.ws.Read(context.WithoutCancel(s.t.Context()))
	require.NoError(s.t, err)

	return data
}

// command sends a command without its id and returns its result; events that come first
// are kept.
func (s *socket) command(body string) result {
	s.t.Helper()
	s.id++
	id, err := json.Marshal(s.id)
	require.NoError(s.t, err)
	s.write(`{"id":` + string(id) + `,` + strings.TrimPrefix(body, "{"))
	for {
		r := s.read()
		if r.Type != "event" {
			return r
		}
		s.events = append(s.events, r.Event)
	}
}

// must is command for one that succeeds; it decodes the result into v.
func (s *socket) must(body string, v any) {
	s.t.Helper()
	r := s.command(body)
	require.True(s.t, r.Success, "%s: %+v", body, r.Error)
	if v != nil {
		require.NoError(s.t, json.Unmarshal(r.Result, v))
	}
}

// connect onboards a home and opens a socket.
func connect(tb testing.TB, o Options) (*Home, *browser, *socket) {
	tb.Helper()
	h := open(tb, o)
	b := newBrowser(tb, h)
	b.onboard()

	return h, b, b.dial()
}
