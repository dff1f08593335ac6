package hungarian

import (
	"slices"
	"strings"
)

// dropBegunAnew leaves out a word that was only begun, with its article, where both are said anew: a ven
// a ventilátort.
func (s *cutText) dropBegunAnew() {
	const shortest = 2
	for at := 0; at+3 < len(s.tokens); at++ {
		begun, whole := &s.tokens[at+1], &s.tokens[at+3]
		isAnew := isArticle(s.tokens[at].fold) && isArticle(s.tokens[at+2].fold) && len(begun.fold) >= shortest && len(whole.fold) > len(begun.fold)
		if isAnew && !begun.isNumber && !begun.breakBefore && !whole.breakBefore && strings.HasPrefix(whole.fold, begun.fold) {
			s.tokens = slices.Delete(s.tokens, at, at+2)
		}
	}
}

// dropRepeated leaves out the second of two equal rows of tokens next to each other.
func (s *cutText) dropRepeated(size int) {
	for at := 0; at+2*size <= len(s.tokens); {
		first, second := s.tokens[at:at+size], s.tokens[at+size:at+2*size]
		isSame := slices.EqualFunc(first, second, func(a, b token) bool { return a.lower == b.lower && a.fold != "nem" }) // nem nem takes back
		if !isSame {
			at++

			continue
		}
		s.tokens = slices.Delete(s.tokens, at+size, at+2*size)
	}
}

// isHesitation reports whether a word is only a sound: öö, őőő, hmm, ööm.
func isHesitation(lower string) bool {
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

// isArticle reports whether a folded word is the definite article.
func isArticle(folded string) bool { return folded == "a" || folded == "az" }
