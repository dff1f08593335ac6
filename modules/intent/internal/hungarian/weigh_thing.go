package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// withPointedAt finds the devices that the words of a row point at without naming them, as the front or the
// back of a compound does (zsompot, where there is a zsompszivattyú), and returns the row with the word that does so most
// surely as their name; ok is false where none does. Words that point at the same device add up.
func (w *weigher) withPointedAt() (row []*span, ok bool) {
	const tooMany = 12
	pointed := w.pointed()
	if len(pointed) == 0 {
		return nil, false
	}
	at, most := -1, float32(0)
	var best []*hamanagerapi.Entity
	for i := range w.ix.names {
		n := &w.ix.names[i]
		by, sum := sumOf(pointed, n)
		if sum == 0 || sum < most {
			continue
		}
		if sum > most {
			at, most, best = by, sum, nil
		}
		for _, e := range n.entities {
			if e.Domain != "person" {
				best = appendOnce(best, e)
			}
		}
	}
	if len(best) == 0 || len(best) > tooMany {
		return nil, false
	}

	return rowNaming(w.row, at, best), true
}

// pointer is what a span points at: how surely at each word of the home's names.
type pointer struct {
	at    int
	words map[int32]float32
}

// pointed is what the spans of the row point at.
func (w *weigher) pointed() []pointer {
	var all []pointer
	for i, sp := range w.row {
		if _, _, isNumber := numberIn(&w.s.Tokens[sp.from], w.s.HasAccent); isNumber || !mayPoint(sp) {
			continue
		}
		if words := w.ix.pointedAt(w.s, sp.to-1, sp.is(cUnknown)); len(words) > 0 {
			all = append(all, pointer{i, words})
		}
	}

	isAt := func(p pointer) bool {
		return w.row[p.at].is(cUnknown) && morphology.EndsWithAny(w.s.Tokens[w.row[p.at].to-1].Fold, []string{"nal", "nel"})
	}
	if slices.ContainsFunc(all, isAt) { // a fürdőben a tükörnél: the tükörlámpa there, and no fürdőlámpa
		all = slices.DeleteFunc(all, func(p pointer) bool { return w.row[p.at].is(cArea) })
	}

	return all
}

// sumOf tells how surely all spans together point at a name, and by which one most.
func sumOf(pointed []pointer, n *name) (by int, sum float32) {
	most := float32(0)
	for _, p := range pointed {
		as := float32(0)
		for _, word := range n.words {
			as = max(as, p.words[word])
		}
		if as > most {
			by, most = p.at, as
		}
		sum += as
	}

	return by, sum
}

// rowNaming is a row of which one span names devices.
func rowNaming(row []*span, at int, entities []*hamanagerapi.Entity) []*span {
	row = slices.Clone(row)
	named := *row[at]
	named.classes, named.name, named.lexemes, named.forms = cEntity, &name{entities: entities}, nil, nil
	row[at] = &named

	return row
}

// pointsAtThing reports whether a span points at devices: the end, the front or another form of a word of their names.
func (w *weigher) pointsAtThing(sp *span) bool {
	return mayPoint(sp) && len(w.ix.pointedAt(w.s, sp.to-1, sp.is(cUnknown))) > 0
}

// mayPoint reports whether a span can be a word for a thing: none that says what is to be done, when
// or how much.
func mayPoint(sp *span) bool {
	const others = cFiller | cConjunction | cNumber | cTime | cFloor

	return sp.said == "" && !sp.means(cAbout, "shopping") && sp.is(cUnknown|cAbout|cMeasured|cClass|cArea|cMeasure|cVerb) && !sp.is(others) && !isCommanding(sp)
}

// isSomebody reports whether a span names who does or is something.
func (sp *span) isSomebody() bool {
	return sp.is(cEntity) && sp.suffix.Case == morphology.Nominative && areAny(sp.name.entities, "person")
}

// pointedAt are the words of the home's names that a token of a sentence points at.
func (ix *Index) pointedAt(s *sentence, at int, isUnknown bool) map[int32]float32 {
	m := ix.memoryOf(s)
	if m.pointed == nil {
		m.pointed = make([][2]map[int32]float32, len(s.Tokens))
	}
	known := &m.pointed[at][0]
	if isUnknown {
		known = &m.pointed[at][1]
	}
	if *known == nil {
		*known = ix.pointsAt(s.Tokens[at].Fold, isUnknown)
	}

	return *known
}

