package hungarian

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// more does once more what the turn before did, as far again.
func more(m *meaning.Memory) *interpretation { return again(m, +1) }

// again goes as far as the turn before, the same way or back.
func again(m *meaning.Memory, direction int) *interpretation {
	way := direction * m.Direction()
	if way == 0 || directly(m.Last()) == "" {
		return nil
	}
	if m.Last().Intent == meaning.SetVolumeRelative && direction < 0 {
		return undo(m)
	}

	return further(m.Last(), way, 0)
}

// moreBy goes further the same way by as much as is said: még egy fokot; még tíz százalékkal. nil where
// a row says something else, too.
func (ix *Index) moreBy(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	const allowed = cAgain | cNumber | cFraction | cUnit | cFiller | cConjunction
	isMore := slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cAgain) })
	if !isMore || slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(allowed) || sp.is(cEntity|cTime) }) {
		return nil
	}
	c := newClause(ix, u, s, row)
	if len(c.quantities) != 1 || directly(u.Before.Last()) == "" || u.Before.Direction() == 0 {
		return nil
	}
	q := c.quantities[0]
	if isUnitOfTime(q.unit) || q.ending.Case == morphology.Sublative {
		return nil
	}

	return further(u.Before.Last(), u.Before.Direction(), q.value)
}

// tooFar reads who says that it was done too far (annyira ne: back the same way), or that something
// is too much or too little now (túl erős, kevés).
func tooFar(m *meaning.Memory, pieces [][]*span) *interpretation {
	for _, sp := range slices.Concat(pieces...) {
		way, what, _ := strings.Cut(sp.value(cTooMuch), " ")
		sign := signOf(way)
		if sign == 0 {
			continue
		}
		domain := domainOf(m.Last())
		of, isOfOne := map[string]string{"brightness": "light", "volume": "media_player", "temperature": "climate", "speed": "fan"}[what]
		if isOfOne && of != domain {
			return nil
		}

		return further(m.Last(), sign, 0)
	}

	return again(m, -1)
}

// directly is the intent that a command has changed a number by; empty where it was no number.
func directly(c *meaning.Command) string {
	switch c.Intent {
	case meaning.SetVolumeRelative, meaning.LightSet, meaning.ClimateSet, meaning.SetPosition, meaning.FanSetSpeed, meaning.SetVolume:
		return c.Intent
	default:
		return ""
	}
}

// further changes what a command was about by a step up or down, as far as is said, else the usual.
// What was only switched on is changed in what its domain is mostly changed in.
func further(last *meaning.Command, way int, by float64) *interpretation {
	next := meaning.Command{Intent: directly(last), Slots: maps.Clone(last.Slots), Targets: last.Targets}
	if next.Intent == "" {
		if last.Intent != meaning.TurnOn && last.Intent != meaning.MediaUnpause {
			return nil
		}
		next.Intent = map[string]string{
			"light": meaning.LightSet, "climate": meaning.ClimateSet, "fan": meaning.FanSetSpeed, "media_player": meaning.SetVolumeRelative,
		}[domainOf(last)]
		delete(next.Slots, "domain")
	}
	if next.Intent == meaning.SetVolumeRelative {
		next.Slots["volume_step"] = map[int]string{+1: "up", -1: "down"}[way]

		return &interpretation{commands: []meaning.Command{next}, frame: "more;"}
	}
	change := stepOf(next.Intent)
	if change == nil {
		return nil
	}
	if by > 0 {
		change.by = by
	}
	change.by *= float64(way)
	change.apply(&next)

	return &interpretation{commands: []meaning.Command{next}, frame: "more;"}
}

// stepOf is the usual step of an intent, upwards; nil where it sets no number.
func stepOf(intent string) *step {
	switch intent {
	case meaning.LightSet:
		return &step{slot: "brightness", by: 25, low: 1, high: 100, present: present("brightness", 100.0/255)}
	case meaning.ClimateSet:
		return &step{slot: "temperature", by: 1, low: 0, high: 100, present: present("temperature", 1)}
	case meaning.SetPosition:
		return &step{slot: "position", by: 25, low: 0, high: 100, present: present("current_position", 1)}
	case meaning.FanSetSpeed:
		return &step{slot: "percentage", by: 25, low: 1, high: 100, present: present("percentage", 1)}
	case meaning.SetVolume:
		return &step{slot: "volume_level", by: 10, low: 0, high: 100, present: present("volume_level", 100)}
	default:
		return nil
	}
}
