package virtualhome

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"
)

// handlers are all commands of the WebSocket API.
//
//nolint:gochecknoglobals // a table
var handlers = sync.OnceValue(func() map[string]handler {
	all := map[string]handler{
		"ping":               {run: pong},
		"supported_features": {schema: fieldsOf(must("features", object)), run: supportFeatures},
		"get_states":         {run: getStates},
		"get_config":         {run: func(c *conn, _ int, _ map[string]any) (any, error) { return c.home.describe(), nil }},
		"get_services":       {run: func(c *conn, _ int, _ map[string]any) (any, error) { return c.home.describeServices(), nil }},
		"subscribe_events":   {schema: fieldsOf(may("event_type", text)), run: subscribeEvents},
		"subscribe_entities": {schema: entityFilterSchema(), run: subscribeEntities},
		"unsubscribe_events": {schema: fieldsOf(must("subscription", strictInteger)), run: unsubscribe},
		"call_service":       {schema: callSchema(), run: callServiceCommand},
		"fire_event":         {schema: fieldsOf(must("event_type", text), may("event_data", object)), run: fireEvent},
		"entity/source":      {schema: fieldsOf(), run: entitySources},
		"config/core/update": {schema: configSchema(), durable: true, run: updateConfig},
	}
	for _, more := range []map[string]handler{
		placeCommands(), entryCommands(), deviceCommands(), exposeCommands(), sessionCommands(), backupCommands(),
	} {
		maps.Copy(all, more)
	}

	return all
})

func pong(c *conn, id int, _ map[string]any) (any, error) {
	c.send(append(strconv.AppendInt([]byte(`{"id":`), int64(id), 10), `,"type":"pong"}`...))

	return sentItself{}, nil
}

func supportFeatures(c *conn, _ int, m map[string]any) (any, error) {
	features, _ := m["features"].(map[string]any)
	_, wanted := features["coalesce_messages"]
	c.mu.Lock()
	c.coalesce = wanted
	c.mu.Unlock()

	return nil, nil //nolint:nilnil // null is the answer
}

func getStates(c *conn, _ int, _ map[string]any) (any, error) {
	return raw(c.home.appendStates(nil)), nil
}

// appendStates writes every state, as get_states and /api/states show them.
func (h *Home) appendStates(b []byte) []byte {
	b = append(b, '[')
	for _, e := range h.entities {
		if e.state == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendState(b, e.id, e.state)
	}

	return append(b, ']')
}

func subscribeEvents(c *conn, id int, m map[string]any) (any, error) {
	eventType, _ := m["event_type"].(string)
	if eventType == "*" {
		eventType = ""
	}
	c.subscriptions[id] = subscription{id: id, kind: forEvents, eventType: eventType}

	return nil, nil //nolint:nilnil // null is the answer
}

func unsubscribe(c *conn, _ int, m map[string]any) (any, error) {
	id, _ := m["subscription"].(int)
	if _, ok := c.subscriptions[id]; !ok {
		return nil, coded(codeNotFound, "Subscription not found.")
	}
	delete(c.subscriptions, id)

	return nil, nil //nolint:nilnil // null is the answer
}

// entityFilterSchema is the shape of subscribe_entities.
func entityFilterSchema() schema {
	filter := optional(nested(fieldsOf(
		may("domains", textsOf(text)), may("entity_globs", textsOf(text)), may("entities", entityIDs))))

	return fieldsOf(may("entity_ids", listedEntityIDs), may("include", filter), may("exclude", filter))
}

func listedEntityIDs(v any) (any, error) {
	ids, err := entityIDs(v)
	if err != nil {
		items, _ := v.([]any)
		for _, item := range items {
			if s, ok := item.(string); !ok || !isEntityID(s) {
				return nil, invalidf("Entity ID %v is an invalid entity ID", item)
			}
		}

		return nil, invalidf("Entity ID %v is an invalid entity ID", v)
	}

	return ids, nil
}

