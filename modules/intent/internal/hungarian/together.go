package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// Several commands in one sentence are weighed together: it is cut wherever a command may end, every run of segments
// may be one piece, and the likeliest row of pieces is what is meant (together_piece.go reads them). All that is said is
// a command, or surely none, and nothing that asks is left out in silence.

const (
	// maxSegments bounds the segments of a sentence, maxRun those of one piece.
	maxSegments = 8
	maxRun      = 3
	// sureOne is what each further segment of one piece costs.
	sureOne = 0.9
)

// path is a row of pieces from the beginning of a sentence.
type path struct {
	pieces []readPart
	sure   float32 // of all together
	// about, where and deed are what the last command was about, where, and what asked for it, asked what a question asked.
	about, where, deed, asked []*span
}

// readTogether reads a sentence of several commands; nil where it is none, or a part of it cannot be read.
func (w *weigher) readTogether() *interpretation {
	segments := w.segments()
	w.isCommand = slices.ContainsFunc(segments, w.isCommandIn)
	if len(segments) < 2 || len(segments) > maxSegments || !w.hasSeveral(segments) {
		return nil
	}
	best := make([]*path, len(segments)+1)
	best[0] = &path{sure: 1}
	for to := 1; to <= len(segments); to++ {
		for from := max(0, to-maxRun); from < to; from++ {
			next := w.extendBy(best[from], segments[from:to])
			if next == nil {
				continue
			}
			if best[to] == nil || next.sure > best[to].sure {
				best[to] = next
			}
		}
	}

	return w.whole(best[len(segments)])
}

// extendBy appends a run of segments to a path as one piece; nil where they are none, or it cannot be read.
func (w *weigher) extendBy(before *path, segments []piece) *path {
	if before == nil || !w.mayBeOne(segments) || w.asksAndSays(segments) {
		return nil
	}
	next := w.extend(before, piece{segments[0].from, segments[len(segments)-1].to})
	if next == nil {
		return nil
	}
	if w.missesPointedAt(next, segments) {
		next.sure *= sureOfSome
	}
	if next.pieces[len(next.pieces)-1].isAside() && w.hidesThing(segments) {
		return nil
	}
	for range len(segments) - 1 {
		next.sure *= sureOne
	}

	return next
}

// segments cuts the row wherever a command may end: at punctuation, and at a conjunction. One that follows the first
// word of what it joins (a redőnyt meg húzd le) does so only where something was asked for before.
func (w *weigher) segments() []piece {
	var all []piece
	from := 0
	for i := 1; i < len(w.row); i++ {
		sp := w.row[i]
		isJoint := w.joins(i) &&
			(isProperAnd(w.s, sp) || sp.means(cConjunction, "then") || asksForSomething(w.row[from:i]) || w.isTerse(w.row[from:i]))
		if w.s.Tokens[sp.from].BreakBefore && !w.row[i-1].is(cConjunction) || isJoint {
			all = append(all, piece{from, i})
			from = i
		}
	}

	return append(all, piece{from, len(w.row)})
}

// joins reports whether a span is a conjunction that may join two commands, and no prefix of a verb beside it
// (gyújtsd meg).
func (w *weigher) joins(at int) bool {
	isVerb := func(i int) bool { return i < len(w.row) && (w.row[i].is(cVerb) || isUnknownImperative(w.s, w.row[i])) }
	isPrefix := w.row[at].is(cPrefix) && (isVerb(at-1) || isVerb(at+1))

	return w.row[at].is(cConjunction) && !w.row[at-1].is(cConjunction) && !isPrefix && !isHalfMore(w.row, at)
}

// hasSeveral reports whether more than one segment may ask for something.
func (w *weigher) hasSeveral(segments []piece) bool {
	n := 0
	for _, p := range segments {
		if row := w.row[p.from:p.to]; namesOwnThing(row) || asksInAnyWay(row) || saysPlaceLit(row) || !w.isCommand && isAsking(w.s, row) {
			n++
		}
	}

	return n > 1
}

// isCommandIn reports whether a segment asks for something to be done, and is no question: kapcsold ki (and nobody is asked
// who).
func (w *weigher) isCommandIn(p piece) bool {
	row := w.row[p.from:p.to]
	said := row
	if slices.ContainsFunc(row, isCommanding) {
		said = slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return sp.is(cPrefix) })
	}

	return asksToDo(row) && !isAsking(w.s, said) && !slices.ContainsFunc(row, asksByItself)
}

