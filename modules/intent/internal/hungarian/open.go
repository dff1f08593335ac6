package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// readOpen reads a command beside words that say more closely which thing is meant, and which are not
// understood: azt a nagyot; amelyik színes; tudod, melyiket. What they mean is not guessed: only the
// question which thing is meant may come of it, never an action. It is tried last.
func (ix *Index) readOpen(u meaning.Utterance, f *spanner) *interpretation {
	s := f.s
	if s.isQuoted && !s.isOnlySetOff {
		return nil
	}
	rows, _ := f.coverings()
	row, left := ix.prepared(s, rows[0], nil)
	if len(left) > 0 {
		return nil
	}
	command := ix.onlyCommand(s, row)
	if command == nil {
		return nil
	}
	var a asides
	ix.takeCore(s, command, row, &a)
	kept := withoutAttributes(s, a.kept)
	if len(kept) == len(row) {
		return nil
	}
	c := newClause(ix, u, s, kept)
	if c.classes&cAmount == 0 && slices.Contains([]string{"set", "put", "want"}, c.action) {
		return nil // vegyél nagy lámpát
	}
	r := ix.readClause(c)
	if r == nil || r.question == nil || len(r.commands) != 1 || meaning.IsQuestion(r.commands[0].Intent) {
		return nil
	}

	return r
}

// onlyCommand is the only piece of a row that asks for something; nil where there are several, or where
// another one may change what it means.
func (ix *Index) onlyCommand(s *sentence, row []*span) []*span {
	var command []*span
	pieces := piecesOf(s, row)
	for _, piece := range pieces {
		switch {
		case saysWhich(piece):
		case ix.partOf(s, piece) == isUnsafe, slices.ContainsFunc(piece, func(sp *span) bool { return isUnknownImperative(s, sp) }), command != nil && (asksFor(piece) || slices.ContainsFunc(piece, isThing)):
			return nil
		case asksFor(piece):
			command = piece
		case slices.ContainsFunc(piece, isThing):
			return nil
		}
	}

	return command
}

// withoutAttributes leaves out what is said of a kind of device right before it, and by which none is
// called here: a nagy ventilátort, a piros lámpát.
func withoutAttributes(s *sentence, piece []*span) []*span {
	var kept []*span
	for i, sp := range piece {
		if i+1 == len(piece) || !isAttribute(s, sp, piece[i+1]) {
			kept = append(kept, sp)
		}
	}

	return kept
}

// isAttribute reports whether a span only says how the thing that follows is.
func isAttribute(s *sentence, sp, thing *span) bool {
	isColour := sp.is(cColor) && !sp.is(cEntity|cArea) && sp.suffix.grammaticalCase == nominative
	isUnknown := sp.is(cUnknown) && !sp.is(cMeasured) && !mayBeArgument(s, sp) && !looksImperative(s.tokens[sp.from].fold)

	return (isColour || isUnknown) && thing.is(cKind) && !thing.suffix.isPossessed && !isCommanding(thing) && !s.tokens[thing.from].breakBefore
}

// saysWhich reports whether a piece asks for nothing, and says which thing is meant, or that it does not:
// amelyik a sarokban áll; melyiket.
func saysWhich(piece []*span) bool {
	if slices.ContainsFunc(piece, isAskingFor) {
		return false
	}

	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.means(cQuestion, "which") || sp.means(cFiller, "which") })
}

// asksFor reports whether a piece has what asks for something.
func asksFor(piece []*span) bool { return slices.ContainsFunc(piece, isAskingFor) }

func isAskingFor(sp *span) bool {
	return isCommanding(sp) || sp.is(cPrefix) && !sp.is(cFiller|cConjunction) || sp.is(cAsked|cBe|cAmount|cColor|cWhite) && !sp.is(cFiller|cEntity|cArea|cQuestion)
}
