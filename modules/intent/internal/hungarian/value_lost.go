package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// losesValue reports whether a sentence says to what something is to be set, and what was read of it only switches on or
// starts: what was left out was what mattered. kapcsold fel, csak finoman, húsz százalékon.
func (ix *Index) losesValue(s *sentence, r *interpretation) bool {
	if len(r.commands) == 0 || slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !couldSayMore(c) }) {
		return false
	}
	rows, _ := ix.findSpans(s).coverings()

	return slices.ContainsFunc(piecesOf(s, rows[0]), func(p []*span) bool { return ix.lang.losesValues(s, p) })
}

// losesSpared reports whether a sentence leaves what nobody knows as it is, and what was read of it may reach that: mindent
// kapcsolj le, de a bizgentyű maradjon.
func (ix *Index) losesSpared(s *sentence, r *interpretation) bool {
	isMany := func(c meaning.Command) bool { return len(c.Targets) > 1 && !meaning.IsQuestion(c.Intent) }
	if !slices.ContainsFunc(r.commands, isMany) {
		return false
	}
	rows, _ := ix.findSpans(s).coverings()
	for at, sp := range rows[0] {
		if sp.is(cKeep) && !sp.is(cFiller) && sparesUnknown(s, pieceAround(s, rows[0], at)) {
			return true
		}
	}

	return false
}

// sparesUnknown reports whether a piece is about nothing but a thing that nobody knows.
func sparesUnknown(s *sentence, p []*span) bool {
	return slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cUnknown) && isSubject(s, sp) }) &&
		!slices.ContainsFunc(p, func(sp *span) bool { return isThing(sp) || isCommanding(sp) })
}

// losesValues reports whether a piece says to what something is to be set, so that it is no remark to be left out.
func (l *language) losesValues(s *sentence, p []*span) bool {
	return saysValues(s, p) && !l.isAside(s, p)
}

// saysValues reports whether one of some spans says to what something is to be set.
func saysValues(s *sentence, row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return saysTo(s, row, sp) })
}

// saysTo reports whether a span of a row says to what something is to be set: húszra, ötven százalék, félig, kékre.
func saysTo(s *sentence, row []*span, sp *span) bool {
	if sp.is(cEntity|cArea|cFloor|cTime|cQuantity) || sp.said != "" {
		return false
	}
	isTo := sp.suffix.Case == morphology.Sublative || sp.suffix.Case == morphology.Superessive
	switch {
	case sp.is(cNumber):
		at := slices.Index(row, sp)
		isMeasured := at+1 < len(row) && !s.Tokens[row[at+1].from].BreakBefore && row[at+1].is(cUnit)
		if isMeasured {
			return slices.Contains([]string{"percent", "degree", "kelvin"}, row[at+1].value(cUnit))
		}

		return isTo && !sp.is(cUnit)
	case sp.is(cLevel), sp.is(cColor | cWhite):
		return isTo && !sp.means(cLevel, "max") // as far as can be, or as bright, is what on and open mean anyway
	default:
		return false
	}
}

// couldSayMore reports whether a command only switches on, or opens, what a value could be set of.
func couldSayMore(c meaning.Command) bool {
	return c.Intent == meaning.TurnOn && c.At.IsZero() && slices.ContainsFunc(c.Targets, func(e *hamanagerapi.Entity) bool {
		return slices.Contains([]string{"light", "fan", "climate", "cover", "valve", "humidifier", "media_player"}, e.Domain)
	})
}

// skipsValue reports whether a piece that seems to ask for nothing says to what something is to be set.
func (w *weigher) skipsValue(pieces []piece, all []weighed) bool {
	for i, p := range pieces {
		if all[i].isNothing() && w.ix.lang.losesValues(w.s, w.row[p.from:p.to]) {
			return true
		}
	}

	return false
}

// isNothing reports whether nothing is wanted.
func (w *weighed) isNothing() bool { return w.Topic == "" || w.Nothing > sureNothing }
