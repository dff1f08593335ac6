package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// longestParted is how many words a name may have whose parts are names of their own.
const longestParted = 4

// addParts adds what people leave of a device's name where that tells enough: some of its words in
// their order (éjjeli lámpa for Lili éjjeli lámpája, Trådfri polc, Sonoff), or the front of a
// compound (pult for pultvilágítás). Words that the language or the home has for something
// else tell nothing by themselves.
func (b *builder) addParts(e *hamanagerapi.Entity) {
	if !slices.Contains(shortened(), e.Domain) {
		b.addHeads(e)

		return
	}
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		tokens := b.tokens(text)
		if len(tokens) == 0 || len(tokens) > longestParted {
			continue
		}
		words := b.plainWords(tokens)
		b.addAcronyms(e, text, tokens)
		last := len(words) - 1
		if words[last] != replaced(tokens, -1)[last] {
			b.addSomeones(e, words[last])
		}
		for from := range words {
			for to := from + 1; to <= len(words); to++ {
				b.addPartOf(e, words[from:to])
			}
		}
		if last > 1 {
			b.addPartOf(e, []string{words[0], words[last]})
		}
		for _, word := range words {
			if front, isPlace := b.frontOf(word); front != "" {
				b.addFront(e, front, isPlace)
			}
			b.addBacks(e, word)
			b.addAdjective(word)
		}
		b.addHead(e, words[last])
		b.addNumber(e, words)
	}
}

// addAcronyms adds the abbreviations in a name, which are short and yet tell enough: LG.
func (b *builder) addAcronyms(e *hamanagerapi.Entity, text string, said []tokens.Token) {
	for _, tok := range said {
		if len(said) < 2 || len(tok.Fold) != 2 || !morphology.IsAcronym(text[tok.From:tok.To]) || b.ix.lang.hasWord(tok.Fold) || b.isKnownName(tok.Fold) {
			continue
		}
		b.addPart(e, []string{tok.Fold})
		for _, spoken := range spokenNames([]tokens.Token{tok}, func(tokens.Token) string { return text[tok.From:tok.To] }) {
			b.addPart(e, spoken)
		}
	}
}

// addBacks adds what several words of the home end in (zsomp-szivattyú, kút-szivattyú, szivattyú),
// where that is no common word.
func (b *builder) addBacks(e *hamanagerapi.Entity, word string) {
	for cut := shortestFront; cut <= len(word)-shortestBack; cut++ {
		back := word[cut:]
		if (b.isShared(word, cut) || b.isDerived(back)) && b.isTelling(back) && b.plainHead(back) == back {
			b.ends[back] = b.ends[back] || b.ix.wordNumber(back) < 0
			b.addPart(e, []string{back})
		}
	}
}

// isShared reports whether a word can be cut where several begin to be alike, or where a compound of two words might be joined.
func (b *builder) isShared(word string, cut int) bool {
	if splitsLetter(word, cut) {
		return false
	}

	back := word[cut:]

	return b.backs[back] > 1 || !b.roomEnds[back] && mayBeJoined(word[:cut], back)
}

// mayBeJoined reports whether two parts of a word can be words by themselves by their sound: each has a vowel, and the second
// does not begin with two consonants.
func mayBeJoined(front, back string) bool {
	const shortestFront = 3
	if len(front) < shortestFront || !morphology.HasVowel(front) {
		return false
	}
	isConsonant := func(at int) bool { return !strings.ContainsRune("aeiou", rune(back[at])) }

	return !isConsonant(0) || !isConsonant(1) || splitsLetter(back, 1)
}

// isDerived reports whether a word stands for a longer name: szárító, for szárítógép.
func (b *builder) isDerived(word string) bool {
	at, ok := b.byText[word]

	return ok && !b.ix.names[at].isGiven() && !b.ix.names[at].isShort
}