// subscribeEntities answers, then sends every state, then what changes.
func subscribeEntities(c *conn, id int, m map[string]any) (any, error) {
	s := subscription{id: id, kind: forEntities, filter: entityFilter(m)}
	if ids := asTexts(m["entity_ids"]); len(ids) > 0 {
		s.entityIDs = make(map[string]bool, len(ids))
		for _, one := range ids {
			s.entityIDs[one] = true
		}
	}
	c.subscriptions[id] = s
	c.answer(id, nil, nil)
	b := []byte(`{"a":{`)
	first := true
	for _, e := range c.home.entities {
		if e.state == nil || !s.wants(e.id) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendText(b, e.id), ':')
		b = appendCompressed(b, e.state)
	}
	c.sendEvent(id, append(b, `}}`...))

	return sentItself{}, nil
}

// entityFilter makes one test of include and exclude; nil lets everything through.
func entityFilter(m map[string]any) func(id string) bool {
	include, _ := m["include"].(map[string]any)
	exclude, _ := m["exclude"].(map[string]any)
	switch {
	case len(include) == 0 && len(exclude) == 0:
		return nil
	case len(include) == 0:
		return func(id string) bool { return !isListed(exclude, id) }
	default:
		return func(id string) bool { return isListed(include, id) && (len(exclude) == 0 || !isListed(exclude, id)) }
	}
}

func isListed(filter map[string]any, id string) bool {
	return slices.Contains(asTexts(filter["entities"]), id) ||
		slices.Contains(asTexts(filter["domains"]), domainOf(id)) ||
		slices.ContainsFunc(asTexts(filter["entity_globs"]), func(glob string) bool {
			ok, err := path.Match(glob, id)

			return ok && err == nil
		})
}

func callSchema() schema {
	return fieldsOf(must("domain", text), must("service", text), may("service_data", object),
		may("target", nested(targetSchema())), may("return_response", strictBool))
}

// callServiceCommand is call_service: what it changes is queued before its result.
func callServiceCommand(c *conn, id int, m map[string]any) (any, error) {
	h := c.home
	sc := serviceCall{by: h.newContext(c.user.ID)}
	sc.domain, _ = m["domain"].(string)
	sc.name, _ = m["service"].(string)
	sc.data, _ = m["service_data"].(map[string]any)
	sc.wantsResponse, _ = m["return_response"].(bool)
	if target, ok := m["target"].(map[string]any); ok {
		sc.target = uncheck(target)
	}
	if wait := h.slowness(sc); wait > 0 {
		h.after(wait, func() {
			result, err := performCall(h, sc)
			c.answer(id, result, err)
		})

		return sentItself{}, nil
	}

	return performCall(h, sc)
}

// uncheck gives target lists the form in which they came.
func uncheck(target map[string]any) map[string]any {
	out := make(map[string]any, len(target))
	for key, ids := range target {
		out[key] = toAny(asTexts(ids))
	}

	return out
}

func performCall(h *Home, sc serviceCall) (any, error) {
	response, err := h.callService(sc)
	if err != nil {
		return nil, err
	}
	if sc.wantsResponse {
		return map[string]any{"context": contextView(sc.by), "response": response}, nil
	}
	b := append([]byte(nil), `{"context":`...)

	return raw(append(appendContext(b, sc.by), '}')), nil
}

// contextView is an event context as JSON.
func contextView(c eventContext) raw { return raw(appendContext(nil, c)) }

// MarshalJSON implements json.Marshaler.
func (r raw) MarshalJSON() ([]byte, error) { return r, nil }

func fireEvent(c *conn, _ int, m map[string]any) (any, error) {
	eventType, _ := m["event_type"].(string)
	data, _ := m["event_data"].(map[string]any)
	if data == nil {
		data = map[string]any{}
	}
	by := c.home.newContext(c.user.ID)
	c.home.fire(eventType, by, func() any { return data })

	return map[string]any{"context": contextView(by)}, nil
}

func entitySources(c *conn, _ int, _ map[string]any) (any, error) {
	out := map[string]any{}
	for _, e := range c.home.entities {
		if row := c.home.registry.entities.get(e.id); row != nil {
			out[e.id] = map[string]any{"domain": row.Platform}
		}
	}

	return out, nil
}

