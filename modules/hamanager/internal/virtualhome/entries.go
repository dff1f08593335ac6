package virtualhome

import (
	"maps"
	"slices"
	"strings"
)

// entryCommands are those of the entity registry.
func entryCommands() map[string]handler {
	byID := fieldsOf(must("entity_id", entityID))

	return map[string]handler{
		"config/entity_registry/list":             {run: listEntries},
		"config/entity_registry/get":              {schema: byID, run: getEntry},
		"config/entity_registry/get_entries":      {schema: fieldsOf(must("entity_ids", listedEntityIDs)), run: getEntries},
		"config/entity_registry/list_for_display": {run: listForDisplay},
		"config/entity_registry/update":           {schema: entrySchema(), durable: true, run: updateEntryCommand},
		"config/entity_registry/remove":           {schema: byID, durable: true, run: removeEntry},
	}
}

func entityID(v any) (any, error) {
	if s, ok := v.(string); ok && isEntityID(strings.ToLower(s)) {
		return strings.ToLower(s), nil
	}

	return nil, invalidf("Entity ID %v is an invalid entity ID", v)
}

func entrySchema() schema {
	byUser := optional(oneOfEnumValue("user"))

	return fieldsOf(
		must("entity_id", entityID), may("aliases", aliases), may("area_id", optional(text)),
		may("categories", object), may("device_class", optional(text)), may("disabled_by", byUser),
		may("hidden_by", byUser), may("icon", optional(text)), may("labels", names), may("name", optional(text)),
		may("new_entity_id", text), may("options_domain", text), may("options", optional(object)),
	)
}

// oneOfEnumValue takes the words of an enumeration, with the message that it has for others.
func oneOfEnumValue(words ...string) check {
	return func(v any) (any, error) {
		if s, ok := v.(string); ok && slices.Contains(words, s) {
			return s, nil
		}

		return nil, invalidf("not a valid value")
	}
}

// aliases takes a list of texts and nulls; since 2026.4 a null means the entity's own name.
func aliases(v any) (any, error) {
	list, err := listOf(optional(text))(v)
	if err != nil {
		return nil, err
	}
	items, _ := list.([]any)
	out := make([]*string, 0, len(items))
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, &s)
		} else {
			out = append(out, nil)
		}
	}

	return out, nil
}

func listEntries(c *conn, _ int, _ map[string]any) (any, error) {
	return c.home.registry.entities.all(), nil
}

func errNoEntry() error { return coded(codeNotFound, "Entity not found") }

func (h *Home) findEntry(m map[string]any) (*entry, error) {
	id, _ := m["entity_id"].(string)
	if row := h.registry.entities.get(id); row != nil {
		return row, nil
	}

	return nil, errNoEntry()
}

func getEntry(c *conn, _ int, m map[string]any) (any, error) {
	row, err := c.home.findEntry(m)
	if err != nil {
		return nil, err
	}

	return c.home.extended(row), nil
}

func getEntries(c *conn, _ int, m map[string]any) (any, error) {
	out := map[string]any{}
	for _, id := range asTexts(m["entity_ids"]) {
		out[id] = nil
		if row := c.home.registry.entities.get(id); row != nil {
			out[id] = c.home.extended(row)
		}
	}

	return out, nil
}

// listForDisplay is the short form that user interfaces read.
func listForDisplay(c *conn, _ int, _ map[string]any) (any, error) {
	rows := []any{}
	for _, e := range c.home.registry.entities.all() {
		if e.DisabledBy != nil {
			continue
		}
		row := map[string]any{"ei": e.EntityID, "pl": e.Platform, "lb": e.Labels, "en": e.name()}
		for key, value := range map[string]*string{"di": e.DeviceID, "ai": e.AreaID, "ic": e.Icon} {
			if value != nil {
				row[key] = *value
			}
		}
		if e.Category != nil {
			row["ec"] = map[string]int{"config": 0, "diagnostic": 1}[*e.Category]
		}
		if e.HiddenBy != nil {
			row["hb"] = true
		}
		rows = append(rows, row)
	}

	return map[string]any{"entity_categories": map[string]string{"0": "config", "1": "diagnostic"}, "entities": rows}, nil
}

// updateEntry changes one row and tells everybody; before holds the old values.
func (h *Home) updateEntry(old *entry, change func(*entry), before map[string]any) *entry {
	row := *old
	change(&row)
	row.ModifiedAt = unixTime(h.stamp())
	h.registry.entities.put(row.EntityID, &row)
	data := map[string]any{"action": "update", "entity_id": row.EntityID, "changes": before}
	if row.EntityID != old.EntityID {
		data["old_entity_id"] = old.EntityID
	}
	h.registryChanged("entity", data)

	return &row
}

