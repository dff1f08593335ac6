package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/wish"
)

// What is on or open and should not be is said to be so, and that it is needless: ég a lámpa, pedig senki nincs ott;
// feleslegesen megy a klíma; ne hagyd nyitva az ajtót. The end of it is what is wished.

const (
	// sureNeedless: that it is needless is only said, so that it is asked about first.
	sureNeedless = 0.9
	// sureNotLeft: it is asked not to be left so.
	sureNotLeft = 0.97
)

// weighLeft tells what a piece wants that says that something should not be as it is.
func (w *weigher) weighLeft(p piece) (weighed, bool) {
	row := w.row[p.from:p.to]
	things := thingsOf(row)
	if len(things) == 0 || w.isStrict || !isAsItIs(row) {
		return weighed{}, false
	}
	sure, thing := w.sureLeft(p), things[0]
	if i := slices.IndexFunc(things, func(sp *span) bool { return !sp.suffix.SaysWhere() }); i >= 0 {
		thing = things[i]
	}
	if sure == 0 {
		return weighed{}, false
	}
	for _, topic := range thing.topicsOf() {
		if action := endingOf(topic); action != "" {
			return weighed{Wish: wish.Wish{Topic: topic, Action: action, Sure: sure}, thing: thing, isLeft: true}, true
		}
	}

	return weighed{}, false
}

// endingOf is what ends what a device does; empty where it does nothing.
func endingOf(topic string) string {
	switch topic {
	case "light", "switch", "fan", "climate", "humidifier", "media":
		return "off"
	case "cover", "valve":
		return "close"
	default:
		return ""
	}
}

// isAsItIs reports whether a piece says that something is on or open, or is left to be so: ne hagyd pörögni.
func isAsItIs(row []*span) bool {
	for i, sp := range row {
		isDoing := slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood == namesAction }) && outcomeOf(senseAt(row, i)) > 0
		if !sp.isWishedFor() && (sp.stateSaid(row) > 0 || isDoing && isNotKept(row)) {
			return true
		}
	}

	return false
}

// sureLeft is how surely what a piece says is should not be so; 0 for not at all.
func (w *weigher) sureLeft(p piece) float32 {
	row := w.row[p.from:p.to]
	isKept := slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cKeep) })
	switch {
	case isKept && isNotKept(row):
		return sureNotLeft
	case isKept, slices.ContainsFunc(row, isCommanding), slices.ContainsFunc(row, isNot):
		return 0
	case slices.ContainsFunc(row, func(sp *span) bool { return w.isWordIn(sp, morphology.Rules().Needlessly) }),
		!w.s.IsQuestion && p.to < len(w.row) && w.isWordIn(w.row[p.to], morphology.Rules().Although):
		return sureNeedless
	default:
		return 0
	}
}

// isWordIn reports whether a span is one of some words.
func (w *weigher) isWordIn(sp *span, words []string) bool {
	return slices.Contains(words, w.s.Tokens[sp.to-1].Fold)
}

// isNotKept reports whether some spans ask not to leave something as it is: ne hagyd.
func isNotKept(row []*span) bool {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.is(cKeep) })

	return at > 0 && row[at-1].is(cNegation)
}
