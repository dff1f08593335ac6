package morphology

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldRune takes the accent off a Hungarian letter, so that names are found however they
// are written. Other letters stay as they are.
func FoldRune(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ä', 'ă':
		return 'a'
	case 'é', 'è', 'ë', 'ê':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ö', 'ő', 'ò', 'ô', 'õ':
		return 'o'
	case 'ú', 'ü', 'ű', 'ù', 'û':
		return 'u'
	case 'ø':
		return 'o'
	default:
		return foldForeign(r)
	}
}

// ShortRune is a vowel that is only longer than another as that one: í as i, ő as ö. á and é are vowels of their own.
func ShortRune(r rune) rune {
	switch r {
	case 'í':
		return 'i'
	case 'ó':
		return 'o'
	case 'ő', 'õ':
		return 'ö'
	case 'ú':
		return 'u'
	case 'ű', 'û':
		return 'ü'
	default:
		return r
	}
}

// foldForeign takes the marks off the letters of other languages: å, č, ñ.
func foldForeign(r rune) rune {
	switch {
	case r == 'ł':
		return 'l'
	case r < 'ß' || r > 'ʯ':
		return r
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))

	return base
}

// Fold is FoldRune of every letter, in lower case.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		b.WriteRune(FoldRune(unicode.ToLower(r)))
	}

	return b.String()
}

// FoldAll folds every word of a list in its place.
func FoldAll(list []string) {
	for i := range list {
		list[i] = Fold(list[i])
	}
}

// isFolded reports whether a text has neither accents nor capitals, as most words.
func isFolded(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] >= 'A' && s[i] <= 'Z' {
			return false
		}
	}

	return true
}

// IsFoldOf reports whether folded is the fold of a word in lower case, without making it.
func IsFoldOf(folded, written string) bool {
	rest, ok := CutFoldOf(folded, written)

	return ok && rest == ""
}

// CutFoldOf cuts the fold of a word off the beginning.
func CutFoldOf(folded, written string) (rest string, ok bool) {
	for _, r := range written {
		f, size := utf8.DecodeRuneInString(folded)
		if size == 0 || f != FoldRune(r) {
			return folded, false
		}
		folded = folded[size:]
	}

	return folded, true
}
