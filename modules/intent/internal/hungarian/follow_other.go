package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// nameOthers does withOthers to all rows; false where that changes none.
func (ix *Index) nameOthers(s *sentence, rows [][]*span, m *meaning.Memory) (isOther bool) {
	for i, row := range rows {
		rows[i] = ix.withAlike(s, ix.withAllOf(s, ix.withOthers(row, m.Last()), m), m.Last())
		isOther = isOther || !slices.Equal(row, rows[i])
	}

	return isOther
}

// withOthers puts what is meant in the place of what only says that it is another than the thing of the
// turn before: a másikat, a többit. A row without such a word is returned as it is.
func (ix *Index) withOthers(row []*span, last *meaning.Command) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.means(cMedia, "other") || sp.means(cMedia, "rest") })
	if at < 0 || len(last.Targets) != 1 || namesThing(row) {
		return row
	}
	var others []*hamanagerapi.Entity
	if row[at].means(cMedia, "rest") {
		others = ix.restOf(last.Targets[0])
	} else if other := ix.otherOf(last.Targets[0]); other != nil {
		others = []*hamanagerapi.Entity{other}
	}
	if len(others) == 0 {
		return row
	}

	return slices.Concat(row[:at], namedInPlaceOf(row[at], others), row[at+1:])
}

// namedInPlaceOf names things in the form of a word that stands for them.
func namedInPlaceOf(word *span, things []*hamanagerapi.Entity) []*span {
	named := make([]*span, 0, len(things))
	for _, e := range things {
		sp := remembered(e.Name, cEntity, &name{entities: []*hamanagerapi.Entity{e}})
		sp.suffix.Case = word.suffix.Case
		sp.from, sp.to, sp.isResolved = word.from, word.to, true
		named = append(named, sp)
	}

	return named
}

// withAllOf puts the things that were spoken of last in the place of what says how many they are: mindkettőt, mind
// a hármat. A row without such a word, or that says more of what is meant, is returned as it is.
func (ix *Index) withAllOf(s *sentence, row []*span, m *meaning.Memory) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.means(cQuantity, "all") })
	if at < 0 || namesThing(row) {
		return row
	}
	count := ix.countOf(s, row[at])
	things := m.Lately(count, domainOf(m.Last()))
	switch {
	case count == 0:
		return row
	case len(things) == 0: // so many were not spoken of
		unknown := span{from: row[at].from, to: row[at].to, classes: cUnknown, score: row[at].score}

		return slices.Concat(row[:at], []*span{&unknown}, row[at+1:])
	}

	return slices.Concat(row[:at], namedInPlaceOf(row[at], things), row[at+1:])
}

// countOf is how many things a word for all of them says that there are: mindkettő; 0 where it says nothing of that.
func (ix *Index) countOf(s *sentence, sp *span) int {
	to := sp.to
	if to+1 < len(s.Tokens) && tokens.IsArticle(s.Tokens[to].Fold) { // mind | a kettő
		to += 2
	}

	return countSaid(&sentence{Sentence: tokens.Sentence{Tokens: s.Tokens[sp.from:to], HasAccent: s.HasAccent}})
}

// countsThings reports whether a clause says how many things are meant, which only those who were spoken of can be.
func (c *clause) countsThings() bool { return c.ix.countsThings(c.s, c.spans) }

func (ix *Index) countsThings(s *sentence, row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool {
		return sp.said == "" && sp.means(cQuantity, "all") && ix.countOf(s, sp) > 1
	})
}

// otherOf is the one device that goes with another: called alike, in its room or else anywhere, or
// the only other one of its kind in the room; nil where there is none, or several.
func (ix *Index) otherOf(e *hamanagerapi.Entity) *hamanagerapi.Entity {
	isThere := func(o *hamanagerapi.Entity) bool { return o.AreaID == e.AreaID }
	for _, fits := range []func(*hamanagerapi.Entity) bool{
		func(o *hamanagerapi.Entity) bool { return isThere(o) && isAlike(o, e) },
		func(o *hamanagerapi.Entity) bool { return isAlike(o, e) },
		isThere,
	} {
		var found []*hamanagerapi.Entity
		for _, o := range ix.home.Entities {
			if o != e && o.Exposed && o.Domain == e.Domain && o.DeviceClass == e.DeviceClass && fits(o) {
				found = append(found, o)
			}
		}
		if len(found) > 0 {
			if len(found) > 1 {
				return nil
			}

			return found[0]
		}
	}

	return nil
}

// restOf are the other devices of a kind in the room of one.
func (ix *Index) restOf(e *hamanagerapi.Entity) []*hamanagerapi.Entity {
	var rest []*hamanagerapi.Entity
	for _, o := range ix.home.Entities {
		if o != e && o.Exposed && o.Domain == e.Domain && o.DeviceClass == e.DeviceClass && o.AreaID == e.AreaID {
			rest = append(rest, o)
		}
	}

	return rest
}

// isAlike reports whether two things are called the same, or the same but for one word: Kapu 1, Kapu 2.
func isAlike(a, b *hamanagerapi.Entity) bool {
	words, others := tokenize(a.Name, neverEnding).Tokens, tokenize(b.Name, neverEnding).Tokens
	if len(words) != len(others) {
		return false
	}
	differ := 0
	for i := range words {
		if words[i].Fold != others[i].Fold {
			differ++
		}
	}

	return differ == 0 || differ == 1 && len(words) > 1
}

// saysSame reports whether a row wishes for something else what was done before: ott is ugyanezt.
func saysSame(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cAgain, "same") })
}

