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
	r := ix.readClause(newClause(ix, u, s, a.kept))
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
	if len(pieces) < 2 {
		return nil
	}

	return command
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
