package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/wish"
)

// What is learned never overrules what is known: the words that put a command under a condition, into
// somebody else's mouth, off or back are few and all in the data, so that a sentence with one of them that no frame
// understands is not guessed at.

// dependsOn reports whether something in the sentence surely changes what is asked for, or of whom.
func (w *weigher) dependsOn() bool {
	pieces := piecesOf(w.s, w.row)
	if w.ix.addressesSomebody(w.s, pieces) {
		return true
	}

	return slices.ContainsFunc(pieces, func(p []*span) bool {
		isBeside := len(pieces) > 1 && (isCalling(p) || isPutOff(p) || isSaying(p) || w.isReporting(p))

		return isBeside || isKept(p) && (len(pieces) == 1 || !namesOwnThing(p)) || w.isGivenToOthers(p) || slices.ContainsFunc(p, isChanging)
	})
}

// isChanging reports whether a span puts what is asked for under a condition, into somebody's mouth, or back.
func isChanging(sp *span) bool {
	const strictly = cBlock | cNevermind | cExcept
	if !sp.is(strictly) {
		return reports(sp) || turns(sp) || isChoice(sp)
	}
	if sp.is(cFiller) {
		return false
	}

	return sp.is(cExcept|cNevermind) || sp.means(cBlock, "if") || sp.means(cBlock, "") && !sp.is(cBut) || sp.means(cBlock, "while")
}

// isKept reports whether a piece leaves something as it is, rather than at what it says: a csillár maradjon.
func isKept(p []*span) bool {
	return slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cKeep) && !sp.is(cFiller) }) &&
		!slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cAmount | cColor | cWhite) })
}

// namesOwnThing reports whether a piece names a device, so that nothing that it says of it is said of another one.
func namesOwnThing(p []*span) bool { return slices.ContainsFunc(p, (*span).isWishedFor) }

// isCalling reports whether a piece only calls somebody who lives here: Anna, ...
func isCalling(p []*span) bool {
	isPerson := func(sp *span) bool { return len(of(entitiesOf(sp), []string{"person"})) > 0 }

	return slices.ContainsFunc(p, isPerson) && !slices.ContainsFunc(p, func(sp *span) bool { return !isPerson(sp) && !sp.is(cFiller) })
}

// isGivenToOthers reports whether a piece asks for something of which homehub knows neither what it is nor how it
// is done: vidd ki a szemetet; sütőt ki; tessékeld ki.
func (w *weigher) isGivenToOthers(p []*span) bool {
	isKnown := slices.ContainsFunc(p, func(sp *span) bool {
		return sp.isWishedFor() || sp.is(cArea|cFloor) || sp.means(cAbout, "timer") || sp.means(cAbout, "shopping")
	})
	if isKnown {
		return false
	}
	isObject := slices.ContainsFunc(p, w.isStrangeObject)
	for i, sp := range p {
		isStrange := isUnknownImperative(w.s, sp)
		isPrefixed := isStrange && i+1 < len(p) && p[i+1].is(cPrefix)
		if isPrefixed || isObject && (isStrange || asksOfThing(sp)) {
			return true
		}
	}

	return false
}

// asksOfThing reports whether a span asks for something to be done, or says how much of it.
func asksOfThing(sp *span) bool {
	return sp.is(cAmount) || sp.is(cPrefix) && !sp.is(cFiller|cConjunction) || isCommanding(sp) && !sp.is(cFiller)
}

// isUnknownObject reports whether a span is what something is done to, and no device.
func (w *weigher) isUnknownObject(sp *span) bool {
	return sp.is(cUnknown|cAbout) && !sp.is(cFiller|cUnit) && sp.to-sp.from == 1 && !sp.isWishedFor() && !looksImperative(w.s.Tokens[sp.from].Fold) &&
		strings.HasSuffix(w.s.Tokens[sp.from].Fold, "t")
}

// isReporting reports whether a piece tells what was, and what follows it is the content of that: láttam egy
// filmet, hogy ...
func (w *weigher) isReporting(p []*span) bool {
	next := p[len(p)-1].to
	if next >= len(w.s.Tokens) || !isLinker(w.s.Tokens[next].Fold) {
		return false
	}

	return slices.ContainsFunc(p, func(sp *span) bool { return formOf(w.s.Tokens[sp.from].Fold) == "past" })
}

