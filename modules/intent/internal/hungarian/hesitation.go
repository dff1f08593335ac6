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
