package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/wish"
)

// What is learned never overrules what is known: the words that put a command under a condition, into
// somebody else's mouth, off or back are few and all in the data, so that a sentence with one of them that no frame
// understands is not guessed at. Beside what is asked for the same words may only tell something: ha már itt
// vagy; a híreket mondják; fáradt vagyok. Those change nothing.

// dependsOn tells what in the sentence surely changes what is asked for, or of whom; empty for nothing.
func (w *weigher) dependsOn() string {
	pieces := piecesOf(w.s, w.row)
	if w.ix.addressesSomebody(w.s, pieces) {
		return "somebody is called to do it"
	}
	for at := range pieces {
		if why := w.changesIn(pieces, at); why != "" {
			return why
		}
	}

	return ""
}

// isNevermind reports whether the sentence surely asks for nothing but to be left alone: hagyd, semmi, megoldottam.
func (w *weigher) isNevermind() bool {
	asks := func(sp *span) bool { return sp.isWishedFor() || asksPlainly(sp) && !sp.is(cNevermind|cKeep) }
	if slices.ContainsFunc(w.row, asks) {
		return false
	}
	wanted := w.said(w.ix.evidenceOf(w.s, w.row, piece{0, len(w.row)})).OfAnything()

	return wanted.Topic == wish.Nevermind && wanted.Sure > sureToAct
}

// changesIn tells what a piece changes of what the sentence asks for; empty for nothing.
func (w *weigher) changesIn(pieces [][]*span, at int) string {
	if w.isSaying(pieces[at]) {
		return "somebody says so, or is to be told"
	}
	if len(pieces) > 1 {
		if why := w.changesBeside(pieces, at); why != "" {
			return why
		}
	}
	for _, sp := range pieces[at] {
		if why := w.changes(pieces, at, sp); why != "" {
			return why
		}
	}

	return ""
}

// changesBeside tells what a piece beside others changes of what they ask for; empty for nothing.
func (w *weigher) changesBeside(pieces [][]*span, at int) string {
	p := pieces[at]
	switch {
	case isCalling(p):
		return "somebody is called"
	case slices.ContainsFunc(p, func(sp *span) bool { return sp.means(cBlock, "foreign") }):
		return "it is about words"
	case isPutOff(p):
		return "it is put off"
	case w.isReporting(p):
		return "somebody told so"
	case w.isGivenToOthers(p):
		return "something else is asked for, too"
	default:
		return ""
	}
}

// changes tells how a span of a piece changes what is asked for; empty where it does not.
func (w *weigher) changes(pieces [][]*span, at int, sp *span) string {
	isFiller := sp.is(cFiller)
	switch {
	case reports(sp) && !w.isLoud(pieces[at]) && w.tellsWhat(pieces[at]) && !w.saysWhat(pieces[at]):
		return "somebody says so"
	case sp.means(cEnds, "after"), isBackward(sp) && w.takesBack(pieces, at, sp):
		return "it is taken back"
	case isFiller:
		return ""
	case sp.is(cKeep) && keepsAll(pieces, at, sp):
		return "it is to stay so"
	case sp.is(cExcept):
		return "something is left out"
	default:
		return w.onlyTells(pieces, at, sp)
	}
}

// onlyTells tells why a span makes what is asked for something that is only supposed or told; empty where it does not.
func (w *weigher) onlyTells(pieces [][]*span, at int, sp *span) string {
	switch {
	case sp.means(cBlock, "if") && w.holdsBack(sp):
		return "it depends on something"
	case sp.means(cBlock, "") && !sp.is(cBut) && !w.saysWhat(pieces[at]), sp.means(cBlock, "shall") && w.isShall(pieces[at]), sp.means(cBlock, "who") && !w.isWhose(pieces, at):
		return "it is only told of"
	default:
		return ""
	}
}

// isLoud reports whether a piece says of a device what else is said of people: ordítson jobban a hifi.
func (w *weigher) isLoud(p []*span) bool {
	return slices.ContainsFunc(p, func(sp *span) bool {
		return sp.isWishedFor() && sp.suffix.Case == morphology.Nominative && len(of(entitiesOf(sp), []string{"person"})) == 0
	})
}

