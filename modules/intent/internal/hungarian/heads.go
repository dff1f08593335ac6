package hungarian

import (
	"strings"
	"sync"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// plainWords are the folded words of a name, the last of them without the ending that says that it is
// someone's: Gergő olvasólámpája has the words gergo and olvasolampa.
func (b *builder) plainWords(tokens []tokens.Token) []string {
	words := replaced(tokens, -1)
	last := len(words) - 1
	plain := b.plainHead(words[last])
	if plain == words[last] && last > 0 && b.isPerson(words[0]) {
		plain = unowned(plain)
	}
	words[last] = plain

	return words
}

// plainHead takes from the last word of a name that it is someone's: lámpája, redőnye, olvasólámpája.
// It returns the word as it is where no known one would be left, nor a compound of one.
func (b *builder) plainHead(folded string) string {
	for _, ending := range []string{"ja", "je", "a", "e"} {
		stem, ok := strings.CutSuffix(folded, ending)
		if !ok {
			continue
		}
		if word, isKnown := b.ix.lang.vocabulary[stem]; isKnown && b.ix.lang.isNoun(word) {
			return stem
		}
		if word, isKnown := b.ix.lang.changed[stem]; isKnown && b.ix.lang.isNoun(word) { // ajta-ja
			return b.ix.lang.written(word)
		}
	}
	for _, ending := range []string{"ja", "je", "a", "e"} {
		if stem, ok := strings.CutSuffix(folded, ending); ok && b.endsInKind(stem) {
			return stem
		}
	}

	return folded
}

// endsInKind reports whether a folded word is a compound that ends in a kind of device: olvaso-lampa.
func (b *builder) endsInKind(folded string) bool {
	const shortestKind = 4
	for cut := shortestFront; cut <= len(folded)-shortestKind; cut++ {
		if word, ok := b.ix.lang.vocabulary[folded[cut:]]; ok && b.ix.lang.isKind(word) {
			return true
		}
	}

	return false
}

// unowned takes from a word after its owner's name that it is theirs, by the rule alone: gépe, hajvasalója.
func unowned(folded string) string {
	const shortest = 3
	if !isSomeones(folded) {
		return folded
	}
	stem := folded[:len(folded)-1]
	if bare, ok := strings.CutSuffix(stem, "j"); ok {
		stem = bare
	}
	if len(stem) < shortest {
		return folded
	}

	return stem
}

// addHead adds the short word that a word of a device's name ends in: gép, for mosógép.
func (b *builder) addHead(e *hamanagerapi.Entity, word string) {
	for _, head := range sharedHeads() {
		if front, ok := strings.CutSuffix(word, head); ok && len(front) != 1 && b.isTelling(head) {
			b.addPart(e, []string{head})
		}
	}
}

// addNumber adds the number in a device's name: the Lámpa 2 is the kettes.
func (b *builder) addNumber(e *hamanagerapi.Entity, words []string) {
	last := len(words) - 1
	if last == 0 {
		return
	}
	if last > 1 && morphology.IsDigits(words[last]) { // kettes szalag, for Led szalag 2
		b.addPart(e, []string{words[last], words[last-1]})
	}
	for _, word := range []string{words[0], words[last]} {
		if morphology.IsDigits(word) && !b.isCalledByNumber(word) {
			b.addPart(e, []string{word})
		}
	}
}

// isCalledByNumber reports whether a number alone is the name of anything. That of a thing that has things of its own (the
// weight of the 2-es kaptár) is none.
func (b *builder) isCalledByNumber(number string) bool {
	at, ok := b.byText[number]

	return ok && b.isKnownName(number) && (b.ix.names[at].owner == nil || !b.ix.names[at].isOnlyOwner())
}

// addAdjective lets a telling word of a device's name be said as an adjective: a boschos gép, az ikeás lámpa.
func (b *builder) addAdjective(word string) {
	if !b.isTelling(word) {
		return
	}
	ending := "os"
	switch {
	case morphology.EndsWithVowel(word):
		ending = "s"
	case morphology.Rules().HarmonyOf(word) == morphology.Front:
		ending = "es"
	}
	b.addSpoken(word+ending, word)
	b.adjectives[word+ending] = true
}

// addHeads does so for what is called by nothing else than its whole name: módok.
func (b *builder) addHeads(e *hamanagerapi.Entity) {
	if e.Domain != "input_boolean" {
		return
	}
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		if tokens := b.tokens(text); len(tokens) > 0 {
			words := b.plainWords(tokens)
			b.addHead(e, words[len(words)-1])
		}
	}
}

// sharedHeads are words of few letters in which the names of several devices end, and which people say for any of them: gép.
var sharedHeads = sync.OnceValue(func() []string {
	var heads []string
	for _, head := range morphology.Rules().SharedHeads {
		heads = append(heads, morphology.Fold(head))
	}

	return heads
})

// isNumbering reports whether a name that is only a number is said as one that things have: the kettes or the
// második, not two of something. A device is only found so where something is done to it: a kettest.
func (f *spanner) isNumbering(i int, n *name, ending morphology.Suffix) bool {
	if !n.isNumber {
		return true
	}
	tok := &f.s.Tokens[i]
	if n.isShort && ending.Case != morphology.Accusative {
		return false
	}
	rest := strings.TrimLeft(tok.Fold, "0123456789")
	if !tok.IsNumber {
		_, left, ok := numberIn(tok, f.s.HasAccent)
		if !ok {
			return true // an ordinal
		}
		rest = left
	}
	for _, adjective := range morphology.NumberAdjectives() {
		if strings.HasPrefix(rest, adjective) {
			return true
		}
	}

	return false
}
