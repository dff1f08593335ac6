package virtualhome

import (
	"net/http"
)

func (h *Home) authProviders(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	ready := h.onboarding["user"]
	h.mu.Unlock()
	if !ready {
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": "Onboarding not finished", "code": "onboarding_required"})

		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"providers":             []any{map[string]any{"name": "Home Assistant Local", "id": nil, "type": "homeassistant"}},
		"preselect_remember_me": true,
	})
}

// loginForm is the one step of a login flow.
func loginForm(flowID string, errs map[string]string) map[string]any {
	input := func(name string) map[string]any {
		return map[string]any{"type": "string", "name": name, "required": true}
	}

	return map[string]any{
		"type": "form", "flow_id": flowID, "handler": []any{"homeassistant", nil},
		"data_schema": []any{input("username"), input("password")}, "errors": errs,
		"description_placeholders": nil, "last_step": nil, "preview": nil, "step_id": "init",
	}
}

func (h *Home) startLogin(w http.ResponseWriter, r *http.Request) {
	m, ok := readBody(w, r, fieldsOf(must("client_id", text), must("handler", anything), must("redirect_uri", text), may("type", text)))
	if !ok {
		return
	}
	clientID, _ := m["client_id"].(string)
	redirect, _ := m["redirect_uri"].(string)
	if !isClientID(clientID) {
		writeMessage(w, http.StatusBadRequest, "Invalid client id")

		return
	}
	if handler, _ := m["handler"].([]any); len(handler) != 2 || handler[0] != "homeassistant" || handler[1] != nil {
		writeMessage(w, http.StatusNotFound, "Invalid handler specified")

		return
	}
	id := newHexID()
	h.mu.Lock()
	if len(h.auth.flows) > 100 { // nobody finishes so many
		clear(h.auth.flows)
	}
	h.auth.flows[id] = loginFlow{clientID, redirect}
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, loginForm(id, map[string]string{}))
}

func (h *Home) continueLogin(w http.ResponseWriter, r *http.Request) {
	m, ok := readBody(w, r, schema{fields: []field{must("client_id", text)}, open: true})
	if !ok {
		return
	}
	id := r.PathValue("flow")
	clientID, _ := m["client_id"].(string)
	username, hasName := m["username"].(string)
	password, hasPassword := m["password"].(string)
	h.mu.Lock()
	flow, known := h.auth.flows[id]
	u := h.auth.findUser(username)
	h.mu.Unlock()
	switch {
	case !isClientID(clientID):
		writeMessage(w, http.StatusBadRequest, "Invalid client id")

		return
	case !known:
		writeMessage(w, http.StatusNotFound, "Invalid flow specified")

		return
	case !hasName || !hasPassword || len(m) != 3:
		writeMessage(w, http.StatusBadRequest, "User input malformed")

		return
	case u == nil || !u.hasPassword(password):
		writeJSON(w, http.StatusOK, loginForm(id, map[string]string{"base": "invalid_auth"}))

		return
	case !isRedirect(flow.clientID, flow.redirectURI):
		writeMessage(w, http.StatusForbidden, "Invalid redirect URI")

		return
	}
	h.mu.Lock()
	delete(h.auth.flows, id)
	code := h.auth.newCode(clientID, u.ID, h.now())
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"type": "create_entry", "flow_id": id, "handler": []any{"homeassistant", nil}, "description": nil,
		"description_placeholders": nil, "result": code,
	})
}

func (h *Home) abortLogin(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("flow")
	h.mu.Lock()
	_, known := h.auth.flows[id]
	delete(h.auth.flows, id)
	h.mu.Unlock()
	if !known {
		writeMessage(w, http.StatusNotFound, "Invalid flow specified")

		return
	}
	writeMessage(w, http.StatusOK, "Flow aborted")
}

// token is OAuth's token endpoint; it takes forms only.
func (h *Home) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseMultipartForm(1 << 20) // an unreadable form has no grant type
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		h.redeem(w, r)
	case "refresh_token":
		h.refreshAccess(w, r)
	default:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	}
}

func invalidRequest(w http.ResponseWriter, description string) {
	body := map[string]string{"error": "invalid_request"}
	if description != "" {
		body["error_description"] = description
	}
	writeJSON(w, http.StatusBadRequest, body)
}

func (h *Home) redeem(w http.ResponseWriter, r *http.Request) {
	clientID := r.PostFormValue("client_id")
	if !isClientID(clientID) {
		invalidRequest(w, "Invalid client id")

		return
	}
	h.mu.Lock()
	now := h.now()
	u := h.auth.redeemCode(clientID, r.PostFormValue("code"), now)
	if u == nil {
		h.mu.Unlock()
		invalidRequest(w, "Invalid code")

		return
	}
	t := h.auth.newRefreshToken(refreshToken{UserID: u.ID, ClientID: clientID, Type: normalToken, Life: accessLife}, now)
	h.markDirty()
	h.mu.Unlock()
	h.saveNow()
	access, err := t.sign(now)
	if err != nil {
		plainError(w, http.StatusInternalServerError)

		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "refresh_token": t.Token,
		"expires_in": int(accessLife.Seconds()), "ha_auth_provider": "homeassistant",
	})
}

func (h *Home) refreshAccess(w http.ResponseWriter, r *http.Request) {
	clientID, token := r.PostFormValue("client_id"), r.PostFormValue("refresh_token")
	if clientID != "" && !isClientID(clientID) {
		invalidRequest(w, "Invalid client id")

		return
	}
	if token == "" {
		invalidRequest(w, "")

		return
	}
	h.mu.Lock()
	now := h.now()
	t := h.auth.findRefresh(token)
	if t == nil {
		h.mu.Unlock()
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})

		return
	}
	if t.ClientID != clientID {
		h.mu.Unlock()
		invalidRequest(w, "")

		return
	}
	t.UsedAt = now
	h.markDirty()
	access, err := t.sign(now)
	h.mu.Unlock()
	if err != nil {
		plainError(w, http.StatusInternalServerError)

		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(accessLife.Seconds()),
	})
}

// revoke ends a session and its connections. It never says whether there was one.
func (h *Home) revoke(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	h.mu.Lock()
	if t := h.auth.findRefresh(token); t != nil && token != "" {
		delete(h.auth.Tokens, t.ID)
		h.disconnect(t.ID)
		h.markDirty()
	}
	h.mu.Unlock()
	h.saveNow()
	w.WriteHeader(http.StatusOK)
}
