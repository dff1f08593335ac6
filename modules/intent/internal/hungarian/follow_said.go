package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// followSaid reads what people say of the turn before in a few words: to take it back (mégsem kell),
// that it was too much (annyira ne), and what is about a timer or a list as a whole. nil for none
// of these.
func (ix *Index) followSaid(u meaning.Utterance, s *sentence, rows [][]*span, last *span, plain *interpretation) *interpretation {
	for _, row := range rows {
		var r *interpretation
		switch pieces := ix.withoutTalk(s, ix.withOwned(s, row, last)); {
		case len(pieces) == 0:
		case isBackInMedia(s, slices.Concat(pieces...), u.Before.Last()):
			r = previousTrack(u.Before.Last())
		case isTakenBack(s, pieces), ix.isForbidden(u, s, pieces):
			if r = undo(u.Before); r == nil {
				r = ix.followPieces(u, s, pieces, len(row), plain)
			}
		case isTooMuch(s, pieces):
			r = tooFar(u.Before, pieces)
		default:
			r = ix.followPieces(u, s, pieces, len(row), plain)
		}
		if r != nil {
			return r
		}
	}

	return nil
}

// followPieces reads what is left without remarks; was is how many spans there were with them.
func (ix *Index) followPieces(u meaning.Utterance, s *sentence, pieces [][]*span, was int, plain *interpretation) *interpretation {
	if r := ix.readPointed(u, s, slices.Concat(pieces...), plain); r != nil {
		return r
	}
	if !isOpen(plain) && !isOfTimer(u.Before.Last(), slices.Concat(pieces...)) {
		return nil
	}
	if r := ix.instead(u, s, pieces); r != nil {
		return r
	}
	pieces = withoutRefusals(pieces)
	row := slices.DeleteFunc(slices.Concat(pieces...), func(sp *span) bool { return sp.is(cMeant) && !isThing(sp) })
	if r := ix.followKept(u, s, row); r != nil {
		return r
	}
	if len(row) == was || !saysAnything(row) {
		return nil
	}
	if r := ix.followRow(u, s, row, nil); r != nil && !r.isEmpty() && r.question == nil {
		return r
	}

	return nil
}

// readPointed reads a sentence that points at the turn before: hány fok van ott; kicsit több fényt. What
// stands for a place or a thing is replaced by it; nil where there is none, or it says no more then.
func (ix *Index) readPointed(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	last := u.Before.Last()
	if slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cArea | cFloor | cEntity | cOwner) }) {
		return nil
	}
	pointed := ix.pointed(row, last, plain != nil && plain.question != nil)
	if slices.Equal(row, pointed) {
		return nil
	}
	r := ix.readSentence(u, s, pointed)
	if r == nil || r.question != nil || r.isEmpty() {
		return nil
	}

	return r
}

// pointed puts what a command was about in the place of what points at it; isWhich: it was left open
// which thing is meant.
func (ix *Index) pointed(row []*span, last *meaning.Command, isWhich bool) []*span {
	row = slices.Clone(row)
	for i, sp := range row {
		place := ix.placeOfLast(last)
		switch {
		case (sp.means(cFiller, "there") || sp.means(cAgain, "there")) && place != nil:
			row[i] = place
		case isWhich && len(last.Targets) == 1 && isOneOfKind(sp, last.Targets[0].Domain):
			row[i] = remembered(last.Targets[0].Name, cEntity, &name{entities: last.Targets})
		}
	}

	return row
}

// isOneOfKind reports whether a span speaks of one device of a domain.
func isOneOfKind(sp *span, domain string) bool {
	return sp.means(cKind, domain) && !isCommanding(sp) && !sp.suffix.IsPlural
}

// placeOfLast is the room that a command was about; nil for none, or several.
func (ix *Index) placeOfLast(c *meaning.Command) *span {
	if place := ix.placeRemembered(c); place != nil {
		return place
	}
	if len(c.Targets) != 1 {
		return nil
	}
	if o := ix.ownerOf(&name{entities: c.Targets}); c.Targets[0].Domain == "person" && o != nil && len(o.rooms) == 1 {
		return remembered(o.rooms[0].Name, cArea, &name{area: o.rooms[0]})
	}
	if a := ix.home.Area(c.Targets[0].AreaID); a != nil {
		return remembered(a.Name, cArea, &name{area: a})
	}

	return nil
}

// isOpen reports whether a sentence means nothing on its own, or leaves open what it means.
func isOpen(plain *interpretation) bool {
	return plain == nil || plain.question != nil || plain.isEmpty() || !slices.ContainsFunc(plain.commands, func(c meaning.Command) bool {
		return c.Intent != meaning.Nevermind && !meaning.IsOfTimers(c.Intent)
	})
}

// isOfTimer reports whether a row that names nothing is rather about the timer of the turn before: adj
// hozzá még ötöt.
func isOfTimer(last *meaning.Command, row []*span) bool {
	return meaning.IsOfTimers(last.Intent) && !slices.ContainsFunc(row, func(sp *span) bool {
		return isThing(sp) || sp.is(cUnknown|cQuestion|cAttribute|cPlace) && !sp.is(cFiller) || sp.is(cUnit) && !isUnitOfTime(sp.value(cUnit))
	})
}

