package virtualhome

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
)

func (h *Home) apiRunning(w http.ResponseWriter, _ *http.Request) {
	writeMessage(w, http.StatusOK, "API running.")
}

func (h *Home) apiConfig(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	body := h.describe()
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, body)
}

func (h *Home) apiCoreState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"state":          "RUNNING",
		"recorder_state": map[string]bool{"migration_in_progress": false, "migration_is_live": false},
	})
}

func (h *Home) apiStates(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	body := h.appendStates(nil)
	h.mu.Unlock()
	writeJSON(w, http.StatusOK, raw(body))
}

func (h *Home) apiState(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("entity")
	h.mu.Lock()
	e := h.entityOf(id)
	var body []byte
	if e != nil {
		body = appendState(nil, id, e.state)
	}
	h.mu.Unlock()
	if body == nil {
		writeMessage(w, http.StatusNotFound, "Entity not found.")

		return
	}
	writeJSON(w, http.StatusOK, raw(body))
}

// apiPaint writes into the state machine; it controls nothing.
func (h *Home) apiPaint(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("entity")
	data, err := io.ReadAll(r.Body)
	if err != nil {
		plainError(w, http.StatusRequestEntityTooLarge)

		return
	}
	v, err := decodeJSON(data)
	m, ok := v.(map[string]any)
	if err != nil || !ok {
		writeMessage(w, http.StatusBadRequest, "Invalid JSON specified.")

		return
	}
	value, err := looseText(m["state"])
	text, _ := value.(string)
	switch {
	case err != nil:
		writeMessage(w, http.StatusBadRequest, "No state specified.")

		return
	case !isEntityID(id):
		writeMessage(w, http.StatusBadRequest, "Invalid entity ID specified.")

		return
	case len(text) > maxState:
		writeMessage(w, http.StatusBadRequest, "Invalid state specified.")

		return
	}
	given, _ := m["attributes"].(map[string]any)
	status, body := h.paint(id, text, given, callerOf(r))
	w.Header().Set("Location", "/api/states/"+id)
	writeJSON(w, status, raw(body))
}

func (h *Home) paint(id, value string, given map[string]any, by *user) (int, []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	status := http.StatusOK
	e := h.byID[id]
	if e == nil {
		status = http.StatusCreated
		e = &entity{id: id, domain: domainOf(id), painted: true}
		h.add(e)
	}
	var attrs attributes
	for key, v := range given {
		attrs = append(attrs, attribute{key, v})
	}
	slices.SortFunc(attrs, func(a, b attribute) int {
		if a.Key < b.Key {
			return -1
		}

		return 1
	})
	e.halt()
	h.set(e, value, attrs, h.newContext(by.ID))

	return status, appendState(nil, id, e.state)
}

func (h *Home) apiErase(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	e := h.entityOf(r.PathValue("entity"))
	if e != nil {
		e.halt()
		h.hide(e)
		h.drop(e)
	}
	h.mu.Unlock()
	if e == nil {
		writeMessage(w, http.StatusNotFound, "Entity not found.")

		return
	}
	writeMessage(w, http.StatusOK, "Entity removed.")
}

func (h *Home) apiServices(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	all := h.describeServices()
	h.mu.Unlock()
	out := make([]map[string]any, 0, len(all))
	for domain, list := range all {
		out = append(out, map[string]any{"domain": domain, "services": list})
	}
	writeJSON(w, http.StatusOK, out)
}

// apiCall performs a service and answers with the states that it changed.
func (h *Home) apiCall(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		plainError(w, http.StatusRequestEntityTooLarge)

		return
	}
	sc := serviceCall{domain: r.PathValue("domain"), name: r.PathValue("service"), wantsResponse: r.URL.Query().Has("return_response")}
	if len(data) > 0 {
		v, err := decodeJSON(data)
		if err != nil {
			writeMessage(w, http.StatusBadRequest, "Data should be valid JSON.")

			return
		}
		var ok bool
		if sc.data, ok = v.(map[string]any); !ok {
			plainError(w, http.StatusBadRequest)

			return
		}
	}
	changed, response, err := h.callAndCollect(sc, callerOf(r))
	if err != nil {
		answerCallError(w, err)

		return
	}
	if sc.wantsResponse {
		writeJSON(w, http.StatusOK, map[string]any{"changed_states": raw(changed), "service_response": response})

		return
	}
	writeJSON(w, http.StatusOK, raw(changed))
}

// callAndCollect performs a call and lists the states that carry its context.
func (h *Home) callAndCollect(sc serviceCall, by *user) ([]byte, map[string]any, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sc.by = h.newContext(by.ID)
	response, err := h.callService(sc)
	changed := []byte{'['}
	for _, e := range h.entities {
		if e.state != nil && e.state.Context == sc.by {
			if len(changed) > 1 {
				changed = append(changed, ',')
			}
			changed = appendState(changed, e.id, e.state)
		}
	}

	return append(changed, ']'), response, err
}

func answerCallError(w http.ResponseWriter, err error) {
	problem, ok := errors.AsType[*codedError](err)
	switch {
	case ok && problem.key == "service_does_not_support_response":
		writeMessage(w, http.StatusBadRequest, "Service does not support responses. Remove return_response from request.")
	case ok && problem.key == "service_lacks_response_request":
		writeMessage(w, http.StatusBadRequest,
			"Service call requires responses but caller did not ask for responses. Add ?return_response to query parameters.")
	case ok && problem.code != codeNotFound:
		plainError(w, http.StatusInternalServerError)
	default:
		plainError(w, http.StatusBadRequest)
	}
}

func (h *Home) apiEvents(w http.ResponseWriter, _ *http.Request) {
	counts := map[string]int{}
	h.mu.Lock()
	for c := range h.conns {
		for _, s := range c.subscriptions {
			switch s.kind {
			case forEntities:
				counts["state_changed"]++
			case forEvents:
				counts[cmp.Or(s.eventType, "*")]++
			}
		}
	}
	h.mu.Unlock()
	out := []map[string]any{}
	for event, n := range counts {
		out = append(out, map[string]any{"event": event, "listener_count": n})
	}
	writeJSON(w, http.StatusOK, out)
}
