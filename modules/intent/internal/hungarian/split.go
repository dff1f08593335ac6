package hungarian

import "slices"

// splitClauses cuts a sentence between the verbs that begin a command.
func splitClauses(s *sentence, row []*span, begins func(*span) bool) [][]*span {
	var clauses [][]*span
	from, last := 0, -1
	for i, sp := range row {
		if !begins(sp) && !wishesByItself(s, row, i, begins) {
			continue
		}
		if last >= 0 {
			cut := boundary(s, row, last, i)
			clauses = append(clauses, row[from:cut])
			from = cut
		}
		last = i
	}

	return append(clauses, row[from:])
}

// wishesByItself reports whether a "legyen" is the verb of a part of its own, beside another verb:
// indulhat a porszívó, addig a lámpa legyen kék.
func wishesByItself(s *sentence, row []*span, at int, begins func(*span) bool) bool {
	if !row[at].is(cBe) || !slices.ContainsFunc(row, begins) {
		return false
	}
	from, to := at, at+1
	for from > 0 && !s.Tokens[row[from].from].BreakBefore && !row[from].means(cConjunction, "then") && !isProperAnd(s, row[from]) {
		from--
	}
	for to < len(row) && !s.Tokens[row[to].from].BreakBefore && !row[to].is(cConjunction) {
		to++
	}
	piece := row[from:to]

	return slices.ContainsFunc(piece, isThing) && !slices.ContainsFunc(piece, begins)
}

// telegraphic cuts a row at every pause and "and" after which something else is to be done, with or
// without a verb: redőny le, csillár húsz százalékra, és szóljon a zene.
func telegraphic(s *sentence, row []*span) [][]*span {
	var clauses [][]*span
	from := 0
	for k := 1; k < len(row); k++ {
		isCut := s.Tokens[row[k].from].BreakBefore && !row[k-1].is(cConjunction) || row[k].means(cConjunction, "then") || row[k].means(cConjunction, "and") && (isProperAnd(s, row[k]) || joinsWhole(s, row, from, k))
		if isCut && isWholeCommand(row[from:k]) && isWholeCommand(row[k:]) && hasOwnThing(s, row[k:]) && !isHalfMore(row, k) {
			clauses = append(clauses, row[from:k])
			from = k
		}
	}

	return append(clauses, row[from:])
}

// joinsWhole reports whether a "meg" stands between two commands: all that was said since the last pause is one.
func joinsWhole(s *sentence, row []*span, from, at int) bool {
	for k := at; k > from; k-- {
		if s.Tokens[row[k].from].BreakBefore {
			from = k
		}
	}

	return isWholeCommand(row[from:at])
}

// isWholeCommand reports whether a part says a thing, or a timer, and what is done to it.
func isWholeCommand(part []*span) bool {
	isAbout := slices.ContainsFunc(part, func(sp *span) bool { return isThing(sp) || sp.is(cAbout|cUnit|cTime) || isListNamed(sp) || isNote(sp) })
	isDone := slices.ContainsFunc(part, func(sp *span) bool {
		return isCommanding(sp) || wants(sp) || sp.is(cPrefix) && !sp.is(cConjunction|cFiller) || sp.is(cBe|partAmount|cMedia) && !sp.is(cFiller) || sp.means(cFiller, "wanted")
	})

	return isAbout && isDone
}

// wants reports whether a span is a verb of wishing, also where it may be only polite: kérek.
func wants(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= asks && f.verb.Senses[sp.prefix] == "want" })
}

// isNote reports whether a span is a verb that puts something on a list, even where no list is named.
func isNote(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool {
		return f.mood <= asks && (f.verb.Senses["fel"] == "note" || f.verb.Senses["ki"] == "done")
	})
}

// hasOwnThing reports whether the first piece of a part names what it is about.
func hasOwnThing(s *sentence, part []*span) bool {
	for i, sp := range part {
		if i > 0 && s.Tokens[sp.from].BreakBefore {
			return false
		}
		if isThing(sp) || sp.is(cAbout) || isNote(sp) || isReminder(sp) || sp.is(cUnit) && isUnitOfTime(sp.value(cUnit)) {
			return true
		}
	}

	return false
}

// clausesOf cuts a sentence into clauses, and those further whose verb is said of several
// things in different ways.
func clausesOf(s *sentence, row []*span, begins func(*span) bool) [][]*span {
	var clauses [][]*span
	for _, spans := range splitClauses(s, row, begins) {
		clauses = append(clauses, distributed(s, spans)...)
	}

	return clauses
}

// isCommanding reports whether a span is a verb that asks for something to be done.
func isCommanding(sp *span) bool {
	return !sp.is(cPrefix|cFiller) && slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= asks })
}

// namesOrCommands is isCommanding for sentences that only name what is to be done.
func namesOrCommands(sp *span) bool {
	return !sp.is(cPrefix|cFiller) && slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= namesAction && !sp.isThingDone(f) })
}

// isThingDone reports whether a verbal noun rather names what is there: fűtés, öntözés.
func (sp *span) isThingDone(f verbForm) bool { return f.mood == namesAction && sp.is(cKind) }

// boundary finds where the clause of the verb at b begins, after the verb at a: at "then",
// at punctuation, at "and", or right before the verb.
func boundary(s *sentence, row []*span, a, b int) int {
	then := slices.IndexFunc(row[a+1:b+1], func(sp *span) bool { return sp.means(cConjunction, "then") })
	if then >= 0 {
		return a + 1 + then
	}
	pause, and := jointsBetween(s, row, a, b)
	isRightBefore := and >= 0 && isProperAnd(s, row[and]) && onlyFillers(row[and+1:b]) // a tévét, a csillárt, és húzd le
	switch {
	case pause >= 0 && !isRightBefore:
		return pause
	case and >= 0:
		return and
	default:
		return b
	}
}

// jointsBetween finds the first punctuation between two verbs, and the "and" that joins what is said
// with them: the first one, or a later one right before the second verb. They are -1 without one.
func jointsBetween(s *sentence, row []*span, a, b int) (pause, and int) {
	pause, and = -1, -1
	for k := a + 1; k <= b; k++ {
		switch {
		case s.Tokens[row[k].from].BreakBefore && pause < 0:
			pause = k
		case row[k].means(cConjunction, "and") && !isPrefixOf(row, a, k):
			if and < 0 || onlyFillers(row[k+1:b]) {
				and = k
			}
		}
	}

	return pause, and
}

// isProperAnd reports whether a word stands between what it joins: és, and not meg, pedig, which
// may follow the first word of what they join.
func isProperAnd(s *sentence, sp *span) bool {
	folded := s.Tokens[sp.from].Fold

	return s.Tokens[sp.from].BreakBefore || folded == "es" || folded == "s"
}

// isPrefixOf reports whether the span right after a verb is its prefix rather than "and":
// gyújtsd meg.
func isPrefixOf(row []*span, verb, at int) bool {
	return at == verb+1 && row[at].is(cPrefix)
}

func onlyFillers(row []*span) bool {
	return !slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cFiller | cPrefix) })
}
