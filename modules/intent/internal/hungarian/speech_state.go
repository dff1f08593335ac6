package hungarian

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

	s := sentences()
	var found, others []*hamanagerapi.Entity
	for _, e := range c.Targets {
		if isInState(e, wanted) {
			found = append(found, e)
		} else {
			others = append(others, e)
		}
	}
	switch {
	case len(c.Targets) == 1 && len(found) == 0:
		if !isKnown(c.Targets[0]) {
			return DescribeState(c.Targets[0])
		}

		return s.Phrases["no"] + ", " + DescribeState(c.Targets[0])
	case c.Slots.Text("name") == meaning.AllNames && len(others) > 0 && len(found) > 0:
		return s.Phrases["no"] + ", " + tellEach(others, DescribeState)
	case len(found) == 0:
		return tellNone(c.Targets, wanted[0])
	case len(found) == 1:
		return s.Phrases["yes"] + ", " + DescribeState(found[0])
	default:
		return tellCount(found, wanted[0])
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
	text := DescribeState(e)
	if e.Domain == "sensor" || !isKnown(e) || e.State().Value == "off" {
		return text
	}
	for _, detail := range detailsOf(e) {
		text += ", " + detail
	}

	return text
}

// detailsOf is how an entity that is on or open is set, as far as it tells.
func detailsOf(e *hamanagerapi.Entity) []string {
	const fullBrightness, percent = 255, 100
	s, a := sentences(), attributesOf(e.State())
	at := func(phrase string, n float64) []string {
		return []string{strings.ReplaceAll(s.Phrases[phrase], "{number}", Number(n))}
	}
	switch {
	case e.Domain == "light" && a.Brightness != nil:
		return at("at_percent", math.Round(*a.Brightness*percent/fullBrightness))
	case e.Domain == "cover" && a.Position != nil && *a.Position > 0 && *a.Position < percent:
		return at("at_percent", *a.Position)
	case e.Domain == "fan" && a.Percentage != nil:
		return at("at_percent", *a.Percentage)
	case e.Domain == "climate" && a.Temperature != nil:
		return at("set_to_degrees", *a.Temperature)
	case e.Domain == "media_player":
		return detailsOfPlayer(&a)
	default:
		return nil
	}
}

// detailsOfPlayer is what a player plays, and how loud.
func detailsOfPlayer(a *spokenAttributes) []string {
	const percent = 100
	s := sentences()
	var details []string
	if a.Title != "" {
		details = append(details, strings.ReplaceAll(s.Phrases["plays"], "{title}", a.Title))
	}
	if a.Volume != nil {
		details = append(details, strings.ReplaceAll(s.Phrases["at_volume"], "{number}", Number(math.Round(*a.Volume*percent))))
	}

	return details
}
