package hungarian

import (
	"slices"
	"strings"
)

// longestRepetition is how many words a speaker says again at most who begins anew.
const longestRepetition = 4

// parted writes a prefix and the article after it apart (húzd fela redőnyt), unless the home has
// something that is called so.
func (ix *Index) parted(s *sentence) {
	for i := 0; i+1 < len(s.tokens) && len(s.tokens) < maxTokens; i++ {
		tok := s.tokens[i]
		for _, article := range []string{"a", "az"} {
			prefix, ok := strings.CutSuffix(tok.fold, article)
			if !ok || !slices.Contains(ix.lang.prefixes, prefix) || ix.wordNumber(tok.fold) >= 0 {
				continue
			}
			first, second := tok, tok
			first.fold, first.lower, first.isRepaired = prefix, prefix, true
			second.fold, second.lower, second.breakBefore = article, article, false
			s.tokens = slices.Replace(s.tokens, i, i+1, first, second)

			break
		}
	}
}

// withoutHesitation leaves out what a recogniser writes when someone hesitates (ööö, hmm)
// and what was said twice in a row: kapcsold kapcsold le a a villanyt. At the beginning words of
// hesitation may mean something (na és a padláson?).
func (l *language) withoutHesitation(s *sentence) {
	kept := s.tokens[:0]
	gap, said, last := false, false, 0
	for _, tok := range s.tokens {
		isWord := l.hesitations[tok.lower] && (len(kept) > 0 || !l.hasWord(tok.fold))
		if isWord || isHesitation(tok.lower) {
			gap, said = gap || tok.breakBefore, said || isWord
			last = len(kept)

			continue
		}
		tok.breakBefore, tok.isHesitated = tok.breakBefore || gap, said
		gap, said = false, false
		kept = append(kept, tok)
	}
	isMeant := func(tok token) bool { return !l.trailing[tok.lower] }
	if last > 0 && !slices.ContainsFunc(kept[last:], isMeant) { // hát igen
		kept = kept[:last]
	}
	s.tokens = kept
	s.dropBegunAnew()
	for size := 1; size <= longestRepetition; size++ {
		s.dropRepeated(size)
	}
}

// dropBegunAnew leaves out a word that was only begun, with its article, where both are said anew: a ven
// a ventilátort.
func (s *sentence) dropBegunAnew() {
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
func (s *sentence) dropRepeated(size int) {
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
