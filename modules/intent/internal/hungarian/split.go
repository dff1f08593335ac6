package hungarian

import "slices"

// splitClauses cuts a sentence between the verbs that begin a command.
func splitClauses(s *sentence, row []*span, begins func(*span) bool) [][]*span {
	var clauses [][]*span
	from, last := 0, -1
	for i, sp := range row {
		if !begins(sp) {
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
	and, pause := -1, -1
	for k := a + 1; k <= b; k++ {
		switch {
		case row[k].means(cConjunction, "then"):
			return k
		case s.tokens[row[k].from].breakBefore && pause < 0:
			pause = k
		case row[k].means(cConjunction, "and") && !isPrefixOf(row, a, k):
			if and < 0 || onlyFillers(row[k+1:b]) {
				and = k
			}
		}
	}
	switch {
	case pause >= 0:
		return pause
	case and >= 0:
		return and
	default:
		return b
	}
}

// isPrefixOf reports whether the span right after a verb is its prefix rather than "and":
// gyújtsd meg.
func isPrefixOf(row []*span, verb, at int) bool {
	return at == verb+1 && row[at].is(cPrefix)
}

func onlyFillers(row []*span) bool {
	return !slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cFiller | cPrefix) })
}
