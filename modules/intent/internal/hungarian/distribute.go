package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// distributed cuts a clause whose one verb is said of several things in different ways: a
// konyhában fel, a nappaliban le a villanyt; a csillárt 30-ra, az állólámpát 50-re állítsd.
// Each part gets the verb. A clause whose parts do not differ in two ways remains whole.
func distributed(s *sentence, spans []*span) [][]*span {
	verb := slices.IndexFunc(spans, namesOrCommands)
	if verb < 0 {
		verb = slices.IndexFunc(spans, func(sp *span) bool { return sp.is(cBe) })
	}
	isOfList := slices.ContainsFunc(spans, func(sp *span) bool { return isListNamed(sp) || sp.means(cAbout, "shopping") })
	if isOfList || verb >= 0 && slices.ContainsFunc(spans[verb+1:], namesOrCommands) {
		return [][]*span{spans}
	}
	prefix := prefixOf(spans, verb)
	clauses := joinAlike(s, segmentsOf(s, spans, verb))
	if len(clauses) < 2 {
		return [][]*span{spans}
	}
	if isOfOther(clauses, spans, verb, prefix) {
		prefix = -1
	}
	lendThings(clauses)
	lendPlace(clauses, spans, verb)
	for i := range clauses {
		if verb < 0 || !isDoneOtherwise(clauses, i, spans[verb]) {
			clauses[i] = withVerb(clauses[i], spans, verb, prefix)
		}
	}

	return clauses
}

// isDoneOtherwise reports whether a clause says with a prefix of its own what is done to its thing, so that the verb of another
// one, which says how much, or only that it is wished, would make something else of it: a lámpát le, az elszívót tekerd ötvenre.
func isDoneOtherwise(clauses [][]*span, at int, verb *span) bool {
	isPrefix := func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cConjunction|cFiller) }
	own := clauses[at]
	if slices.Contains(own, verb) || partsOf(own)&partThing == 0 || !slices.ContainsFunc(own, isPrefix) {
		return false
	}
	of := slices.IndexFunc(clauses, func(c []*span) bool { return slices.Contains(c, verb) })

	return wants(verb) || of > at && partsOf(clauses[of])&partAmount != 0 && !slices.ContainsFunc(clauses[of], isPrefix)
}

// isOfOther reports whether a prefix belongs to another clause than the verb, where another thing is named: mehet a
// bojler, lámpa le.
func isOfOther(clauses [][]*span, spans []*span, verb, prefix int) bool {
	if verb < 0 || prefix < verb {
		return false
	}

	return slices.ContainsFunc(clauses, func(c []*span) bool {
		return slices.Contains(c, spans[prefix]) && !slices.Contains(c, spans[verb]) && partsOf(c)&partThing != 0
	})
}

// joinAlike joins the segments of which the same is said: only what differs from the one before it
// is a clause of its own.
func joinAlike(s *sentence, segments [][]*span) [][]*span {
	var clauses [][]*span
	var before class
	for _, segment := range segments {
		parts := partsOf(segment)
		last := len(clauses) - 1
		if last < 0 || differInTwo(before, parts) || isOtherDeed(before, parts) || isNext(s, clauses[last], segment) {
			clauses = append(clauses, segment)
			before = parts

			continue
		}
		clauses[last] = slices.Concat(clauses[last], segment)
		before |= parts
	}

	return clauses
}

// lendThings gives a clause that names no thing those of its neighbour: what is named once is meant
// in all of them.
func lendThings(clauses [][]*span) {
	for i := 1; i < len(clauses); i++ { // a bojlert be, fél óra múlva ki
		if parts := partsOf(clauses[i]); parts&(partThing|partPlace) == 0 && slices.ContainsFunc(clauses[i], func(sp *span) bool { return sp.is(cTime | cUnit) }) {
			clauses[i] = slices.Concat(thingsIn(clauses[i-1]), clauses[i])
		}
	}
	for i := len(clauses) - 2; i >= 0; i-- { // a konyhában fel, a nappaliban le a villanyt
		if partsOf(clauses[i])&partThing == 0 {
			clauses[i] = slices.Concat(clauses[i], thingsIn(clauses[i+1]))
		}
	}
}

