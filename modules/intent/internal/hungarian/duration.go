package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// matchDuration adds a length of time that is written as one word: ötperces, tízpercet, félórás,
// másfélórára. The span then is both, the number and its unit.
func (f *spanner) matchDuration(i, first int) {
	tok := &f.s.Tokens[i]
	value, rest, ok := numberIn(tok, f.s.HasAccent)
	if tok.IsNumber {
		return
	}
	if !ok || !f.mayBeUnit(rest) {
		value, rest, ok = fractionIn(tok.Fold)
	}
	if !ok || !f.mayBeUnit(rest) {
		return
	}
	morphology.EachStem(rest, f.ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		unit, ok := f.ix.lang.timeUnit(stem)
		if !ok {
			return true
		}
		sp := f.merge(i, i+1, first)
		sp.lexemes = append(sp.lexemes, lexeme{class: cUnit, value: unit})
		sp.classes |= cNumber | cUnit
		sp.number, sp.suffix, sp.isWhole = value, ending, true
		sp.score = max(sp.score, scoreNumber+bonusPhrase)

		return false
	})
}

// mayBeUnit passes over most words at once.
func (f *spanner) mayBeUnit(rest string) bool {
	for _, unit := range f.ix.lang.timeUnits {
		if strings.HasPrefix(rest, unit) {
			return true
		}
	}

	return false
}

// fractionIn cuts a fraction off the beginning of a folded word: félórás, negyedórát.
func fractionIn(folded string) (value float64, rest string, ok bool) {
	if !times().beginnings[beginningOf(folded)] {
		return 0, "", false
	}
	for word, amount := range times().Amounts {
		if rest, ok := morphology.CutFoldOf(folded, word); ok && rest != "" {
			return amount, rest, true
		}
	}

	return 0, "", false
}

// matchNamedTimer reads a timer that is written together with its name: tésztaidőzítő.
func (f *spanner) matchNamedTimer(i int, s *span) {
	const shortest = 3
	tok := &f.s.Tokens[i]
	morphology.EachStem(tok.Fold, f.ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
		for _, w := range times().Timers {
			head, ok := strings.CutSuffix(stem, w)
			if !ok || len(head) < shortest {
				continue
			}
			said := []rune(tok.Lower)[:len([]rune(head))] // folded letters are bytes here, one for each letter
			s.lexemes, s.classes = []lexeme{{class: cAbout, value: "timer"}}, cAbout
			s.suffix, s.score, s.isWhole, s.called = ending, scoreWord, true, string(said)

			return false
		}

		return true
	})
}

// timeUnit is the unit of time that a folded word names: perc, perces.
func (l *language) timeUnit(folded string) (unit string, ok bool) {
	n, ok := l.vocabulary[folded]
	if !ok {
		return "", false
	}
	for _, p := range l.phrases[n] {
		for _, lx := range p.lexemes {
			if len(p.words) == 1 && lx.class == cUnit && isUnitOfTime(lx.value) {
				return lx.value, true
			}
		}
	}

	return "", false
}

// loadTimeUnits collects the words for units of time.
func (l *language) loadTimeUnits() {
	for folded := range l.vocabulary {
		if _, ok := l.timeUnit(folded); ok {
			l.timeUnits = append(l.timeUnits, folded)
		}
	}
}

func isUnitOfTime(unit string) bool { return unit == "hour" || unit == "minute" || unit == "second" }

// amountsOfTime are the lengths of time that a clause says, also those of "tíz perc múlva"; ok is
// false where it says a number that is none, or no length at all.
func (c *clause) amountsOfTime() (amounts []quantity, ok bool) {
	for _, q := range c.quantities {
		if !isUnitOfTime(q.unit) {
			return nil, false
		}
	}
	amounts = c.quantities
	for _, sp := range c.spans {
		if !sp.is(cTime) {
			continue
		}
		if len(amounts) > 0 || len(sp.time.parts) == 0 {
			return nil, false
		}
		amounts = sp.time.parts
	}

	return amounts, len(amounts) > 0
}

// unitOf is the unit that lasts so many seconds; empty where timers have none such.
func unitOf(seconds float64) string {
	switch seconds {
	case 1:
		return "second"
	case 60:
		return "minute"
	case 3600:
		return "hour"
	default:
		return ""
	}
}

// lengthSlots writes how long a timer was started for as the slots by which it is found.
func lengthSlots(of meaning.Slots) meaning.Slots {
	slots := meaning.Slots{}
	if name := of.Name(); name != "" { // that is enough
		slots["name"] = name

		return slots
	}
	for _, slot := range []string{"hours", "minutes", "seconds"} {
		if n, ok := of[slot]; ok {
			slots["start_"+slot] = n
		}
	}

	return slots
}

// withoutPurpose leaves out of a reminder what one is to be reminded of: szólj tíz perc múlva,
// hogy levegyem a levest. What commands again is no purpose, and stays.
func withoutPurpose(s *sentence, row []*span) []*span {
	verb := slices.IndexFunc(row, isReminder)
	if verb < 0 {
		return row
	}
	at := slices.IndexFunc(row[verb:], func(sp *span) bool { return sp.means(cFiller, "joins") && s.Tokens[sp.from].Fold == "hogy" })
	if at < 0 || slices.ContainsFunc(row[verb+at:], isCommanding) {
		return row
	}
	kept := row[:verb+at]
	if slices.ContainsFunc(kept, func(sp *span) bool { return sp.is(cTime | cUnit) }) {
		return kept
	}
	if when := row[verb+at:]; len(when) > 1 && when[1].is(cTime) { // szólj, hogy tíz perc múlva vegyem le
		return append(slices.Clone(kept), when[1])
	}

	return row
}

func isReminder(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood <= asks && f.verb.Senses[sp.prefix] == "remind" })
}
