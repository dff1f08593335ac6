package tokens

import (
	"slices"
	"strings"
)

// DropBegunAnew leaves out a word that was only begun, with its article, where both are said anew: a ven
// a ventilátort.
func (s *Sentence) DropBegunAnew() {
	const shortest = 2
	for at := 0; at+3 < len(s.Tokens); at++ {
		begun, whole := &s.Tokens[at+1], &s.Tokens[at+3]
		isAnew := IsArticle(s.Tokens[at].Fold) && IsArticle(s.Tokens[at+2].Fold) && len(begun.Fold) >= shortest && len(whole.Fold) > len(begun.Fold)
		if isAnew && !begun.IsNumber && !begun.BreakBefore && !whole.BreakBefore && strings.HasPrefix(whole.Fold, begun.Fold) {
			s.Tokens = slices.Delete(s.Tokens, at, at+2)
		}
	}
}

// DropRepeated leaves out the second of two equal rows of tokens next to each other.
func (s *Sentence) DropRepeated(size int) {
	for at := 0; at+2*size <= len(s.Tokens); {
		first, second := s.Tokens[at:at+size], s.Tokens[at+size:at+2*size]
		isSame := slices.EqualFunc(first, second, func(a, b Token) bool { return a.Lower == b.Lower && a.Fold != "nem" }) // nem nem takes back
		if !isSame {
			at++

			continue
		}
		s.Tokens = slices.Delete(s.Tokens, at+size, at+2*size)
	}
}

// IsHesitation reports whether a word is only a sound: öö, őőő, hmm, ööm.
func IsHesitation(lower string) bool {
	switch {
	case lower == "ö":
		return true
	case len(lower) < 2 || lower == "ő":
		return false
	case strings.Trim(lower[1:], "m") == "" && strings.HasPrefix(lower, "h"):
		return true
	case strings.Trim(lower, "o") == "", strings.Trim(lower, "m") == "":
		return true
	default:
		return strings.Trim(lower, "öőühm") == "" && strings.Trim(lower[:len("ö")], "öőü") == ""
	}
}

// IsArticle reports whether a folded word is the definite article.
func IsArticle(folded string) bool { return folded == "a" || folded == "az" }
