package hungarian

import "slices"

// withoutNeedlessIf leaves out a condition that only says that the command has not been carried out yet:
// indítsd el a mosógépet, ha még nem megy; zárd be az ajtót, ha nyitva maradt. Done twice, it would
// change nothing. Every other condition stays, and blocks.
func withoutNeedlessIf(s *sentence, row []*span) []*span {
	at := slices.IndexFunc(row, isIf)
	if at < 0 {
		return row
	}
	to := at + 1
	for to < len(row) && !s.Tokens[row[to].from].BreakBefore && !row[to].means(cConjunction, "then") && !isCommanding(row[to]) {
		to++
	}
	verb := lastIndexFunc(row[:at], isCommanding)
	if verb < 0 { // ha nincs bezárva, zárd be
		if verb = slices.IndexFunc(row[to:], isCommanding); verb >= 0 {
			verb += to
		}
	}
	if verb < 0 {
		return row
	}
	wished := outcomeOf(senseAt(row, verb))
	if wished == 0 || !saysOnlyNotYet(row[at+1:to], wished) {
		return row
	}

	return slices.Concat(row[:at], row[to:])
}

func isIf(sp *span) bool { return sp.means(cBlock, "if") && !sp.is(cFiller) }

// outcome is how something is once a command is carried out: on or open above zero, off or closed below.
type outcome int8

const (
	becomesOn     outcome = 1
	becomesOpen   outcome = 2
	becomesOff            = -becomesOn
	becomesClosed         = -becomesOpen
)

// outcomeOf is what an action leads to; 0 where that is nothing that a condition could speak of.
func outcomeOf(action string) outcome {
	switch action {
	case "on", "start", "run", "work", "resume", "play", "heat", "water", "ventilate", "clean", "mow":
		return becomesOn
	case "off", "stop", "pause":
		return becomesOff
	case "open", "up", "unlock", "roll_up":
		return becomesOpen
	case "close", "shut", "down", "roll_down":
		return becomesClosed
	default:
		return 0
	}
}

// senseAt is what the verb at a span asks for with its prefix, or the one right beside it.
func senseAt(row []*span, at int) string {
	sp := row[at]
	prefix := sp.prefix
	for _, k := range []int{at + 1, at - 1} {
		if prefix == "" && k >= 0 && k < len(row) && row[k].is(cPrefix) {
			prefix = row[k].value(cPrefix)
		}
	}
	for _, f := range sp.forms {
		if action := f.verb.Senses[prefix]; action != "" {
			return action
		}
	}

	return ""
}

// saysOnlyNotYet reports whether a condition only says that what is wished is not so yet. It names nothing.
func saysOnlyNotYet(condition []*span, wished outcome) bool {
	isNot, isDone := false, false
	var state outcome
	for _, sp := range condition {
		switch {
		case sp.is(cNegation):
			isNot = true
		case sp.means(cBlock, "done"):
			isDone = true
		case sp.stateSaid(condition) != 0:
			state = sp.stateSaid(condition)
		case !sp.is(cFiller | cCopula | cPrefix | cBe):
			return false
		}
	}
	if state == 0 {
		const least, most = 2, 3

		return isNot && (isDone || len(condition) >= least && len(condition) <= most) // ha még nem
	}
	if isNot {
		state = -state
	}

	return state == -wished
}

// stateSaid is how a word of a condition says that something is: on, open, or the contrary; 0 for none.
func (sp *span) stateSaid(condition []*span) outcome {
	switch {
	case sp.is(cEntity | cArea | cFloor | cUnknown | cNumber):
		return 0
	case sp.means(cState, "on"), sp.means(cState, "playing"):
		return becomesOn
	case sp.means(cState, "open"):
		return becomesOpen
	case sp.means(cState, "closed"):
		return becomesClosed
	}
	at := slices.IndexFunc(sp.forms, func(f verbForm) bool { return f.mood == tellsState || f.mood == tellsPresent })
	if at >= 0 {
		return outcomeOf(sp.forms[at].verb.Senses[prefixIn(condition, sp.prefix)])
	}
	for _, l := range sp.lexemes {
		if l.class == cClass && l.of.Classes[0] == "running" {
			return map[string]outcome{"on": becomesOn, "off": becomesOff}[l.value]
		}
	}

	return 0
}

// prefixIn is the prefix that is written together with a verb, else the one that stands anywhere in a
// condition: le van húzva.
func prefixIn(condition []*span, attached string) string {
	for _, sp := range condition {
		if attached == "" && sp.is(cPrefix) {
			attached = sp.value(cPrefix)
		}
	}

	return attached
}
