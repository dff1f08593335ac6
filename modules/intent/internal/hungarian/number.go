package hungarian

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// numberWords is data/numbers.yaml.
type numberWords struct {
	Units    map[string]float64 `yaml:"units"`
	Tens     map[string]float64 `yaml:"tens"`
	Hundred  string             `yaml:"hundred"`
	Thousand []string           `yaml:"thousand"`
	Ordinals map[string]int     `yaml:"ordinals"`
	Measures []string           `yaml:"measures"` // what things are counted in

	parts []numberPart // by falling length, so that "hetven" is not read as "het"
	// byLetter are the parts by the first letter of their folded form, for every word is asked.
	byLetter [256][]numberPart
}

// numbers are the number words, read once.
var numbers = sync.OnceValue(func() *numberWords {
	n := new(numberWords)
	data.MustLoad("numbers", n)
	n.build()

	return n
})

// numberPart is one part of a number word.
type numberPart struct {
	written, fold string
	value         float64
	// multiplies: it stands after what it counts (kétszáz).
	multiplies bool
}

func (n *numberWords) build() {
	for _, table := range []map[string]float64{n.Units, n.Tens} {
		for word, value := range table {
			n.parts = append(n.parts, numberPart{written: word, fold: morphology.Fold(word), value: value})
		}
	}
	n.parts = append(n.parts, numberPart{written: n.Hundred, fold: morphology.Fold(n.Hundred), value: 100, multiplies: true})
	for _, word := range n.Thousand {
		n.parts = append(n.parts, numberPart{written: word, fold: morphology.Fold(word), value: 1000, multiplies: true})
	}
	slices.SortFunc(n.parts, func(a, b numberPart) int {
		return cmp.Or(cmp.Compare(len(b.fold), len(a.fold)), cmp.Compare(a.written, b.written))
	})
	for _, part := range n.parts {
		n.byLetter[part.fold[0]] = append(n.byLetter[part.fold[0]], part)
	}
}

// parse reads the number that a token begins with, and returns what is left of the folded
// token: "huszonkettő" -> 22, "ötvenre" -> 50 and "re". Where accents are written they must
// be the number's: hátra is no six.
func (n *numberWords) parse(tok *token, hasAccent bool) (value float64, rest string, ok bool) {
	rest = tok.fold
	hasAccent = hasAccent && !tok.isRepaired
	said := tok.lower
	var total, group, last float64
	for rest != "" {
		part, found := n.partOf(rest, said, hasAccent)
		if !found {
			break
		}
		switch {
		case !part.multiplies:
			if last > 0 && part.value >= last { // öt-öt-ször no, öt-öt: what follows is its ending, or none
				return total + group, rest, len(rest) < len(tok.fold)
			}
			group += part.value
			last = part.value
		case part.value == 1000:
			total += max(group, 1) * 1000
			group, last = 0, 1000
		default:
			group = max(group, 1) * part.value
			last = part.value
		}
		rest = rest[len(part.fold):]
		said = strings.TrimPrefix(said, part.written)
	}

	return total + group, rest, len(rest) < len(tok.fold)
}

// parseBy reads a number word whose last consonant the ending -val, -vel has taken over: eggyel, öttel.
func (n *numberWords) parseBy(folded string) (value float64, ok bool) {
	reduced, ok := morphology.Unassimilated(folded)
	if !ok {
		return 0, false
	}
	value, rest, ok := n.parse(&token{lower: reduced, fold: reduced}, false)

	return value, ok && rest == ""
}

// partOf finds the part that a folded word begins with, and where accents count the word as it is written.
func (n *numberWords) partOf(rest, said string, hasAccent bool) (numberPart, bool) {
	for _, part := range n.byLetter[rest[0]] {
		if strings.HasPrefix(rest, part.fold) && (!hasAccent || strings.HasPrefix(said, part.written)) {
			return part, true
		}
	}

	return numberPart{}, false
}

// all returns the folded number words from ten to a hundred, as they may be mistyped.
func (n *numberWords) all() []string {
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
