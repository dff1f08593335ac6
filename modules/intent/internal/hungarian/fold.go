package hungarian

import (
	"strings"
	"unicode"
)

// foldRune takes the accent off a Hungarian letter, so that names are found however they
// are written. Other letters stay as they are.
func foldRune(r rune) rune {
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
	default:
		return r
	}
}

// fold is foldRune of every letter, in lower case.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		b.WriteRune(foldRune(unicode.ToLower(r)))
	}

	return b.String()
}
