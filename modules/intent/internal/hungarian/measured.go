package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// addMeasured adds what a sensor measures, by its name: the kazán of "Kazán hőmérséklet", the
// hűtő of "Hűtőajtó". Only questions find sensors so. A device of that name (mosógép) finds
// its sensors under all of its names.
func (b *builder) addMeasured(e *hamanagerapi.Entity) {
	if e.Domain != "sensor" && e.Domain != "binary_sensor" {
		return
	}
	set := func(n *name) {
		if !slices.Contains(n.measured, e) {
			n.measured = append(n.measured, e)
		}
	}
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		thing := b.thingMeasured(text)
		if len(thing) == 0 || b.isPlace(thing) {
			continue
		}
		if len(thing) > 1 && b.isPlace(thing[:1]) {
			thing = thing[1:]
		}
		devices := b.calledSo(thing)
		b.addWords(thing, weightPart, set)
		for _, device := range devices {
			for _, other := range append([]string{device.Name}, device.Aliases...) {
				b.addWords(replaced(b.tokens(other), -1), weightPart, set)
			}
		}
	}
}

// thingMeasured is a sensor's name without the words, or the end of a compound, that say what is
// measured; nil where nothing is left, or there is no such word.
func (b *builder) thingMeasured(text string) []string {
	tokens := b.tokens(text)
	last := len(tokens)
	for last > 0 && b.saysMeasure(tokens[last-1].Fold) {
		last--
	}
	thing := replaced(tokens[:last], -1)
	if last < len(tokens) || last == 0 {
		return thing
	}
	front := b.beforeMeasure(thing[last-1])
	if front == "" {
		return nil
	}
	thing[last-1] = front

	return thing
}

// saysMeasure reports whether a word, maybe someone's (hőmérséklete), only says what is measured.
func (b *builder) saysMeasure(folded string) bool {
	const said = cClass | cMeasure | cAttribute | cAbout | cUnit | cDetects
	is := false
	morphology.EachStem(folded, b.ix.lang.suffixes, func(stem string, s morphology.Suffix) bool {
		for _, word := range []int32{b.ix.wordNumber(stem), b.ix.wordBeforeHead(stem)} {
			is = is || s.Case == morphology.Nominative && b.ix.lang.hasLexeme(word, said)
		}

		return !is
	})

	return is
}

// beforeMeasure cuts a word of the language that says what is measured off the end of a compound.
func (b *builder) beforeMeasure(folded string) string {
	const shortest = 3
	for cut := shortest; cut <= len(folded)-shortest; cut++ {
		if word, ok := b.ix.lang.vocabulary[folded[cut:]]; ok && b.ix.lang.hasLexeme(word, cClass|cMeasure) {
			return folded[:cut]
		}
	}

	return ""
}

// hasLexeme reports whether a word alone has a meaning of the classes.
func (l *language) hasLexeme(word int32, of class) bool {
	if word < 0 || int(word) >= len(l.phrases) {
		return false
	}

	return slices.ContainsFunc(l.phrases[word], func(p phrase) bool {
		return len(p.words) == 1 && slices.ContainsFunc(p.lexemes, func(x lexeme) bool { return x.class&of != 0 })
	})
}

// isPlace reports whether words are a room or floor, maybe as an adjective (konyhai).
func (b *builder) isPlace(folded []string) bool {
	key := strings.Join(folded, " ")
	for _, text := range []string{key, strings.TrimSuffix(key, "i")} {
		if at, ok := b.byText[text]; ok && (len(b.ix.names[at].rooms()) > 0 || b.ix.names[at].floor != nil) {
			return true
		}
	}

	return false
}

// calledSo returns the devices that have a name.
func (b *builder) calledSo(folded []string) []*hamanagerapi.Entity {
	at, ok := b.byText[strings.Join(folded, " ")]
	if !ok {
		return nil
	}

	return b.ix.names[at].entities
}

// askThing asks how something is that only sensors know, without saying what of it: mi van a hűtővel?
// Several sensors that know it are a question.
func (c *clause) askThing() []draft {
	thing := c.thingAsked()
	isOpen := c.has(cQuestion, "what") || c.has(cQuestion, "which") || c.has(cAttribute, "state")
	if thing == nil || !isOpen || !c.isAsking() || c.has(cQuestion, "when") || c.has(cQuestion, "where") {
		return nil
	}
	if thing.suffix.IsThere && thing.suffix.Case != morphology.Instrumental {
		return nil // mi van a hűtőben? what homehub cannot know
	}
	t := target{slots: meaning.Slots{}, said: c.text(thing)}
	t.name(thing.name.measured, c.u.AreaID)

	return draftsFor(meaning.GetState, nil, []target{t})
}

