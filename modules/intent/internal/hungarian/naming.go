package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/spelling"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// spokenNames are the other ways in which the words of a name are said or written down by who
// only hears them: the letters of an abbreviation (LG, el gé, elgé), a number before its word
// or after it (Kapu 1, 1-es kapu).
func spokenNames(tokens []tokens.Token, written func(tokens.Token) string) [][]string {
	var others [][]string
	for i, tok := range tokens {
		if !morphology.IsAcronym(written(tok)) || morphology.HasVowel(tok.Fold) {
			continue
		}
		for _, letters := range []map[string]string{morphology.Rules().Letters, morphology.Rules().OtherLetters, morphology.Rules().EnglishLetters, morphology.Rules().HalfEnglish} {
			if names := letterNames(tok.Fold, letters); names != nil {
				others = append(others, replaced(tokens, i, names...), replaced(tokens, i, strings.Join(names, "")))
			}
		}
	}
	last := len(tokens) - 1
	switch {
	case last < 1:
	case tokens[last].IsNumber:
		others = append(others, append([]string{tokens[last].Fold}, replaced(tokens[:last], -1)...))
	case tokens[0].IsNumber:
		others = append(others, append(replaced(tokens[1:], -1), tokens[0].Fold))
	}

	return others
}

// describedOtherwise are other ways to say how big something is: kis rádió for kisrádió.
func describedOtherwise(folded []string) [][]string {
	const shortest = 4
	var others [][]string
	for _, size := range morphology.Rules().Sizes {
		if rest, ok := strings.CutPrefix(folded[0], size); ok && len(rest) >= shortest {
			others = append(others, append([]string{size, rest}, folded[1:]...))
		}
	}

	return others
}

// letterNames says letters by their names; nil where the table has not said anything new of them.
func letterNames(folded string, letters map[string]string) []string {
	var names []string
	isNew := false
	for _, r := range folded {
		name, ok := letters[string(r)]
		isNew = isNew || ok
		if !ok {
			name = morphology.Rules().Letters[string(r)]
		}
		if name == "" {
			return nil
		}
		names = append(names, morphology.Fold(name))
	}
	if !isNew {
		return nil
	}

	return names
}

// replaced returns the folded words of a name, the one at a place replaced.
func replaced(tokens []tokens.Token, at int, by ...string) []string {
	var folded []string
	for i, tok := range tokens {
		if i == at {
			folded = append(folded, by...)
		} else {
			folded = append(folded, tok.Fold)
		}
	}

	return folded
}

// withoutOrdinalEnding drops what makes a number an adjective: the 2-es lámpa has the words 2 and lámpa.
func withoutOrdinalEnding(said []tokens.Token) []tokens.Token {
	return slices.DeleteFunc(said, func(tok tokens.Token) bool {
		at := slices.IndexFunc(said, func(other tokens.Token) bool { return other.IsNumber && other.To+1 == tok.From })

		return at >= 0 && slices.Contains(morphology.NumberAdjectives(), tok.Fold)
	})
}

// foreignSounds is how a Hungarian writes down an English word that they hear (light: lájt),
// without accents. "" where it is written alike.
func foreignSounds(folded string) string {
	var b strings.Builder
	for at := 0; at < len(folded); {
		sound, size := foreignSoundAt(folded, at)
		b.WriteString(sound)
		at += size
	}
	if written := b.String(); written != folded {
		return written
	}

	return ""
}

func foreignSoundAt(folded string, at int) (sound string, size int) {
	const longest = 4
	rest := folded[at:]
	if at > 0 && rest == "e" && !strings.ContainsRune("aeiou", rune(folded[at-1])) {
		return "", 1 // silent: nine
	}
	if isLongBefore(rest) {
		if sound, ok := spelling.Heard().LongVowels[rest[:1]]; ok {
			return sound, 1
		}
	}
	for size := min(longest, len(rest)); size > 0; size-- {
		if sound, ok := spelling.Heard().Foreign[rest[:size]]; ok {
			return sound, size
		}
	}

	return rest[:1], 1
}

// isLongBefore reports whether a vowel is said as in the alphabet: before one consonant and a
// silent e (home), -ing (gaming) or -er (gamer).
func isLongBefore(rest string) bool {
	const vowelLetters = "aeiouy"
	if len(rest) < 3 || strings.IndexByte(vowelLetters, rest[1]) >= 0 {
		return false
	}

	return rest[2:] == "e" || rest[2:] == "ing" || rest[2:] == "er"
}

// spokenWords are the ways to write down a word of a name by its sound: those that are known of it,
// and what the rules make of it. Folded.
func spokenWords(folded string) []string {
	var spoken []string
	for _, known := range spelling.Heard().Spoken[folded] {
		spoken = appendOnce(spoken, morphology.Fold(known))
	}
	if by := foreignSounds(folded); by != "" {
		spoken = appendOnce(spoken, by)
		spoken = appendOnce(spoken, strings.ReplaceAll(by, "ej", "e")) // gémer as well as géjmer
	}

	return spoken
}

// spokenTogether are the ways to write down a name of two words as one by its sound: erfrájer, for
// Air fryer.
func spokenTogether(words []string) []string {
	const pair = 2
	if len(words) != pair {
		return nil
	}
	var whole []string
	for _, first := range append(spokenWords(words[0]), words[0]) {
		for _, second := range append(spokenWords(words[1]), words[1]) {
			whole = append(whole, first+second)
		}
	}

	return whole
}
