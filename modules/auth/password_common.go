package auth

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// commonWords holds the words that guessing begins with, one a line, folded as foldPassword does.
// It needs no digits at their ends and no password1, password2: see isListed.
//
//go:embed password_common.txt
var commonWords string

const (
	// maxGuessable is the length up to which a pattern makes a password guessable: how often a
	// long one repeats is a secret of its own.
	maxGuessable = 30
	// maxRepeatedUnit is the longest part that repeats: qwertqwert.
	maxRepeatedUnit = 5
	// minWalk is how long the steps between neighbours are, on average, in what was typed by
	// moving along the keys. Words reach hardly more than 1.
	minWalk = 3
	// minOwnWord keeps syllables of a name from counting as the name.
	minOwnWord = 3
)

// isCommonPassword reports whether a password is among the first that are tried, in any spelling:
// a common word with something at its ends, a pattern, or what everybody knows of the person.
func isCommonPassword(password string, own ...string) bool {
	text := []rune(foldPassword(password))
	rest, isFound := withoutOwnWords(text, own)

	return isListed(text) || isPattern(text) || isFound && (countLetters(rest) < minOwnWord || isListed(rest))
}

// foldPassword takes away what people vary without making a guess harder: case, accents, width.
func foldPassword(text string) string {
	stripped, _, err := transform.String(
		transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFKC), cases.Fold().String(text))
	if err != nil { // only what is no UTF-8, and so no known password
		return text
	}

	return stripped
}

//nolint:gochecknoglobals // built once, immutable
var (
	listed = sync.OnceValue(func() map[string]bool {
		words := map[string]bool{}
		for word := range strings.Lines(commonWords) {
			words[strings.TrimSpace(word)] = true
		}

		return words
	})
	lookalikes = strings.NewReplacer(
		"0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
)

// isListed reports whether nothing but a common word, once or repeated, is left without the digits
// and signs at the ends: Jelszó2024!, p@ssw0rd, 123almafa.
func isListed(text []rune) bool {
	first := slices.IndexFunc(text, unicode.IsLetter)
	if first < 0 {
		return false
	}
	last := len(text)
	for !unicode.IsLetter(text[last-1]) {
		last--
	}
	for end := last; end <= len(text); end++ { // a digit at the end may stand for a letter: jelsz0
		word := onlyLetters(lookalikes.Replace(string(text[first:end])))
		if isRepeatedWord(word) {
			return true
		}
	}

	return false
}

func isRepeatedWord(word string) bool {
	for n := 1; n <= len(word); n++ {
		if len(word)%n == 0 && listed()[word[:n]] && strings.Repeat(word[:n], len(word)/n) == word {
			return true
		}
	}

	return false
}

func onlyLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}

		return -1
	}, text)
}

func countLetters(text []rune) int { return len([]rune(onlyLetters(string(text)))) }

// withoutOwnWords takes the words of an address and a name out of a folded password.
func withoutOwnWords(text []rune, own []string) (rest []rune, isFound bool) {
	var words []string
	for _, given := range own {
		folded := foldPassword(given)
		parts := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
		words = append(append(words, folded), parts...)
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // the whole before its parts
	left := string(text)
	for _, word := range words {
		if len(word) < minOwnWord {
			continue
		}
		if without := strings.ReplaceAll(left, word, " "); without != left {
			left, isFound = without, true
		}
	}

	return []rune(left), isFound
}

// isPattern reports whether a password was typed without thinking of anything: aaaaaaaaaa,
// abcabcabcabc, 1234567890, qwertz12345, 1q2w3e4r5t.
func isPattern(text []rune) bool {
	if len(text) > maxGuessable {
		return false
	}
	for n := 1; n <= maxRepeatedUnit; n++ {
		if hasPeriod(text, n) {
			return true
		}
	}
	var even, odd []rune
	for i, r := range text {
		if i%2 == 0 {
			even = append(even, r)
		} else {
			odd = append(odd, r)
		}
	}

	return isWalk(text) || isWalk(even) && isWalk(odd)
}

// hasPeriod reports whether the first n characters go on repeating to the end, twice at least.
func hasPeriod(text []rune, n int) bool {
	if len(text) < 2*n {
		return false
	}

	return slices.Equal(text[n:], text[:len(text)-n])
}

// walks are keys and letters in an order that hands and heads know; backwards, too.
//
//nolint:gochecknoglobals // immutable
var walks = []string{
	"01234567890", "abcdefghijklmnopqrstuvwxyz",
	"qwertyuiop", "qwertzuiopou", "azertyuiop", "asdfghjkleau", "zxcvbnm", "yxcvbnm",
	"1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "6zhn", "7ujm", "1qay", "2wsx",
}

// isWalk reports whether nearly every character is the neighbour of the one before it.
func isWalk(text []rune) bool {
	walked := 1
	for i := 1; i < len(text); i++ {
		if !areNeighbours(text[i-1], text[i]) {
			walked++
		}
	}

	return len(text) >= minWalk*walked
}

func areNeighbours(a, b rune) bool {
	if a == b {
		return true
	}
	forward, backward := string([]rune{a, b}), string([]rune{b, a})

	return slices.ContainsFunc(walks, func(walk string) bool {
		return strings.Contains(walk, forward) || strings.Contains(walk, backward)
	})
}
