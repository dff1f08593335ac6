package virtualhome

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

// serveWebSocket is /api/websocket: the handshake, then commands until the end.
func (h *Home) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any origin, as Home Assistant
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxMessage)

	c := newConn(h, ws)
	ctx := context.WithoutCancel(r.Context())
	if !c.authenticate(ctx) {
		_ = ws.Close(websocket.StatusNormalClosure, "")

		return
	}
	if !h.register(c) {
		return
	}
	defer h.unregister(c)
	c.serve(ctx)
}

// authenticate is the first phase: the client has ten seconds to show a token.
func (c *conn) authenticate(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, authTimeout)
	defer cancel()
	if !c.writeNow(ctx, map[string]string{"type": "auth_required", "ha_version": c.home.version.text}) {
		return false
	}
	frame, err := readMessage(ctx, c.ws, nil)
	if err != nil {
		return false
	}
	problem := c.checkAuth(frame)
	if problem != "" {
		c.writeNow(ctx, map[string]string{"type": "auth_invalid", "message": problem})

		return false
	}

	return c.writeNow(ctx, map[string]string{"type": "auth_ok", "ha_version": c.home.version.text})
}

// checkAuth returns what is wrong with an auth message, or nothing.
func (c *conn) checkAuth(frame []byte) string {
	v, err := decodeJSON(frame)
	m, ok := v.(map[string]any)
	if err != nil || !ok {
		return "Auth message incorrectly formatted: expected a dictionary"
	}
	s := fieldsOf(must("type", oneOf("auth")), must("access_token", text))
	m, err = s.validate(m)
	if err != nil {
		return "Auth message incorrectly formatted: " + wsError(err).Error()
	}
	token, _ := m["access_token"].(string)
	h := c.home
	h.mu.Lock()
	defer h.mu.Unlock()
	rt := h.auth.verify(token, h.now())
	if rt == nil {
		return "Invalid access token or password"
	}
	c.user, c.tokenID = h.auth.Users[rt.UserID], rt.ID

	return ""
}

func (c *conn) writeNow(ctx context.Context, message map[string]string) bool {
	b, err := json.Marshal(message)

	return err == nil && c.ws.Write(ctx, websocket.MessageText, b) == nil
}

func (h *Home) register(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.conns[c] = struct{}{}
	h.serving.Add(1)

	return true
}

func (h *Home) unregister(c *conn) {
	h.mu.Lock()
	delete(h.conns, c)
	h.mu.Unlock()
	h.serving.Done()
}

// disconnect ends every connection that was made with a token.
func (h *Home) disconnect(tokenID string) {
	for c := range h.conns {
		if c.tokenID == tokenID {
			c.shut()
		}
	}
}
