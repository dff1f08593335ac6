package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// Which of several devices is meant is often said beside what names them: "Sanyinál szól a rádió, állítsd
// le", "kenyeret sütnék, indítsd a gépet". Every word of the sentence that speaks of one of them counts for it: as a
// word of its name or a part of one, as what it does, as whose it is.

// How surely a word speaks of a device.
const (
	mentionWhole = 1.0 // a word of its name, or its owner
	mentionOwner = 0.9
	mentionPart  = 0.8 // the front of a compound, or what it does: kenyeret, sütnék of the kenyérsütő
	mentionTheir = 0.8 // it is in somebody's room
	mentionRoom  = 0.5 // it is in that room
	// leastMention is what one device must have, and leastAhead how far it must be ahead of the next.
	leastMention = 0.75
	leastAhead   = 0.4
)

// mentioned is the one of several devices that the rest of the sentence speaks of; nil for none, or more.
func (c *clause) mentioned(candidates []*hamanagerapi.Entity) *hamanagerapi.Entity {
	const tooMany = 64
	if len(candidates) < 2 || len(candidates) > tooMany || c.has(cQuantity, "one") || c.s.IsQuoted && !c.s.IsOnlySetOff {
		return nil
	}
	words, called := c.mentioning()
	var best *hamanagerapi.Entity
	most, second := float32(0), float32(0)
	for _, e := range candidates {
		score := c.ix.mentionOf(e, c.ix.wordsFor(c.s, e), words, called)
		switch {
		case score > most:
			best, most, second = e, score, most
		case score > second:
			second = score
		}
	}
	if most < leastMention || most-second < leastAhead {
		return nil
	}

	return best
}

// mentionWord is a word that may speak of a device beside what names it.
type mentionWord struct {
	stems  []string
	deeds  []string
	owners []*owner
	// isSmall: it speaks of nothing.
	isSmall bool
	// isCommanded: something else is asked for in its piece of the sentence.
	isCommanded bool
}

// mentioning are the words of the sentence that may tell which device is meant, and those that it is called by.
func (c *clause) mentioning() (telling, called []mentionWord) {
	tokens := c.s.Tokens
	part, from, to := c.partsOfTokens()
	for i := 0; i < len(tokens); {
		end := i + 1
		for end < len(tokens) && !tokens[end].BreakBefore {
			end++
		}
		isOther := (end <= from || i >= to) && slices.ContainsFunc(tokens[i:end], c.ix.lang.mayCommand)
		for ; i < end; i++ {
			if part[i] == cVerb {
				continue
			}
			w := c.ix.mentionAt(c.s, i)
			w.isCommanded = isOther
			switch {
			case w.isSmall:
			case part[i] == cEntity:
				called = append(called, w)
			default:
				telling = append(telling, w)
			}
		}
	}

	return telling, called
}

// partsOfTokens tells of every token what it says for the clause, as partIn does, and which the clause begins and ends with.
func (c *clause) partsOfTokens() (part []class, from, to int) {
	part = make([]class, len(c.s.Tokens))
	from = len(part)
	for _, sp := range c.spans {
		if sp.said != "" {
			continue
		}
		from, to = min(from, sp.from), max(to, sp.to)
		for i := sp.from; i < sp.to; i++ {
			part[i] = c.partIn(sp)
		}
	}

	return part, from, to
}

// partIn is what a span says for its clause: cEntity for what it is about, cVerb for what is asked and where, 0 for
// anything else.
func (c *clause) partIn(sp *span) class {
	switch {
	case sp == c.verb, isCommanding(sp), isOnlyWhere(sp):
		return cVerb
	case sp.isWishedFor(), sp.is(cClass | cAttribute | cMeasure | cMeasured):
		return cEntity
	default:
		return 0
	}
}

// mayCommand reports whether a token can be a command.
func (l *language) mayCommand(tok tokens.Token) bool {
	_, forms := l.formsOf(tok.Fold)

	return slices.ContainsFunc(forms, func(f verbForm) bool { return f.mood == commands }) || looksImperative(tok.Fold)
}

// mentionAt is a token of a sentence as a word that may speak of a device.
func (ix *Index) mentionAt(s *sentence, at int) mentionWord {
	m := ix.memoryOf(s)
	if m.mentions == nil {
		m.mentions = make([]*mentionWord, len(s.Tokens))
	}
	if m.mentions[at] == nil {
		w := ix.mentionWord(&s.Tokens[at])
		m.mentions[at] = &w
	}

	return *m.mentions[at]
}

// mentionWord takes a token apart.
func (ix *Index) mentionWord(tok *tokens.Token) (w mentionWord) {
	const shortest = 2
	if tok.IsNumber || tokens.IsArticle(tok.Fold) {
		return mentionWord{isSmall: true}
	}
	word, isKnown := ix.lang.vocabulary[tok.Fold]
	isWhole := isKnown && ix.lang.hasLexeme(word, cFiller) // most is no mos
	if !isWhole {
		w.deeds = deedsOf(tok.Fold)
	}
	if _, forms := ix.lang.formsOf(tok.Fold); slices.ContainsFunc(forms, func(f verbForm) bool { return f.mood == commands }) {
		return w // a zárd is no zár
	}
	morphology.EachStem(tok.Fold, ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		if len(stem) < shortest || len(stem) == shortest && !ending.IsThere || isWhole && ending.IsThere {
			return true
		}
		w.stems = append(w.stems, stem)
		w.stems = append(w.stems, morphology.WholeOf(stem)...)
		w.stems = append(w.stems, ix.nounsOf(stem)...)
		if word := ix.wordNumber(stem); word >= 0 {
			w.owners = ix.appendOwners(w.owners, word)
		}

		return true
	})

	w.isSmall = len(w.stems) == 0

	return w
}

