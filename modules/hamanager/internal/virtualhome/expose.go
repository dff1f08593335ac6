package virtualhome

import (
	"maps"
	"slices"
)

// assistants are those to which entities can be exposed.
//
//nolint:gochecknoglobals // a table
var assistants = []string{"cloud.alexa", "cloud.google_assistant", "conversation"}

const conversation = "conversation"

func exposeCommands() map[string]handler {
	assistant := oneOf(assistants...)
	expose := fieldsOf(must("assistants", listOf(assistant)), must("entity_ids", texts), must("should_expose", strictBool))

	return map[string]handler{
		"homeassistant/expose_entity/list":      {run: listExposed},
		"homeassistant/expose_entity":           {schema: expose, durable: true, run: exposeEntities},
		"homeassistant/expose_new_entities/get": {schema: fieldsOf(must("assistant", assistant)), run: getExposeNew},
		"homeassistant/expose_new_entities/set": {
			schema:  fieldsOf(must("assistant", assistant), must("expose_new", strictBool)),
			durable: true, run: setExposeNew,
		},
	}
}

// listExposed shows, of every entity that is exposed to somebody, to whom.
func listExposed(c *conn, _ int, _ map[string]any) (any, error) {
	out := map[string]map[string]bool{}
	for id, to := range c.home.legacy {
		if shown := onlyTrue(to); len(shown) > 0 {
			out[id] = shown
		}
	}
	for _, row := range c.home.registry.entities.all() {
		to := map[string]bool{}
		for _, a := range assistants {
			to[a], _ = row.Options[a]["should_expose"].(bool)
		}
		if shown := onlyTrue(to); len(shown) > 0 {
			out[row.EntityID] = shown
		}
	}

	return map[string]any{"exposed_entities": out}, nil
}

func onlyTrue(m map[string]bool) map[string]bool {
	out := maps.Clone(m)
	maps.DeleteFunc(out, func(_ string, v bool) bool { return !v })

	return out
}

func exposeEntities(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	ids := asTexts(m["entity_ids"])
	if slices.Contains(ids, "group.all_locks") {
		return nil, coded(codeNotAllowed, "can't expose 'group.all_locks'")
	}
	expose, _ := m["should_expose"].(bool)
	to, _ := m["assistants"].([]any)
	for _, id := range ids {
		for _, a := range to {
			if assistant, ok := a.(string); ok {
				h.expose(id, assistant, expose)
			}
		}
	}

	return nil, nil //nolint:nilnil // null is the answer
}

// expose decides for one entity: in its registry entry, or aside for one that has none.
func (h *Home) expose(id, assistant string, should bool) {
	row := h.registry.entities.get(id)
	if row == nil {
		if h.legacy[id] == nil {
			h.legacy[id] = map[string]bool{}
		}
		h.legacy[id][assistant] = should
		h.markDirty()

		return
	}
	if now, ok := row.Options[assistant]["should_expose"].(bool); ok && now == should {
		return
	}
	h.updateEntry(row, func(row *entry) {
		row.setOptions(assistant, map[string]any{"should_expose": should})
	}, map[string]any{"options": row.Options})
}

// exposesNew tells whether new entities are exposed: to conversation, unless told otherwise.
func (h *Home) exposesNew(assistant string) bool {
	if yes, ok := h.exposeNew[assistant]; ok {
		return yes
	}

	return assistant == conversation
}

func getExposeNew(c *conn, _ int, m map[string]any) (any, error) {
	assistant, _ := m["assistant"].(string)

	return map[string]any{"expose_new": c.home.exposesNew(assistant)}, nil
}

func setExposeNew(c *conn, _ int, m map[string]any) (any, error) {
	assistant, _ := m["assistant"].(string)
	yes, _ := m["expose_new"].(bool)
	c.home.exposeNew[assistant] = yes
	c.home.markDirty()

	return nil, nil //nolint:nilnil // null is the answer
}
