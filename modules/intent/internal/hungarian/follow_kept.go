package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// followKept reads what is about the timer or the list of the turn before.
func (ix *Index) followKept(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	last := u.Before.Last()
	switch {
	case meaning.IsOfTimers(last.Intent) && !slices.ContainsFunc(row, func(sp *span) bool { return isThing(sp) || sp.is(cUnknown) }):
		return ix.followTimer(u, s, row)
	case meaning.IsOfLists(last.Intent), len(last.Targets) == 1 && last.Targets[0].Domain == "todo":
		return ix.followList(u, s, row)
	default:
		return nil
	}
}

// followTimer reads a row about the timer of the turn before: töröld; adj hozzá öt percet.
func (ix *Index) followTimer(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	last := u.Before.Last()
	if !slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cAbout, "timer") }) {
		row = append(slices.Clone(row), unsaid("időzítő", lexeme{class: cAbout, value: "timer"}, morphology.Nominative))
	}
	r := ix.readClauses(u, s, [][]*span{withUnits(row, unitOfTimer(last), s)}, nil)
	if r == nil || slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !meaning.IsOfTimers(c.Intent) }) {
		return nil
	}
	for i := range r.commands {
		c := &r.commands[i]
		_, isNamed := meaning.DurationOf(c.Slots, "start_")
		if c.Intent == meaning.StartTimer || c.Intent == meaning.CancelAllTimers || isNamed || c.Slots.Name() != "" {
			continue
		}
		maps.Copy(c.Slots, timerOf(last))
	}

	return r
}

// unitOfTimer is what the length of a timer was said in: its smallest unit.
func unitOfTimer(c *meaning.Command) string {
	for _, unit := range []string{"second", "minute", "hour"} {
		if c.Slots[unit+"s"] != nil || c.Slots["start_"+unit+"s"] != nil {
			return unit
		}
	}

	return "minute"
}

// withUnits gives the numbers of a row that are said without a unit the one that is meant: adj hozzá még
// ötöt. "Plusz" before a number is as good as "még".
func withUnits(row []*span, unit string, s *sentence) []*span {
	var full []*span
	for i, sp := range row {
		if s.Tokens[sp.from].Fold == "plusz" && i+1 < len(row) && row[i+1].is(cNumber|cFraction) && sp.said == "" {
			sp = unsaid("még", lexeme{class: cAgain}, morphology.Nominative)
			sp.classes |= cFiller
		}
		isBare := sp.is(cNumber) && !sp.is(cUnit|cEntity|cTime) && (i+1 == len(row) || !row[i+1].is(cUnit|cFraction|cNumber|cConjunction))
		if !isBare {
			full = append(full, sp)

			continue
		}
		bare, of := *sp, unsaid(unit, lexeme{class: cUnit, value: unit}, sp.suffix.Case)
		bare.suffix = morphology.Suffix{}
		of.suffix, of.from, of.to = sp.suffix, sp.from, sp.to
		full = append(full, &bare, of)
	}

	return full
}

// timerOf are the slots that find the timer which a command was about.
func timerOf(c *meaning.Command) meaning.Slots {
	if c.Intent == meaning.StartTimer {
		return lengthSlots(c.Slots)
	}
	if name := c.Slots.Name(); name != "" {
		return meaning.Slots{"name": name}
	}
	slots := meaning.Slots{}
	for _, slot := range []string{"name", "area", "start_hours", "start_minutes", "start_seconds"} {
		if value, ok := c.Slots[slot]; ok {
			slots[slot] = value
		}
	}

	return slots
}

// followList reads a row about the list of the turn before: vedd le a tejet.
func (ix *Index) followList(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	last := u.Before.Last()
	if r := takeOffList(u.Before, s, row); r != nil {
		return r
	}
	if !slices.ContainsFunc(row, isCommanding) {
		return nil
	}
	for _, where := range []morphology.Case{morphology.Sublative, morphology.Delative} {
		list := unsaid("lista", lexeme{class: cAbout, value: "shopping"}, where)
		if len(last.Targets) == 1 && last.Intent != meaning.ShoppingAddItem {
			list = remembered(last.Targets[0].Name, cEntity, &name{entities: last.Targets})
			list.suffix.Case = where
		}
		r := ix.readClauses(u, s, [][]*span{append(slices.Clone(row), list)}, nil)
		if r != nil && !slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !meaning.IsOfLists(c.Intent) }) {
			return r
		}
	}

	return nil
}

// unsaid is a word of the language that nobody said now.
func unsaid(said string, as lexeme, in morphology.Case) *span {
	return &span{to: 1, classes: as.class, lexemes: []lexeme{as}, said: said, suffix: morphology.Suffix{Case: in, IsThere: in != morphology.Nominative}}
}

// takeOffList takes back what was put on a list where it is said not to be needed: mégse kell a tej.
func takeOffList(m *meaning.Memory, s *sentence, row []*span) *interpretation {
	if !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cNeedless) }) {
		return nil
	}
	var taken []meaning.Command
	for _, c := range m.Commands {
		item := tokenize(c.Slots.Text("item"), neverEnding)
		if len(item.Tokens) > 0 && c.Intent != meaning.ListRemoveItem && s.says(item.Tokens[len(item.Tokens)-1].Fold) {
			taken = append(taken, c)
		}
	}

	return undo(&meaning.Memory{Commands: taken, Was: m.Was})
}

// says reports whether a folded word is said, in any form.
func (s *sentence) says(folded string) bool {
	return slices.ContainsFunc(s.Tokens, func(tok tokens.Token) bool {
		is := tok.Fold == folded
		morphology.EachStem(tok.Fold, hungarian().suffixes, func(stem string, _ morphology.Suffix) bool {
			is = is || stem == folded

			return !is
		})

		return is
	})
}