func updateEntryCommand(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	old, err := h.findEntry(m)
	if err != nil {
		return nil, err
	}
	if err := h.checkEntryUpdate(old, m); err != nil {
		return nil, err
	}
	before := map[string]any{}
	for key := range m {
		if key != "entity_id" && key != "options_domain" {
			before[strings.TrimPrefix(key, "new_")] = old.field(key)
		}
	}
	id, renamed := old.EntityID, false
	if newID, ok := m["new_entity_id"].(string); ok && newID != id {
		h.rename(old, newID)
		id, renamed = newID, true
	}
	row := h.updateEntry(old, func(row *entry) { row.EntityID = id; row.take(m) }, before)
	result := map[string]any{"entity_entry": h.extended(row)}
	if e := h.byID[id]; e != nil {
		h.refresh(e, row, renamed)
	}
	if _, ok := m["disabled_by"]; ok && row.DisabledBy == nil && old.DisabledBy != nil {
		result["reload_delay"] = 30
	}

	return result, nil
}

func (h *Home) checkEntryUpdate(old *entry, m map[string]any) error {
	if newID, ok := m["new_entity_id"].(string); ok && newID != old.EntityID {
		switch {
		case h.byID[newID] != nil || h.registry.entities.get(newID) != nil:
			return coded(codeInvalidInfo, "Entity with this ID is already registered")
		case !isEntityID(newID):
			return coded(codeInvalidInfo, "Invalid entity ID")
		case domainOf(newID) != domainOf(old.EntityID):
			return coded(codeInvalidInfo, "New entity ID should be same domain")
		}
	}
	if _, ok := m["options"]; ok != (m["options_domain"] != nil) {
		const problem = "some but not all values in the same group of inclusion 'entity_option'"

		return wsError(&invalidError{problem, "[<entity_option>]", nil, true})
	}

	return nil
}

// field is the present value behind a key of the update command.
func (e *entry) field(key string) any {
	switch key {
	case "aliases":
		return e.more.Aliases
	case "area_id":
		return e.AreaID
	case "categories":
		return e.Categories
	case "device_class":
		return e.more.DeviceClass
	case "disabled_by":
		return e.DisabledBy
	case "hidden_by":
		return e.HiddenBy
	case "icon":
		return e.Icon
	case "labels":
		return e.Labels
	case "name":
		return e.Name
	case "new_entity_id":
		return e.EntityID
	default:
		return e.Options
	}
}

// take applies the keys of the update command.
func (e *entry) take(m map[string]any) {
	if list, ok := m["aliases"].([]*string); ok {
		e.more.Aliases = list
	}
	apply(m, "area_id", &e.AreaID)
	apply(m, "device_class", &e.more.DeviceClass)
	apply(m, "disabled_by", &e.DisabledBy)
	apply(m, "hidden_by", &e.HiddenBy)
	apply(m, "icon", &e.Icon)
	apply(m, "name", &e.Name)
	applyTexts(m, "labels", &e.Labels)
	if categories, ok := m["categories"].(map[string]any); ok {
		e.Categories = map[string]string{}
		for scope, id := range categories {
			if s, isText := id.(string); isText {
				e.Categories[scope] = s
			}
		}
	}
	if domain, ok := m["options_domain"].(string); ok {
		options, _ := m["options"].(map[string]any)
		e.setOptions(domain, options)
	}
}

// setOptions replaces the options of one domain; nil removes them.
func (e *entry) setOptions(domain string, options map[string]any) {
	all := maps.Clone(e.Options)
	if all == nil {
		all = map[string]map[string]any{}
	}
	if options == nil {
		delete(all, domain)
	} else {
		all[domain] = options
	}
	e.Options = all
}

// refresh shows what a changed row means for the state: the name, the class, or nothing at
// all while the entity is disabled.
func (h *Home) refresh(e *entity, row *entry, renamed bool) {
	if row.DisabledBy != nil {
		e.halt()
		if e.state != nil {
			e.hidden = e.state
			h.hide(e)
		}

		return
	}
	if e.state == nil && e.hidden != nil {
		h.set(e, e.hidden.Value, e.hidden.Attrs, h.newContext(""))
		e.hidden = nil

		return
	}
	if e.state == nil || renamed {
		return
	}
	attrs := e.state.Attrs.with("friendly_name", row.name())
	if class := row.more.DeviceClass; class != nil {
		attrs = attrs.with("device_class", *class)
	}
	h.set(e, e.state.Value, attrs, h.newContext(""))
}

// rename moves an entity's state to another id.
func (h *Home) rename(old *entry, newID string) {
	h.registry.entities.remove(old.EntityID)
	e := h.byID[old.EntityID]
	if e == nil {
		return
	}
	shown := e.state
	h.hide(e)
	h.drop(e)
	if scene, ok := h.scenes[e.id]; ok {
		h.scenes[newID] = scene
	}
	if script, ok := h.scripts[e.id]; ok {
		h.scripts[newID] = script
	}
	e.id, e.seeded = newID, nil
	h.add(e)
	if shown != nil {
		h.set(e, shown.Value, shown.Attrs, shown.Context)
	}
}

func removeEntry(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	row, err := h.findEntry(m)
	if err != nil {
		return nil, err
	}
	h.registry.entities.remove(row.EntityID)
	h.registryChanged("entity", map[string]any{"action": "remove", "entity_id": row.EntityID})
	if e := h.byID[row.EntityID]; e != nil {
		e.halt()
		h.hide(e)
		h.drop(e)
	}

	return nil, nil //nolint:nilnil // null is the answer
}