// tellsWhat reports whether what follows a piece is what is said there: azt kiabálja, hogy ... Else it only tells that somebody,
// or something, is heard: üvölt az elszívó.
func (w *weigher) tellsWhat(p []*span) bool {
	return len(p) == len(w.row) || w.isLinkedOn(p) || slices.ContainsFunc(p, func(sp *span) bool { return w.isWordIn(sp, morphology.Rules().SaidSo) })
}

// saysWhat reports whether a piece beside others says itself what is told: a híreket mondják.
func (w *weigher) saysWhat(p []*span) bool {
	isLinked := w.isLinkedOn(p) || slices.ContainsFunc(p, func(sp *span) bool { return sp.means(cFiller, "joins") })

	return !isLinked && len(p) < len(w.row) && slices.ContainsFunc(p, w.isUnknownObject) &&
		!slices.ContainsFunc(p, func(sp *span) bool { return sp.isWishedFor() || isCommanding(sp) })
}

// isShall reports whether a piece speaks of what will be done: fogom kapcsolni. Alone the word is a verb of its own
// (fogom a létrát), and a reason only tells why: mert cserélni fogom.
func (w *weigher) isShall(p []*span) bool {
	return !p[0].is(cReason) && slices.ContainsFunc(p, func(sp *span) bool { return formOf(w.s.Tokens[sp.to-1].Fold) == "infinitive" })
}

// isWhose reports whether a piece only says of somebody in the one before it who that is: a pároknak, akik most érkeznek.
func (w *weigher) isWhose(pieces [][]*span, at int) bool {
	return at > 0 && slices.ContainsFunc(pieces[at-1], isCommanding) && !slices.ContainsFunc(pieces[at], isCommanding)
}

// takesBack reports whether a word takes back what stands before it: nothing that is asked for follows, and it is not
// said of something else (semmi zaj ne legyen), of a timer (töröld), or asks to leave something out (hagyd ki).
func (w *weigher) takesBack(pieces [][]*span, at int, sp *span) bool {
	p := pieces[at]
	isAbout := sp.means(cNevermind, "all") && slices.ContainsFunc(p, func(other *span) bool { return !other.is(cNevermind | cFiller | cConjunction | cNeedless | cNegation) })
	isLeft := sp.is(cKeep) && (!keepsAll(pieces, at, sp) || isNotKept(p))

	return !isAbout && !w.endsTimer(p, sp) && !isLeft && !slices.ContainsFunc(pieces[at+1:], w.asksAfter)
}

// asksAfter reports whether a piece asks for something although something was taken back before it.
func (w *weigher) asksAfter(p []*span) bool {
	asks := slices.ContainsFunc(p, func(sp *span) bool {
		return isCommanding(sp) && !sp.is(cNevermind|cKeep) || isUnknownImperative(w.s, sp) || sp.is(cBe)
	})
	isAmount := func(sp *span) bool { return sp.is(partAmount) }

	return asks || namesOwnThing(p) && !slices.ContainsFunc(p, isNot) && (asksToDo(p) || slices.ContainsFunc(p, isAmount))
}

// isBackward reports whether a span is a word that takes something back.
func isBackward(sp *span) bool {
	return sp.means(cNeedless, "back") || sp.is(cNevermind) && !sp.is(cFiller)
}

// endsTimer reports whether a word ends a timer, or takes something off a list: töröld; az időzítőt felejtsd el. It does not
// where another word of its piece does so: mégse töröld.
func (w *weigher) endsTimer(p []*span, sp *span) bool {
	isKept := func(sp *span) bool {
		return sp.means(cAbout, "timer") || sp.means(cAbout, "shopping") || isListNamed(sp)
	}
	isElse := func(other *span) bool { return other != sp && isCommanding(other) }

	return isCommanding(sp) && slices.ContainsFunc(w.row, isKept) || slices.ContainsFunc(p, isKept) && !slices.ContainsFunc(p, isElse)
}

// isKept reports whether a piece leaves something as it is, rather than at what it says: a csillár maradjon.
func isKept(p []*span) bool {
	return slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cKeep) && !sp.is(cFiller) && keeps(p, sp) })
}