// isStrangeObject reports whether a span is what something is done to, and points at no device either.
func (w *weigher) isStrangeObject(sp *span) bool {
	return w.isUnknownObject(sp) && !w.pointsAtThing(sp)
}

// isSaidMoreClosely reports whether a piece only says which thing is meant, by words that nobody knows: azt a
// rozsdásat. Then it can only be asked which.
func (w *weigher) isSaidMoreClosely(p []*span) bool {
	return slices.ContainsFunc(p, w.isUnknownObject) && !slices.ContainsFunc(p, func(sp *span) bool {
		return !w.isUnknownObject(sp) && !sp.is(cFiller|cConjunction)
	})
}

// isPutOff reports whether a piece puts off or forbids what another one asks for: de ne most.
func isPutOff(p []*span) bool {
	isThere := slices.ContainsFunc(p, func(sp *span) bool { return sp.isWishedFor() || sp.is(cArea|cFloor|cVerb|cUnknown) })

	return !isThere && slices.ContainsFunc(p, func(sp *span) bool { return sp.means(cNegation, "") })
}

// isSaying reports whether a piece tells that somebody of the home says something: Péter mondja, ...
func isSaying(p []*span) bool {
	isSomebody := slices.ContainsFunc(p, func(sp *span) bool { return len(of(entitiesOf(sp), []string{"person"})) > 0 })

	return isSomebody && slices.ContainsFunc(p, func(sp *span) bool {
		return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "tell" })
	})
}

// contradicts reports whether a piece says something that what it seems to ask for cannot be meant with.
func (w *weigher) contradicts(p piece, wanted weighed) bool {
	c := newClause(w.ix, w.u, w.s, w.withoutDeed(w.row[p.from:p.to]))
	switch {
	case wanted.Topic == wish.Nevermind:
		return false
	case wanted.Action == wish.Ask:
		return !c.isOfNow() || c.has(cBlock, "ago") || c.asksForContents(wanted.thing)
	case wanted.Topic != "timer" && w.isForLater(p, c), c.asksForMore() && !c.measuresTime(wanted):
		return true
	default:
		return w.isOfOther(p, wanted, c) || !w.isSeveral && w.isBabble(p, wanted.thing) || w.isDeniedAlike(p, wanted)
	}
}

// isOfOther reports whether a piece is about another thing than those that were found: one to buy, one of a number
// that none has, one that nobody knows, or somebody's whom nobody knows.
func (w *weigher) isOfOther(p piece, wanted weighed, c *clause) bool {
	switch {
	case wanted.hasWords():
		return false
	case w.isPointedAt && c.classes&cNumber != 0 && c.classes&cUnit == 0:
		return true
	case wanted.thing == nil:
		return slices.ContainsFunc(c.spans, w.isUnknownObject)
	default:
		return !wanted.thing.is(cEntity) && c.isAnyOne() || w.isOfStranger(p, wanted.thing) || w.isElsewhere(p, wanted)
	}
}

// asksForMore reports whether a clause asks how, when, why or by whom something is done, tells that it is, or asks
// for what is done by hand.
func (c *clause) asksForMore() bool {
	for _, value := range []string{"how", "when", "who", "where", "how_much"} {
		if sp := c.find(cQuestion, value); sp != nil && !sp.is(cFiller|cPrefix) {
			return true
		}
	}

	isTold := c.beginsWithTopic() || c.verb != nil && (c.mood == tellsPast || c.mood == tellsPresent && !c.s.IsQuestion && !c.isCommand())

	return isTold || c.has(cBlock, "why") || c.asksWho() || slices.ContainsFunc(c.spans, func(sp *span) bool { return c.ix.lang.isHandwork(c.s.Tokens[sp.from].Fold) })
}

// measuresTime reports whether a clause asks for a timer of some length; measuring it is no work done by hand then.
func (c *clause) measuresTime(wanted weighed) bool {
	return wanted.Topic == "timer" && wanted.Action == "start" && slices.ContainsFunc(c.quantities, func(q quantity) bool { return isUnitOfTime(q.unit) })
}

