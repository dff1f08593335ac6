package virtualhome

import (
	"maps"
	"slices"
	"strings"
)

// placeCommands are those of the registries of floors, areas and labels.
func placeCommands() map[string]handler {
	text255 := nonEmptyName
	floorFields := []field{may("aliases", names), may("icon", optional(text)), may("level", optional(strictInteger))}
	areaFields := []field{
		may("aliases", names), may("floor_id", optional(text)), may("icon", optional(text)), may("labels", names),
		may("picture", optional(text)), may("temperature_entity_id", optional(text)), may("humidity_entity_id", optional(text)),
	}
	labelFields := []field{may("color", optional(text)), may("description", optional(text)), may("icon", optional(text))}
	all := map[string]handler{}
	for kind, r := range map[string]struct {
		key                          string
		fields                       []field
		list, create, update, remove func(c *conn, id int, m map[string]any) (any, error)
	}{
		"floor": {"floor_id", floorFields, listFloors, createFloor, updateFloor, deleteFloor},
		"area":  {"area_id", areaFields, listAreas, createAreaCommand, updateArea, deleteArea},
		"label": {"label_id", labelFields, listLabels, createLabel, updateLabel, deleteLabel},
	} {
		path := "config/" + kind + "_registry/"
		all[path+"list"] = handler{run: r.list}
		all[path+"create"] = handler{
			schema: fieldsOf(append([]field{must("name", text255)}, r.fields...)...), durable: true, run: r.create,
		}
		all[path+"update"] = handler{
			schema:  fieldsOf(append([]field{must(r.key, text), may("name", text255)}, r.fields...)...),
			durable: true, run: r.update,
		}
		all[path+"delete"] = handler{schema: fieldsOf(must(r.key, text)), durable: true, run: r.remove}
	}

	return all
}

func nonEmptyName(v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return nil, invalidf("expected str")
	}

	return strings.TrimSpace(s), nil
}

func errTaken(name string) error {
	return coded(codeInvalidInfo, "The name "+name+" ("+normalName(name)+") is already in use")
}

// applyLevel takes a floor's level; null is allowed.
func applyLevel(m map[string]any, to **int) {
	if v, ok := m["level"]; ok {
		n, isInt := v.(int)
		*to = nil
		if isInt {
			*to = &n
		}
	}
}

func listFloors(c *conn, _ int, _ map[string]any) (any, error) {
	return c.home.registry.floors.all(), nil
}

func (h *Home) floorNamed(name string) *floor {
	for _, f := range h.registry.floors.rows {
		if normalName(f.Name) == normalName(name) {
			return f
		}
	}

	return nil
}

func createFloor(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	f := &floor{Aliases: []string{}, CreatedAt: unixTime(h.stamp())}
	if err := h.describeFloor(f, m); err != nil {
		return nil, err
	}
	f.ID = freeID(&h.registry.floors, f.Name)
	h.registry.floors.put(f.ID, f)
	h.registryChanged("floor", map[string]any{"action": "create", "floor_id": f.ID})

	return f, nil
}

func (h *Home) describeFloor(f *floor, m map[string]any) error {
	if name, ok := m["name"].(string); ok {
		if other := h.floorNamed(name); other != nil && other.ID != f.ID {
			return errTaken(name)
		}
		f.Name = name
	}
	applyTexts(m, "aliases", &f.Aliases)
	apply(m, "icon", &f.Icon)
	applyLevel(m, &f.Level)
	f.ModifiedAt = unixTime(h.stamp())

	return nil
}

func updateFloor(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["floor_id"].(string)
	old := h.registry.floors.get(id)
	if old == nil {
		return nil, errUnknown()
	}
	f := *old
	if err := h.describeFloor(&f, m); err != nil {
		return nil, err
	}
	h.registry.floors.put(id, &f)
	h.registryChanged("floor", map[string]any{"action": "update", "floor_id": id})

	return &f, nil
}

func deleteFloor(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["floor_id"].(string)
	if h.registry.floors.get(id) == nil {
		return nil, coded(codeInvalidInfo, "Floor ID doesn't exist")
	}
	h.registry.floors.remove(id)
	h.registryChanged("floor", map[string]any{"action": "remove", "floor_id": id})
	for _, a := range h.registry.areas.all() {
		if deref(a.FloorID) == id {
			changed := *a
			changed.FloorID = nil
			h.registry.areas.put(a.ID, &changed)
			h.registryChanged("area", map[string]any{"action": "update", "area_id": a.ID})
		}
	}

	return nil, nil //nolint:nilnil // null is the answer
}

// areaView is an area as the release shows it: its sensors are known since 2025.2.
func (h *Home) areaView(a *area) any {
	if h.version.since(2025, 2) {
		return a
	}

	return map[string]any{
		"aliases": a.Aliases, "area_id": a.ID, "floor_id": a.FloorID, "icon": a.Icon, "labels": a.Labels, "name": a.Name,
		"picture": a.Picture, "created_at": a.CreatedAt, "modified_at": a.ModifiedAt,
	}
}

func listAreas(c *conn, _ int, _ map[string]any) (any, error) {
	out := []any{}
	for _, a := range c.home.registry.areas.all() {
		out = append(out, c.home.areaView(a))
	}

	return out, nil
}

func (h *Home) areaNamed(name string) *area {
	for _, a := range h.registry.areas.rows {
		if normalName(a.Name) == normalName(name) {
			return a
		}
	}

	return nil
}

