package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// isPronoun reports whether a span stands for a place, or for whose place it is, that was named before:
// nála, náluk. "Ott" does so only where the sentence named one; else it is only said.
func isPronoun(sp *span) bool { return sp.means(cPlace, "theirs") || sp.means(cFiller, "there") }

// withPronouns puts the place that was named last for a word that stands for it: Emmánál kapcsold le a
// tévét, és húzd le nála a redőnyt. last is what the turn before was about. Where nothing was
// named, a word for somebody's place stays one that nobody knows.
func (ix *Index) withPronouns(row []*span, last *span) []*span {
	if !slices.ContainsFunc(row, isPronoun) {
		return row
	}
	read := make([]*span, 0, len(row))
	for _, sp := range row {
		if isPronoun(sp) {
			sp = ix.placeMeant(sp, read, last)
		}
		read = append(read, sp)
	}

	return read
}

// placeMeant is the place that a pronoun stands for; the pronoun itself where none was named.
func (ix *Index) placeMeant(pronoun *span, before []*span, last *span) *span {
	for _, sp := range slices.Backward(before) {
		if n := ix.placeOfSpan(sp); n != nil {
			return pronoun.placed(n)
		}
	}
	if pronoun.is(cFiller) || last == nil {
		return pronoun
	}
	if n := ix.placeOfSpan(last); n != nil {
		return pronoun.placed(n)
	}

	return pronoun
}

// placeOfSpan is the room or floor that a span names, or where what it names is; nil for none. Somebody
// is in a room that is called after him.
func (ix *Index) placeOfSpan(sp *span) *name {
	switch {
	case sp.name == nil || isCommanding(sp):
		return nil
	case sp.is(cArea | cFloor):
		return sp.name
	case sp.like != nil:
		return sp.name
	case !sp.is(cEntity) || len(sp.name.entities) != 1:
		return nil
	}
	e := sp.name.entities[0]
	if owner := ix.ownerOf(sp.name); e.Domain == "person" {
		if owner == nil || len(owner.rooms) == 0 {
			return nil
		}

		return &name{areas: owner.rooms}
	}
	if a := ix.home.Area(e.AreaID); a != nil {
		return &name{area: a}
	}

	return nil
}

// placed is a span that names a place.
func (sp *span) placed(where *name) *span {
	at := *sp
	at.name, at.classes, at.lexemes = where, cArea, nil
	if where.floor != nil {
		at.classes = cFloor
	}
	if len(where.areas) == 1 {
		at.name = &name{area: where.areas[0]}
	}
	at.suffix = morphology.Suffix{IsThere: true, Case: morphology.Inessive}

	return &at
}
