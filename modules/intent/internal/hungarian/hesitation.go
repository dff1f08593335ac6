package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/tokens"
)

// longestRepetition is how many words a speaker says again at most who begins anew.
const longestRepetition = 4

// parted writes a prefix and the article after it apart (húzd fela redőnyt), unless the home has
// something that is called so.
func (ix *Index) parted(s *sentence) {
	for i := 0; i+1 < len(s.Tokens) && len(s.Tokens) < tokens.Max; i++ {
		tok := s.Tokens[i]
		for _, article := range []string{"a", "az"} {
			prefix, ok := strings.CutSuffix(tok.Fold, article)
			if !ok || !slices.Contains(ix.lang.prefixes, prefix) || ix.wordNumber(tok.Fold) >= 0 {
				continue
			}
			first, second := tok, tok
			first.Fold, first.Lower, first.IsRepaired = prefix, prefix, true
			second.Fold, second.Lower, second.BreakBefore = article, article, false
			s.Tokens = slices.Replace(s.Tokens, i, i+1, first, second)

			break
		}
	}
}

// isUncounted reports whether a number that is a word of hesitation without its accent (hat, of hát) stands before an article, so
// that it counts nothing.
func isUncounted(s *sentence, at int) bool {
	return !s.HasAccent && s.Tokens[at].Fold == "hat" && at+1 < len(s.Tokens) && tokens.IsArticle(s.Tokens[at+1].Fold) && s.Tokens[at+1].Fold != "egy" && !s.IsQuestion
}

// isHesitating reports whether a word is said while one thinks, and not to begin with.
func (l *language) isHesitating(tok tokens.Token, isFirst bool) bool {
	return l.hesitations[tok.Lower] && (!isFirst || !l.hasWord(tok.Fold))
}

// withoutHesitation leaves out what a recogniser writes when someone hesitates (ööö, hmm)
// and what was said twice in a row: kapcsold kapcsold le a a villanyt. At the beginning words of
// hesitation may mean something (na és a padláson?).
func (l *language) withoutHesitation(s *sentence) {
	kept := s.Tokens[:0]
	gap, said, last := false, false, 0
	for i, tok := range s.Tokens {
		isWord := isUncounted(s, i) || l.isHesitating(tok, len(kept) == 0)
		if isWord || tokens.IsHesitation(tok.Lower) {
			gap, said = gap || tok.BreakBefore, said || isWord
			last = len(kept)

			continue
		}
		tok.BreakBefore, tok.IsHesitated = tok.BreakBefore || gap, said
		gap, said = false, false
		kept = append(kept, tok)
	}
	isMeant := func(tok tokens.Token) bool { return !l.trailing[tok.Lower] }
	if last > 0 && !slices.ContainsFunc(kept[last:], isMeant) { // hát igen
		kept = kept[:last]
	}
	s.Tokens = kept
	s.DropBegunAnew()
	for size := 1; size <= longestRepetition; size++ {
		s.DropRepeated(size)
	}
}
