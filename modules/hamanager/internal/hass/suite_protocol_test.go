package hass_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/hamanager/internal/hass"
)

// wire is a bare WebSocket, to say what the client never would.
type wire struct {
	t  *testing.T
	ws *websocket.Conn
}

func dialBare(t *testing.T, h home) wire {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: h.endpoint.Dial}}
	//nolint:bodyclose // the library has closed it, or made the connection of it
	ws, _, err := websocket.Dial(testContext(t), h.endpoint.BaseURL+"/api/websocket", &websocket.DialOptions{HTTPClient: client})
	require.NoError(t, err)
	ws.SetReadLimit(1 << 26)
	t.Cleanup(func() { _ = ws.CloseNow() })
	w := wire{t: t, ws: ws}
	require.Equal(t, "auth_required", w.receive()["type"])

	return w
}

func dialAuthenticated(t *testing.T, h home) wire {
	t.Helper()
	w := dialBare(t, h)
	w.send(fmt.Sprintf(`{"type":"auth","access_token":%q}`, h.endpoint.Token))
	require.Equal(t, "auth_ok", w.receive()["type"])

	return w
}

func (w wire) send(text string) {
	w.t.Helper()
	require.NoError(w.t, w.ws.Write(testContext(w.t), websocket.MessageText, []byte(text)))
}

func (w wire) read() ([]byte, error) {
	w.t.Helper()
	_, raw, err := w.ws.Read(testContext(w.t))

	return raw, err
}

func (w wire) receive() map[string]any {
	w.t.Helper()
	raw, err := w.read()
	require.NoError(w.t, err)
	var message map[string]any
	require.NoError(w.t, json.Unmarshal(raw, &message), string(raw))

	return message
}

// requireClosed reads until the server has ended the connection.
func (w wire) requireClosed() {
	w.t.Helper()
	for {
		if _, err := w.read(); err != nil {
			require.NotErrorIs(w.t, err, context.DeadlineExceeded, "the server keeps it open")

			return
		}
	}
}

func testIDs(t *testing.T, h home) {
	t.Helper()
	w := dialAuthenticated(t, h)

	w.send(`{"id":5,"type":"ping"}`)
	require.Equal(t, map[string]any{"id": 5.0, "type": "pong"}, w.receive())
	for _, id := range []int{5, 4} {
		w.send(fmt.Sprintf(`{"id":%d,"type":"ping"}`, id))
		answer := w.receive()
		require.Equal(t, "result", answer["type"])
		require.InDelta(t, id, answer["id"], 0)
		require.Equal(t, false, answer["success"])
		require.Equal(t, map[string]any{"code": "id_reuse", "message": "Identifier values have to increase."}, answer["error"])
	}
	w.send(`{"id":100,"type":"ping"}`)
	require.Equal(t, "pong", w.receive()["type"])
}

func testMalformed(t *testing.T, h home) {
	t.Helper()
	w := dialAuthenticated(t, h)
	cases := []struct {
		name, frame string
		wantID      any
		wantCode    string
		wantMessage string // empty: anything
	}{
		{"no type", `{"id":1}`, 1.0, "invalid_format", "Message incorrectly formatted."},
		{"no id", `{"type":"ping"}`, nil, "invalid_format", "Message incorrectly formatted."},
		{"id zero", `{"id":0,"type":"ping"}`, 0.0, "invalid_format", "Message incorrectly formatted."},
		{"id no number", `{"id":"x","type":"ping"}`, "x", "invalid_format", "Message incorrectly formatted."},
		{"no object", `7`, 0.0, "invalid_format", "Message incorrectly formatted."},
		{"unknown command", `{"id":10,"type":"nonsense"}`, 10.0, "unknown_command", "Unknown command."},
		{"extra key", `{"id":11,"type":"get_states","extra":1}`, 11.0, "invalid_format", ""},
		{"missing key", `{"id":12,"type":"unsubscribe_events"}`, 12.0, "invalid_format", "required key not provided @ data['subscription']. Got None"},
	}
	for _, tc := range cases {
		w.send(tc.frame)
		answer := w.receive()
		require.Equal(t, "result", answer["type"], tc.name)
		require.Equal(t, tc.wantID, answer["id"], tc.name)
		failure, _ := answer["error"].(map[string]any)
		require.Equal(t, tc.wantCode, failure["code"], tc.name)
		if tc.wantMessage != "" {
			require.Equal(t, tc.wantMessage, failure["message"], tc.name)
		}
	}
}