// lendPlace gives the place that is said after the verb, behind all things, to every clause: a csillárt negyvenre, a
// falikart húszra állítsd a nappaliban.
func lendPlace(clauses [][]*span, spans []*span, verb int) {
	if verb < 0 || partsOf(spans[verb+1:])&^cPrefix != partPlace {
		return
	}
	for i := range clauses[:len(clauses)-1] {
		if partsOf(clauses[i])&partPlace != 0 {
			return
		}
	}
	for _, sp := range spans[verb+1:] {
		for i := range clauses[:len(clauses)-1] {
			if partOf(sp) == partPlace {
				clauses[i] = append(slices.Clone(clauses[i]), sp)
			}
		}
	}
}

func thingsIn(spans []*span) []*span {
	return slices.DeleteFunc(slices.Clone(spans), func(sp *span) bool { return partOf(sp) != partThing })
}

// segmentsOf cuts a clause at punctuation and at "and", wherever something has been said of
// what stands before.
func segmentsOf(s *sentence, spans []*span, verb int) [][]*span {
	var segments [][]*span
	from := 0
	for k := 1; k < len(spans); k++ {
		isCut := isJoint(s, spans, k, verb)
		said := partsOf(spans[from:k])
		isDone := isCut && isDoneWithout(s, spans[from:k], spans[k:])
		if !isCut || !isDone && countParts(said) < 2 && (len(segments) == 0 || said&partDeed == 0) {
			continue
		}
		if onlyFillers(spans[k:]) || hasOnlyVerb(spans[k:]) {
			break
		}
		segments = append(segments, spans[from:k])
		from = k
	}

	return append(segments, spans[from:])
}

// isJoint reports whether a clause may be cut before a span: after a pause, at "and", "then".
func isJoint(s *sentence, spans []*span, at, verb int) bool {
	isAnd := spans[at].means(cConjunction, "and") && at != verb+1 && !isHalfMore(spans, at)

	return isAnd || s.Tokens[spans[at].from].BreakBefore || spans[at].means(cConjunction, "then")
}

// isDoneWithout reports whether a part is a whole command with a verb that needs no prefix, and what follows it after a
// pause one without a verb, of another thing: mehet a bojler, lámpa le.
func isDoneWithout(s *sentence, part, rest []*span) bool {
	isPlain := slices.ContainsFunc(part, func(sp *span) bool {
		return sp.prefix == "" && slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[""] != "" })
	})
	hasPrefix := slices.ContainsFunc(rest, func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cConjunction|cFiller) })

	return isPlain && hasPrefix && s.Tokens[rest[0].from].BreakBefore && partsOf(part) == partThing && isOtherThing(s, rest)
}

// isOtherThing reports whether some spans begin with a thing as what it is: lámpa le, and not a lámpát le.
func isOtherThing(s *sentence, spans []*span) bool {
	return isThing(spans[0]) && spans[0].suffix.Case == morphology.Nominative && !tokens.IsArticle(s.Tokens[spans[0].from].Fold)
}

// isHalfMore reports whether an "and" joins a half to a number: tizennyolc és fél.
func isHalfMore(spans []*span, at int) bool {
	return at > 0 && at+1 < len(spans) && spans[at-1].is(cNumber) && spans[at+1].is(cFraction)
}

func hasOnlyVerb(spans []*span) bool {
	return !slices.ContainsFunc(spans, func(sp *span) bool { return !sp.is(cFiller|cPrefix|cConjunction|cBe) && !namesOrCommands(sp) })
}

func partsOf(spans []*span) class {
	var parts class
	for _, sp := range spans {
		parts |= partOf(sp)
	}

	return parts
}

func countParts(parts class) int {
	n := 0
	for _, part := range []class{partThing, partPlace, partAmount, cPrefix} {
		if parts&part != 0 {
			n++
		}
	}

	return n
}

