package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/wish"
)

// isUnknownObject reports whether a span is what something is done to, and no device.
func (w *weigher) isUnknownObject(sp *span) bool {
	if _, rest, isNumber := numberIn(&w.s.Tokens[sp.from], w.s.HasAccent); isNumber && rest == "et" { // porszívózz egyet
		return false
	}

	folded := w.s.Tokens[sp.from].Fold
	isDone := strings.HasSuffix(folded, "tt") && sp.from > 0 && tokens.IsArticle(w.s.Tokens[sp.from-1].Fold) // a mosott ruha

	return sp.is(cUnknown|cAbout) && !sp.is(cFiller|cUnit) && sp.to-sp.from == 1 && !sp.isWishedFor() && !looksImperative(folded) &&
		strings.HasSuffix(folded, "t") && !isDone
}

// isStrangeObject reports whether a span is what something is done to, and points at no device either.
func (w *weigher) isStrangeObject(sp *span) bool {
	return w.isUnknownObject(sp) && !w.pointsAtThing(sp)
}

// isSaidMoreClosely reports whether a piece only says which thing is meant, by words that nobody knows: azt a
// rozsdásat. Then it can only be asked which.
func (w *weigher) isSaidMoreClosely(p []*span) bool {
	isThat := len(p) > 0 && p[0].is(cFiller) && strings.HasSuffix(w.s.Tokens[p[0].from].Fold, "zt")

	return isThat && slices.ContainsFunc(p, w.isUnknownObject) && !slices.ContainsFunc(p, func(sp *span) bool {
		return !w.isUnknownObject(sp) && !sp.is(cFiller|cConjunction)
	})
}

// contradicts tells what a piece says that it cannot be meant with as it seems; empty for nothing.
func (w *weigher) contradicts(p piece, wanted weighed) string {
	c := newClause(w.ix, w.u, w.s, w.withoutDeed(w.row[p.from:p.to]))
	switch {
	case wanted.Topic == "", wanted.Topic == wish.Nevermind:
		return ""
	case wanted.Action != wish.Ask:
		if why := w.isOtherwise(p, wanted, c); why != "" {
			return why
		}

		return w.isUnclear(p, wanted, c)
	case wanted.Topic == "todo" && wanted.thing == nil && slices.ContainsFunc(c.spans, w.isStrangeObject): // olvasd fel a gázórát
		return "it is about something else"
	case !c.isOfNow(), c.has(cBlock, "ago"), c.isOfOtherTime() && !needsNoThing(wanted.Wish), c.asksForContents(wanted.thing):
		return "it asks for more than how something is now"
	default:
		return ""
	}
}

// isOtherwise tells how what a piece asks for is to be done otherwise than here and now; empty for not at all.
func (w *weigher) isOtherwise(p piece, wanted weighed, c *clause) string {
	switch {
	case wanted.Topic != "timer" && w.isForLater(p, c):
		return "it is for later, or for a while"
	case c.has(cBlock, "ago") && !slices.ContainsFunc(c.spans, asksPlainly): // tegnap elfelejtettem bezárni
		return "it tells of what was"
	case w.leavesChoice(p):
		return "it leaves a choice"
	case wanted.isTurn() && saysHowMuch(w.row):
		return "it says how much"
	default:
		return ""
	}
}

// isUnclear tells why a piece hardly asks for what it seems to; empty where it may.
func (w *weigher) isUnclear(p piece, wanted weighed, c *clause) string {
	switch {
	case wanted.isLeft:
		return ""
	case c.asksForMore():
		return "it asks, or tells"
	case w.isOfOther(p, wanted, c):
		return "it is about something else"
	case w.isOwnMatter(p):
		return "somebody tells of himself"
	case w.isDenied(p, wanted):
		return "it is not to be done"
	default:
		return ""
	}
}

// leavesChoice reports whether one thing is set against another: a lámpát vagy a redőnyt. In a question of its
// own (megsüketültem, vagy ...?) that is no choice, and a number may be only about so much.
func (w *weigher) leavesChoice(p piece) bool {
	for i := range w.row {
		isInside := i >= p.from && i < p.to
		if w.isChoiceHere(i) && w.isBeforeWords(i) && (isInside || !w.isAskedFrom(i)) {
			return true
		}
	}

	return false
}

// isChoiceHere reports whether a span of the row is a word of choice (and no "vagyok"), other than between two answers:
// ég-e vagy sem.
func (w *weigher) isChoiceHere(at int) bool {
	sp := w.row[at]

	return isChoice(sp) && strings.HasSuffix(w.s.Tokens[sp.to-1].Fold, "vagy") && (at == 0 || !w.row[at-1].means(cQuestion, "whether"))
}

// isBeforeWords reports whether a span of the row stands before words of its clause, and no number: itt vagy; vagy tíz.
func (w *weigher) isBeforeWords(at int) bool {
	return at+1 < len(w.row) && !w.s.Tokens[w.row[at+1].from].BreakBefore && !w.row[at+1].is(cNumber)
}

