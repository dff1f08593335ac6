package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// prepared is a covering as it is read: what is called by its owner or place found (last is what was
// spoken of before), corrected, without what a reminder is for, without what is
// left out of the command (which left returns), its parts joined.
func (ix *Index) prepared(s *sentence, row []*span, last *span) (kept []*span, left []exception) {
	kept, left = takeExceptions(s, withoutPurpose(s, ix.corrected(s, ix.withOwned(s, row, last))))

	return joined(s, kept), left
}

// joined makes "and then" of a word that sets two commands off from each other: kapcsold le a
// tévét, de a lámpát hagyd. Beside anything but commands such a word stays what it is.
func joined(s *sentence, row []*span) []*span {
	if !slices.ContainsFunc(row, isContrast) {
		return row
	}
	row = slices.Clone(row)
	for i, sp := range row {
		if !isContrast(sp) || !asksForSomething(row[:i]) || !asksForSomething(row[i+1:]) {
			continue
		}
		word := &span{from: sp.from, to: sp.to, score: sp.score, classes: cFiller}
		if s.tokens[sp.from].breakBefore || row[i-1].is(cConjunction) {
			word.classes, word.lexemes = cConjunction, []lexeme{{class: cConjunction, value: "then"}}
		}
		row[i] = word
	}

	return row
}

func isContrast(sp *span) bool { return sp.is(cBut) && !sp.is(cFiller) }

// asksForSomething reports whether some spans have what a command is known by.
func asksForSomething(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool {
		return isCommanding(sp) || sp.is(cPrefix) && !sp.is(cConjunction|cFiller) || sp.is(cBe|partAmount|cAbout)
	})
}

// maxQuestions is how many questions one sentence may ask.
const maxQuestions = 4

// readQuestions reads several questions in one sentence, each by itself; nil where there is only
// one, or one that makes no sense.
func (ix *Index) readQuestions(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	parts := questionsIn(s, row)
	if len(parts) < 2 || len(parts) > maxQuestions {
		return nil
	}
	whole := new(interpretation)
	var topic []*span
	for _, part := range parts {
		r := ix.readAboutSame(u, s, part, topic)
		topic = namesIn(part)
		if r == nil || r.question != nil || r.isEmpty() || slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !meaning.IsQuestion(c.Intent) }) {
			return nil
		}
		whole.addAnswers(r.commands)
		whole.score += r.score
		whole.frame += r.frame + ";"
	}

	return whole
}

// readAboutSame reads a question that names nothing about what the one before it named, if that
// makes sense: hideg van a pincében? hány fok?
func (ix *Index) readAboutSame(u meaning.Utterance, s *sentence, part, topic []*span) *interpretation {
	if len(topic) > 0 && len(namesIn(part)) == 0 {
		if r := ix.readClause(newClause(ix, u, s, inherit(topic, part))); r != nil && !r.isEmpty() {
			return r
		}
	}

	return ix.readClause(newClause(ix, u, s, part))
}

// questionsIn cuts a row where a further question begins: at punctuation, at "and".
func questionsIn(s *sentence, row []*span) [][]*span {
	var parts [][]*span
	from := 0
	for k := 1; k < len(row); k++ {
		isCut := s.tokens[row[k].from].breakBefore || row[k].is(cConjunction) && !row[k-1].is(cConjunction)
		if !isCut || !isAsking(s, row[from:k]) || !isAsking(s, row[k:endOfPart(s, row, k)]) {
			continue
		}
		parts = append(parts, row[from:k])
		from = k
	}

	return append(parts, row[from:])
}

// endOfPart is where the part that begins at span k ends: at the next punctuation or "and".
func endOfPart(s *sentence, row []*span, k int) int {
	for i := k + 1; i < len(row); i++ {
		if s.tokens[row[i].from].breakBefore && !row[i-1].is(cConjunction) || row[i].is(cConjunction) && !row[i-1].is(cConjunction) && i > k+1 {
			return i
		}
	}

	return len(row)
}

// isAsking reports whether some spans ask something by themselves.
func isAsking(s *sentence, part []*span) bool {
	return slices.ContainsFunc(part, func(sp *span) bool {
		return sp.is(cQuestion) || s.isQuestion && (sp.is(cState|cCopula|cDetects|cHome|cFeel) || sp.is(cClass) && sp.value(cClass) != "")
	})
}
