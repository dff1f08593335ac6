package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/wish"
)

// nothing is how sure it is that a piece asks for nothing. What asks for something to be done to anything that is there,
// or that might be, is not.
func (w *weigher) nothing(before *path, p piece) readPart {
	row := w.row[p.from:p.to]
	isWanted := w.saysInShort(before, row) || onlySaysHow(row) || saysValues(w.s, row) && slices.ContainsFunc(row, (*span).isPlainlyMeant)
	switch {
	case w.isHeading(p):
		return readPart{sure: sureAside, row: row, isLeft: true}
	case isKept(row):
		return readPart{sure: sureAside, row: row, isKept: true}
	case !isWanted && w.ix.lang.isAside(w.s, row) && !w.isWishedFor(row) && !w.isDoneToPart(row), onlyFillers(row), saysTheTime(row), w.tellsWithScene(row):
		return readPart{sure: sureAside, row: row}
	case w.asksSurely(before, row):
		return readPart{row: row}
	}

	return readPart{sure: w.nothingByWeight(p) * sureAside, row: row}
}

// saysInShort reports whether a piece shows what it asks for in a short form: with a word in place of a verb, or as a part of what
// the piece before it asks for.
func (w *weigher) saysInShort(before *path, row []*span) bool {
	return saysHowMuch(row) || saysWhatPlays(row) || w.isTerse(row) || w.asksOf(row) || w.saysItem(row) || w.saysLight(before, row) || w.isMoreOfThat(before, row)
}

// tellsWithScene reports whether a piece tells something with the words that a scene is called by, and with more: elmegyünk itthonról,
// where there is a scene Elmegyünk.
func (w *weigher) tellsWithScene(row []*span) bool {
	if w.s.IsExclaimed || asksToDo(row) {
		return false
	}
	isTold, hasMore := false, false
	for _, sp := range row {
		switch {
		case sp.is(cEntity) && areAny(sp.name.entities, "scene", "script") && w.ix.lang.isRemark(w.s.Tokens[sp.to-1].Fold):
			isTold = true
		case sp.isWishedFor():
			return false
		case !sp.is(cFiller | cConjunction):
			hasMore = true
		}
	}

	return isTold && hasMore
}

// isDoneToPart reports whether a piece says what is to be done to a word that points at one device: lépcsőt fel, of the
// lépcsővilágítás.
func (w *weigher) isDoneToPart(row []*span) bool {
	return asksToDo(row) && slices.ContainsFunc(row, w.isUnknownObject) && w.namedByPart(row) != nil
}

// asksSurely reports whether a piece cannot ask for nothing: it has a deed and what it is done to, or is one of the two beside the
// other.
func (w *weigher) asksSurely(before *path, row []*span) bool {
	isAbout := isAboutSomething(row) || slices.ContainsFunc(row, w.isUnknownObject)
	isMore := len(before.deed) > 0 && onlyNamesObject(row)

	return isMore || saysValues(w.s, row) || w.saysItem(row) || w.saysLight(before, row) || (asksToDo(row) || saysHowMuch(row)) && isAbout
}

// nothingByWeight is how sure it is by its weights that a piece asks for nothing.
func (w *weigher) nothingByWeight(p piece) float32 {
	alone := *w
	alone.isSeveral = true
	wanted := alone.weigh(p)
	if wanted.Action == wish.Ask && w.tellsState(w.row[p.from:p.to]) && !w.isTerse(w.row[p.from:p.to]) {
		return 1
	}
	if w.isCommand && (wanted.Action == wish.Ask && w.asksNothing(w.row[p.from:p.to]) || w.tellsByName(w.row[p.from:p.to], wanted)) {
		return wanted.Nothing + wanted.Sure
	}

	return wanted.Nothing
}

// asksNothing reports whether nothing in a row asks, where somebody writes full stops, and so question marks, too: oltsd le, csupa
// víz az ablak.
func (w *weigher) asksNothing(row []*span) bool {
	asks := func(sp *span) bool {
		return sp.is(cQuestion|cWonder) || asksByItself(sp) || w.s.Tokens[sp.to-1].IsAsked
	}

	return w.s.IsStatement && !asksToDo(row) && !slices.ContainsFunc(row, asks)
}

// tellsByName reports whether a row only tells something with a verb that a scene is called after, and more words: oltsd le, elmegyünk
// otthonról.
func (w *weigher) tellsByName(row []*span, wanted weighed) bool {
	isMore := func(sp *span) bool { return sp != wanted.thing && !sp.is(cFiller|cConjunction) }
	isScene := slices.Contains([]string{"scene", "script"}, wanted.Topic)

	return isScene && wanted.thing != nil && morphology.EndsWithAny(w.s.Tokens[wanted.thing.to-1].Fold, morphology.Rules().OwnEndings) && !asksToDo(row) && slices.ContainsFunc(row, isMore)
}