// isAskedFrom reports whether what begins at a span of the row ends in a question mark.
func (w *weigher) isAskedFrom(at int) bool {
	for _, sp := range w.row[at:] {
		if w.s.Tokens[sp.to-1].IsAsked {
			return true
		}
	}

	return false
}

// isOfOther reports whether a piece is about another thing than those that were found: one to buy, one of a number
// that none has, one that nobody knows, or somebody's whom nobody knows.
func (w *weigher) isOfOther(p piece, wanted weighed, c *clause) bool {
	switch {
	case wanted.hasWords():
		return w.deletesOther(wanted, c) || wanted.Action == "add" && w.isLinkedOn(w.row[p.from:p.to]) // írd fel, hogy vegyünk tejet
	case w.isPointedAt && w.isPointedPast(wanted.thing, c):
		return true
	case wanted.thing == nil:
		return !wanted.isOfWhatPlays() && slices.ContainsFunc(c.spans, w.isUnknownObject) // tegyél be valami jazzt
	default:
		return !wanted.thing.is(cEntity) && c.isAnyOne() || w.isOfStranger(p, wanted.thing) || w.isElsewhere(p, wanted)
	}
}

// deletesOther reports whether a clause asks for something to be deleted that is no timer, although one may be meant: töröld a kenyeret.
func (w *weigher) deletesOther(wanted weighed, c *clause) bool {
	isOther := func(sp *span) bool { return !sp.is(cAbout) && w.isStrangeObject(sp) }
	if wanted.Topic != "timer" || wanted.Action != "cancel" || !slices.ContainsFunc(c.spans, isOther) {
		return false
	}
	_, isNamed := c.timerName()

	return !isNamed
}

// isUnknownRoom reports whether a span says that something is in a room that this home has not: a word for one, or a compound of it.
func (w *weigher) isUnknownRoom(sp *span) bool {
	if !sp.is(cUnknown) || sp.to-sp.from > 1 || !mayBeAt(w.s, sp) {
		return false
	}
	isRoom := false
	morphology.EachStem(w.s.Tokens[sp.from].Fold, w.ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		isRoom = ending.SaysWhere() && slices.ContainsFunc(placesSaid().Rooms, func(room string) bool { return strings.HasSuffix(stem, room) })

		return !isRoom
	})

	return isRoom
}

// isPointedPast reports whether what is pointed at is rather not meant: something is said by its number, at a time, or
// of what nobody knows.
func (w *weigher) isPointedPast(thing *span, c *clause) bool {
	return c.classes&cNumber != 0 && c.classes&cUnit == 0 || c.findTime() != nil || w.asksOfUnknown(thing)
}

// asksOfUnknown reports whether the sentence asks for something to be done to what nobody knows, other than the thing.
func (w *weigher) asksOfUnknown(thing *span) bool {
	return slices.ContainsFunc(piecesOf(w.s, w.row), func(p []*span) bool {
		return slices.ContainsFunc(p, func(sp *span) bool { return sp != thing && w.isUnknownObject(sp) }) && slices.ContainsFunc(p, asksPlainly)
	})
}

// asksForMore reports whether a clause asks how, when, why or by whom something is done, or tells that it is.
func (c *clause) asksForMore() bool {
	for _, value := range []string{"how", "when", "who", "where", "how_much"} {
		if sp := c.find(cQuestion, value); sp != nil && !sp.is(cFiller|cPrefix|cEntity) {
			return true
		}
	}

	isTelling := c.verb != nil && (c.mood == tellsPast || c.mood == tellsPresent && !c.s.IsQuestion && !c.isCommand())
	isTold := isTelling && !slices.ContainsFunc(c.spans, func(sp *span) bool { return isUnknownImperative(c.s, sp) })

	return isTold || c.beginsWithTopic() || c.has(cBlock, "why") || c.asksWho()
}

// asksWho reports whether a clause begins with "ki" and has a prefix besides: ki nyitotta ki a kaput?
func (c *clause) asksWho() bool {
	isPrefix := func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cFiller|cConjunction) }

	return len(c.spans) > 1 && c.spans[0].means(cQuestion, "who") && slices.ContainsFunc(c.spans[1:], isPrefix)
}

// denies reports whether a span of the row says that something is not to be done; also one that was run together
// with a "ne" before a verb: semmiképpne.
func (w *weigher) denies(at int) bool {
	sp := w.row[at]
	if sp.said != "" || sp.isWishedFor() {
		return false
	}
	isRunTogether := sp.is(cUnknown) && at+1 < len(w.row) && isCommanding(w.row[at+1]) && strings.HasSuffix(w.s.Tokens[sp.to-1].Fold, "ne")

	return isRunTogether || sp.means(cNegation, "") || sp.means(cNegation, "nor") || sp.means(cReason, "lest") || sp.is(cNeedless) && !sp.means(cAsked, "enough")
}