// keeps reports whether a word of a piece keeps what is named there as it is, and lets nothing happen to it: hagyd ki;
// hagyd kihűlni; ne maradjon.
func keeps(p []*span, keep *span) bool {
	at := slices.Index(p, keep)
	isLeftOut := at+1 < len(p) && p[at+1].is(cPrefix) && !p[at+1].is(cFiller|cConjunction)
	isNot := at > 0 && p[at-1].is(cNegation)

	return !isLeftOut && !isNot && !slices.ContainsFunc(p, func(sp *span) bool { return sp.is(cAmount | cColor | cWhite) }) &&
		slices.ContainsFunc(p, func(sp *span) bool { return sp.isWishedFor() || sp.is(cArea|cFloor) })
}

// keepsAll reports whether what a word of a piece keeps may be what the others speak of, too.
func keepsAll(pieces [][]*span, at int, keep *span) bool {
	return keeps(pieces[at], keep) && (len(pieces) == 1 || !namesOwnThing(pieces[at]))
}

// namesOwnThing reports whether a piece names a device, so that nothing that it says of it is said of another one.
func namesOwnThing(p []*span) bool { return slices.ContainsFunc(p, (*span).isWishedFor) }

// isCalling reports whether a piece only calls somebody who lives here: Anna, ...
func isCalling(p []*span) bool {
	isPerson := func(sp *span) bool { return len(of(entitiesOf(sp), []string{"person"})) > 0 }

	return slices.ContainsFunc(p, isPerson) && !slices.ContainsFunc(p, func(sp *span) bool { return !isPerson(sp) && !sp.is(cFiller) })
}

// isPutOff reports whether a piece puts off or forbids what another one asks for: de ne most.
func isPutOff(p []*span) bool {
	isOther := func(sp *span) bool {
		return !sp.is(cFiller|cBut|cConjunction|cNegation|cTime|cBlock) || sp.is(cLevel|cColor|cWhite|cChange)
	}

	return slices.ContainsFunc(p, func(sp *span) bool { return sp.means(cNegation, "") }) && !slices.ContainsFunc(p, isOther)
}

// isSaying reports whether a piece tells that somebody says something (Péter mondja, ...), or asks to tell somebody
// something: szólj Dórinak.
func (w *weigher) isSaying(p []*span) bool {
	says := func(senses ...string) bool {
		return slices.ContainsFunc(p, func(sp *span) bool {
			return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return slices.Contains(senses, f.verb.Senses[sp.prefix]) })
		})
	}
	isPerson := func(sp *span) bool { return len(of(entitiesOf(sp), []string{"person"})) > 0 }
	isTold := func(sp *span) bool {
		return (sp.is(cUnknown|cAddress) || isPerson(sp)) && morphology.EndsWithAny(w.s.Tokens[sp.to-1].Fold, morphology.Rules().DativeEndings)
	}

	return len(p) < len(w.row) && slices.ContainsFunc(p, isPerson) && says("tell", "report") || slices.ContainsFunc(p, isTold) && says("tell", "report", "remind")
}

// isLinkedOn reports whether what follows a piece is the content of it: ..., hogy ...
func (w *weigher) isLinkedOn(p []*span) bool {
	if len(p) == 0 {
		return false
	}
	next := p[len(p)-1].to

	return next < len(w.s.Tokens) && isLinker(w.s.Tokens[next].Fold)
}

// isReporting reports whether a piece tells what was, and what follows it is the content of that: láttam egy
// filmet, hogy ...
func (w *weigher) isReporting(p []*span) bool {
	isPast := func(sp *span) bool {
		return sp.tellsOfPast() || sp.is(cUnknown|cVerb) && formOf(w.s.Tokens[sp.from].Fold) == "past"
	}

	return w.isLinkedOn(p) && slices.ContainsFunc(p, isPast)
}

