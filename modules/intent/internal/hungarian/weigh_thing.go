package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// withPointedAt finds the devices that a word of a row points at without naming them, as the front or the
// back of a compound does (zsompot, where there is a zsompszivattyú), and returns the row with that word as their
// name; ok is false where none does.
func (w *weigher) withPointedAt() (row []*span, ok bool) {
	const tooMany = 12
	at, most := -1, float32(0)
	var best []*hamanagerapi.Entity
	for i, sp := range w.row {
		if _, _, isNumber := w.ix.lang.numbers.parse(&w.s.tokens[sp.from], w.s.hasAccent); isNumber || !mayPoint(sp) {
			continue
		}
		found, surely := w.ix.pointedAt(w.s.tokens[sp.to-1].fold)
		if surely > most || surely == most && len(found) < len(best) {
			at, most, best = i, surely, found
		}
	}
	if at < 0 || len(best) == 0 || len(best) > tooMany {
		return nil, false
	}
	row = slices.Clone(w.row)
	named := *row[at]
	named.classes, named.name, named.lexemes, named.forms = cEntity, &name{entities: best}, nil, nil
	row[at] = &named

	return row, true
}

// mayPoint reports whether a span can be a word for a thing: none that says what is to be done, when
// or how much.
func mayPoint(sp *span) bool {
	const others = cFiller | cConjunction | cNumber | cTime | cFloor

	return sp.said == "" && sp.is(cUnknown|cAbout|cMeasured|cClass|cArea|cMeasure|cVerb) && !sp.is(others) && !isCommanding(sp)
}

// pointedAt finds the devices that have a word in their names of which a folded one is a part.
func (ix *Index) pointedAt(folded string) (found []*hamanagerapi.Entity, surely float32) {
	const shortest = 4
	pointed := map[int32]float32{}
	morphology.EachStem(folded, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		if len(stem) < shortest {
			return true
		}
		for word, number := range ix.vocabulary {
			if as := partOfWord(word, stem); as > 0 {
				pointed[number] = max(pointed[number], as)
				surely = max(surely, as)
			}
		}

		return true
	})
	if len(pointed) == 0 {
		return nil, 0
	}
	for i := range ix.names {
		n := &ix.names[i]
		if !slices.ContainsFunc(n.words, func(word int32) bool { return pointed[word] == surely }) {
			continue
		}
		for _, e := range n.entities {
			if e.Domain != "person" {
				found = appendOnce(found, e)
			}
		}
	}

	return found, surely
}

// partOfWord tells how surely a stem points at a word: as all of it, its front, or its back.
func partOfWord(word, stem string) float32 {
	const whole, front, back = 1, 0.9, 0.8
	switch {
	case word == stem:
		return whole
	case strings.HasPrefix(word, stem):
		return front
	case strings.HasSuffix(word, stem):
		return back
	default:
		return 0
	}
}