// mayBeOne reports whether several segments may be one piece: at most one of them says what is to be done, and none
// only calls somebody (drága gép, oltsd le a villanyt).
func (w *weigher) mayBeOne(segments []piece) bool {
	complete, isCalled := 0, false
	for i, p := range segments {
		row := w.row[p.from:p.to]
		if i > 0 && w.isApart(piece{segments[0].from, p.from}, row) {
			return false
		}
		isDone := asksInAnyWay(row) || w.isTerse(row)
		if isDone && (asksToDo(row) || isAboutSomething(row)) {
			complete++
		}
		if isCalled && namesOwnThing(row) && asksToDo(row) {
			return false
		}
		isCalled = !isDone && namesPlainly(row)
	}

	return complete < 2
}

// missesPointedAt reports whether one of several segments points at a device by a word that nobody knows, and what they were read
// as together does not reach it: zárd el a rózsákat, meg a gyepet is.
func (w *weigher) missesPointedAt(p *path, segments []piece) bool {
	last := &p.pieces[len(p.pieces)-1]

	return last.r != nil && slices.ContainsFunc(segments[1:], func(one piece) bool {
		named := w.namedByPart(w.row[one.from:one.to])

		return named != nil && slices.ContainsFunc(thingsOf(named), func(sp *span) bool { return !last.r.reaches(sp) })
	})
}

// asksAndSays reports whether one of several segments asks something, and another one says to what a thing is to be set.
func (w *weigher) asksAndSays(segments []piece) bool {
	asks := func(p piece) bool {
		row := w.row[p.from:p.to]

		return isAsking(w.s, row) && slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cQuestion) && !sp.is(cFiller|cPrefix) })
	}
	says := func(p piece) bool { return saysValues(w.s, w.row[p.from:p.to]) && isAboutSomething(w.row[p.from:p.to]) }

	return len(segments) > 1 && slices.ContainsFunc(segments, asks) && slices.ContainsFunc(segments, says)
}

// namesPlainly reports whether the first device that some spans name has no ending.
func namesPlainly(row []*span) bool {
	at := slices.IndexFunc(row, (*span).isWishedFor)

	return at >= 0 && row[at].suffix.Case == morphology.Nominative
}

// isApart reports whether a segment is no part of what stands before it.
func (w *weigher) isApart(before piece, row []*span) bool {
	return isSetAgainst(w.row[before.from:before.to], row) || w.isHeading(before)
}

// isSetAgainst reports whether a segment with a deed is set against what stands before it, which has another thing or place,
// so that its deed is not that of both: a teraszon villanyt, de a konyhában oltsd le.
func isSetAgainst(before, row []*span) bool {
	isBut := row[0].is(cBut) || len(row) > 1 && row[1].is(cBut)

	return isBut && asksToDo(row) && !asksToDo(before) && isAboutSomething(before) && isAboutSomething(row)
}

// isAboutSomething reports whether some spans name a thing or a place.
func isAboutSomething(row []*span) bool { return namesOwnThing(row) || len(placesIn(row)) > 0 }

// asksToDo reports whether some spans have a verb that commands, or a word in place of one.
func asksToDo(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool {
		return isCommanding(sp) || sp.is(cPrefix) && !sp.is(cConjunction|cFiller) || sp.is(cAsked) && !sp.is(cFiller|cNeeds)
	})
}

// asksInAnyWay is asksToDo that also counts how much is said to be wanted.
func asksInAnyWay(row []*span) bool {
	return asksForSomething(row) || asksToDo(row) || saysWhatPlays(row)
}

// saysWhatPlays reports whether some spans say what is to become of what plays: a következő szám; mese stop.
func saysWhatPlays(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return sp.becomesOfMedia() != "" })
}

// becomesOfMedia is what a span says is to become of what plays; empty for nothing.
func (sp *span) becomesOfMedia() string {
	if !sp.is(cMedia) || sp.is(cFiller) || sp.suffix.Case != morphology.Nominative && sp.suffix.Case != morphology.Accusative {
		return ""
	}
	at := slices.IndexFunc([]string{"next", "previous", "pause", "stop", "play"}, func(value string) bool { return sp.means(cMedia, value) })
	if at < 0 {
		return ""
	}

	return sp.value(cMedia)
}