// isGivenToOthers reports whether a piece asks for something to be done to what homehub does not know as is done to devices
// (a nagyot oltsd el): the others are only a part of what is wanted. Whom somebody is to let in is no such thing, and what is
// done by hand (vidd ki a szemetet) is said beside.
func (w *weigher) isGivenToOthers(p []*span) bool {
	isKnown := slices.ContainsFunc(p, func(sp *span) bool {
		return sp.isWishedFor() || sp.is(cArea|cFloor) || sp.means(cAbout, "timer") || sp.means(cAbout, "shopping")
	})
	isObject := func(sp *span) bool {
		return w.isStrangeObject(sp) || sp.isNumberIn(morphology.Accusative) && w.s.Tokens[sp.to-1].Fold != "egyet" // a kettest
	}
	asks := func(sp *span) bool {
		return turnsWith(p, sp) && !w.isOwnDeed(p, sp) || sp.isNumberIn(morphology.Sublative) // a vitrint ötvenre
	}

	return !isKnown && !isLetIn(p) && slices.ContainsFunc(p, isObject) && (saysOnly(p, isObject) || slices.ContainsFunc(p, asks))
}

// isOwnDeed reports whether a verb of a piece without a prefix says what its speaker does, or would do: hallgatnám a híreket.
func (w *weigher) isOwnDeed(p []*span, verb *span) bool {
	return prefixIn(p, verb.prefix) == "" && morphology.EndsWithAny(w.s.Tokens[verb.to-1].Fold, morphology.Rules().OwnEndings)
}

// saysOnly reports whether a piece says nothing but where to with something: sütőt ki.
func saysOnly(p []*span, isThing func(*span) bool) bool {
	isPrefix := func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cFiller|cConjunction) }

	return slices.ContainsFunc(p, isPrefix) && !slices.ContainsFunc(p, func(sp *span) bool { return !isThing(sp) && !isPrefix(sp) && !sp.is(cFiller|cConjunction) })
}

// isNumberIn reports whether a span is a number with the ending of a case.
func (sp *span) isNumberIn(of morphology.Case) bool {
	return sp.is(cNumber) && !sp.is(cFiller) && sp.suffix.Case == of
}

// turnsWith reports whether a span is a verb that asks, with a prefix of its piece, for what is done to devices.
func turnsWith(p []*span, sp *span) bool {
	return isCommanding(sp) && slices.ContainsFunc(sp.forms, func(f verbForm) bool {
		return outcomeOf(f.verb.Senses[sp.prefix]) != 0 || outcomeOf(f.verb.Senses[prefixIn(p, sp.prefix)]) != 0
	})
}

// holdsBack reports whether a condition holds back what is asked for. It does not where it is a part of what a remark
// tells (a lovak nem szeretik, ha ...), or is itself what is wished (jólesne, ha ...).
func (w *weigher) holdsBack(condition *span) bool {
	at := slices.Index(w.row, condition)
	from, to := w.clauseFrom(at), at+1
	for to < len(w.row) && !w.s.Tokens[w.row[to].from].BreakBefore {
		to++
	}
	before, said := w.row[from:at], w.row[at:to]
	asks := func(sp *span) bool { return asksPlainly(sp) && !w.hasForm([]*span{sp}, "would") }
	if len(before) == 0 || slices.ContainsFunc(before, asksPlainly) || slices.ContainsFunc(said, asks) {
		return true
	}
	isWish := w.hasForm(before, "would") && isWelcome(w.s, before) && w.hasForm(said, "would") && slices.ContainsFunc(said, (*span).isWishedFor)

	return !isWish && (!w.isRemarkOfNow(before) || to == len(w.row))
}

// isRemarkOfNow reports whether some spans only tell how something is, and of no device.
func (w *weigher) isRemarkOfNow(row []*span) bool {
	tells := func(sp *span) bool { return w.ix.lang.tells(w.s, sp) }

	return slices.ContainsFunc(row, tells) && !w.hasForm(row, "past") && !slices.ContainsFunc(row, (*span).isWishedFor)
}

// hasForm reports whether one of some spans looks like a form of a verb.
func (w *weigher) hasForm(row []*span, form string) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return formOf(w.s.Tokens[sp.to-1].Fold) == form })
}

// clauseFrom is where the clause begins that stands before a span of the row.
func (w *weigher) clauseFrom(at int) int {
	from := at
	for from > 0 && (from == at || !w.s.Tokens[w.row[from].from].BreakBefore) {
		from--
	}

	return from
}

// asksPlainly reports whether a span asks for more than that something be so: kapcsold, but not szeretném.
func asksPlainly(sp *span) bool {
	return isCommanding(sp) && !slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "want" })
}
