package virtualhome

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/internal/fixture"
)

func sceneServices() map[string]service {
	return map[string]service{
		"turn_on": {fields: fieldsOf(may("transition", transition)), run: applyScene},
	}
}

// applyScene shows when the scene was last applied, then brings every entity to the state
// that the scene has for it.
func applyScene(c *call, e *entity) error {
	c.setValue(e, isoTime(c.home.stamp()))
	states := c.home.scenes[e.id]
	for _, id := range slices.Sorted(maps.Keys(states)) {
		if target := c.home.entityOf(id); target != nil && target.state.Value != stateUnavailable {
			if err := c.bring(target, states[id]); err != nil {
				return err
			}
		}
	}

	return nil
}

// bring calls the service that leads to a state. Where no service does, the state is shown.
func (c *call) bring(e *entity, s fixture.SceneState) error {
	data := map[string]any{"entity_id": e.id}
	var name string
	switch e.domain {
	case "cover":
		name = map[string]string{stateOpen: "open_cover", stateClosed: "close_cover"}[s.State]
		if p, ok := s.Attributes["current_position"]; ok {
			name, data["position"] = "set_cover_position", p
		}
	case "lock":
		name = map[string]string{"locked": "lock", "unlocked": "unlock"}[s.State]
	case "climate":
		return c.bringClimate(e, s)
	default:
		if name = map[string]string{"on": "turn_on", "off": "turn_off"}[s.State]; name == "turn_on" && e.domain == "light" {
			maps.Copy(data, s.Attributes)
		}
	}
	if _, ok := c.home.findService(e.domain, name); ok {
		return c.again(e.domain, name, data)
	}
	attrs := e.state.Attrs
	for _, key := range slices.Sorted(maps.Keys(s.Attributes)) {
		attrs = attrs.with(key, s.Attributes[key])
	}
	c.set(e, s.State, attrs)

	return nil
}

func (c *call) bringClimate(e *entity, s fixture.SceneState) error {
	if s.State != "" {
		if err := c.again("climate", "set_hvac_mode", map[string]any{"entity_id": e.id, "hvac_mode": s.State}); err != nil {
			return err
		}
	}
	if t, ok := s.Attributes["temperature"]; ok {
		return c.again("climate", "set_temperature", map[string]any{"entity_id": e.id, "temperature": t})
	}

	return nil
}

func scriptServices() map[string]service {
	run := service{fields: fieldsOf(may("variables", object)), run: func(c *call, e *entity) error { return c.runScript(e) }}
	stop := service{run: func(*call, *entity) error { return nil }}

	return map[string]service{"turn_on": run, "toggle": run, "turn_off": stop}
}

// runScriptService is script.<name>: the script itself as a service, with any fields.
func runScriptService() service {
	return service{fields: schema{open: true}, responds: mayRespond, all: func(c *call) error {
		return c.runScript(c.home.entityOf("script." + c.name))
	}}
}

// runScript performs the steps in order and ends at the first that fails.
func (c *call) runScript(e *entity) error {
	if e == nil {
		return errServiceNotFound(c.domain, c.name)
	}
	idle := e.state.Attrs
	c.home.fire("script_started", c.by, func() any {
		return map[string]any{"name": idle.text("friendly_name"), "entity_id": e.id}
	})
	started := idle.with("last_triggered", isoTime(c.home.stamp()))
	c.set(e, "on", started.with("current", 1))
	defer func() { c.set(e, "off", started.with("current", 0)) }()
	for _, step := range c.home.scripts[e.id] {
		domain, name, _ := strings.Cut(step.Action, ".")
		data := maps.Clone(step.Data)
		if data == nil {
			data = map[string]any{}
		}
		if len(step.EntityIDs) > 0 {
			data["entity_id"] = toAny(step.EntityIDs)
		}
		if err := c.again(domain, name, data); err != nil {
			return err
		}
	}

	return nil
}

func toAny(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}

	return out
}
