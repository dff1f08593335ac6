package hungarian

import (
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// hintFrames read what is said about a room or a device instead of what is to be done: sötét
// van a nappaliban, fázom, túl hangos a tévé.
func hintFrames() []frame {
	return []frame{{
		name: "hint", actions: []string{""}, needs: cFeel, allows: cTarget | cChange | cCopula | cTells | cLit | cClass | cAttribute, make: (*clause).hint,
	}}
}

func (c *clause) hint() []draft {
	isElsewhere := c.classes&cPlace != 0 && !c.has(cPlace, "here") && !c.has(cPlace, "room")
	if c.s.IsQuestion || c.has(cFiller, "today") || c.has(cFiller, "pleasant") || isElsewhere {
		return nil
	}
	said, isOfRoom := strings.CutPrefix(c.first(cFeel).value(cFeel), "room ")
	if isOfRoom && !c.saysOfRoom() {
		return nil
	}
	switch said {
	case "loud":
		return c.turnVolume(-1)
	case "quiet":
		return c.turnVolume(+1)
	default:
		return c.improveRoom(said)
	}
}

// improveRoom does what helps against what is said of a room.
func (c *clause) improveRoom(said string) []draft {
	switch said {
	case "dark":
		return c.inRoom(meaning.TurnOn, meaning.Slots{}, nil, "light")
	case "bright":
		return c.inRoom(meaning.LightSet, meaning.Slots{"brightness": 50}, c.brighter(-1), "light")
	case "cold":
		return c.inRoom(meaning.ClimateSet, meaning.Slots{}, c.warmer(+1), "climate")
	case "warm":
		return c.inRoom(meaning.ClimateSet, meaning.Slots{}, c.warmer(-1), "climate")
	case "stuffy":
		return c.inRoom(meaning.TurnOn, meaning.Slots{}, nil, "fan")
	case "dry":
		return c.inRoom(meaning.TurnOn, meaning.Slots{}, nil, "humidifier")
	default:
		return nil
	}
}

// saysOfRoom reports whether what is told is said of a room itself, and of no thing in it:
// hideg a háló, and not meleg a radiátor.
func (c *clause) saysOfRoom() bool {
	isRoom := false
	for _, sp := range c.spans {
		switch {
		case sp.is(cArea) && !sp.suffix.IsThere:
			isRoom = true
		case sp.is(cArea | cFloor | cEntity | cKind):
			return false
		}
	}

	return isRoom
}

// inRoom makes a command for the devices of a kind in the room that was spoken of, or in the
// speaker's own: of elsewhere it is only talk. A room without such a device is left alone.
func (c *clause) inRoom(intent string, values meaning.Slots, change *step, domain string) []draft {
	k := &kind{Domain: domain}
	p := c.places([]string{domain})
	if named := c.named([]string{domain}, p); len(named) > 0 && c.isAllReached([]string{domain}) { // vakít a csillár
		drafts := draftsFor(intent, values, named)
		for i := range drafts {
			drafts[i].change = change
		}

		return drafts
	}
	if here := c.here(); here != nil && len(p.areas)+len(p.floors) == 0 {
		p.areas = append(p.areas, here)
	}
	if len(p.areas) != 1 || !c.ix.hasKind(k, p.areas[0].ID) || !c.isAllReached([]string{domain}) {
		return nil
	}
	targets := c.placed(k, nil, p)
	if meaning.IsImplied(intent) {
		delete(targets[0].slots, "domain")
	}
	drafts := draftsFor(intent, values, targets)
	drafts[0].change = change

	return drafts
}

// brighter is the step that is meant where nobody says how far; warmer likewise.
func (c *clause) brighter(direction int) *step {
	return &step{slot: "brightness", by: c.by(direction, 25), low: 1, high: 100, present: present("brightness", 100.0/255)}
}

func (c *clause) warmer(direction int) *step {
	return &step{slot: "temperature", by: c.by(direction, 1), low: 0, high: 100, present: present("temperature", 1)}
}
