package meaning

import (
	"maps"

	"homehub/modules/hamanager/hamanagerapi"
)

// Narrow adds to a command what was chosen for it. Where a word could mean several kinds of
// device the choice may be of another kind than the command is about, and then the intent
// becomes the one that does the same to it: a cover is opened by HassTurnOn, a lock by HassTurnOff.
func Narrow(home *hamanagerapi.Home, c Command, chosen Choice) Command {
	c.Slots = maps.Clone(c.Slots)
	if c.Slots == nil {
		c.Slots = Slots{}
	}
	e := home.Entity(chosen.EntityID)
	switch {
	case chosen.AreaID != "":
		c.Slots["area"] = chosen.AreaID
	case e != nil:
		c.Slots["name"] = e.ID
		if domain := c.Slots.Text("domain"); domain != "" && domain != e.Domain {
			c.Slots["domain"] = e.Domain
			delete(c.Slots, "device_class")
			c.Intent = sameFor(c.Intent, domain, e.Domain)
		}
	}

	return c
}

// sameFor returns the intent that does to one domain what an intent does to another.
func sameFor(intent, from, to string) string {
	if (from == "lock") == (to == "lock") {
		return intent
	}
	switch intent {
	case TurnOn:
		return TurnOff
	case TurnOff:
		return TurnOn
	default:
		return intent
	}
}
