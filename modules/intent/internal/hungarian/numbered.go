package hungarian

import "homehub/modules/intent/internal/hungarian/morphology"

// isCount reports whether what could be the number of a room or thing only counts, or is a value: egy
// időzítő, két lámpa, hármas fokozat. A name that is nothing but a number (the 2-es szoba without its
// word) must be said as one of several: a kettesben, az 1-es.
func (f *spanner) isCount(from, to int, n *name, ending morphology.Suffix) bool {
	if !f.ix.numbers[n.words[0]] {
		return false
	}
	tok := &f.s.Tokens[from]
	if tok.Fold == "egy" || tok.Fold == "ket" {
		return true
	}
	isWhole := len(n.words) > 1 || n.area == nil

	return !isWhole && (ending.Case == morphology.Sublative || f.isOf(to, cAttribute) || f.isUnit(to))
}
