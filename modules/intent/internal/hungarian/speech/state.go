package speech

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// statesOf answers HassGetState: how things are, or whether they are as was asked.
func statesOf(c meaning.Command) string {
	wanted := c.Slots.List("state")
	if len(wanted) == 0 {
		return tellEach(c.Targets, describeFully)
	}
	var found, others []*hamanagerapi.Entity
	for _, e := range c.Targets {
		if isInState(e, wanted) {
			found = append(found, e)
		} else {
			others = append(others, e)
		}
	}
	isAll := c.Slots.Text("name") == meaning.AllNames

	return tellStates(found, others, wanted[0], isAll)
}

// tellStates answers whether something, or all, is as was asked.
func tellStates(found, others []*hamanagerapi.Entity, state string, isAll bool) string {
	s := sentences()
	switch {
	case isAll && len(others) > 0 && len(found) > 0:
		return s.Phrases["no"] + ", " + tellEach(others, DescribeState)
	case len(found) > 1:
		return tellCount(found, state)
	case len(found) == 1:
		return s.Phrases["yes"] + ", " + DescribeState(found[0])
	case len(others) > 1:
		return tellNone(others, state)
	case !isKnown(others[0]):
		return DescribeState(others[0])
	default:
		return s.Phrases["no"] + ", " + DescribeState(others[0])
	}
}

// isInState reports whether an entity is as was asked. What names its state by what it does
// (fűt, takarít) is on unless it is off.
func isInState(e *hamanagerapi.Entity, wanted []string) bool {
	value := e.State().Value
	if slices.Contains(wanted, value) {
		return true
	}
	isOfDeeds := slices.Contains([]string{"climate", "media_player", "vacuum", "lawn_mower", "water_heater"}, e.Domain)

	return isOfDeeds && slices.Contains(wanted, "on") && isKnown(e) &&
		!slices.Contains([]string{"off", "standby", "idle", "docked", "paused", "returning", "error"}, value)
}

// tellNone says that nothing is as was asked: egy ablak sincs nyitva; egy lámpa sem ég.
func tellNone(entities []*hamanagerapi.Entity, state string) string {
	s := sentences()
	if entities[0].Domain == "person" {
		return s.Phrases["nobody"] + " " + withoutBeing(stateOf(entities[0], state))
	}

	return strings.NewReplacer("{noun}", nounOf(entities), "{state}", negated(stateOf(entities[0], state))).Replace(s.Phrases["none"])
}

// negated puts what a state is called behind "sem": nyitva van: sincs nyitva; be van zárva: sincs bezárva.
func negated(state string) string {
	s := sentences()
	if rest := withoutBeing(state); rest != state {
		return s.Phrases["is_none"] + " " + rest
	}

	return s.Phrases["neither"] + " " + state
}

// withoutBeing takes "van" out of a state: be van zárva: bezárva.
func withoutBeing(state string) string {
	being := sentences().Phrases["is"]
	if prefix, participle, ok := strings.Cut(state, " "+being+" "); ok {
		return prefix + participle
	}

	return strings.TrimSuffix(state, " "+being)
}

// describeFully says how an entity is, and how it is set: a redőny nyitva van, 40 százalékon.
func describeFully(e *hamanagerapi.Entity) string {
	if e.Domain == "sensor" || !isKnown(e) || e.State().Value == "off" {
		return DescribeState(e)
	}

	return strings.Join(append([]string{DescribeState(e)}, detailsOf(e)...), ", ")
}

// detailsOf is how an entity that is on or open is set, as far as it tells.
func detailsOf(e *hamanagerapi.Entity) []string {
	const fullBrightness, percent = 255, 100
	a := attributesOf(e.State())
	switch e.Domain {
	case "light":
		return detail("at_percent", a.Brightness, percent/float64(fullBrightness))
	case "cover":
		if a.Position == nil || *a.Position == 0 || *a.Position == percent {
			return nil
		}

		return detail("at_percent", a.Position, 1)
	case "fan":
		return detail("at_percent", a.Percentage, 1)
	case "climate":
		if a.Temperature == nil {
			return nil
		}

		return []string{phraseWith("set_to_degrees", *a.Temperature)}
	case "media_player":
		return detailsOfPlayer(&a)
	default:
		return nil
	}
}

// detail says a number that an entity has, scaled and rounded; nothing where it has none.
func detail(phrase string, value *float64, scale float64) []string {
	if value == nil {
		return nil
	}

	return []string{phraseWith(phrase, math.Round(*value*scale))}
}

func phraseWith(phrase string, number float64) string {
	return strings.ReplaceAll(sentences().Phrases[phrase], "{number}", Number(number))
}

// detailsOfPlayer is what a player plays, and how loud.
func detailsOfPlayer(a *spokenAttributes) []string {
	const percent = 100
	volume := detail("at_volume", a.Volume, percent)
	if a.Title == "" {
		return volume
	}

	return append([]string{strings.ReplaceAll(sentences().Phrases["plays"], "{title}", a.Title)}, volume...)
}
