package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// withoutSubject leaves out who did what is asked about: bezárta Zoli a kiskaput? The home knows only
// how things are now. What somebody is asked who is in the room (te zártad be?) is not the home's to
// answer; of that nothing is left.
func withoutSubject(s *sentence, row []*span) []*span {
	if !s.IsQuestion || !slices.ContainsFunc(row, func(sp *span) bool { return sp.tellsOfPast() }) {
		return row
	}
	if isAskedOfYou(s, row) {
		return nil
	}
	isDone := slices.ContainsFunc(row, func(sp *span) bool {
		return sp.tellsOfPast() && morphology.EndsWithAny(s.Tokens[sp.from].Fold, []string{"ta", "te", "tak", "tek"})
	}) && slices.ContainsFunc(row, func(sp *span) bool { return sp.suffix.Case == morphology.Accusative && isThing(sp) })
	if !isDone {
		return row
	}

	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool {
		return !sp.suffix.IsThere && len(of(entitiesOf(sp), []string{"person"})) > 0
	})
}

// withoutFeeler leaves out who feels that a room is cold or warm (fáznak a vendégek a szaunában), and what makes more of it
// (fülledt meleg van ott). The home knows only the room.
func withoutFeeler(s *sentence, row []*span) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.means(cFeel, "cold") || sp.means(cFeel, "warm") })
	if at < 0 || s.IsQuestion || !slices.ContainsFunc(row, isOfDevices) {
		return row
	}
	var kept []*span
	for i, sp := range row {
		if !isFeeler(s, row, at, i) {
			kept = append(kept, sp)
		}
	}

	return kept
}

// isFeeler reports whether a span of a row is who feels what the one at says, or only makes more of it.
func isFeeler(s *sentence, row []*span, at, i int) bool {
	const near = 2
	sp, feel := row[i], row[at]
	if sp.to-sp.from > 1 || i == at || max(at-i, i-at) > near || !mayFeel(s, sp) || hasPause(s, row[min(i, at)+1:max(i, at)+1]) {
		return false
	}
	if feel.to-feel.from > 1 { // meleg van
		return i+1 == at && sp.is(cUnknown)
	}
	isVerb := morphology.EndsWithAny(s.Tokens[feel.from].Fold, []string{"nak", "nek", "ik"})

	return isVerb && sp.is(cUnknown|cAddress) && i > 0 && tokens.IsArticle(s.Tokens[sp.from-1].Fold)
}

// mayFeel reports whether a word has none of the endings that say where, with what or for whom, and is no verb.
func mayFeel(s *sentence, sp *span) bool {
	folded := s.Tokens[sp.from].Fold
	isOther := morphology.EndsWithAny(folded, morphology.Rules().ArgumentEndings) || morphology.EndsWithAny(folded, morphology.Rules().AdjunctEndings)

	return sp.is(cAddress) || !isOther && formOf(folded) == "" || strings.HasSuffix(folded, "tt") || strings.HasSuffix(folded, "dt")
}

// hasPause reports whether a pause stands before one of some spans.
func hasPause(s *sentence, row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return s.Tokens[sp.from].BreakBefore })
}

// tellsOfPast reports whether a span is a verb that says what was done.
func (sp *span) tellsOfPast() bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood == tellsPast })
}

// isAskedOfYou reports whether a sentence asks somebody what he or she did.
func isAskedOfYou(s *sentence, row []*span) bool {
	isYou := slices.ContainsFunc(s.Tokens, func(tok tokens.Token) bool { return tok.Fold == "te" || tok.Fold == "ti" })

	return isYou && slices.ContainsFunc(row, func(sp *span) bool {
		return sp.tellsOfPast() && morphology.EndsWithAny(s.Tokens[sp.from].Fold, []string{"tad", "ted", "tal", "tel", "tatok", "tetek"})
	})
}

// isLetIn reports whether a piece asks for somebody to be let in: whom, nobody needs to know.
func isLetIn(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool {
		return isCommanding(sp) && slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses["be"] == "let_in" })
	}) && slices.ContainsFunc(piece, func(sp *span) bool { return sp.prefix == "be" || sp.value(cPrefix) == "be" })
}