// nounsOf are the words of the home's names that a stem is an adjective of: dorinás, csillagos.
func (ix *Index) nounsOf(stem string) []string {
	const shortest = 4
	var nouns []string
	for _, ending := range adjectiveEndings() {
		if noun, ok := strings.CutSuffix(stem, ending); ok && len(noun) >= shortest && ix.wordNumber(noun) >= 0 {
			nouns = append(nouns, noun)
		}
	}

	return nouns
}

// appendOwners adds the owners that are called by a word.
func (ix *Index) appendOwners(owners []*owner, word int32) []*owner {
	for _, at := range ix.byFirst[word] {
		if n := &ix.names[at]; n.owner != nil && len(n.words) == 1 {
			owners = appendOnce(owners, n.owner)
		}
	}

	return owners
}

// calledWords are the folded words of a device's names, and of those of its room.
type calledWords struct{ names, room []string }

// wordsFor tells what a device and its room are called, each time that a sentence asks for it but the first without
// reading the names.
func (ix *Index) wordsFor(s *sentence, e *hamanagerapi.Entity) calledWords {
	m := ix.memoryOf(s)
	known, ok := m.called[e]
	if ok {
		return known
	}
	known.names = nameWords(e.Name, e.Aliases)
	if a := ix.home.Area(e.AreaID); a != nil {
		known.room = nameWords(a.Name, a.Aliases)
	}
	if m.called == nil {
		m.called = map[*hamanagerapi.Entity]calledWords{}
	}
	m.called[e] = known

	return known
}

// mentionOf sums up how surely some words speak of a device that others call.
func (ix *Index) mentionOf(e *hamanagerapi.Entity, as calledWords, words, called []mentionWord) float32 {
	names := withoutCalled(as.names, called)
	sum := float32(0)
	for i := range words {
		w := &words[i]
		how := w.speaksOf(names)
		for _, o := range w.owners {
			how = max(how, o.owns(e))
		}
		if how == 0 && w.speaksOf(as.room) == mentionWhole {
			how = mentionRoom
		}
		if how == mentionWhole && w.isCommanded {
			how = 0
		}
		sum += how
	}

	return sum
}

// withoutCalled are the words of a name but for those, or their ends, that it was called by.
func withoutCalled(names []string, called []mentionWord) []string {
	var left []string
	for _, name := range names {
		for i := range called {
			for _, stem := range called[i].stems {
				name = strings.TrimSuffix(name, stem)
			}
		}
		if name != "" {
			left = append(left, name)
		}
	}

	return left
}

// owns tells how surely a device is meant where its owner is spoken of. Of those who are several (a lovak) only the
// room is known.
func (o *owner) owns(e *hamanagerapi.Entity) float32 {
	switch {
	case slices.Contains(o.things, e):
		return mentionOwner
	case !slices.ContainsFunc(o.rooms, func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID }):
		return 0
	case o.isMany:
		return mentionRoom
	default:
		return mentionTheir
	}
}

// nameWords are the folded words of a name and its aliases.
func nameWords(name string, aliases []string) []string {
	words := strings.Fields(morphology.Fold(name))
	for _, alias := range aliases {
		words = append(words, strings.Fields(morphology.Fold(alias))...)
	}

	return words
}

// speaksOf tells how surely a word speaks of what some words name.
func (w *mentionWord) speaksOf(names []string) float32 {
	most := float32(0)
	for _, name := range names {
		for _, stem := range w.stems {
			most = max(most, speaksOf(stem, name))
		}
		if most < mentionPart && w.does(name) {
			most = mentionPart
		}
	}

	return most
}

// speaksOf tells how surely a stem speaks of what is called by a word: csillagot of csillagos, kenyeret of kenyérsütő.
func speaksOf(stem, name string) float32 {
	const shortestPart, shortestRest = 4, 3
	rest, isFront := strings.CutPrefix(name, stem)
	switch {
	case rest == "" && isFront:
		return mentionWhole
	case isFront && len(stem) >= shortestPart && (len(rest) >= shortestRest || slices.Contains(adjectiveEndings(), rest)):
		return mentionPart
	default:
		return 0
	}
}

// adjectiveEndings make an adjective of a noun: csillagos, dínós, kerti.
func adjectiveEndings() []string { return []string{"s", "os", "es", "as", "i"} }

// does reports whether a word is a form of the verb that a name has as its participle: sütnék of kenyérsütő, etesd of
// macskaetető.
func (w *mentionWord) does(name string) bool {
	return strings.Contains(name, "o") && slices.ContainsFunc(w.deeds, func(deed string) bool { return strings.Contains(name, deed) })
}

// deedsOf are the participles that a folded word may be a form of the verb of: sütnék of sütő, etesd of etető.
func deedsOf(folded string) []string {
	const shortest, longestEnding = 3, 6
	var deeds []string
	for n := len(folded) - 1; n >= shortest && len(folded)-n <= longestEnding; n-- {
		if !slices.Contains(morphology.Rules().VerbEndings, folded[n:]) {
			continue
		}
		stem := folded[:n]
		deeds = append(deeds, stem+"o")
		if short, ok := strings.CutSuffix(stem, "s"); ok {
			deeds = append(deeds, short+"to")
		} else if strings.HasSuffix(stem, "sz") {
			deeds = append(deeds, stem+"to")
		}
	}

	return deeds
}