// countBacks counts for every end of a word how many words of devices' names end so.
func (b *builder) countBacks() {
	b.backs = map[string]int{}
	seen := map[string]bool{}
	for _, e := range b.ix.home.Entities {
		if !e.Exposed || !slices.Contains(shortened(), e.Domain) {
			continue
		}
		for _, text := range append([]string{e.Name}, e.Aliases...) {
			tokens := b.tokens(text)
			if len(tokens) == 0 {
				continue
			}
			for i, word := range b.plainWords(tokens) {
				if seen[word] || tokens[i].IsNumber {
					continue
				}
				seen[word] = true
				for cut := 0; cut <= len(word)-shortestBack; cut++ {
					b.backs[word[cut:]]++
				}
			}
		}
	}
}

const shortestFront, shortestBack = 2, 5

// addPartOf adds one part of a device's name, where it is no name and no common word.
func (b *builder) addPartOf(e *hamanagerapi.Entity, words []string) {
	if len(words) == 1 && (isPersonWord(words[0]) || b.isOwnedPlural(words[0])) || !slices.ContainsFunc(words, b.isTelling) || len(words) > 1 && b.beginsWithPlace(words) || b.isKnownName(strings.Join(words, " ")) {
		return
	}
	b.addPart(e, words)
}

// isOwnedPlural reports whether a word only says that kinds of device are somebody's: lámpái.
func (b *builder) isOwnedPlural(folded string) bool {
	return slices.ContainsFunc([]string{"i", "ai", "ei", "jai", "jei"}, func(ending string) bool {
		stem, ok := strings.CutSuffix(folded, ending)
		word, isKnown := b.ix.lang.vocabulary[stem]

		return ok && isKnown && b.ix.lang.isNoun(word)
	})
}

// addSomeones adds the last word of a name that says whose it is, without the ending that says so.
func (b *builder) addSomeones(e *hamanagerapi.Entity, head string) {
	if !b.isTelling(head) {
		return
	}
	b.addPart(e, []string{head})
	b.ix.names[b.byText[head]].isSomeones = true
}

// addFront adds the front of a compound. What may be a participle (lépcső, álló) only says where.
func (b *builder) addFront(e *hamanagerapi.Entity, front string, isPlace bool) {
	if isPlace && (!b.isTelling(front) || b.byText[front] > 0) {
		return
	}
	b.addPartOf(e, []string{front})
	if at, ok := b.byText[front]; isPlace && ok {
		b.ix.names[at].isPart = true
	}
}

func (b *builder) addPart(e *hamanagerapi.Entity, words []string) {
	weight := float32(weightPart)
	if len(words) > 1 {
		weight = weightDerived
	}
	b.addWords(words, weight, func(n *name) {
		isNew := len(n.entities) == 0
		n.isShort = n.isShort || isNew
		n.entities = appendOnce(n.entities, e)
		if n.isShort && isNew && len(words) == 1 {
			b.addFronts(n, words[0], e.Domain)
			b.addEndings(n, words[0], e.Domain)
		}
	})
}

// lettersOfFront are the letters by which words are found that begin alike.
const lettersOfFront = 3

// frontWord is a word of a device's name.
type frontWord struct {
	folded string
	of     *hamanagerapi.Entity
}

// collectFronts collects the words of devices' names by their first letters.
func (b *builder) collectFronts() {
	b.fronts, b.tails = map[string][]frontWord{}, map[string][]frontWord{}
	for _, e := range b.ix.home.Entities {
		if !e.Exposed || !slices.Contains(shortened(), e.Domain) {
			continue
		}
		for _, text := range append([]string{e.Name}, e.Aliases...) {
			for _, tok := range b.tokens(text) {
				if len(tok.Fold) > lettersOfFront && !b.ix.lang.hasWord(tok.Fold) {
					front, back := tok.Fold[:lettersOfFront], tok.Fold[len(tok.Fold)-lettersOfFront:]
					b.fronts[front] = append(b.fronts[front], frontWord{folded: tok.Fold, of: e})
					b.tails[back] = append(b.tails[back], frontWord{folded: tok.Fold, of: e})
				}
			}
		}
	}
}

