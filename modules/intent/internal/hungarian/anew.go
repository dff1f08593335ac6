package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// saidAnew reads a sentence whose speaker hesitates in words and then says something else in the place of
// what came before: a nappali, izé, a konyhai lámpát; kapcsold fel, izé, le. Where both play other
// parts, or belong to an enumeration, the hesitation means nothing.
func (ix *Index) saidAnew(s *sentence, row []*span) []*span {
	row = withoutFormer(row)
	for k := 1; k < len(row); k++ {
		if !s.Tokens[row[k].from].IsHesitated {
			continue
		}
		before, after := lastSaid(row[:k]), firstSaid(row, k)
		if before < 0 || after < 0 {
			continue
		}
		anew := ix.withoutBefore(s, row, before, after)
		if anew != nil {
			k -= len(row) - len(anew)
			row = anew
		}
	}

	return row
}

// withoutFormer leaves out the amount that another is to take the place of: huszonegy fok helyett húsz.
func withoutFormer(row []*span) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.means(cExcept, "instead") })
	if at < 1 || !isAmountOf(row, at-1) {
		return row
	}
	from := at - 1
	if row[from].is(cUnit) && !row[from].is(cNumber) {
		from--
	}

	return slices.Delete(slices.Clone(row), from, at+1)
}

// lastSaid is the place of the last span that is more than a small word.
func lastSaid(row []*span) int {
	return lastIndexFunc(row, func(sp *span) bool { return !isSmallWord(sp) })
}

// firstSaid is the place of the first one from k on.
func firstSaid(row []*span, k int) int {
	at := slices.IndexFunc(row[k:], func(sp *span) bool { return !isSmallWord(sp) })
	if at < 0 {
		return -1
	}

	return k + at
}

func isSmallWord(sp *span) bool { return sp.is(cFiller) && partOf(sp) == 0 && !sp.is(cVerb) }

// withoutBefore leaves out of a row what its span at before says where the one at after says it anew; nil
// where it does not.
func (ix *Index) withoutBefore(s *sentence, row []*span, before, after int) []*span {
	if anew := withoutVerb(row, before, after); anew != nil {
		return anew
	}
	if isAmountOf(row, before) && row[after].is(partAmount) && !row[after].is(cEntity) {
		return withoutAmount(row, before, after)
	}
	if isEnumerated(s, row, before, after) || !ix.isInPlaceOf(s, row[before], row[after]) {
		return nil
	}

	return slices.Delete(slices.Clone(row), before, before+1)
}

// asksAnew reports whether a span is a verb that asks, be it only by its name: lekapcsolni.
func asksAnew(sp *span) bool {
	return !sp.is(cFiller|cEntity|cArea|cKind) && slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= namesAction })
}

// withoutVerb leaves out the verb before the hesitation where another one follows it, unless each has
// its own thing: then both are meant.
func withoutVerb(row []*span, before, after int) []*span {
	verb := lastIndexFunc(row[:before+1], asksAnew)
	if verb < 0 || !asksAnew(row[after]) || names(row[:before+1]) && names(row[after:]) {
		return nil
	}
	anew := slices.Delete(slices.Clone(row), verb, verb+1)
	if verb < before && anew[verb].is(cPrefix) { // kapcsold fel
		anew = slices.Delete(anew, verb, verb+1)
	}

	return anew
}

// names reports whether some spans name what something is done to, or where.
func names(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return isThing(sp) && !isCommanding(sp) })
}

// isAmountOf reports whether the span at a place is an amount, or the unit of one.
func isAmountOf(row []*span, at int) bool {
	return row[at].is(partAmount) && !row[at].is(cEntity) || row[at].is(cUnit) && at > 0 && row[at-1].is(cNumber)
}

// withoutAmount leaves out the amount before the hesitation. Its unit is that of the new one, too, where
// that has none: két százalék, izé, húsz.
func withoutAmount(row []*span, before, after int) []*span {
	if row[before].is(cUnit) != row[after].is(cNumber) && row[before].classes&row[after].classes&partAmount == 0 {
		return nil // kékre, izé, ötven százalékra
	}
	from, unit := before, (*span)(nil)
	if row[before].is(cUnit) && !row[before].is(cNumber) {
		from, unit = before-1, row[before]
	}
	hasUnit := after+1 < len(row) && row[after+1].is(cUnit)
	anew := append(slices.Clone(row[:from]), row[after])
	if unit != nil && !hasUnit && row[after].is(cNumber) {
		anew = append(anew, unit)
	}

	return append(anew, row[after+1:]...)
}

// isEnumerated reports whether one of two spans is joined with another of its part by "and" or a comma.
func isEnumerated(s *sentence, row []*span, before, after int) bool {
	part := partOf(row[after])
	if next := after + 2; next < len(row) && row[after+1].is(cConjunction) && partOf(row[firstSaidOr(row, next)]) == part {
		return true
	}
	earlier := lastSaid(row[:before])

	return earlier >= 0 && partOf(row[earlier]) == part && s.Tokens[row[before].from].BreakBefore
}

// firstSaidOr is firstSaid, or k itself without one.
func firstSaidOr(row []*span, k int) int { return max(k, firstSaid(row, k)) }

// isInPlaceOf reports whether what is said anew plays the part of what was said before: a thing for a
// thing, a place for a place, in the same form, or a thing for what nobody knows.
func (ix *Index) isInPlaceOf(s *sentence, before, after *span) bool {
	part := partOf(after)
	if part == 0 || isOthers(s, after) {
		return false
	}
	isPlain := before.suffix.Case == morphology.Nominative
	switch {
	case before.is(cUnknown):
		return part == partThing && isAfterArticle(s, before) && !looksImperative(s.Tokens[before.from].Fold)
	case part == partThing && partOf(before) == partPlace: // a nappali izé a konyhai lámpát
		return isPlain && !ix.standsIn(after, before)
	default:
		return partOf(before) == part && (isPlain || before.suffix.Case == after.suffix.Case)
	}
}

// isOthers reports whether a thing is somebody's who was named before it: a papa izé lámpáját.
func isOthers(s *sentence, sp *span) bool { return sp.suffix.IsPossessed && !isAfterArticle(s, sp) }

func isAfterArticle(s *sentence, sp *span) bool {
	return sp.from > 0 && tokens.IsArticle(s.Tokens[sp.from-1].Fold)
}

// standsIn reports whether anything that a span names is, or may be, in the place that another one names.
func (ix *Index) standsIn(thing, place *span) bool {
	return !thing.is(cEntity) || slices.ContainsFunc(thing.name.entities, func(e *hamanagerapi.Entity) bool {
		a := ix.home.Area(e.AreaID)

		return a != nil && (slices.Contains(place.name.rooms(), a) || place.name.floor != nil && a.FloorID == place.name.floor.ID)
	})
}