// isTerse reports whether some spans are a thing and one word for what it is to do, as commands are said in a row:
// gázcsap elzár, kapu nyit.
func (w *weigher) isTerse(row []*span) bool {
	const most = 3
	row = slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return sp.is(cConjunction|cFiller) && !sp.isWishedFor() })
	if len(row) < 2 || len(row) > most || !row[0].isWishedFor() || row[0].suffix.Case != morphology.Nominative {
		return false
	}

	return !tokens.IsArticle(w.s.Tokens[max(row[0].from-1, 0)].Fold) && row[len(row)-1].is(cVerb)
}

// extend appends a piece to a path; nil where it cannot be read.
func (w *weigher) extend(before *path, p piece) *path {
	row := w.row[p.from:p.to]
	got := w.readPartOf(before, p)
	if w.tell != nil {
		w.tellPart(row, &got)
	}
	if got.sure < sureAmong {
		return nil
	}
	next := *before
	next.pieces = append(slices.Clone(before.pieces), got)
	next.sure *= got.sure
	if got.r == nil {
		if places := placesIn(row); len(places) > 0 {
			next.where = places
		}
		if things := thingsOf(row); len(things) > 0 && !got.isKept { // búg a ventilátor, lődd le
			next.about = things
		}

		return &next
	}
	next.about, next.deed, next.asked = thingsOf(got.row), deedOf(got.row), nil
	if got.r.isAsking() {
		next.about, next.asked = namesIn(got.row), askedIn(got.row)
	}
	if places := w.ix.placesOf(got.row); len(places) > 0 {
		next.where = places
	}

	return &next
}

// hidesThing reports whether one of several segments that ask for nothing together asks for something of a device by itself.
func (w *weigher) hidesThing(segments []piece) bool {
	return len(segments) > 1 && slices.ContainsFunc(segments, func(p piece) bool {
		row := w.row[p.from:p.to]

		return w.isTerse(row) || slices.ContainsFunc(row, (*span).isPlainlyMeant) && !w.ix.lang.isAside(w.s, row) && w.weighsAsWish(row)
	})
}

// isAside reports whether a piece only tells something.
func (p *readPart) isAside() bool { return p.r == nil && !p.isKept && !p.isLeft }

// whole puts the pieces of a path together; nil where they contradict each other, or are not sure enough.
func (w *weigher) whole(p *path) *interpretation {
	if p == nil {
		return nil
	}
	all := new(interpretation)
	weakest, surest := float32(1), float32(0)
	for i := range p.pieces {
		part := &p.pieces[i]
		if part.r == nil {
			all.isHeaded = all.isHeaded || part.isLeft

			continue
		}
		if !all.addPart(part) {
			return nil
		}
		weakest, surest = min(weakest, part.sure), max(surest, part.sure)
	}
	isSure := surest >= sureToAct || weakest >= w.least
	if len(all.commands) == 0 || !isSure || all.isOfTwoTimes() || all.reachesKept(p.pieces) {
		return nil
	}
	w.weakest = weakest

	return all
}

// addFurther adds what a further piece means; false where that undoes what stands before it, or both ask back.
func (r *interpretation) addFurther(next *interpretation) bool {
	return !undoes(r.commands, next.commands) && (r.completes(next) || r.addPiece(next))
}

// isOfTwoTimes reports whether some commands are for later, and others not: whether the time is that of all of them, nobody
// can tell.
func (r *interpretation) isOfTwoTimes() bool {
	isLater := func(c meaning.Command) bool { return !c.At.IsZero() }

	return slices.ContainsFunc(r.commands, isLater) && slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !isLater(c) })
}

// reachesKept reports whether commands reach what another piece wants left as it is: mindent kapcsolj le, a csillár
// maradjon.
func (r *interpretation) reachesKept(pieces []readPart) bool {
	return slices.ContainsFunc(pieces, func(p readPart) bool { return p.isKept && slices.ContainsFunc(thingsOf(p.row), r.reaches) })
}
