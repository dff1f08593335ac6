package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// isDenied reports whether what a piece says is not to be done is by itself what it seems to ask for: ne kapcsold be. What is
// not to go on (ne menjen tovább), or not to happen (zárd be, ne jöjjön be senki), is another thing than that.
func (w *weigher) isDenied(p piece, wanted weighed) bool {
	for i := p.from; i < p.to; i++ {
		if !w.denies(i) {
			continue
		}
		denied := w.deniedAt(p, i)
		if w.row[i].is(cNeedless) && slices.ContainsFunc(denied, w.isInfinitive) {
			return slices.ContainsFunc(denied, func(sp *span) bool { return w.isNeedlessFor(sp, wanted) })
		}
		isPutOff := len(denied) == 0 && w.row[i].means(cNegation, "") && wanted.isTurn() // kapcsold be, de ne most
		if isPutOff || len(denied) > 0 && !w.isNotToGoOn(denied, wanted) && w.asksAlike(denied, wanted) {
			return true
		}
	}

	return false
}

// isNeedlessFor reports whether a span names what is wanted, so that it is needless to do it: fölösleges bekapcsolni. What
// goes on needlessly has no prefix (égetni), and is to end.
func (w *weigher) isNeedlessFor(sp *span, wanted weighed) bool {
	known, wished := outcomeOf(senseAt([]*span{sp}, 0)), outcomeOf(wanted.Action)
	folded := w.s.Tokens[sp.to-1].Fold
	hasPrefix := slices.ContainsFunc(w.ix.lang.prefixesOf(folded), func(p string) bool { return strings.HasPrefix(folded, p) })

	return w.isInfinitive(sp) && (hasPrefix || known == wished)
}

// isNotToGoOn reports whether what is denied is what a thing does, or what happens or goes on, and what is wanted ends that: ne
// zümmögjön; ne botorkáljak; ne fűts tovább. What a verb that is known ends itself (ne álljon le) does not.
func (w *weigher) isNotToGoOn(denied []*span, wanted weighed) bool {
	verb := denied[0]
	goesOn := slices.ContainsFunc(denied, func(sp *span) bool { return slices.Contains(morphology.Rules().GoingOn, w.s.Tokens[sp.to-1].Fold) })
	if verb.is(cBe) || !goesOn && !morphology.EndsWithAny(w.s.Tokens[verb.to-1].Fold, morphology.Rules().OthersEndings) {
		return false
	}
	ends := outcomeOf(wanted.Action) < 0 || slices.Contains([]string{"mute", "less", "min", "lock"}, wanted.Action)
	known := outcomeOf(senseAt(denied, 0))

	return ends && known >= 0
}

// asksAlike reports whether some spans by themselves ask for what is wanted.
func (w *weigher) asksAlike(row []*span, wanted weighed) bool {
	if wanted.thing != nil {
		row = append(slices.Clone(row), wanted.thing)
	}

	return w.said(w.ix.evidenceOf(w.s, row, piece{0, len(row)})).Of(wanted.Topic).Action == wanted.Action
}

// deniedAt are the spans of what is denied by a span of a piece: a verb, and what stands right beside it. Of what is needless
// that is only the word next to it.
func (w *weigher) deniedAt(p piece, at int) []*span {
	if w.row[at].is(cNeedless) {
		return w.needlessAt(p, at)
	}
	verb := at + 1
	for verb < p.to && !w.isSaidOfAction(verb) {
		verb++
	}
	if verb == p.to {
		return nil
	}
	denied := []*span{w.row[verb]}
	if next := verb + 1; next < p.to && !w.row[next].isWishedFor() && !w.row[next].is(cConjunction|cNeedless|cFiller) {
		denied = append(denied, w.row[next])
	}
	if at > p.from && w.row[at-1].is(cPrefix) { // el ne zárd
		denied = append(denied, w.row[at-1])
	}

	return denied
}

// needlessAt are the words beside one that calls them needless: fölösleges kikapcsolni; nem kell hangosabb.
func (w *weigher) needlessAt(p piece, at int) []*span {
	var next []*span
	for _, k := range []int{at - 1, at + 1} {
		if k >= p.from && k < p.to && (w.isSaidOfAction(k) || w.row[k].is(cChange) && !w.row[k].is(cFiller)) {
			next = append(next, w.row[k])
		}
	}

	return next
}

// isSaidOfAction reports whether a span of the row names what is to be done.
func (w *weigher) isSaidOfAction(at int) bool {
	sp := w.row[at]

	return isCommanding(sp) || sp.is(cBe) || slices.Contains([]string{"command", "infinitive"}, formOf(w.s.Tokens[sp.to-1].Fold)) && sp.is(cUnknown|cVerb)
}

// isInfinitive reports whether a span names something to do, and no being: kikapcsolni.
func (w *weigher) isInfinitive(sp *span) bool {
	return !sp.is(cBe) && formOf(w.s.Tokens[sp.to-1].Fold) == "infinitive"
}