func differInTwo(a, b class) bool { return countParts(a&b) >= 2 }

// partDeed is what says what is done: redőny le, csillár húsz százalékra.
const partDeed = cPrefix | partAmount

// isOtherDeed reports whether a part speaks of another thing, and of what is done to it in its own way.
func isOtherDeed(before, part class) bool {
	return part&partThing != 0 && part&partDeed != 0 && before&(partThing|partPlace) != 0 && before&partDeed != 0
}

// isSetNext reports whether a part only says to how many degrees what was switched before it is to be
// set: klíma be, huszonkét fokra.
func isSetNext(before, part []*span) bool {
	isDegrees := slices.ContainsFunc(part, func(sp *span) bool { return sp.means(cUnit, "degree") })

	return isDegrees && partsOf(part) == partAmount && partsOf(before) == partThing|cPrefix && !slices.ContainsFunc(before, namesOrCommands)
}

// isNext reports whether a part asks for something of its own although it differs little from the one before it.
func isNext(s *sentence, before, part []*span) bool {
	return isSetNext(before, part) || isOtherTime(s, before, part) || isDoneWithout(s, before, part)
}

// isOtherTime reports whether a part is for another time than the one before it: most a kávéfőzőt,
// este nyolckor a bojlert. A time at the end of an enumeration is that of all.
func isOtherTime(s *sentence, before, part []*span) bool {
	at := slices.IndexFunc(part, func(sp *span) bool { return sp.is(cTime) })
	if at < 0 || partsOf(part)&(partThing|cPrefix) == 0 {
		return false
	}
	isSaid := slices.ContainsFunc(before, func(sp *span) bool { return sp.is(cTime) || isNow(s, sp) })

	return isSaid || onlySmall(part[:at]) || slices.ContainsFunc(part[1:], func(sp *span) bool { return sp.is(cConjunction) })
}

func onlySmall(row []*span) bool {
	return !slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })
}

func isNow(s *sentence, sp *span) bool {
	return slices.ContainsFunc(times().Now, func(w string) bool { return morphology.IsFoldOf(s.Tokens[sp.from].Fold, w) })
}

// prefixOf is the place of the prefix that belongs to the verb, -1 without one.
func prefixOf(spans []*span, verb int) int {
	if verb < 0 {
		return -1
	}
	if verb+1 < len(spans) && spans[verb+1].is(cPrefix) {
		return verb + 1
	}

	return slices.IndexFunc(spans, func(sp *span) bool { return sp.is(cPrefix) && !sp.is(cConjunction|cFiller) })
}

// withUnit gives a bare number the unit that was said with another: húsz, huszonkét fok.
func withUnit(part []*span, unit *span) []*span {
	if slices.ContainsFunc(part, func(sp *span) bool { return sp.is(cUnit) }) {
		return part
	}
	at := slices.IndexFunc(part, func(sp *span) bool { return sp.is(cNumber) && !sp.is(cEntity|cArea|cFloor) && !sp.suffix.IsThere })
	if at < 0 {
		return part
	}

	if at+1 < len(part) && part[at+1].is(cFraction) { // tizennyolc és fél
		at++
	}

	return slices.Insert(part, at+1, unit)
}

// withVerb adds the verb to a part that lacks it, and its prefix to one that has none.
func withVerb(part, spans []*span, verb, prefix int) []*span {
	if verb < 0 {
		return part
	}
	part = slices.Clone(part)
	if partsOf(part)&partDeed == 0 && prefix >= 0 && spans[verb].prefix == "" && !slices.Contains(part, spans[prefix]) {
		part = append(part, spans[prefix])
	}
	if !slices.Contains(part, spans[verb]) {
		part = append(part, spans[verb])
	}
	if at := slices.IndexFunc(spans, func(sp *span) bool { return sp.is(cUnit) }); at >= 0 {
		part = withUnit(part, spans[at])
	}

	return part
}
