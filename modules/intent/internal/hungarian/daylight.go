package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// withDaylight takes light that is to be let in for the blinds that keep it out, and for nothing where they are named beside it:
// engedj be egy kis fényt, húzd fel a redőnyt; nyisd ki a rolettát, hadd jöjjön a fény.
func (ix *Index) withDaylight(s *sentence, row []*span) []*span {
	isCover := func(sp *span) bool {
		return !isCommanding(sp) && slices.ContainsFunc(kindsOf(sp), func(k *kind) bool { return k.Domain == "cover" })
	}
	blind := ix.blinds()
	for _, p := range betweenPauses(s, row) {
		at := slices.IndexFunc(p, func(sp *span) bool { return ix.isDaylight(s, sp) })
		if at < 0 || !isLetIn(p) && !isLetting(p) {
			continue
		}
		from := slices.Index(row, p[0])
		isBeside := slices.ContainsFunc(row, func(sp *span) bool { return isCover(sp) && !slices.Contains(p, sp) })
		row = slices.Clone(row)
		switch {
		case isBeside:
			leaveOnlyPlaces(row[from : from+len(p)])
		case blind != nil && isLetIn(p) && !slices.ContainsFunc(p, isCover):
			let := *p[at]
			let.classes, let.lexemes = cKind, []lexeme{{class: cKind, value: blind.Domain, of: blind}}
			row[from+at] = &let
		}
	}

	return row
}

// leaveOnlyPlaces has all spans of a row but its places say nothing.
func leaveOnlyPlaces(row []*span) {
	for i, sp := range row {
		if !sp.is(cArea | cFloor) {
			row[i] = &span{from: sp.from, to: sp.to, score: sp.score, classes: cFiller}
		}
	}
}

// isDaylight reports whether a span says light, and may mean that of the day: fényt.
func (ix *Index) isDaylight(s *sentence, sp *span) bool {
	if !sp.is(cKind) || sp.is(cEntity) || sp.said != "" || sp.to-sp.from > 1 {
		return false
	}
	isLight := false
	morphology.EachStem(s.Tokens[sp.from].Fold, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		isLight = slices.Contains(morphology.Rules().Daylight, stem)

		return !isLight
	})

	return isLight
}

// isLetting reports whether a piece begins as what something is let do: hadd jöjjön be.
func isLetting(p []*span) bool {
	at := slices.IndexFunc(p, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })

	return at >= 0 && p[at].means(cReason, "lets")
}

// blinds is the kind of what keeps the daylight out; nil where this home has none.
func (ix *Index) blinds() *kind {
	at := slices.IndexFunc(ix.lang.kinds, func(k kind) bool { return k.Domain == "cover" && slices.Contains(k.Classes, "blind") })
	if at < 0 || !slices.ContainsFunc(ix.home.Entities, ix.lang.kinds[at].covers) {
		return nil
	}

	return &ix.lang.kinds[at]
}
