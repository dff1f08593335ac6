package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// add appends commands. What only says the last one again is left out; where it says so
// more precisely (mehet a film, folytasd a tévén) it takes its place.
func (r *interpretation) add(commands []meaning.Command) {
	r.spare(commands)
	for _, c := range commands {
		last := len(r.commands) - 1
		switch {
		case last >= 0 && saysOtherwise(r.commands[last], c):
			r.commands[last] = c
		case last < 0 || !saysAgain(r.commands[last], c):
			r.commands = append(r.commands, c)
		case len(r.commands[last].Slots) == 0:
			r.commands[last] = c
			r.question = nil
		}
	}
}

// isWithin reports whether all of some things are among others.
func isWithin(some, others []*hamanagerapi.Entity) bool {
	return !slices.ContainsFunc(some, func(e *hamanagerapi.Entity) bool { return !slices.Contains(others, e) })
}

// saysOtherwise reports whether b sets what a set of the same things to something else, or more precisely
// what a only switches on: the last value is meant (félhomályt kérek: a csillár húsz százalék).
func saysOtherwise(a, b meaning.Command) bool {
	value, ok := map[string]string{
		meaning.LightSet: "brightness", meaning.SetPosition: "position", meaning.FanSetSpeed: "percentage", meaning.ClimateSet: "temperature", meaning.SetVolume: "volume_level",
	}[b.Intent]
	if !ok || a.Reason != "" || b.Reason != "" || !a.At.Equal(b.At) || len(b.Targets) == 0 || !slices.Equal(a.Targets, b.Targets) {
		return false
	}
	if a.Intent == meaning.TurnOn {
		return b.Intent == meaning.FanSetSpeed
	}

	return a.Intent == b.Intent && a.Slots[value] != nil && b.Slots[value] != nil
}

// saysAgain reports whether b asks for what a asks for, and a for no other things than b: to
// do it twice would change nothing.
func saysAgain(a, b meaning.Command) bool {
	if !a.At.Equal(b.At) {
		return false
	}
	switch a.Intent {
	case meaning.TurnOn, meaning.TurnOff, meaning.MediaPause, meaning.MediaUnpause, meaning.MediaMute:
		return a.Intent == b.Intent && a.Reason == "" && b.Reason == "" && (len(a.Slots) == 0 || isWithin(b.Targets, a.Targets))
	default:
		return false
	}
}

// spare takes from a command for all what is set otherwise after it: mindent kapcsolj le, csak a falikar
// égjen húsz százalékon.
func (r *interpretation) spare(later []meaning.Command) {
	for i := range r.commands {
		c := &r.commands[i]
		if c.Intent != meaning.TurnOff || c.Slots.Text("name") != meaning.AllNames {
			continue
		}
		for _, l := range later {
			isOther := (l.Intent == meaning.TurnOn || l.Intent == meaning.LightSet) && l.Reason == "" && l.At.Equal(c.At)
			if isOther && len(l.Targets) < len(c.Targets) && isWithin(l.Targets, c.Targets) {
				c.Targets = slices.DeleteFunc(slices.Clone(c.Targets), func(e *hamanagerapi.Entity) bool { return slices.Contains(l.Targets, e) })
			}
		}
	}
}

// addClause adds the commands of a clause, and tells where they begin: those of one that is to be done first before those of
// the clause before, which begin at last.
func (r *interpretation) addClause(next *interpretation, last int, isFirst bool) int {
	if r.completes(next) {
		return last
	}
	if isFirst && r.question == nil {
		r.commands = slices.Insert(r.commands, last, next.commands...)

		return last
	}
	last = len(r.commands)
	r.add(next.commands)

	return last
}