// thingAsked is the only thing that the clause speaks of, where nothing is said of it; nil for none.
func (c *clause) thingAsked() *span {
	const others = cEntity | cKind | cClass | cMeasure | cState | cUnit | cDetects | cQuantity | cHome | cRoams | cMedia | cArea | cFloor
	var thing *span
	for _, sp := range c.spans {
		switch {
		case sp.is(cMeasured) && thing == nil:
			thing = sp
		case sp.is(cMeasured), sp.is(others) && !sp.is(cFiller|cQuestion|cCopula|cAttribute):
			return nil
		}
	}

	return thing
}

// isHint reports whether a span may be a word for what is measured, although nothing is called so: a víz, where there is
// a jakuzzivíz.
func (sp *span) isHint() bool {
	const others = cFiller | cConjunction | cQuestion | cCopula | cTime | cNumber | cMeasure | cAttribute | cUnit | cPlace | cArea | cFloor | cEntity | cVerb | cState | cWonder | cSky

	return sp.said == "" && sp.is(cUnknown|cAbout|cClass|cMeasured) && !sp.is(others)
}

// hinted are the sensors of a measure that a word of the sentence is a part of the name of. IsOther: something else is
// spoken of, which none of them can tell of.
func (c *clause) hinted(m *measure) (sensors []*hamanagerapi.Entity, isOther bool) {
	f := c.ix.memoryOf(c.s).spans
	if f == nil || len(f.rows) == 0 {
		return nil, false
	}
	for _, sp := range f.rows[0] {
		if !sp.isHint() {
			continue
		}
		found := m.best(c.ix.calledAfter(&c.s.Tokens[sp.to-1], m.mayTell))
		for _, e := range found {
			sensors = appendOnce(sensors, e)
		}
		isOther = isOther || isSubject(c.s, sp) && len(found) == 0
	}

	return sensors, isOther
}

// isSubject reports whether a span may be what a sentence is about: it has an article and no ending.
func isSubject(s *sentence, sp *span) bool {
	return sp.from > 0 && tokens.IsArticle(s.Tokens[sp.from-1].Fold) && !sp.suffix.IsThere
}

// hasStrangeSubject reports whether a sentence may be about something that nobody knows.
func hasStrangeSubject(s *sentence, f *spanner) bool {
	rows, _ := f.coverings()

	return slices.ContainsFunc(rows[0], func(sp *span) bool { return sp.classes == cUnknown && isSubject(s, sp) })
}

// calledAfter are those of some entities whose names have a word in them, or a compound with it.
func (ix *Index) calledAfter(tok *tokens.Token, of func(*hamanagerapi.Entity) bool) []*hamanagerapi.Entity {
	const shortest, shortestRest = 2, 3
	var stems []string
	morphology.EachStem(tok.Fold, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		if len(stem) >= shortest {
			stems = append(stems, stem)
		}

		return true
	})
	has := func(word, stem string) bool {
		isPart := len(word)-len(stem) >= shortestRest && (strings.HasPrefix(word, stem) || strings.HasSuffix(word, stem))

		return word == stem || isPart
	}
	var found []*hamanagerapi.Entity
	for _, e := range ix.home.Entities {
		if of(e) && slices.ContainsFunc(tokenize(e.Name, neverEnding).Tokens, func(word tokens.Token) bool {
			return slices.ContainsFunc(stems, func(stem string) bool { return has(word.Fold, stem) })
		}) {
			found = append(found, e)
		}
	}

	return found
}

// measureHinted asks the sensors that a word hints at. IsOther: what is spoken of, none of them can tell.
func (c *clause) measureHinted(m *measure) (drafts []draft, isOther bool) {
	sensors, isOther := c.hinted(m)
	if len(sensors) == 0 {
		return nil, isOther
	}
	t := target{slots: meaning.Slots{}, said: sensors[0].Name}
	t.name(sensors, c.u.AreaID)

	return draftsFor(meaning.GetState, nil, []target{t}), false
}
