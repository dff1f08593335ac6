package morphology

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// EndsWithAny reports whether a word ends in one of the endings.
func EndsWithAny(word string, endings []string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}

	return false
}

const vowels = "aáeéiíoóöőuúüű"

// IsVowel reports whether a letter, in lower case, is a vowel.
func IsVowel(r rune) bool { return strings.ContainsRune(vowels, r) }

// HasVowel reports whether a word, in lower case, has a vowel.
func HasVowel(word string) bool { return strings.ContainsAny(word, vowels) }

func lastVowel(word string) rune {
	runes := []rune(word)
	for _, r := range slices.Backward(runes) {
		if IsVowel(r) {
			return r
		}
	}

	return 0
}

// EndsWithVowel reports whether a word ends in a vowel.
func EndsWithVowel(sound string) bool {
	r, _ := utf8.DecodeLastRuneInString(sound)

	return IsVowel(r)
}

// LastConsonant cuts the final consonant, which may be written with two or three letters.
func LastConsonant(sound string) (consonant, head string) {
	for _, digraph := range []string{"dzs", "cs", "dz", "gy", "ly", "ny", "sz", "ty", "zs"} {
		if rest, ok := strings.CutSuffix(sound, digraph); ok {
			return digraph, rest
		}
	}
	_, size := utf8.DecodeLastRuneInString(sound)

	return sound[len(sound)-size:], sound[:len(sound)-size]
}
