package hungarian

import (
	"slices"

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
