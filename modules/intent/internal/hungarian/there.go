package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// withThere reads "ott" as the place that was named before it, with a pause or a command in between: a
// nádasba vendég jön, gyújtsd fel ott a lámpát. Where none was named it stays what it is.
func (ix *Index) withThere(s *sentence, row []*span) []*span {
	for at, sp := range row {
		if !sp.means(cFiller, "there") || sp.is(cArea|cFloor) {
			continue
		}
		place := ix.placeBefore(s, row, at)
		if place == nil {
			continue
		}
		row = slices.Clone(row)
		row[at] = &span{
			from: sp.from, to: sp.to, classes: place.classes & (cArea | cFloor), name: place.name, score: sp.score,
			suffix: morphology.Suffix{Case: morphology.Inessive, IsThere: true},
		}
	}

	return row
}

// placeBefore is the last place that was named before a span, in another piece of the sentence; nil for none.
func (ix *Index) placeBefore(s *sentence, row []*span, at int) *span {
	from := at
	for from > 0 && !s.Tokens[row[from].from].BreakBefore && !row[from].is(cConjunction) {
		from--
	}
	named := slices.DeleteFunc(slices.Clone(row[:from]), func(sp *span) bool { return sp.is(cEntity) && sp.name.isShort })
	places := ix.placesOf(named)
	if at := lastIndexFunc(named, func(sp *span) bool { return sp.is(cArea|cFloor) && !isCommanding(sp) }); at >= 0 {
		places = named[at : at+1]
	}
	if len(places) == 0 || slices.ContainsFunc(row[from:], func(sp *span) bool { return sp.is(cArea|cFloor) && !sp.is(cColor) }) {
		return nil
	}

	return places[len(places)-1]
}