// asksWho reports whether a clause begins with "ki" and has a prefix besides: ki nyitotta ki a kaput?
func (c *clause) asksWho() bool {
	isPrefix := func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cFiller|cConjunction) }

	return len(c.spans) > 1 && c.spans[0].means(cQuestion, "who") && slices.ContainsFunc(c.spans[1:], isPrefix)
}

// isDeniedAlike reports whether a piece has a "ne" and would ask for the same without it, which cannot be: ne kapcsold be.
func (w *weigher) isDeniedAlike(p piece, wanted weighed) bool {
	row := slices.Clone(w.row[:p.from])
	for i := p.from; i < p.to; i++ {
		if !w.denies(i) {
			row = append(row, w.row[i])
		}
	}
	of := piece{p.from, len(row)}
	if of.to == p.to {
		return false
	}
	e := evidenceOf(w.s, append(row, w.row[p.to:]...), of)
	if w.isSeveral {
		e = e.WithoutAsides()
	}

	return wishes().Of(e, wanted.Topic).Action == wanted.Action
}

// denies reports whether a span of the row says that something is not to be done; also one that was run together
// with a "ne" before a verb: semmiképpne.
func (w *weigher) denies(at int) bool {
	sp := w.row[at]
	if sp.said != "" || sp.isWishedFor() {
		return false
	}
	isRunTogether := sp.is(cUnknown) && at+1 < len(w.row) && isCommanding(w.row[at+1]) && strings.HasSuffix(w.s.Tokens[sp.to-1].Fold, "ne")

	return isRunTogether || sp.means(cNegation, "") || sp.is(cNeedless)
}

// isBabble reports whether nothing of a piece is understood but the thing that it names.
func (w *weigher) isBabble(p piece, thing *span) bool {
	return thing != nil && !slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool {
		isWord := sp.to-sp.from > 1 || sp.said != "" || len(w.s.Tokens[sp.from].Fold) > 1

		return sp != thing && isWord && (!sp.is(cUnknown) && !tokens.IsArticle(w.s.Tokens[sp.from].Fold) || isUnknownImperative(w.s, sp))
	})
}

// isForLater reports whether the sentence speaks of another time than now, or of how long: what the clause says of it
// must be a moment, and what stands beside the piece must not be one.
func (w *weigher) isForLater(p piece, c *clause) bool {
	isMoment := c.findTime() != nil
	isLasting := slices.ContainsFunc(c.quantities, func(q quantity) bool { return isUnitOfTime(q.unit) })
	if !isMoment && (isLasting || c.classes&cTime != 0) || c.saysHowLong() {
		return true
	}

	return slices.ContainsFunc(slices.Concat(w.row[:p.from], w.row[p.to:]), func(sp *span) bool {
		return sp.is(cTime) && sp.time != nil && (sp.time.after > 0 || sp.time.hasClock || sp.time.day > 0)
	})
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

// isElsewhere reports whether a piece says of another device where something is to be done: a szivattyúknál.
func (w *weigher) isElsewhere(p piece, wanted weighed) bool {
	return slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool {
		return sp != wanted.thing && sp.isWishedFor() && !sp.is(cArea|cFloor) && sp.suffix.SaysWhere() && !slices.Contains(sp.topicsOf(), wanted.Topic)
	})
}

// asksForContents reports whether a clause asks what is in a thing, which no device tells: mi van a hűtőben?
func (c *clause) asksForContents(thing *span) bool {
	return thing != nil && thing.suffix.Case == morphology.Inessive && c.has(cQuestion, "what") && c.classes&(cAttribute|cMeasure|cUnit) == 0
}

// isOfStranger reports whether a thing is said to be somebody's whom nobody knows: a szomszéd ventilátorát.
func (w *weigher) isOfStranger(p piece, thing *span) bool {
	at := slices.Index(w.row, thing)

	return at > p.from && thing.suffix.IsPossessed && !thing.suffix.IsMine && w.row[at-1].is(cUnknown)
}
