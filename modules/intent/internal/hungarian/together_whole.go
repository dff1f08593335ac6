package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// leavesOut reports whether a reading of several pieces is hardly all that they say: a device that is named is not reached,
// it is left open which is meant, or one of its commands cannot be done. Such a one is kept only where
// nothing better is found.
func (r *interpretation) leavesOut(s *sentence, row []*span) bool {
	isSeveral := slices.ContainsFunc(row[1:], func(sp *span) bool { return sp.is(cConjunction) || s.Tokens[sp.from].BreakBefore })

	return isSeveral && (headingOf(s, row) > 0 || r.question != nil || r.done() < len(r.commands) || !r.isAsking() && r.missesAny(row) || r.isAsking() && r.answersLess(s, row) || r.playsLess(row) || r.endsLess(row))
}

// playsLess reports whether a reading does less with what plays than is said: a következőt a konyhában, a hálóban szünet.
func (r *interpretation) playsLess(row []*span) bool {
	var said, done []string
	for _, sp := range row {
		if what := sp.becomesOfMedia(); what != "" {
			said = appendOnce(said, what)
		}
	}
	for _, c := range r.commands {
		done = appendOnce(done, c.Intent)
	}

	return len(said) > len(done)
}

// endsLess reports whether a verb wants something off or shut, and a reading only sets how much: a hálóban kéne húsz fok, a
// gyereknél meg elzárhatod a fűtést.
func (r *interpretation) endsLess(row []*span) bool {
	isSet := func(c meaning.Command) bool {
		return c.Intent == meaning.ClimateSet || c.Intent == meaning.SetPosition || c.Intent == meaning.FanSetSpeed
	}
	if slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !isSet(c) }) {
		return false
	}

	for i, sp := range row {
		if action := senseAt(row, i); isCommanding(sp) && (action == "shut" || action == "off") {
			return true
		}
	}

	return false
}

// answersLess reports whether a reading answers fewer questions than are asked, each with words of its own for what.
func (r *interpretation) answersLess(s *sentence, row []*span) bool {
	n, isAsked := 0, false
	for i, sp := range row {
		if s.Tokens[sp.from].BreakBefore || i > 0 && sp.is(cConjunction) && !row[i-1].is(cConjunction) {
			isAsked = false
		}
		if isAsked || !sp.is(cQuestion|cAbout) || sp.is(cFiller) {
			continue
		}
		isAsked = true
		n++
	}

	return len(r.commands) < n
}

// done is how many commands can be done.
func (r *interpretation) done() int {
	n := 0
	for _, c := range r.commands {
		if c.Reason == "" {
			n++
		}
	}

	return n
}

// missesAny reports whether commands reach not all devices that some spans plainly name.
func (r *interpretation) missesAny(row []*span) bool {
	isOpen := r.question != nil || slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return len(c.Targets) == 0 })

	return !isOpen && slices.ContainsFunc(row, func(sp *span) bool { return sp.isPlainlyMeant() && !r.reaches(sp) })
}

// isPlainlyMeant reports whether a span names a device, or a kind of device as what does something or what something is
// done to, and does not only say where.
func (sp *span) isPlainlyMeant() bool {
	if !sp.isWishedFor() || sp.suffix.SaysWhere() || sp.is(cArea|cFloor|cFiller) {
		return false
	}
	isMain := sp.suffix.Case == morphology.Nominative || sp.suffix.Case == morphology.Accusative

	return sp.is(cEntity) || isMain && !sp.suffix.IsAdjective && !sp.is(cMeasured|cAttribute)
}

// isMoreThan reports whether a reading of several commands is to be preferred to a partial one: as many of them can be
// done, and nothing was left out, or open. What was repaired has all that was said.
func (r *interpretation) isMoreThan(part *interpretation) bool {
	if part.isRepaired || part.question != nil && r.question != nil {
		return len(r.commands) > len(part.commands)
	}

	asksOfAny := func(c meaning.Command) bool { return c.Intent == meaning.GetState && !saysOfWhat(c) }

	return r.done() >= 2 && (r.isHeaded || r.done() >= part.done()) && (!part.isAsking() || !slices.ContainsFunc(r.commands, asksOfAny))
}

// headingOf is where what only names the rest ends, before a colon and without a device of its own: sötétíts a tárgyalóban: roletta
// le, lámpa tízre. It is 0 without one.
func headingOf(s *sentence, row []*span) int {
	if !s.IsOnlySetOff {
		return 0
	}
	for i := 1; i < len(row); i++ {
		isNext := row[i-1].said == "" && row[i].said == "" && row[i-1].to <= row[i].from
		if isNext && strings.Contains(s.Text[s.Tokens[row[i-1].to-1].To:s.Tokens[row[i].from].From], ":") {
			if namesOwnThing(row[:i]) || !namesOwnThing(row[i:]) || !asksInAnyWay(row[i:]) {
				return 0
			}

			return i
		}
	}

	return 0
}

// addPiece appends what a further piece means; false where both ask back.
func (r *interpretation) addPiece(next *interpretation) bool {
	if next.question != nil && r.question != nil {
		return false
	}
	if next.question != nil {
		r.question = next.question
		r.question.Command += len(r.commands)
	}
	r.add(next.commands)

	return true
}