// pointsAt are the words of the home's names of which a folded one is a part, and how surely each is meant: as all of
// it, its front, or its back.
func (ix *Index) pointsAt(folded string, isUnknown bool) map[int32]float32 {
	const shortest, whole, front, back = 4, 1, 0.9, 0.9
	pointed := map[int32]float32{}
	point := func(word string, as float32) {
		number := ix.vocabulary[word]
		pointed[number] = max(pointed[number], as)
	}
	morphology.EachStem(folded, ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		isShort := len(stem) < shortest
		if isShort && (!isUnknown || !ending.IsThere || ending.Layers() > 1) { // sokat is no só-k-at
			return true
		}
		for _, word := range ix.own.beginningWith(stem) {
			switch {
			case isShort && !ix.isShortOf(stem, word):
			case word == stem:
				point(word, whole)
			default:
				point(word, front)
			}
		}
		if isShort {
			return true
		}
		for _, word := range ix.own.endingIn(stem) {
			point(word, back)
		}

		return true
	})

	return pointed
}

// isShortOf reports whether a few letters are enough to mean a word: all of it (fát), or the front of a compound whose
// other part is known (a lónak, of lóitató).
func (ix *Index) isShortOf(stem, word string) bool {
	const shortest, shortestWhole, shortestRest = 2, 3, 4
	rest, isFront := strings.CutPrefix(word, stem)

	return rest == "" && len(stem) >= shortestWhole || isFront && len(stem) >= shortest && len(rest) >= shortestRest && ix.wordNumber(rest) >= 0
}

// readWhich reads which of several things is meant where a part of the sentence leaves that open; nil where the rest does
// not say so: zúg a fejem ettől a fönti szellőzőtől, állítsd le.
func (w *weigher) readWhich(part *interpretation) *interpretation {
	if part.question == nil || len(part.commands) != 1 || w.s.IsQuestion {
		return nil
	}
	w.isStrict = false
	r := w.read()
	if r == nil || r.question != nil || len(r.commands) != 1 || len(r.commands[0].Targets) != 1 || r.commands[0].Intent != part.commands[0].Intent {
		return nil
	}
	which := r.commands[0].Targets[0]
	isChoice := slices.ContainsFunc(part.question.Choices, func(c meaning.Choice) bool {
		return c.EntityID == which.ID || c.AreaID != "" && c.AreaID == which.AreaID
	})
	if !isChoice {
		return nil
	}

	return r
}

// standsAlone reports whether a piece surely asks for something that needs no device: mondd meg, hány óra.
func (w *weigher) standsAlone(p piece) bool {
	wanted := w.said(w.ix.evidenceOf(w.s, w.row, p).WithoutAsides()).OfAnything()

	return wanted.Sure > sureBeside && wanted.Topic != wish.Nevermind && needsNoThing(wanted)
}

// isSureOf reports whether it is sure enough what a piece wants.
func (w *weigher) isSureOf(p piece, wanted weighed) bool {
	if w.isPointedAt && wanted.Action == wish.Ask && wanted.Topic != wish.Any && !w.asksWhether(p) {
		return false
	}

	return wanted.Sure >= w.leastFor(p, wanted) || w.isLikeliest(p, wanted) || w.least == leastSure && wanted.Sure > sureByForm && w.isSaidSo(p, wanted)
}

// isLikeliest reports whether a piece surely wants something of a thing that it names, and most likely this, where nothing in the
// sentence speaks for another: it says no value that this leaves out, denies nothing and is no question. Whether a cover is to
// be opened or closed is not guessed: vedd le a takarót a medencéről.
func (w *weigher) isLikeliest(p piece, wanted weighed) bool {
	isAny := wanted.thing == nil || wanted.Action == wish.Ask || wanted.Topic == "cover" || w.isPointedAt || w.s.IsQuestion
	if isAny || wanted.Sure < sureOfThing || wanted.Nothing > hardlyNothing || w.asksBeside(p) {
		return false
	}
	for i := p.from; i < p.to; i++ {
		if w.denies(i) || wanted.isAgainst(w.row[i]) {
			return false
		}
	}

	return true
}

// isAgainst reports whether a span speaks against what is wanted: it denies something, or says a value that this leaves out.
func (w *weighed) isAgainst(sp *span) bool {
	const values = cAmount | cColor | cWhite | cNumber | cChange

	return isNot(sp) || sp.is(cNeedless) || w.isTurn() && sp != w.thing && sp.is(values) && !sp.is(cFiller)
}

// asksBeside reports whether something is asked for beside a piece.
func (w *weigher) asksBeside(p piece) bool {
	return slices.ContainsFunc(w.cuts(), func(other piece) bool {
		row := w.row[other.from:other.to]

		return other != p && asksInAnyWay(row) && !w.ix.lang.isAside(w.s, row)
	})
}
