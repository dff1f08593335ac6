package hungarian

import "strings"

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
		for _, ending := range words().Cases[name] {
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
	if stem, ok := strings.CutSuffix(said, bare); ok && len(stem) >= shortest && hasVowel(stem) {
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
		if inCase(candidate, name) == said {
			return candidate, true
		}
	}

	return "", false
}

func countVowels(word string) int {
	n := 0
	for _, r := range word {
		if isVowel(r) {
			n++
		}
	}

	return n
}
