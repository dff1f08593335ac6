package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// intentFor is what an intent becomes for what a target is: an awning that is let down is open, and a
// player that is off is switched on, for it has nothing to go on with.
func (c *clause) intentFor(t target, action, intent string) string {
	switch {
	case intent == meaning.MediaUnpause && c.areAll(t, func(e *hamanagerapi.Entity) bool { return e.State().Value == "off" }):
		return meaning.TurnOn
	case slices.Contains([]string{"down", "release", "roll_down"}, action) && c.isAwning(t):
		return meaning.TurnOn
	case (action == "up" || action == "roll_up") && c.isAwning(t):
		return meaning.TurnOff
	default:
		return intent
	}
}

// isAwning reports whether a target gives shade where it is let out.
func (c *clause) isAwning(t target) bool {
	if classes := t.slots.List("device_class"); len(classes) > 0 {
		return slices.Equal(classes, []string{"awning"})
	}

	return c.areAll(t, func(e *hamanagerapi.Entity) bool { return e.Domain == "cover" && e.DeviceClass == "awning" })
}

// areAll reports whether a target is named, and everything that it may be is so.
func (c *clause) areAll(t target, is func(*hamanagerapi.Entity) bool) bool {
	named := t.candidates
	if len(named) == 0 {
		named = c.calledAs(t)
	}

	return len(named) > 0 && !slices.ContainsFunc(named, func(e *hamanagerapi.Entity) bool { return !is(e) })
}