// withoutRefusals leaves out the pieces that only refuse what was done, where another says what to
// do: jaj ne, inkább zöld; az túl sok, csak félig.
func withoutRefusals(pieces [][]*span) [][]*span {
	const refuses = cNegation | cNevermind | cNo | cTooMuch | cNeedless | cFiller | cConjunction | cCorrection | cMeant | cYes
	kept := slices.DeleteFunc(slices.Clone(pieces), func(piece []*span) bool {
		isDenied := slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cNegation) })

		return !slices.ContainsFunc(piece, func(sp *span) bool {
			isAmount := sp.is(partAmount)

			return !sp.is(refuses) && !isAmount || sp.is(cVerb) && !sp.is(cFiller) || isAmount && !isDenied // ne teljesen, csak félig
		})
	})
	if len(kept) == 0 {
		return pieces
	}

	return kept
}

// instead reads who says that another thing was meant: nem azt, a hangszórót; a fürdőt akartam.
// What was done is undone, and done to the other.
func (ix *Index) instead(u meaning.Utterance, s *sentence, pieces [][]*span) *interpretation {
	meant, ok := meantInstead(pieces)
	if !ok {
		return nil
	}
	other := ix.readAgain(u, s, meant)
	if other == nil || other.isEmpty() || other.question != nil {
		return nil
	}
	if back := undo(u.Before); back != nil {
		other.commands = slices.Concat(back.commands, other.commands)
	}

	return other
}

// meantInstead finds the thing that was meant. ok is false where none is named, where nothing was
// refused, or where it is said anew what is to be done: that is a command of its own.
func meantInstead(pieces [][]*span) (meant []*span, ok bool) {
	isRefused := false
	for _, piece := range pieces {
		isNot := slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cNegation) })
		isRefused = isRefused || isNot || slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cMeant) })
		if isNot {
			continue
		}
		if slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cVerb|cTime|partAmount) && !sp.is(cMeant|cFiller) }) {
			return nil, false
		}
		meant = append(meant, slices.DeleteFunc(slices.Clone(piece), func(sp *span) bool { return sp.is(cMeant|cCorrection|cYes) && !isThing(sp) })...)
	}

	return meant, isRefused && slices.ContainsFunc(meant, isThing)
}

// withoutTalk cuts a row at punctuation and leaves out what only tells something: mégsem kell,
// beborult; kapcsold ki, mégsem szaunázunk.
func (ix *Index) withoutTalk(s *sentence, row []*span) [][]*span {
	var kept [][]*span
	for _, piece := range piecesOf(s, row) {
		isTalk := !isAsking(s, piece) && ix.lang.isAside(s, piece) || ix.isExclaimed(s, piece) || slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cUnknown) && ix.lang.tells(s, sp) })
		isSaid := slices.ContainsFunc(piece, func(sp *span) bool {
			return sp.is(cNeedless|cUndo|cVerb|cBlock|cTooMuch|cMeant) && !sp.is(cTells|cFiller) || sp.means(cBlock, "past") && sp.is(cUndo)
		})
		if !isTalk || isSaid {
			kept = append(kept, piece)
		}
	}

	return kept
}

// IsExclaimed reports whether a piece is nothing but words that nobody knows, and that name and ask
// nothing: remek, pompás lett.
func (ix *Index) isExclaimed(s *sentence, piece []*span) bool {
	return ix.namesNothing(s, piece) && !slices.ContainsFunc(piece, func(sp *span) bool {
		return sp.is(cBlock|cNegation|cAgain|cVerb) || isUnknownImperative(s, sp)
	})
}

// isTakenBack reports whether pieces do nothing but take back what was done.
func isTakenBack(s *sentence, pieces [][]*span) bool {
	const allowed = cUndo | cNevermind | cNo | cNeedless | cNegation | cPrefix | cQuantity | cBe | cFiller | cConjunction | cCorrection | cKeep
	isBack := false
	for _, piece := range pieces {
		for _, sp := range piece {
			if isDoneBack(sp, piece) {
				continue
			}
			if !sp.is(allowed) || sp.is(cAbout|cEntity|cArea|cFloor|cKind) || sp.is(cTime) {
				return false
			}
			isBack = isBack || takesBack(s, sp)
		}
	}

	return isBack
}

// isDoneBack reports whether a verb asks for the opposite of what it says, because its piece has the
// prefix that undoes: húzd vissza.
func isDoneBack(sp *span, piece []*span) bool {
	return sp.is(cVerb) && isCommanding(sp) && sp.forms[0].verb.Senses["vissza"] == "" && isBackSaid(piece)
}

// takesBack reports whether a span says by itself that what was done is not wanted.
func takesBack(s *sentence, sp *span) bool {
	return sp.is(cUndo) || sp.is(cNeedless) && !sp.is(cTells) || sp.is(cNevermind) && isOneOf(s.Tokens[sp.from].Fold, times().TakesBack)
}

// isBackSaid reports whether a piece has the prefix that undoes.
func isBackSaid(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.means(cPrefix, "vissza") })
}

func isOneOf(folded string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return morphology.IsFoldOf(folded, w) })
}

// isTooMuch reports whether pieces only say that it was done too far.
func isTooMuch(s *sentence, pieces [][]*span) bool {
	is := false
	for _, piece := range pieces {
		for _, sp := range piece {
			if !sp.is(cTooMuch | cFiller | cConjunction | cNegation) {
				return false
			}
			is = is || sp.is(cTooMuch)
		}
	}

	return is && !s.IsQuestion
}