// createArea gives a new area its id and tells everybody.
func (h *Home) createArea(a *area) {
	a.ID = freeID(&h.registry.areas, a.Name)
	a.CreatedAt, a.ModifiedAt = unixTime(h.stamp()), unixTime(h.stamp())
	h.registry.areas.put(a.ID, a)
	h.registryChanged("area", map[string]any{"action": "create", "area_id": a.ID})
}

func createAreaCommand(c *conn, _ int, m map[string]any) (any, error) {
	a := &area{Aliases: []string{}, Labels: []string{}}
	if err := c.home.describeArea(a, m); err != nil {
		return nil, err
	}
	c.home.createArea(a)

	return c.home.areaView(a), nil
}

func (h *Home) describeArea(a *area, m map[string]any) error {
	for _, key := range []string{"temperature_entity_id", "humidity_entity_id"} {
		if err := h.checkAreaSensor(m, key); err != nil {
			return err
		}
	}
	if name, ok := m["name"].(string); ok {
		if other := h.areaNamed(name); other != nil && other.ID != a.ID {
			return errTaken(name)
		}
		a.Name = name
	}
	applyTexts(m, "aliases", &a.Aliases)
	applyTexts(m, "labels", &a.Labels)
	apply(m, "floor_id", &a.FloorID)
	apply(m, "icon", &a.Icon)
	apply(m, "picture", &a.Picture)
	apply(m, "temperature_entity_id", &a.TemperatureEntityID)
	apply(m, "humidity_entity_id", &a.HumidityEntityID)
	a.ModifiedAt = unixTime(h.stamp())

	return nil
}

// checkAreaSensor: an area's sensor must exist and measure the right thing.
func (h *Home) checkAreaSensor(m map[string]any, key string) error {
	id, ok := m[key].(string)
	if !ok {
		return nil
	}
	if !h.version.since(2025, 2) {
		return &invalidError{"extra keys not allowed", at(key), id, true}
	}
	e := h.entityOf(id)
	if e == nil {
		return coded(codeInvalidInfo, "Entity "+id+" does not exist")
	}
	class, _, _ := strings.Cut(key, "_")
	if e.domain != "sensor" || e.state.Attrs.text("device_class") != class {
		return coded(codeInvalidInfo, "Entity "+id+" is not a "+class+" sensor")
	}

	return nil
}

func updateArea(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["area_id"].(string)
	old := h.registry.areas.get(id)
	if old == nil {
		return nil, errUnknown()
	}
	a := *old
	if err := h.describeArea(&a, m); err != nil {
		return nil, err
	}
	h.registry.areas.put(id, &a)
	h.registryChanged("area", map[string]any{"action": "update", "area_id": id})

	return h.areaView(&a), nil
}

func deleteArea(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["area_id"].(string)
	if h.registry.areas.get(id) == nil {
		return nil, coded(codeInvalidInfo, "Area ID doesn't exist")
	}
	h.registry.areas.remove(id)
	h.registryChanged("area", map[string]any{"action": "remove", "area_id": id})
	for _, e := range h.registry.entities.all() {
		if deref(e.AreaID) == id {
			h.updateEntry(e, func(row *entry) { row.AreaID = nil }, map[string]any{"area_id": id})
		}
	}
	for _, d := range h.registry.devices.all() {
		if deref(d.AreaID) == id {
			h.updateDevice(d, func(row *device) { row.AreaID = nil }, map[string]any{"area_id": id})
		}
	}

	return "success", nil
}

func listLabels(c *conn, _ int, _ map[string]any) (any, error) {
	return c.home.registry.labels.all(), nil
}

func createLabel(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	l := &label{CreatedAt: unixTime(h.stamp())}
	if err := h.describeLabel(l, m); err != nil {
		return nil, err
	}
	l.ID = freeID(&h.registry.labels, l.Name)
	h.registry.labels.put(l.ID, l)
	h.registryChanged("label", map[string]any{"action": "create", "label_id": l.ID})

	return l, nil
}

func (h *Home) describeLabel(l *label, m map[string]any) error {
	if name, ok := m["name"].(string); ok {
		for other := range maps.Values(h.registry.labels.rows) {
			if normalName(other.Name) == normalName(name) && other.ID != l.ID {
				return errTaken(name)
			}
		}
		l.Name = name
	}
	apply(m, "color", &l.Color)
	apply(m, "description", &l.Description)
	apply(m, "icon", &l.Icon)
	l.ModifiedAt = unixTime(h.stamp())

	return nil
}

func updateLabel(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["label_id"].(string)
	old := h.registry.labels.get(id)
	if old == nil {
		return nil, errUnknown()
	}
	l := *old
	if err := h.describeLabel(&l, m); err != nil {
		return nil, err
	}
	h.registry.labels.put(id, &l)
	h.registryChanged("label", map[string]any{"action": "update", "label_id": id})

	return &l, nil
}

func deleteLabel(c *conn, _ int, m map[string]any) (any, error) {
	h := c.home
	id, _ := m["label_id"].(string)
	if h.registry.labels.get(id) == nil {
		return nil, coded(codeInvalidInfo, "Label ID doesn't exist")
	}
	h.registry.labels.remove(id)
	h.registryChanged("label", map[string]any{"action": "remove", "label_id": id})
	for _, e := range h.registry.entities.all() {
		if slices.Contains(e.Labels, id) {
			old := e.Labels
			h.updateEntry(e, func(row *entry) {
				row.Labels = slices.DeleteFunc(slices.Clone(row.Labels), func(l string) bool { return l == id })
			}, map[string]any{"labels": old})
		}
	}

	return nil, nil //nolint:nilnil // null is the answer
}