// saysTheTime reports whether a piece says nothing but that it is, or soon will be, some o'clock: mindjárt hat óra.
func saysTheTime(row []*span) bool {
	isHour := func(sp *span) bool { return sp.means(cAbout, "clock") }
	isPartOf := func(sp *span) bool { return sp.is(cNumber|cFiller|cCopula) || isHour(sp) }

	return slices.ContainsFunc(row, isHour) && slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cFiller) && !sp.is(cNumber) }) &&
		!slices.ContainsFunc(row, func(sp *span) bool { return !isPartOf(sp) || sp.is(cQuestion) })
}

// onlyNamesObject reports whether a piece says nothing but what something is done to: és a rózsát is.
func onlyNamesObject(row []*span) bool {
	return onlyNamesThings(row) && slices.ContainsFunc(row, func(sp *span) bool { return sp.isPlainlyMeant() && sp.suffix.Case == morphology.Accusative })
}

// isObjectThere reports whether a piece says where, and what something is to be done to: a teraszon lámpát.
func isObjectThere(row []*span) bool {
	return row[0].suffix.SaysWhere() && slices.ContainsFunc(row, func(sp *span) bool { return sp.isWishedFor() && sp.suffix.Case == morphology.Accusative })
}

// isHeading reports whether a piece only names what follows it after a colon, piece by piece: sötétíts a tárgyalóban: roletta le,
// lámpa tízre.
func (w *weigher) isHeading(p piece) bool { return p.from == 0 && p.to == headingOf(w.s, w.row) }

// asksOf reports whether a piece of a question asks of something that is named, or has a word of asking.
func (w *weigher) asksOf(row []*span) bool {
	if w.isCommand || !isAsking(w.s, row) {
		return false
	}
	isTold := slices.ContainsFunc(w.row, asksByItself)
	isAsked := func(sp *span) bool { return sp.is(cQuestion) }

	return (w.s.IsQuestion || isTold) && slices.ContainsFunc(row, isAsked) || w.s.IsQuestion && slices.ContainsFunc(row, func(sp *span) bool {
		return sp.is(cAbout) || sp.isWishedFor() || sp.is(cEntity|cArea|cFloor|cMeasured) && !isCommanding(sp)
	})
}

// isWishedFor reports whether a piece that seems to tell something names a device plainly, and is weighed as what is wished
// of it: a párátlanító kikapcsolhat. What begins as a reason tells why, whatever it weighs.
func (w *weigher) isWishedFor(row []*span) bool {
	first := slices.IndexFunc(row, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })
	isOther := func(sp *span) bool {
		return w.isInfinitive(sp) || sp.isWishedFor() && slices.ContainsFunc([]string{"scene", "script"}, func(t string) bool { return slices.Contains(sp.topicsOf(), t) })
	}
	if first < 0 || row[first].is(cReason|cBlock) || !slices.ContainsFunc(row, (*span).isPlainlyMeant) || slices.ContainsFunc(row, isOther) {
		return false
	}

	return w.weighsAsWish(row)
}

// weighsAsWish reports whether by its weights alone a piece asks for something to be done.
func (w *weigher) weighsAsWish(row []*span) bool {
	sub := *w
	sub.row, sub.isSeveral, sub.others = row, true, nil
	wanted := sub.weigh(piece{0, len(row)})

	return wanted.Action != wish.Ask && wanted.Sure >= leastSure
}

// onlySaysHow reports whether a piece says nothing but how something is to be: de halkabban.
func onlySaysHow(row []*span) bool {
	isHow := func(sp *span) bool { return sp.is(cChange) && !sp.is(cFiller) }

	return slices.ContainsFunc(row, isHow) && !slices.ContainsFunc(row, func(sp *span) bool { return !isHow(sp) && !sp.is(cFiller|cConjunction|cBut) })
}

// asksPlainly reports whether a piece shows by its form that it asks for something, so that nothing that tells why, or
// how things are, is taken for a command beside those that were found without it.
func (w *weigher) asksPlainly(before *path, row []*span) bool {
	isOfBefore := askedAlike(before.asked, row) != nil || len(before.about) > 0 && onlySaysHow(row)
	if isOfBefore || w.saysInShort(before, row) || w.isWishedFor(row) {
		return true
	}
	isAsked := asksInAnyWay(row) || isObjectThere(row) || len(before.deed) > 0 && onlyNamesThings(row)

	return isAsked && w.ix.partOf(w.s, row) == isCore && !w.ix.lang.isAside(w.s, row)
}
