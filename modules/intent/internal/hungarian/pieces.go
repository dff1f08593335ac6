package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// readBesideRemarks reads a sentence that makes no sense as a whole as the questions that it holds,
// and leaves out what stands beside them: nyitva az ajtó, vagy csak én érzem a huzatot? A
// question changes nothing, so that more may be left out than beside a command; but nothing
// is where anything commands, supposes, or is what somebody said.
func (ix *Index) readBesideRemarks(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	if s.IsQuoted || !mayAsk(s, row) {
		return nil
	}
	pieces := questionsOf(s, row)
	if len(pieces) < 2 || len(pieces) > maxClauses {
		return nil
	}
	whole := new(interpretation)
	var topic []*span
	for i, piece := range pieces {
		r := ix.readPiece(u, s, pieces[i:], topic)
		if r != nil && len(topic) == 0 && leansOnUnknown(s, pieces[:i], piece) && slices.ContainsFunc(r.commands, leansOnEntity) {
			return nil
		}
		if r != nil {
			whole.addAnswers(r.commands)
			whole.score += r.score
			whole.frame += r.frame + ";"
		}
		topic = slices.Concat(topic, namesIn(piece))
	}
	if len(whole.commands) == 0 {
		return nil
	}

	return whole
}

// readPiece reads the first of some pieces as a question; nil where it is none, or cannot be answered.
func (ix *Index) readPiece(u meaning.Utterance, s *sentence, pieces [][]*span, topic []*span) *interpretation {
	if c := newClause(ix, u, s, pieces[0]); !c.isAskedIn(pieces[1:]) {
		return nil
	}
	r := ix.readAboutSame(u, s, pieces[0], topic)
	if r == nil || r.isEmpty() || r.question != nil || !onlyAsks(r) {
		return nil
	}

	return r
}

// leansOnUnknown reports whether a piece names nothing, and one before it a place that nobody knows:
// lehet fürdeni a kádban? hány fokos?
func leansOnUnknown(s *sentence, before [][]*span, piece []*span) bool {
	if len(namesIn(piece)) > 0 {
		return false
	}

	return slices.ContainsFunc(slices.Concat(before...), func(sp *span) bool {
		return sp.is(cUnknown) && morphology.EndsWithAny(s.Tokens[sp.to-1].Fold, []string{"ban", "ben", "nal", "nel", "ba", "be"})
	})
}

// mayAsk reports whether a row may hold questions: it has a question mark or a word of asking, and
// nothing that commands or supposes.
func mayAsk(s *sentence, row []*span) bool {
	isAsked := s.IsQuestion
	for _, sp := range row {
		isAsked = isAsked || sp.is(cQuestion)
		if sp.is(cBlock) && !sp.is(cWonder|cBut) && !sp.means(cBlock, "past") && !sp.means(cBlock, "tells") && !sp.means(cBlock, "future") && !sp.means(cBlock, "later") {
			return false
		}
		if isCommanding(sp) && !asksByItself(sp) {
			return false
		}
	}

	return isAsked
}

// asksByItself reports whether a verb only asks to be told something: mondd, nézd meg.
func asksByItself(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool {
		return slices.ContainsFunc([]string{sp.prefix, "", "meg", "el", "le"}, func(prefix string) bool {
			action := f.verb.Senses[prefix]

			return action == "tell" || action == "check"
		})
	})
}

// questionsOf cuts a row at its punctuation, and at an "and" before another question.
func questionsOf(s *sentence, row []*span) [][]*span {
	var pieces [][]*span
	from := 0
	for i, sp := range row {
		isNext := sp.means(cConjunction, "and") && slices.ContainsFunc(row[i+1:], asksOpenly) && slices.ContainsFunc(row[from:i], asksOpenly)
		if i > from && (s.Tokens[sp.from].BreakBefore || isNext) && !isJoinedOn(row[from:i], sp) {
			pieces = append(pieces, row[from:i])
			from = i
		}
	}

	return append(pieces, row[from:])
}

// asksOpenly reports whether a span is a word that asks for something: mi, hol, mennyi.
func asksOpenly(sp *span) bool { return sp.is(cQuestion) && !sp.means(cQuestion, "whether") }

// isJoinedOn reports whether a comma parts only words of asking from what is asked: mondd meg, hol.
func isJoinedOn(before []*span, next *span) bool {
	isWonder := !slices.ContainsFunc(before, func(sp *span) bool { return !sp.is(cWonder|cFiller|cPrefix|cConjunction) && !asksByItself(sp) })

	return isWonder || next.means(cFiller, "joins")
}

// isAskedIn reports whether a piece of a sentence is a question of its own: it has a word of
// asking, or ends the sentence, or sets a choice (vagy ...).
func (c *clause) isAskedIn(rest [][]*span) bool {
	if c.classes&cQuestion != 0 || c.tells {
		return true
	}
	const says = cState | cVerb | cCopula | cClass | cMeasure | cAttribute | cHome | cAbout | cSky | cUnit
	if !c.s.IsQuestion || c.classes&says == 0 {
		return false
	}
	last := c.spans[len(c.spans)-1]
	isEnd := len(rest) == 0 || c.s.Tokens[last.to-1].IsAsked

	return isEnd || isChoice(rest[0][0]) || rest[0][0].is(cConjunction) && slices.ContainsFunc(rest[0], asksOpenly) || isRemark(c.s, rest)
}

// isChoice reports whether a span sets one thing against another: vagy.
func isChoice(sp *span) bool { return sp.means(cWonder, "or") }

// isRemark reports whether all pieces that follow are words to somebody: fiam, te gép.
func isRemark(s *sentence, rest [][]*span) bool {
	return !slices.ContainsFunc(rest, func(piece []*span) bool {
		return slices.ContainsFunc(piece, func(sp *span) bool { return !sp.is(cAddress | cFiller | cUnknown | cWonder) })
	}) && len(rest) == 1 && !s.IsStatement
}

// namesIn are the things and places that a piece names, which the next may be about.
func namesIn(piece []*span) []*span {
	return slices.DeleteFunc(slices.Clone(piece), func(sp *span) bool { return !sp.is(cEntity|cArea|cFloor|cMeasured) || isCommanding(sp) })
}

// onlyAsks reports whether a reading changes nothing.
func onlyAsks(r *interpretation) bool {
	return len(r.commands) > 0 && !slices.ContainsFunc(r.commands, func(c meaning.Command) bool {
		return !meaning.IsQuestion(c.Intent) || c.Intent == meaning.Nevermind || c.Intent == meaning.Respond
	})
}

// addAnswers appends questions. What was asked before is not asked again.
func (r *interpretation) addAnswers(commands []meaning.Command) {
	for i := range commands {
		if !r.hasAll(commands[i : i+1]) {
			r.commands = append(r.commands, commands[i])
		}
	}
}

// hasAll reports whether a reading asks all that some commands ask.
func (r *interpretation) hasAll(commands []meaning.Command) bool {
	return !slices.ContainsFunc(commands, func(c meaning.Command) bool {
		return !slices.ContainsFunc(r.commands, func(known meaning.Command) bool {
			return known.Intent == c.Intent && slices.Equal(known.Targets, c.Targets)
		})
	})
}
