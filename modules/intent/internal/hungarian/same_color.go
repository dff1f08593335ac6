package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/tokens"
)

// withColorMeant puts the colour that another piece of the sentence names in the place of the word that points at it:
// kék a kedvem, legyen a csillár is az.
func withColorMeant(s *sentence, row []*span) []*span {
	isColor := func(sp *span) bool { return sp.is(cColor|cWhite) && !sp.is(cEntity|cArea) && !isCommanding(sp) }
	at := slices.IndexFunc(row, isColor)
	if at < 0 {
		return row
	}
	var changed []*span
	for _, p := range betweenPauses(s, row) {
		last := p[len(p)-1]
		pointsAtIt := tokens.IsArticle(s.Tokens[last.from].Fold) || last.means(cAgain, "same")
		if len(p) > 2 && pointsAtIt && !slices.ContainsFunc(p, isColor) && slices.ContainsFunc(p, isThing) && slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cBe) }) {
			color := *row[at]
			color.from, color.to, color.suffix = last.from, last.to, last.suffix
			p = slices.Concat(p[:len(p)-1], []*span{&color})
		}
		changed = append(changed, p...)
	}

	return changed
}
