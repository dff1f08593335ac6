package auth

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nameKey is the form in which names are searched: folded as addresses are, and without accents,
// so that kovacs finds Kovács.
func nameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}

		return r
	}, norm.NFD.String(emailKey(name)))
}
