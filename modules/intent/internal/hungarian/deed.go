package hungarian

import (
	"slices"
	"strings"
	"sync"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/wish"
)

// Many devices are called after what they do: macskaetető, traktortöltő, kenyérsütő. Whoever says just that of the
// same thing (etesd meg a macskát) asks for the device, whatever else the verb may ask of people.

// doer is a device that is called after what it does, to what.
type doer struct {
	participle string   // kenyersuto, folded and without what people leave out after it
	rest       []string // the other words of its name
	of         *hamanagerapi.Entity
}

// addDoers adds what a device is called after.
func (b *builder) addDoers(e *hamanagerapi.Entity) {
	if deedActionOf(e) == "" {
		return
	}
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		tokens := b.tokens(text)
		for i, tok := range tokens {
			if participle := participleIn(tok.Lower); participle != "" && len(tokens) <= longestParted {
				b.ix.doers = append(b.ix.doers, doer{morphology.Fold(participle), slices.Delete(replaced(tokens, -1), i, i+1), e})
			}
		}
	}
}

// participleIn is the participle that a word ends in, but for the head of a compound after it: fejő, of fejőgép; empty for
// none.
func participleIn(word string) string {
	const shortest = 4
	for _, head := range headsOfCompounds() {
		front, ok := strings.CutSuffix(word, head)
		if ok && len(front) > shortest && (strings.HasSuffix(front, "ó") || strings.HasSuffix(front, "ő")) {
			return front
		}
	}

	return ""
}

// headsOfCompounds are what may follow the participle in a compound, nothing first.
var headsOfCompounds = sync.OnceValue(func() []string {
	return slices.Concat([]string{""}, morphology.Rules().DroppableHeads, morphology.Rules().SharedHeads)
})

// deed is a verb that a device's name has as its participle, with what it is done to.
type deed struct {
	verb  *span
	at    int   // the span of what it is done to
	thing *span // that span, once it names the device; pieces are rows of their own
	found []*hamanagerapi.Entity
}

// findDeed finds what the row asks to be done that some devices are called after; ok is false for nothing.
func (w *weigher) findDeed() (d deed, ok bool) {
	most := float32(0)
	for i, sp := range w.row {
		if sp.to-sp.from > 1 || sp.said != "" || sp.isWishedFor() || sp.is(cArea|cFloor|cNumber|cPrefix) {
			continue
		}
		for _, participle := range deedsOf(w.s.Tokens[sp.from].Fold) {
			for k := range w.ix.doers {
				doer := &w.ix.doers[k]
				front, does := strings.CutSuffix(doer.participle, participle)
				if !does {
					continue
				}
				at, surely := w.doneTo(i, append([]string{front}, doer.rest...))
				if surely == 0 || surely < most {
					continue
				}
				if surely > most {
					most, d = surely, deed{verb: sp, at: at}
				}
				d.found = appendOnce(d.found, doer.of)
			}
		}
	}

	return d, most > 0
}

// doneTo finds the span beside a verb at a place that says one of some words, and tells how surely it does.
func (w *weigher) doneTo(verb int, called []string) (at int, surely float32) {
	for i, sp := range w.row {
		if i == verb || sp.said != "" || sp.to-sp.from > 1 || tokens.IsArticle(w.s.Tokens[sp.from].Fold) || w.isBroken(min(i, verb), max(i, verb)) {
			continue
		}
		for _, word := range called {
			if as := w.ix.isDoneTo(w.s.Tokens[sp.from].Fold, word); word != "" && as > surely {
				at, surely = i, as
			}
		}
	}

	return at, surely
}

// isBroken reports whether punctuation parts two spans of the row.
func (w *weigher) isBroken(from, to int) bool {
	return slices.ContainsFunc(w.row[from+1:to+1], func(sp *span) bool { return w.s.Tokens[sp.from].BreakBefore })
}

// isDoneTo tells how surely a folded word with an ending is what a name begins with: disznókat, of disznóetető.
func (ix *Index) isDoneTo(folded, front string) float32 {
	const shortest = 4
	surely := float32(0)
	morphology.EachStem(folded, ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		switch {
		case !ending.IsThere:
		case stem == front, slices.Contains(morphology.WholeOf(stem), front):
			surely = mentionWhole
		case len(stem) >= shortest && strings.HasPrefix(front, stem):
			surely = max(surely, mentionPart)
		}

		return true
	})

	return surely
}

// deedActionOf is what it means for a device to do what it is called after; empty where that means nothing.
func deedActionOf(e *hamanagerapi.Entity) string {
	switch topicOf(e.Domain) {
	case "switch", "fan", "humidifier", "light":
		return "on"
	case "valve":
		return "open"
	case "cover":
		return "close"
	case "vacuum", "mower":
		return "start"
	default:
		return ""
	}
}

// takeDeed has the row name the devices that are called after what it asks for.
func (w *weigher) takeDeed() {
	if d, ok := w.findDeed(); ok {
		w.row = rowNaming(w.row, d.at, d.found)
		d.thing = w.row[d.at]
		w.deed = &d
	}
}

// weighDeed is the wish for the deed in a piece that plainly asks for it; ok is false where it is asked about, denied or
// only spoken of.
func (w *weigher) weighDeed(p piece) (wanted weighed, ok bool) {
	const unclear = cNegation | cNeedless | cQuestion | cBlock
	if w.deed == nil || !slices.Contains(w.row[p.from:p.to], w.deed.verb) || !looksImperative(w.s.Tokens[w.deed.verb.from].Fold) || w.s.IsQuestion {
		return wanted, false
	}
	if slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool { return sp.is(unclear) && !sp.is(cFiller|cPrefix|cBut) }) {
		return wanted, false
	}
	e := w.deed.found[0]

	return weighed{Wish: wish.Wish{Topic: topicOf(e.Domain), Action: deedActionOf(e), Sure: 1}, thing: w.deed.thing}, true
}

// withoutDeed are some spans without the verb that a device is called after: töltsd is no work for people where
// there is a töltő.
func (w *weigher) withoutDeed(row []*span) []*span {
	if w.deed == nil {
		return row
	}

	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return sp == w.deed.verb })
}