// addFronts has a part of one device's name mean others of its domain as well that have a compound of it
// in theirs: the led of LED szalag, where there is a ledcsík, too; the pult of the pultlámpa, where there is a konyhapult.
func (b *builder) addFronts(n *name, part, domain string) {
	if len(part) < lettersOfFront {
		return
	}
	for _, word := range b.fronts[part[:lettersOfFront]] {
		if word.of.Domain == domain && len(word.folded) >= len(part)+lettersOfFront && strings.HasPrefix(word.folded, part) {
			n.entities = appendOnce(n.entities, word.of)
		}
	}
	for _, word := range b.tails[part[len(part)-lettersOfFront:]] {
		front, ok := strings.CutSuffix(word.folded, part)
		if ok && word.of.Domain == domain && len(front) >= lettersOfFront && mayBeJoined(front, part) {
			n.entities = appendOnce(n.entities, word.of)
		}
	}
}

// addEndings does so for others whose names end in it: the pult of pultlámpa, where there is a konyhapult, too.
func (b *builder) addEndings(n *name, part, domain string) {
	if len(part) >= shortestBack { // longer ones are parts by themselves
		return
	}
	for _, words := range b.fronts {
		for _, word := range words {
			front, ok := strings.CutSuffix(word.folded, part)
			if ok && word.of.Domain == domain && mayBeJoined(front, part) {
				n.entities = appendOnce(n.entities, word.of)
			}
		}
	}
}

// beginsWithPlace reports whether a part names a room first: its device is found there by its kind.
func (b *builder) beginsWithPlace(words []string) bool {
	return b.isKnownName(words[0]) && !b.isTelling(words[1])
}

// isTelling reports whether a word of a device's name means nothing else.
func (b *builder) isTelling(folded string) bool {
	const shortest = 3

	return len(folded) >= shortest && !morphology.IsDigits(folded) && !b.ix.lang.hasMeaning(folded) && !b.isKnownName(folded)
}

// splitsLetter reports whether a cut parts a letter that is written as two: s-zivattyú.
func splitsLetter(word string, cut int) bool {
	return slices.Contains([]string{"cs", "gy", "ly", "ny", "sz", "ty", "zs"}, word[cut-1:cut+1])
}

// frontOf is what stands before a kind of device in a compound (tükör-fény); "" where nothing does.
// A participle (álló, olvasó) is no name: it is said of anybody. isPlace: it may be one, and so only says where
// something is (a lépcsőn).
func (b *builder) frontOf(folded string) (front string, isPlace bool) {
	const shortest, shortestKind = 4, 3
	for cut := shortest; cut <= len(folded)-shortestKind; cut++ {
		if word, ok := b.ix.lang.vocabulary[folded[cut:]]; ok && b.ix.lang.isKind(word) {
			return folded[:cut], folded[cut-1] == 'o'
		}
	}

	return "", false
}

// shortened are the domains of what people call by a part of its name.
func shortened() []string {
	return []string{"light", "switch", "fan", "media_player", "climate", "cover", "lock", "vacuum", "lawn_mower", "humidifier", "valve"}
}

// isSmallWord reports whether what would be a derived name with an ending cut off is only a small word as it stands:
// nagyon is not the Nagyszoba.
func (f *spanner) isSmallWord(to, first int, n *name, ending morphology.Suffix) bool {
	if !ending.IsThere || n.weight >= weightGiven {
		return false
	}

	return slices.ContainsFunc(f.spans[first:], func(sp span) bool {
		return sp.to == to && sp.isWhole && sp.classes&^(cFiller|cConjunction) == 0
	})
}

// isKind reports whether a word alone names a kind of device.
func (l *language) isKind(word int32) bool { return l.hasClass(word, cKind) }

// isNoun reports whether a word alone names what a home has or measures.
func (l *language) isNoun(word int32) bool { return l.hasClass(word, cKind|cClass|cAttribute|cPlace) }

func (l *language) hasClass(word int32, c class) bool {
	return slices.ContainsFunc(l.phrases[word], func(p phrase) bool {
		return len(p.words) == 1 && slices.ContainsFunc(p.lexemes, func(lex lexeme) bool { return lex.class&c != 0 })
	})
}

// written is the folded word with a number; "" where no phrase begins with it.
func (l *language) written(word int32) string {
	for _, p := range l.phrases[word] {
		return morphology.Fold(p.written[0])
	}

	return ""
}
