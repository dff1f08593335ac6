package virtualhome

import (
	"slices"
	"strings"
)

// targetKeys are the ways to say what a service call is for.
//
//nolint:gochecknoglobals // a table
var targetKeys = []string{"entity_id", "device_id", "area_id", "floor_id", "label_id"}

// entityIDs takes one id, a list, or several with commas; also all and none.
func entityIDs(v any) (any, error) {
	ids, err := listOfIDs(v)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !isEntityID(id) && id != "all" && id != "none" {
			return nil, invalidf("not a valid value")
		}
	}

	return ids, nil
}

// targetIDs is entityIDs for the target of a service. Home Assistant judges a text there, and
// takes the ids of a list as they are: one that nobody has is missing, and that is no error.
func targetIDs(v any) (any, error) {
	if _, isList := v.([]any); !isList {
		return entityIDs(v)
	}

	return listOfIDs(v)
}

func listOfIDs(v any) ([]string, error) {
	var ids []string
	switch v := v.(type) {
	case string:
		ids = strings.Split(v, ",")
	case []any:
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, invalidf("not a valid value")
			}
			ids = append(ids, s)
		}
	default:
		return nil, invalidf("not a valid value")
	}
	for i := range ids {
		ids[i] = strings.ToLower(strings.TrimSpace(ids[i]))
	}

	return ids, nil
}

// isEntityID reports whether s is domain.object of lower-case letters, digits and _.
func isEntityID(s string) bool {
	domain, object, ok := strings.Cut(s, ".")

	return ok && isSlug(domain) && isSlug(object) && len(s) <= maxState
}

func isSlug(s string) bool {
	if s == "" || s[0] == '_' || s[len(s)-1] == '_' {
		return false
	}

	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// targetSchema is the shape of call_service's target, and of the same keys in the data.
func targetSchema() schema {
	ids := textsOf(looseText)

	return fieldsOf(may("entity_id", targetIDs), may("device_id", ids), may("area_id", ids),
		may("floor_id", ids), may("label_id", ids))
}

// splitTarget takes the target keys out of a service's data.
func splitTarget(data map[string]any) (target, rest map[string]any, err error) {
	target, rest = map[string]any{}, map[string]any{}
	for key, value := range data {
		if slices.Contains(targetKeys, key) {
			target[key] = value
		} else {
			rest[key] = value
		}
	}
	target, err = targetSchema().validate(target)

	return target, rest, err
}

// resolveTarget finds the entities of the domain that a checked target means. Ids that do
// not exist are left out: Home Assistant only logs them. The caller holds the lock.
func (h *Home) resolveTarget(domain string, target map[string]any) []*entity {
	var found []*entity
	add := func(e *entity) {
		if e != nil && !slices.Contains(found, e) && (domain == "homeassistant" || e.domain == domain) {
			found = append(found, e)
		}
	}
	ids := asTexts(target["entity_id"])
	isAll, onlyIDs := slices.Contains(ids, "all"), len(target) == 1 && len(ids) > 0
	for _, id := range ids {
		add(h.byID[id])
	}
	if onlyIDs && !isAll {
		return found
	}
	for _, e := range h.entities {
		if isAll || h.isMeant(e, target) {
			add(e)
		}
	}

	return found
}

// isMeant reports whether an entity is reached by its area, floor, device or label. Hidden
// entities and those of a category are only reached by their id.
func (h *Home) isMeant(e *entity, target map[string]any) bool {
	entry := h.registry.entities.get(e.id)
	if entry == nil || entry.HiddenBy != nil || entry.Category != nil {
		return false
	}
	device := h.registry.devices.get(deref(entry.DeviceID))
	areaID := deref(entry.AreaID)
	labels := entry.Labels
	if device != nil {
		if areaID == "" {
			areaID = deref(device.AreaID)
		}
		labels = append(slices.Clone(labels), device.Labels...)
	}
	var floorID string
	if area := h.registry.areas.get(areaID); area != nil {
		floorID = deref(area.FloorID)
		labels = append(slices.Clone(labels), area.Labels...)
	}

	return containsID(target["device_id"], deref(entry.DeviceID)) ||
		containsID(target["area_id"], areaID) ||
		containsID(target["floor_id"], floorID) ||
		slices.ContainsFunc(labels, func(l string) bool { return containsID(target["label_id"], l) })
}

func containsID(ids any, id string) bool { return id != "" && slices.Contains(asTexts(ids), id) }

func asTexts(v any) []string {
	s, _ := v.([]string)

	return s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}

// orNil makes an empty id null.
func orNil(s string) *string {
	if s == "" {
		return nil
	}

	return &s
}
