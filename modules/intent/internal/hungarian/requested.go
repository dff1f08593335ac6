package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// withoutAsking puts a small word in place of a clause that only asks for what the one after it says, and of the word that
// joins them: Zita kéri, hogy zárd be az ajtót; hálás lennék, ha bezárnád. Alone, a condition holds a command back, and
// what is told after a "hogy" is only told.
func withoutAsking(s *sentence, row []*span) []*span {
	for i, sp := range row {
		if i == 0 || !sp.means(cBlock, "if") && !isThat(s, sp) {
			continue
		}
		from := i - 1
		for from > 0 && !s.Tokens[row[from].from].BreakBefore {
			from--
		}
		to := i + 1
		for to < len(row) && !s.Tokens[row[to].from].BreakBefore {
			to++
		}
		asking, asked := row[from:i], row[i+1:to]
		if len(asked) == 0 || !asksThat(s, sp, asking, asked) {
			continue
		}
		word := &span{from: asking[0].from, to: sp.to, score: sp.score, classes: cFiller, lexemes: []lexeme{{class: cFiller, value: "wish"}}}

		return slices.Concat(row[:from], []*span{word}, row[i+1:])
	}

	return row
}

// isThat reports whether a span is the word before what somebody asks for: hogy.
func isThat(s *sentence, sp *span) bool {
	return sp.means(cFiller, "joins") && isLinker(s.Tokens[sp.from].Fold)
}

// asksThat reports whether a clause only asks for what another one says after the word between them.
func asksThat(s *sentence, joint *span, asking, asked []*span) bool {
	if slices.ContainsFunc(asking, isOfDevices) || slices.ContainsFunc(asked, func(sp *span) bool { return sp.is(cQuestion) && !sp.is(cFiller|cPrefix|cEntity) }) {
		return false
	}
	if joint.means(cBlock, "if") {
		return wouldPlease(s, asking) && slices.ContainsFunc(asked, func(sp *span) bool { return isWished(s, sp) })
	}
	isAsking := slices.ContainsFunc(asking, asksNow) || onlyPoints(s, asking)

	return isAsking && !slices.ContainsFunc(asking, isNot) && asksToDo(asked)
}

// onlyPoints reports whether a clause only points at what follows it: arra kérlek, hogy ...
func onlyPoints(s *sentence, clause []*span) bool {
	return !slices.ContainsFunc(clause, func(sp *span) bool {
		return !sp.is(cFiller) && !slices.Contains(morphology.Rules().SaidSo, s.Tokens[sp.to-1].Fold)
	})
}

// isOfDevices reports whether a span names a device or a place.
func isOfDevices(sp *span) bool { return sp.isWishedFor() || sp.is(cArea|cFloor) }

// isNot reports whether a span denies something.
func isNot(sp *span) bool { return sp.is(cNegation) && !sp.is(cVerb) }

// asksNow reports whether a span is a verb of asking for something, and not of what was asked for: kéri.
func asksNow(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool {
		return f.verb.Senses[sp.prefix] == "want" && f.mood != tellsPast && !f.verb.Only
	})
}

// wouldPlease reports whether a clause says that somebody would be glad: cuki lenne; nem lenne baj.
func wouldPlease(s *sentence, clause []*span) bool {
	would := false
	for _, sp := range clause {
		switch {
		case slices.Contains(morphology.Rules().WouldBe, s.Tokens[sp.to-1].Fold), sp.means(cAsked, "want"):
			would = true
		case sp.is(cQuestion) && !sp.is(cFiller|cPrefix), sp.is(cBlock):
			return false
		}
	}

	return would && isWelcome(s, clause)
}

// isWelcome reports whether a clause does not say that something would be bad: baj lenne; nem lenne jó.
func isWelcome(s *sentence, clause []*span) bool {
	isBad, isDenied := false, false
	for _, sp := range clause {
		isBad = isBad != slices.Contains(morphology.Rules().Unwelcome, s.Tokens[sp.to-1].Fold)
		isDenied = isDenied || isNot(sp)
	}

	return isBad == isDenied
}

// isWished reports whether a span says how something would be, or what somebody would do: égne, lekapcsolnád.
func isWished(s *sentence, sp *span) bool {
	if sp.isWishedFor() || sp.is(cArea|cFloor) {
		return false
	}
	would := slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood == asks })

	return would || sp.means(cBe, "wished") || formOf(s.Tokens[sp.to-1].Fold) == "would"
}