// describeServices lists the services that the home has. Names and descriptions, which
// only people read, are the service's own name.
func (h *Home) describeServices() map[string]map[string]any {
	out := map[string]map[string]any{}
	for domain, all := range services() {
		for name, s := range all {
			if _, ok := h.findService(domain, name); !ok {
				continue
			}
			if out[domain] == nil {
				out[domain] = map[string]any{}
			}
			out[domain][name] = describeService(domain, name, s)
		}
	}
	for id := range h.scripts {
		if out["script"] != nil {
			_, name := domainOf(id), id[len("script."):]
			out["script"][name] = describeService("script", name, runScriptService())
		}
	}

	return out
}

func describeService(domain, name string, s service) map[string]any {
	fields := map[string]any{}
	for _, f := range s.fields.fields {
		fields[f.key] = map[string]any{"required": f.required, "name": f.key, "description": ""}
	}
	out := map[string]any{"name": name, "description": "", "fields": fields}
	if s.run != nil {
		out["target"] = map[string]any{"entity": []any{map[string]any{"domain": []string{domain}}}}
	}
	if s.responds != noResponse {
		out["response"] = map[string]any{"optional": s.responds == mayRespond}
	}

	return out
}

// sessionCommands are those about who is connected.
func sessionCommands() map[string]handler {
	return map[string]handler{
		"auth/current_user":   {run: currentUser},
		"auth/refresh_tokens": {run: listTokens},
		"auth/long_lived_access_token": {
			schema:  fieldsOf(must("client_name", text), must("lifespan", strictInteger), may("client_icon", text)),
			durable: true, run: createLongLived,
		},
		"auth/delete_refresh_token": {schema: fieldsOf(must("refresh_token_id", text)), durable: true, run: deleteToken},
	}
}

func currentUser(c *conn, _ int, _ map[string]any) (any, error) {
	return map[string]any{
		"id": c.user.ID, "name": c.user.Name, "is_owner": c.user.IsOwner, "is_admin": true,
		"credentials": []any{map[string]any{"auth_provider_type": "homeassistant", "auth_provider_id": nil}},
		"mfa_modules": []any{map[string]any{"id": "totp", "name": "Authenticator app", "enabled": false}},
	}, nil
}

func listTokens(c *conn, _ int, _ map[string]any) (any, error) {
	out := []any{}
	for _, t := range c.home.auth.Tokens {
		if t.UserID != c.user.ID {
			continue
		}
		var expires any
		if t.Type == normalToken {
			expires = isoTime(t.UsedAt.Add(refreshLife))
		}
		out = append(out, map[string]any{
			"id": t.ID, "client_id": orNil(t.ClientID), "client_name": orNil(t.ClientName), "client_icon": nil, "type": t.Type,
			"created_at": isoTime(t.CreatedAt), "is_current": t.ID == c.tokenID, "last_used_at": isoTime(t.UsedAt),
			"last_used_ip": nil, "auth_provider_type": "homeassistant", "expire_at": expires,
		})
	}

	return out, nil
}

func createLongLived(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	name, _ := m["client_name"].(string)
	days, _ := m["lifespan"].(int)
	if h.auth.longLivedNamed(c.user.ID, name) != nil || days > 365*1000 {
		return nil, errUnknown() // Home Assistant does not catch its own ValueError
	}
	now := h.now()
	t := h.auth.newRefreshToken(refreshToken{
		UserID: c.user.ID, ClientName: name, Type: longLivedToken, Life: time.Duration(days) * 24 * time.Hour,
	}, now)
	h.markDirty()

	return t.sign(now)
}

func deleteToken(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["refresh_token_id"].(string)
	t := h.auth.Tokens[id]
	if t == nil || t.UserID != c.user.ID {
		return nil, coded("invalid_token_id", "Received invalid token")
	}
	delete(h.auth.Tokens, id)
	h.markDirty()
	h.disconnect(id)

	return map[string]any{}, nil
}
