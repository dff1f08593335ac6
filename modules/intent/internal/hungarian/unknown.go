package hungarian

import (
	"cmp"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// readUnknownName reads a plain command about something that the home does not have. It
// reaches nothing; but the answer can name what is missing.
func (ix *Index) readUnknownName(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	c := newClause(ix, u, s, row)
	intent := cmp.Or(switchIntentOf(c.action), coverIntentOf(c.action))
	if intent == "" || c.verb == nil || c.mood > asks || !c.within(cUnknown|cTarget|cPrefix) || len(splitClauses(s, row, isCommanding)) > 1 {
		return nil
	}
	if s.IsQuoted || slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cFiller, "joins") }) {
		return nil
	}
	missing := dictionaryForm(c.unknownWords())
	if missing == "" {
		return nil
	}

	return &interpretation{commands: []meaning.Command{{
		Intent: intent, Slots: meaning.Slots{"name": missing}, Reason: meaning.ReasonNoSuchName, Missing: missing,
	}}}
}

// unknownWords returns the words that nobody knows, where they stand together and are few
// enough for a name; else nothing.
func (c *clause) unknownWords() string {
	const most = 3
	first := slices.IndexFunc(c.spans, func(sp *span) bool { return sp.is(cUnknown) })
	if first < 0 {
		return ""
	}
	last, verb := first, slices.Index(c.spans, c.verb)
	for i := first; i < len(c.spans); i++ {
		if c.spans[i].is(cUnknown) {
			last = i
		}
	}
	for i := min(first, verb) + 1; i <= max(last, verb); i++ {
		if c.s.Tokens[c.spans[i].from].BreakBefore {
			return "" // another clause
		}
	}
	if last-first >= most || slices.ContainsFunc(c.spans[first:last+1], func(sp *span) bool { return !sp.is(cUnknown) }) {
		return ""
	}

	return c.s.Text[c.s.Tokens[c.spans[first].from].From:c.s.Tokens[c.spans[last].to-1].To]
}

// dictionaryForm is a word that nobody knows as it would stand in a dictionary, so that it
// can be spoken of: szaunát, padláson and tanyán become szauna, padlás and tanya. It takes an
// ending off only where putting it on again gives what was said.
func dictionaryForm(said string) string {
	if strings.HasSuffix(said, "t") {
		return withoutObjectEnding(said)
	}
	for _, name := range []string{
		"inessive", "elative", "illative", "sublative", "delative", "adessive", "allative", "ablative", "dative", "superessive",
	} {
		for _, ending := range morphology.Rules().Cases[name] {
			if plain, ok := withoutCase(said, name, ending); ok {
				return plain
			}
		}
	}

	return said
}

// withoutCase takes one ending off.
func withoutCase(said, name, ending string) (plain string, ok bool) {
	const shortest = 3
	bare, isLinked := strings.CutPrefix(ending, "+")
	if stem, ok := strings.CutSuffix(said, bare); ok && len(stem) >= shortest && morphology.HasVowel(stem) {
		// balkon is no balk+on: only longer words are believed to have a linking vowel.
		if isLinked && countVowels(stem) < 2 {
			return "", false
		}
		if plain, ok := matching(stem, said, name); ok {
			return plain, true
		}
	}
	if !isLinked {
		return "", false
	}
	stem, ok := strings.CutSuffix(said, "n") // tanyán; no word ends in o or ö
	if !ok || len(stem) < shortest || strings.HasSuffix(stem, "o") || strings.HasSuffix(stem, "ö") {
		return "", false
	}

	return matching(stem, said, name)
}

// matching finds the word with this stem that was said in a case.
func matching(stem, said, name string) (string, bool) {
	candidates := []string{stem}
	if head, ok := strings.CutSuffix(stem, "á"); ok {
		candidates = []string{head + "a", stem}
	} else if head, ok := strings.CutSuffix(stem, "é"); ok {
		candidates = []string{head + "e", stem}
	}
	for _, candidate := range candidates {
		if inflect.In(candidate, name) == said {
			return candidate, true
		}
	}

	return "", false
}

func countVowels(word string) int {
	n := 0
	for _, r := range word {
		if morphology.IsVowel(r) {
			n++
		}
	}

	return n
}