// readSame reads a sentence that wishes the same for another thing or place: Bencéé is legyen ilyen.
func (ix *Index) readSame(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	rest := slices.DeleteFunc(slices.Clone(row), func(sp *span) bool {
		return sp.means(cAgain, "same") || sp.is(cBe|cCopula) && !isThing(sp) || wants(sp) && !isThing(sp)
	})
	if !slices.ContainsFunc(rest, isThing) {
		return nil
	}

	return ix.readAgain(u, s, rest)
}

// isForbidden reports whether pieces only forbid what was done, and so take it back: tévedtem, ne indítsd el.
func (ix *Index) isForbidden(u meaning.Utterance, s *sentence, pieces [][]*span) bool {
	const refuses = cNegation | cNevermind | cNo | cMeant | cNeedless | cFiller | cConjunction | cCorrection
	is := false
	for _, piece := range pieces {
		if slices.ContainsFunc(piece, isCommanding) {
			if is || !ix.forbidsLast(u, s, piece) {
				return false
			}
			is = true
		} else if slices.ContainsFunc(piece, func(sp *span) bool { return !sp.is(refuses) }) {
			return false
		}
	}

	return is && !s.IsQuestion
}

// forbidsLast reports whether a piece denies what the turn before did, to all that it was done to.
func (ix *Index) forbidsLast(u meaning.Utterance, s *sentence, piece []*span) bool {
	last := u.Before.Last()
	c := newClause(ix, u, s, piece)
	if !isDenied(s, piece) || c.denial != nil || c.verb == nil || c.mood > asks || !c.within(cTarget|cNegation|cNevermind|cPrefix) {
		return false
	}

	return intentOf(c.action, domainOf(last)) == last.Intent && !slices.ContainsFunc(piece, func(sp *span) bool {
		isPlace := sp.is(cArea|cFloor|cPlace) && !sp.is(cFiller)

		return isPlace || isThing(sp) && !namesAll(sp, last.Targets)
	})
}

// isDenied reports whether a piece says "ne" or "mégse".
func isDenied(s *sentence, piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool {
		return sp.means(cNegation, "") || sp.is(cNevermind) && !isCommanding(sp) && isOneOf(s.Tokens[sp.from].Fold, times().TakesBack)
	})
}

// namesAll reports whether a span names all of some things, by their names or their kind.
func namesAll(sp *span, things []*hamanagerapi.Entity) bool {
	return !slices.ContainsFunc(things, func(e *hamanagerapi.Entity) bool {
		return !slices.Contains(entitiesOf(sp), e) && !slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cKind && l.of.covers(e) })
	})
}

// isBackInMedia reports whether a row asks for the track before, rather than for what was before: vissza az
// előzőre.
func isBackInMedia(s *sentence, row []*span, last *meaning.Command) bool {
	return domainOf(last) == "media_player" && consistsOf(row, cUndo|cMedia, cUndo|cMedia|cPrefix) && slices.ContainsFunc(row, func(sp *span) bool {
		return sp.means(cMedia, "previous") || sp.is(cUndo) && isOneOf(stemOfPrevious(s.Tokens[sp.to-1].Fold), []string{"előző"})
	})
}

// previousTrack goes back to the track before, where the turn before had something play.
func previousTrack(last *meaning.Command) *interpretation {
	previous := meaning.Command{Intent: meaning.MediaPrevious, Slots: meaning.Slots{}, Targets: last.Targets}
	if name := last.Slots.Name(); name != "" {
		previous.Slots["name"] = name
	}

	return &interpretation{commands: []meaning.Command{previous}, frame: "previous;"}
}

// stemOfPrevious cuts what may follow "előző" off a folded word.
func stemOfPrevious(folded string) string {
	const previous = "elozo"
	if len(folded) >= len(previous) && folded[:len(previous)] == previous {
		return previous
	}

	return folded
}

// readThere reads a sentence that names one more thing, or one that is somebody's or something's, without
// saying where: és a redőnyt is húzd le; nyitva van az ablaka? It is where the turn before was.
func (ix *Index) readThere(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	place := ix.placeOfLast(u.Before.Last())
	isWhich := plain != nil && plain.question != nil
	if place == nil || saysWhere(row) || !isSomeonesOwn(row) && (!isWhich || !isOneMore(row)) {
		return nil
	}
	r := ix.readSentence(u, s, slices.Concat([]*span{place}, row))
	if r == nil || r.question != nil || r.isEmpty() {
		return nil
	}

	return r
}

// SaysWhere reports whether a row names a place, a device or an owner.
func saysWhere(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool {
		return sp.is(cArea|cFloor|cEntity|cOwner|cPlace) && !isCommanding(sp) && !sp.is(cFiller)
	})
}

// isSomeonesOwn reports whether a row speaks of a thing as that of somebody who is not named: a redőnyét.
func isSomeonesOwn(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return sp.isTheirs() || sp.is(cClass) && sp.isOfSomeone() })
}

// isOneMore reports whether a row names a thing as one more: a redőnyt is.
func isOneMore(row []*span) bool {
	return slices.ContainsFunc(row, isThing) && (row[0].is(cConjunction) || slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cFiller, "too") }))
}

// isOfSomeone reports whether a word is said of one thing that is somebody's: az ablaka.
func (sp *span) isOfSomeone() bool {
	return sp.suffix.IsPossessed && !sp.suffix.IsPlural && !sp.suffix.IsMine && !sp.suffix.IsAdjective
}

// isTakenWithBack reports whether a verb asks for something with the prefix "vissza", so that it does not
// undo: vedd vissza egy fokkal.
func isTakenWithBack(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= asks && signOf(f.verb.Senses["vissza"]) != 0 })
}