func testCommandArray(t *testing.T, h home) {
	t.Helper()
	w := dialAuthenticated(t, h)

	w.send(`[{"id":1,"type":"ping"},{"id":2,"type":"ping"}]`)

	require.Equal(t, map[string]any{"id": 1.0, "type": "pong"}, w.receive())
	require.Equal(t, map[string]any{"id": 2.0, "type": "pong"}, w.receive())
}

func testPingAndUnsubscribe(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)

	require.NoError(t, conn.Ping(ctx))
	unsubscribe, err := conn.Subscribe(ctx, map[string]string{"type": "subscribe_events", "event_type": "próba"}, func(json.RawMessage) {})
	require.NoError(t, err)
	require.NoError(t, unsubscribe(ctx))
	err = unsubscribe(ctx)
	requireCode(t, err, "not_found")
}

func testCoalescing(t *testing.T, h home) {
	t.Helper()
	w := dialAuthenticated(t, h)
	w.send(`{"id":1,"type":"supported_features","features":{"coalesce_messages":1}}`)
	require.Equal(t, true, w.receive()["success"])

	var frame []byte
	frame = append(frame, '[')
	for id := 2; id < 200; id++ {
		if id > 2 {
			frame = append(frame, ',')
		}
		frame = fmt.Appendf(frame, `{"id":%d,"type":"ping"}`, id)
	}
	w.send(string(append(frame, ']')))

	frames, pongs := 0, 0
	for pongs < 198 {
		raw, err := w.read()
		require.NoError(t, err)
		frames++
		var several []map[string]any
		if json.Unmarshal(raw, &several) != nil {
			several = []map[string]any{nil}
		}
		pongs += len(several)
	}
	require.Less(t, frames, pongs, "several messages share a frame")
}

func testBrokenFrames(t *testing.T, h home) {
	t.Helper()
	w := dialAuthenticated(t, h)
	binary := []byte(`{"id":1,"type":"ping"}`) // would be sound, for a handler that nobody registered
	require.NoError(t, w.ws.Write(testContext(t), websocket.MessageBinary, binary))
	w.send(`{"id":1,"type":"ping"}`)
	require.Equal(t, "pong", w.receive()["type"], "a stray binary frame is passed over")

	w.send(`{"id":2,`)
	w.requireClosed()
}

func testAuthFirst(t *testing.T, h home) {
	t.Helper()
	w := dialBare(t, h)
	w.send(`{"id":1,"type":"get_states"}`)

	answer := w.receive()
	require.Equal(t, "auth_invalid", answer["type"])
	w.requireClosed()
}

// testRestart proves that a connection notices its server's death, and that everything is
// there again afterwards: the token and the registries.
func testRestart(t *testing.T, h home) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute)
	defer cancel()
	conn, err := hass.Connect(ctx, h.endpoint)
	require.NoError(t, err)
	defer conn.Close()
	before, err := conn.Areas(ctx)
	require.NoError(t, err)

	h.restart(t)
	select {
	case <-conn.Done():
	case <-ctx.Done():
		require.Fail(t, "the connection did not notice")
	}
	require.ErrorIs(t, conn.Err(), hass.ErrOffline)
	require.ErrorIs(t, conn.Ping(ctx), hass.ErrOffline)

	require.EventuallyWithT(t, func(c *assert.CollectT) {
		again, err := hass.Connect(ctx, h.endpoint)
		require.NoError(c, err)
		defer again.Close()
		after, err := again.Areas(ctx)
		require.NoError(c, err)
		require.Equal(c, before, after)
	}, 2*time.Minute, 250*time.Millisecond)
}

// realRestart asks the real Home Assistant to restart. Whoever runs it must start it again
// when it exits with 100, as its container does; and nothing else may use it meanwhile.
func realRestart(reference hamanagertest.Real) func(*testing.T) {
	const variable = "HOMEHUB_TEST_HASS_RESTART"
	if os.Getenv(variable) == "" {
		return nil
	}

	return func(t *testing.T) {
		t.Helper()
		ctx := context.WithoutCancel(t.Context())
		conn, err := hass.Connect(ctx, hass.Endpoint{BaseURL: reference.URL, Token: reference.Token})
		require.NoError(t, err)
		defer conn.Close()
		_, err = conn.Call(ctx, hamanagerapi.ServiceCall{Domain: "homeassistant", Service: "restart"})
		if err != nil {
			require.ErrorIs(t, err, hamanagerapi.ErrOutcomeUnknown, "it may die before it answers")
		}
	}
}
