package hungarian

import "slices"

// isMeanwhile reports whether a piece says how long something is fine as it is to be now: amíg főzök,
// szóljon a rádió. What says until when, does so after the command only: zárd el a csapot, mielőtt beázik.
func isMeanwhile(piece []*span, isAfter bool) bool {
	first := slices.IndexFunc(piece, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })
	if first < 0 || slices.ContainsFunc(piece, isCommanding) {
		return false
	}

	return piece[first].means(cBlock, "while") || isAfter && piece[first].means(cBlock, "meanwhile")
}

// isReasonLater reports whether a piece only tells what will be, and so why something is to be done now:
// fűts be, holnap vendégek jönnek. Before the command it may as well say when.
func (ix *Index) isReasonLater(s *sentence, piece []*span) bool {
	tells := slices.ContainsFunc(piece, func(sp *span) bool { return !sp.is(cTime) && !sp.means(cBlock, "later") && ix.lang.tells(s, sp) })
	if !tells || slices.ContainsFunc(piece, isCommanding) {
		return false
	}
	for i, sp := range piece {
		if !sp.is(cTime) && !sp.means(cBlock, "later") && ix.mayChange(s, piece, i, false, true) {
			return false
		}
	}

	return true
}

// isHow reports whether a piece only says how something is, without saying what: forró már.
func isHow(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cClass) }) && !slices.ContainsFunc(piece, func(sp *span) bool {
		isState := slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cClass && l.value != "" })

		return !isState && !sp.is(cFiller) || sp.is(cChange|cPrefix|cEntity|cKind|cArea)
	})
}

// isArrival reports whether a piece only says that somebody is here: itt a postás.
func isArrival(piece []*span) bool {
	if !piece[0].means(cPlace, "here") || len(piece) < 3 || !hasUnknown(piece) {
		return false
	}

	return !slices.ContainsFunc(piece[1:], func(sp *span) bool { return !sp.is(cFiller | cConjunction | cUnknown) })
}