// isForLater reports whether the sentence speaks of another time than now, or of how long: what the clause says of it
// must be a moment, and what stands beside the piece must not be one.
func (w *weigher) isForLater(p piece, c *clause) bool {
	isMoment := c.findTime() != nil
	isLasting := slices.ContainsFunc(c.quantities, func(q quantity) bool { return isUnitOfTime(q.unit) })
	if !isMoment && (isLasting || c.classes&cTime != 0) || c.saysHowLong() {
		return true
	}

	return slices.ContainsFunc(piecesOf(w.s, w.row), func(other []*span) bool {
		isAfter := p.to < len(w.row) && other[0].from >= w.row[p.to].from

		return (!isAfter || !w.isRemarkOfTime(other)) && slices.ContainsFunc(other, func(sp *span) bool {
			return !slices.Contains(w.row[p.from:p.to], sp) && sp.saysOtherTime()
		})
	})
}

// isRemarkOfTime reports whether some spans only tell what is, was or will be then: holnap elutazunk.
func (w *weigher) isRemarkOfTime(p []*span) bool {
	return !slices.ContainsFunc(p, isCommanding) && slices.ContainsFunc(p, func(sp *span) bool { return !sp.is(cTime) && w.ix.lang.tells(w.s, sp) })
}

// saysOtherTime reports whether a span is a moment other than now.
func (sp *span) saysOtherTime() bool {
	return sp.is(cTime) && sp.time != nil && (sp.time.after > 0 || sp.time.hasClock || sp.time.day > 0)
}

// saysHowLong reports whether a clause says until when, or how often: este tízig; minden éjjel.
func (c *clause) saysHowLong() bool {
	for i, sp := range c.spans {
		isUntil := sp.is(cNumber|cTime) && sp.suffix.Case == morphology.Terminative
		isOften := i+1 < len(c.spans) && sp.means(cQuantity, "all") && c.isTimeOfDay(c.spans[i+1])
		if isUntil || isOften {
			return true
		}
	}

	return false
}

// isTimeOfDay reports whether a span is a word for a time, be it one that nobody can plan by.
func (c *clause) isTimeOfDay(sp *span) bool {
	return sp.is(cTime|cBlock) || slices.ContainsFunc(times().Parts, func(p dayPart) bool { return slices.Contains(p.Words, c.s.Tokens[sp.from].Lower) })
}

// isElsewhere reports whether a piece says of another device where something is to be done (a szivattyúknál), or that it is
// in a room that is not there.
func (w *weigher) isElsewhere(p piece, wanted weighed) bool {
	return slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool {
		return w.isUnknownRoom(sp) || sp != wanted.thing && sp.isWishedFor() && !sp.is(cArea|cFloor) && sp.suffix.SaysWhere() && !slices.Contains(sp.topicsOf(), wanted.Topic)
	})
}

// asksForContents reports whether a clause asks what is in a thing, which no device tells: mi van a hűtőben?
func (c *clause) asksForContents(thing *span) bool {
	return thing != nil && thing.suffix.Case == morphology.Inessive && !slices.Contains(thing.topicsOf(), "todo") && c.has(cQuestion, "what") && c.classes&(cAttribute|cMeasure|cUnit) == 0
}

// isOfStranger reports whether a thing is said to be somebody's whom nobody knows: a szomszéd ventilátorát.
func (w *weigher) isOfStranger(p piece, thing *span) bool {
	at := slices.Index(w.row, thing)

	return at > p.from && (thing.suffix.IsPossessed && !thing.suffix.IsMine || w.isPointedAt && w.isSomeones(thing)) && w.row[at-1].is(cUnknown|cOwner)
}

// isSomeones reports whether the last word of a span is a word of the home's names as somebody's: szivattyúját.
func (w *weigher) isSomeones(sp *span) bool {
	found := false
	morphology.EachStem(w.s.Tokens[sp.to-1].Fold, w.ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		_, isKnown := w.ix.vocabulary[stem]
		found = isKnown && ending.IsPossessed && !ending.IsMine

		return !found
	})

	return found
}

// isSaidSo reports whether a piece commands by its form what it seems to want.
func (w *weigher) isSaidSo(p piece, wanted weighed) bool {
	row := w.row[p.from:p.to]

	isAlone := !slices.ContainsFunc(w.cuts(), func(other piece) bool { return other != p && !w.isBeside(other) })

	return isAlone && asksToDo(row) && wanted.thing != nil && wanted.Action != wish.Ask && w.readAs(row, wanted) != nil
}

// isBeside reports whether a piece is only a remark.
func (w *weigher) isBeside(p piece) bool {
	row := w.row[p.from:p.to]

	return !asksInAnyWay(row) && (w.ix.lang.isAside(w.s, row) || w.ix.partOf(w.s, row) == isBeside)
}

// isOwnMatter reports whether a piece only tells what its speaker feels about doing something: félek bekapcsolni; nem merem
// kinyitni. What is wished is known.
func (w *weigher) isOwnMatter(p piece) bool {
	row := w.row[p.from:p.to]
	at := slices.IndexFunc(row, func(sp *span) bool { return !sp.is(cNegation|cConjunction) && !sp.is(cFiller) })
	if at < 0 || at+1 >= len(row) || row[at].is(cVerb|cArea|cEntity|cKind) || !w.isInfinitive(row[at+1]) {
		return false
	}

	return morphology.EndsWithAny(w.s.Tokens[row[at].to-1].Fold, morphology.Rules().OwnDeeds)
}
