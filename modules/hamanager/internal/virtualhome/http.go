package virtualhome

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxBody is Home Assistant's limit for a request's body.
const maxBody = 16 << 20

// methods are a path's handlers by HTTP method.
type methods map[string]http.HandlerFunc

// routes is the home's HTTP API.
func (h *Home) routes() http.Handler {
	mux := http.NewServeMux()
	for path, m := range map[string]methods{
		"/manifest.json":                    {"GET": h.manifest},
		"/api/onboarding":                   {"GET": h.onboardingSteps},
		"/api/onboarding/installation_type": {"GET": h.installationType},
		"/api/onboarding/users":             {"POST": h.onboardUser},
		"/api/onboarding/core_config":       {"POST": h.authorised(h.onboardStep("core_config", "Core config step already done"))},
		"/api/onboarding/analytics":         {"POST": h.authorised(h.onboardStep("analytics", "Analytics config step already done"))},
		"/api/onboarding/integration":       {"POST": h.authorised(h.onboardIntegration)},
		"/api/onboarding/integration/wait":  {"POST": h.onboardWait},
		"/auth/providers":                   {"GET": h.authProviders},
		"/auth/login_flow":                  {"POST": h.startLogin},
		"/auth/login_flow/{flow}":           {"POST": h.continueLogin, "DELETE": h.abortLogin},
		"/auth/token":                       {"POST": h.token},
		"/auth/revoke":                      {"POST": h.revoke},
		"/api/{$}":                          {"GET": h.authorised(h.apiRunning)},
		"/api/config":                       {"GET": h.authorised(h.apiConfig)},
		"/api/core/state":                   {"GET": h.authorised(h.apiCoreState)},
		"/api/states":                       {"GET": h.authorised(h.apiStates)},
		"/api/states/{entity}": {
			"GET": h.authorised(h.apiState), "POST": h.authorised(h.apiPaint), "DELETE": h.authorised(h.apiErase),
		},
		"/api/services":                    {"GET": h.authorised(h.apiServices)},
		"/api/services/{domain}/{service}": {"POST": h.authorised(h.apiCall)},
		"/api/events":                      {"GET": h.authorised(h.apiEvents)},
		"/api/websocket":                   {"GET": h.serveWebSocket},
	} {
		mux.Handle(path, m)
	}
	mux.HandleFunc("/api", func(w http.ResponseWriter, _ *http.Request) { plainError(w, http.StatusNotFound) }) // else: a redirect
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { plainError(w, http.StatusNotFound) })

	return h.guard(mux)
}

// guard refuses requests while the home closes, bodies that are too large, and what Home
// Assistant refuses because nobody told it about a proxy.
func (h *Home) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		closed, gone := h.closed, h.onboardedAtStart
		h.mu.Unlock()
		switch {
		case closed:
			plainError(w, http.StatusServiceUnavailable)
		case r.Header.Get("X-Forwarded-For") != "":
			plainError(w, http.StatusBadRequest)
		case gone && strings.HasPrefix(r.URL.Path, "/api/onboarding"):
			plainError(w, http.StatusNotFound)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			next.ServeHTTP(w, r)
		}
	})
}

// ServeHTTP implements http.Handler.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if handler, ok := m[method]; ok {
		handler(w, r)

		return
	}
	plainError(w, http.StatusMethodNotAllowed)
}

// plainError answers as Home Assistant's server does where no view words its own problem.
func plainError(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	body := strconv.Itoa(status) + ": " + http.StatusText(status)
	if status == http.StatusInternalServerError {
		body = "500 Internal Server Error\n\nServer got itself in trouble"
	}
	_, _ = io.WriteString(w, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		plainError(w, http.StatusInternalServerError)

		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func writeMessage(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

// userKey is the context key of the caller.
type userKey struct{}

// authorised lets a request through that shows a valid access token.
func (h *Home) authorised(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var u *user
		if ok {
			h.mu.Lock()
			if t := h.auth.verify(token, h.now()); t != nil {
				u = h.auth.Users[t.UserID]
			}
			h.mu.Unlock()
		}
		if u == nil {
			plainError(w, http.StatusUnauthorized)

			return
		}
		next(w, r.WithContext(context.WithValue(r.Context(), userKey{}, u)))
	}
}

func callerOf(r *http.Request) *user {
	u, _ := r.Context().Value(userKey{}).(*user)

	return u
}

// readBody decodes a JSON body and checks its shape. It answers itself where that fails.
func readBody(w http.ResponseWriter, r *http.Request, s schema) (map[string]any, bool) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		plainError(w, http.StatusRequestEntityTooLarge)

		return nil, false
	}
	v, err := decodeJSON(data)
	m, isMap := v.(map[string]any)
	if err != nil {
		writeMessage(w, http.StatusBadRequest, "Invalid JSON.")

		return nil, false
	}
	if !isMap {
		writeMessage(w, http.StatusBadRequest, "Message format incorrect: expected a dictionary")

		return nil, false
	}
	if m, err = s.validate(m); err != nil {
		writeMessage(w, http.StatusBadRequest, "Message format incorrect: "+err.Error())

		return nil, false
	}

	return m, true
}

func (h *Home) manifest(w http.ResponseWriter, _ *http.Request) {
	b, err := json.Marshal(map[string]any{
		"background_color": "#FFFFFF", "description": "A simulated home, not a Home Assistant.", "dir": "ltr",
		"display": "standalone", "icons": []any{}, "lang": "en-US", "name": "Home Assistant", "short_name": "Virtual home",
		"start_url": "/?homescreen=1", "theme_color": "#03A9F4",
	})
	if err != nil {
		plainError(w, http.StatusInternalServerError)

		return
	}
	w.Header().Set("Content-Type", "application/manifest+json; charset=utf-8")
	_, _ = w.Write(b)
}
