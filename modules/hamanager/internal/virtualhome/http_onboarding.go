package virtualhome

import (
	"net/http"
	"strings"
)

// onboardingStepNames are in the order in which they are shown.
//
//nolint:gochecknoglobals // a table
var onboardingStepNames = []string{"user", "core_config", "analytics", "integration"}

func (h *Home) isOnboarded() bool {
	for _, step := range onboardingStepNames {
		if !h.onboarding[step] {
			return false
		}
	}

	return true
}

func (h *Home) onboardingSteps(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	steps := make([]map[string]any, len(onboardingStepNames))
	for i, name := range onboardingStepNames {
		steps[i] = map[string]any{"step": name, "done": h.onboarding[name]}
	}
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, steps)
}

func (h *Home) installationType(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	started := len(h.onboarding) > 0
	h.mu.Unlock()
	if started {
		plainError(w, http.StatusUnauthorized)

		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"installation_type": "Home Assistant Container"})
}

// onboardUser makes the owner of a fresh home. Whoever comes first is it.
func (h *Home) onboardUser(w http.ResponseWriter, r *http.Request) {
	m, ok := readBody(w, r, fieldsOf(must("name", text), must("username", text), must("password", text),
		must("client_id", text), must("language", text)))
	if !ok {
		return
	}
	name, _ := m["name"].(string)
	username, _ := m["username"].(string)
	password, _ := m["password"].(string)
	clientID, _ := m["client_id"].(string)
	lang, _ := m["language"].(string)
	if username != strings.ToLower(strings.TrimSpace(username)) {
		plainError(w, http.StatusInternalServerError) // as Home Assistant, which does not catch it

		return
	}
	hash, err := hashPassword(password)
	if err != nil {
		plainError(w, http.StatusInternalServerError)

		return
	}
	h.mu.Lock()
	if h.onboarding["user"] {
		h.mu.Unlock()
		writeMessage(w, http.StatusForbidden, "User step already done")

		return
	}
	u := &user{ID: newHexID(), Name: name, Username: username, PasswordHash: hash, IsOwner: true}
	h.auth.Users[u.ID] = u
	h.onboarding["user"] = true
	h.welcome(u, lang)
	code := h.auth.newCode(clientID, u.ID, h.now())
	h.markDirty()
	h.mu.Unlock()
	h.saveNow()
	writeJSON(w, http.StatusOK, map[string]string{"auth_code": code})
}

// onboardStep marks a step as done; done is the message where it was before.
func (h *Home) onboardStep(step, done string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if !h.finishStep(step) {
			writeMessage(w, http.StatusForbidden, done)

			return
		}
		writeJSON(w, http.StatusOK, map[string]any{})
	}
}

func (h *Home) finishStep(step string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.onboarding[step] {
		return false
	}
	h.onboarding[step] = true
	h.markDirty()

	return true
}

func (h *Home) onboardIntegration(w http.ResponseWriter, r *http.Request) {
	m, ok := readBody(w, r, fieldsOf(must("client_id", text), must("redirect_uri", text)))
	if !ok {
		return
	}
	if !h.finishStep("integration") {
		writeMessage(w, http.StatusForbidden, "Integration step already done")

		return
	}
	clientID, _ := m["client_id"].(string)
	redirect, _ := m["redirect_uri"].(string)
	if !isClientID(clientID) || !isRedirect(clientID, redirect) {
		writeMessage(w, http.StatusBadRequest, "invalid client id or redirect uri")

		return
	}
	h.mu.Lock()
	code := h.auth.newCode(clientID, callerOf(r).ID, h.now())
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]string{"auth_code": code})
}

func (h *Home) onboardWait(w http.ResponseWriter, r *http.Request) {
	if !h.version.since(2025, 5) {
		plainError(w, http.StatusNotFound)

		return
	}
	if _, ok := readBody(w, r, fieldsOf(must("domain", text))); ok {
		writeJSON(w, http.StatusOK, map[string]bool{"integration_loaded": true})
	}
}
