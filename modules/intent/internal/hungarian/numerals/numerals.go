// Package numerals reads numbers that are written in words: huszonkettő, kétszázötvenre, eggyel. The
// words that they are put together from are in data/numbers.yaml.
package numerals

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// table is data/numbers.yaml.
type table struct {
	Units    map[string]float64 `yaml:"units"`
	Tens     map[string]float64 `yaml:"tens"`
	Hundred  string             `yaml:"hundred"`
	Thousand []string           `yaml:"thousand"`
	Ordinals map[string]int     `yaml:"ordinals"`
	Measures []string           `yaml:"measures"` // what things are counted in

	parts []part // by falling length, so that "hetven" is not read as "het"
	// byLetter are the parts by the first letter of their folded form, for every word is asked.
	byLetter [256][]part
}

// words are the number words, read once.
var words = sync.OnceValue(func() *table {
	n := new(table)
	data.MustLoad("numbers", n)
	n.build()

	return n
})

// part is one part of a number word.
type part struct {
	written, fold string
	value         float64
	// multiplies: it stands after what it counts (kétszáz).
	multiplies bool
}

func (n *table) build() {
	for _, digits := range []map[string]float64{n.Units, n.Tens} {
		for word, value := range digits {
			n.parts = append(n.parts, part{written: word, fold: morphology.Fold(word), value: value})
		}
	}
	n.parts = append(n.parts, part{written: n.Hundred, fold: morphology.Fold(n.Hundred), value: 100, multiplies: true})
	for _, word := range n.Thousand {
		n.parts = append(n.parts, part{written: word, fold: morphology.Fold(word), value: 1000, multiplies: true})
	}
	slices.SortFunc(n.parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(len(b.fold), len(a.fold)), cmp.Compare(a.written, b.written))
	})
	for _, p := range n.parts {
		n.byLetter[p.fold[0]] = append(n.byLetter[p.fold[0]], p)
	}
}

// Parse reads the number that a word begins with, and returns what is left of the folded
// word: "huszonkettő" -> 22, "ötvenre" -> 50 and "re". Where accents are written they must
// be the number's but for the length of i, o, ö, u and ü: hátra is no six. said is the word in lower case.
func Parse(folded, said string, hasAccent bool) (value float64, rest string, ok bool) {
	n := words()
	rest = folded
	var total, group, last float64
	for rest != "" {
		p, found := n.partOf(rest, said, hasAccent, len(rest) < len(folded))
		if !found {
			break
		}
		switch {
		case !p.multiplies:
			if last > 0 && p.value >= last { // öt-öt-ször no, öt-öt: what follows is its ending, or none
				return total + group, rest, len(rest) < len(folded)
			}
			group += p.value
			last = p.value
		case p.value == 1000:
			total += max(group, 1) * 1000
			group, last = 0, 1000
		default:
			group = max(group, 1) * p.value
			last = p.value
		}
		rest = rest[len(p.fold):]
		said = said[saidAs(said, p.written, true):]
	}

	return total + group, rest, len(rest) < len(folded)
}

// ParseBy reads a number word whose last consonant the ending -val, -vel has taken over: eggyel, öttel.
func ParseBy(folded string) (value float64, ok bool) {
	reduced, ok := morphology.Unassimilated(folded)
	if !ok {
		return 0, false
	}
	value, rest, ok := Parse(reduced, reduced, false)

	return value, ok && rest == ""
}

// First is the longest number that a folded word begins with, and its length: "egyketto" begins
// with 1. Size 0: there is none.
func First(word string) (value float64, size int) {
	for size = len(word); size > 0; size-- {
		begins := word[:size]
		if value, rest, ok := Parse(begins, begins, false); ok && rest == "" {
			return value, size
		}
	}

	return 0, 0
}

// partOf finds the part that a folded word begins with, and where accents count the word as it is written; isInside:
// other parts stand before it.
func (n *table) partOf(rest, said string, hasAccent, isInside bool) (part, bool) {
	var like part
	for _, p := range n.byLetter[rest[0]] {
		switch {
		case !strings.HasPrefix(rest, p.fold):
		case !hasAccent || strings.HasPrefix(said, p.written):
			return p, true
		case like.fold == "" && saidAs(said, p.written, isInside) > 0:
			like = p
		}
	}

	return like, like.fold != ""
}

// saidAs is how many bytes of what was written are a number word, 0 for none. Vowels may be short or long (tiz, nyólc,
// huszonőt), as people write them; only the first of a word is not longer than it should be: őt is no öt. The last one may
// be longer before an ending: nullára.
func saidAs(said, word string, isInside bool) int {
	at := 0
	for i, want := range word {
		r, size := utf8.DecodeRuneInString(said[at:])
		isLast := i+utf8.RuneLen(want) == len(word) && at+size < len(said) && morphology.Fold(string(r)) == string(want)
		if !isLast && r != want && r != morphology.ShortRune(want) && (at == 0 && !isInside || want != morphology.ShortRune(r)) {
			return 0
		}
		at += size
	}

	return at
}

// Ordinals lead from a folded word to the place in a row that it means, from 0; negative from the end.
func Ordinals() map[string]int {
	ordinals := make(map[string]int, len(words().Ordinals))
	for word, place := range words().Ordinals {
		ordinals[morphology.Fold(word)] = place
	}

	return ordinals
}

// Measures are the words that things are counted in.
func Measures() []string { return words().Measures }

// Parts are the folded words that numbers are put together from.
func Parts() []string {
	parts := make([]string, 0, len(words().parts))
	for _, p := range words().parts {
		parts = append(parts, p.fold)
	}

	return parts
}

// Mistypable returns the folded number words from ten to a hundred, as they may be mistyped.
func Mistypable() []string {
	n := words()
	var all []string
	for ten, tens := range n.Tens {
		all = append(all, morphology.Fold(ten))
		for unit, value := range n.Units {
			isLinked := strings.HasSuffix(ten, "zen") || strings.HasSuffix(ten, "zon") || tens > 20 // tizenhat, huszonhat
			if value > 0 && isLinked {
				all = append(all, morphology.Fold(ten+unit))
			}
		}
	}
	slices.Sort(all)

	return all
}
