package intent

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// isWithin reports whether the caller, a device that may be narrowed, may reach the entity
// and all that it stands for.
func isWithin(home *hamanagerapi.Home, caller identity.Principal, target *hamanagerapi.Entity) bool {
	if caller.AllowedDomains == nil && caller.AllowedAreas == nil {
		return true
	}

	return !slices.ContainsFunc(membersOf(home, target), func(e *hamanagerapi.Entity) bool {
		return caller.AllowedDomains != nil && !slices.Contains(caller.AllowedDomains, e.Domain) ||
			caller.AllowedAreas != nil && !isIn(home, e, caller.AllowedAreas)
	})
}

// isIn reports whether an entity is in one of the areas, which are ids or names.
func isIn(home *hamanagerapi.Home, e *hamanagerapi.Entity, areas []string) bool {
	return e.AreaID != "" && slices.ContainsFunc(areas, func(said string) bool {
		area := meaning.FindArea(home, said)

		return area != nil && area.ID == e.AreaID
	})
}

// isRisky reports whether the command would let somebody in: unlock, open a garage door or a
// gate, disarm. What is said to a group is said to its members.
func isRisky(home *hamanagerapi.Home, command meaning.Command, target *hamanagerapi.Entity) bool {
	switch target.Domain {
	case "scene", "script", "automation": // these do what whoever made them wanted
		return false
	}

	return slices.ContainsFunc(membersOf(home, target), func(e *hamanagerapi.Entity) bool { return letsIn(command, e) })
}

func letsIn(command meaning.Command, e *hamanagerapi.Entity) bool {
	switch e.Domain {
	case "lock", "alarm_control_panel":
		return command.Intent == meaning.TurnOff || command.Intent == meaning.Toggle
	case "cover":
		if e.DeviceClass != "garage" && e.DeviceClass != "gate" {
			return false
		}
		position, isPosition := command.Slots.Number("position")

		return command.Intent == meaning.TurnOn || command.Intent == meaning.Toggle || isPosition && position > 0
	default:
		return false
	}
}

// mayLetIn reports whether a command might let somebody in for all that homehub knows of it: it runs
// what somebody else made. Where a person names such a thing that is what the person wants; where a
// model chose it, nobody has.
func mayLetIn(home *hamanagerapi.Home, r *result) bool {
	return !meaning.IsQuestion(r.command.Intent) && slices.ContainsFunc(r.reachable(), func(target *hamanagerapi.Entity) bool {
		switch target.Domain {
		case "script", "automation", "button", "input_button":
			return true
		case "scene":
			return slices.ContainsFunc(membersOf(home, target), isOfDoors)
		default:
			return false
		}
	})
}

// isOfDoors reports whether an entity keeps anybody out.
func isOfDoors(e *hamanagerapi.Entity) bool {
	switch e.Domain {
	case "lock", "alarm_control_panel":
		return true
	case "cover":
		return e.DeviceClass == "garage" || e.DeviceClass == "gate"
	default:
		return false
	}
}

// membersOf lists an entity and whatever it stands for: groups, scenes and scripts name their
// members in an attribute, and these may be groups again.
func membersOf(home *hamanagerapi.Home, e *hamanagerapi.Entity) []*hamanagerapi.Entity {
	members := []*hamanagerapi.Entity{e}
	for i := 0; i < len(members); i++ {
		for _, id := range memberIDs(members[i].State()) {
			if member := home.Entity(id); member != nil && !slices.Contains(members, member) {
				members = append(members, member)
			}
		}
	}

	return members
}

func memberIDs(s *hamanagerapi.State) []string {
	if !bytes.Contains(s.Attributes, []byte(`"entity_id"`)) {
		return nil
	}
	var a struct {
		EntityID json.RawMessage `json:"entity_id"`
	}
	var ids []string
	if json.Unmarshal(s.Attributes, &a) != nil || json.Unmarshal(a.EntityID, &ids) == nil {
		return ids
	}
	var id string
	if json.Unmarshal(a.EntityID, &id) == nil { // one, or several with commas between
		ids = strings.FieldsFunc(id, func(r rune) bool { return r == ',' || r == ' ' })
	}

	return ids
}

// open begins one result for each target; those that failed before it stay so.
func (r *result) open() {
	failed := r.targets
	r.targets = make([]targetResult, len(r.command.Targets))
	for i, e := range r.command.Targets {
		r.targets[i] = targetResult{entity: e, from: e.State()}
		for _, x := range failed {
			if x.entity == e && x.status == meaning.StatusFailed {
				r.targets[i].status, r.targets[i].reason, r.targets[i].refusal = x.status, x.reason, x.refusal
			}
		}
	}
}

// reachable lists the targets that were not refused.
func (r *result) reachable() []*hamanagerapi.Entity {
	if len(r.targets) == 0 {
		return r.command.Targets
	}
	var kept []*hamanagerapi.Entity
	for _, target := range r.targets {
		if target.status != meaning.StatusFailed {
			kept = append(kept, target.entity)
		}
	}

	return kept
}
