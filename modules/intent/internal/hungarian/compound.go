package hungarian

import (
	"cmp"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// prepared is a covering as it is read: what is called by its owner or place found (last is what was
// spoken of before), corrected, without what a reminder is for, without what is
// left out of the command (which left returns), its parts joined.
func (ix *Index) prepared(s *sentence, row []*span, last *span) (kept []*span, left []exception) {
	row = ix.withDaylight(s, withColorMeant(s, withoutAsking(s, withoutFeeler(s, row))))
	row = withModes(s, withoutSubject(s, withPermission(s, withKept(s, row))))
	row = ix.withPronouns(ix.withOwned(s, row, last), last)
	row = withoutNeedlessIf(s, withoutPurpose(s, withoutContrast(s, ix.corrected(s, ix.saidAnew(s, row)))))
	kept, left = takeExceptions(s, keptSo(s, row))

	return joined(s, ix.withNear(s, ix.withThere(s, ix.withRest(s, kept, left)))), left
}

// withPermission takes a reason for a small word where it only lets a device do something (a lámpa hadd
// égjen), or somebody does so through what they say: hadd kapcsoljam le a lámpát. What is to be done to what is not named is
// why something else is asked for.
func withPermission(s *sentence, row []*span) []*span {
	for i, sp := range row {
		if !sp.means(cReason, "lets") || i+1 >= len(row) || !isCommanding(row[i+1]) || !isTopic(s, row[:i], sp) && !letsThrough(s, row[i+1:]) {
			continue
		}
		row = slices.Clone(row)
		row[i] = &span{from: sp.from, to: sp.to, score: sp.score, classes: cFiller}
	}

	return row
}

// letsThrough reports whether some spans begin with what is done to devices, and name one before the next pause.
func letsThrough(s *sentence, row []*span) bool {
	p := betweenPauses(s, row)[0]

	return outcomeOf(senseAt(p, 0)) != 0 && namesOwnThing(p)
}

// isTopic reports whether a row ends in a thing of which the next span says something, with nothing but
// small words between.
func isTopic(s *sentence, row []*span, next *span) bool {
	for _, sp := range slices.Backward(row) {
		switch {
		case s.Tokens[next.from].BreakBefore:
			return false
		case sp.is(cEntity | cKind):
			return true
		case !sp.is(cFiller | cBut | cConjunction):
			return false
		}
		next = sp
	}

	return false
}

// joined makes "and then" of a word that sets two commands off from each other: kapcsold le a
// tévét, de a lámpát hagyd. Behind what a sentence begins with it is only a small word (Zitáét viszont oltsd el); beside
// anything but commands it stays what it is.
func joined(s *sentence, row []*span) []*span {
	if !slices.ContainsFunc(row, isContrast) {
		return row
	}
	row = slices.Clone(row)
	for i, sp := range row {
		isSecond := isTopic(s, row[:i], sp) && !slices.ContainsFunc(row[:i], func(sp *span) bool { return isCommanding(sp) || sp.is(cNegation) })
		if !isContrast(sp) || !isSecond && !asksForSomething(row[:i]) || !asksForSomething(row[i+1:]) {
			continue
		}
		word := &span{from: sp.from, to: sp.to, score: sp.score, classes: cFiller}
		if s.Tokens[sp.from].BreakBefore || row[i-1].is(cConjunction) {
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
		if r != nil && whole.hasAll(r.commands) {
			r = cmp.Or(ix.asksOfNothing(u, s, part), r)
		}
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

// asksOfNothing reads a question that is about nothing in the home: itthon van Anna, és hány óra van? nil where it is none.
func (ix *Index) asksOfNothing(u meaning.Utterance, s *sentence, part []*span) *interpretation {
	r := ix.readClause(newClause(ix, u, s, part))
	if r == nil || slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return c.Intent == meaning.GetState || c.Intent == meaning.ClimateGet }) {
		return nil
	}

	return r
}

// readAboutSame reads a question that names nothing about what the one before it named, if that
// makes sense: hideg van a pincében? hány fok?
func (ix *Index) readAboutSame(u meaning.Utterance, s *sentence, part, topic []*span) *interpretation {
	if len(topic) > 0 && len(namesIn(part)) == 0 {
		about := inherit(topic, part)
		if len(about) == len(part) && slices.ContainsFunc(part, func(sp *span) bool { return sp.is(cMeasure) }) {
			about = slices.Concat(topic, part) // hány fokos a víz?
		}
		if r := ix.readClause(newClause(ix, u, s, about)); r != nil && !r.isEmpty() {
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
		isCut := s.Tokens[row[k].from].BreakBefore || row[k].is(cConjunction) && !row[k-1].is(cConjunction)
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
		if s.Tokens[row[i].from].BreakBefore && !row[i-1].is(cConjunction) || row[i].is(cConjunction) && !row[i-1].is(cConjunction) && i > k+1 {
			return i
		}
	}

	return len(row)
}

// isAsking reports whether some spans ask something by themselves.
func isAsking(s *sentence, part []*span) bool {
	return slices.ContainsFunc(part, func(sp *span) bool {
		return sp.is(cQuestion) || s.IsQuestion && (sp.is(cState|cCopula|cDetects|cHome|cFeel|cSky) || sp.means(cAbout, "weather") || sp.is(cClass) && sp.value(cClass) != "")
	})
}

// isAsking reports whether a reading only asks.
func (r *interpretation) isAsking() bool {
	return !slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !meaning.IsQuestion(c.Intent) })
}

// oneByOne reads several questions, each with its own mark, where together they make no sense, or
// less: itthon van Anna? és Péter? It reads what follows a colon where what stands before it is only
// its heading. whole is what the sentence means as it is.
func (ix *Index) oneByOne(u meaning.Utterance, s *sentence, whole *interpretation) *interpretation {
	if s.IsQuestion {
		if r := ix.readMarked(u, s); r != nil && (whole == nil || len(r.commands) >= len(whole.commands) && !r.asksAgain()) {
			return r
		}

		return whole
	}
	if whole != nil {
		return whole
	}

	return ix.readHeaded(u, s)
}

// asksAgain reports whether a question only asks once more, without saying what of: hideg van a
// műhelyben? hány fok?
func (r *interpretation) asksAgain() bool {
	for i, c := range r.commands {
		isAgain := func(other meaning.Command) bool {
			return other.Intent == c.Intent || other.Intent == meaning.GetState && c.Intent == meaning.ClimateGet
		}
		if i > 0 && len(c.Slots) == 0 && slices.ContainsFunc(r.commands[:i], isAgain) {
			return true
		}
	}

	return false
}

// readMarked reads questions between question marks; nil unless there are several, and the last is
// understood. One that means nothing is left unanswered.
func (ix *Index) readMarked(u meaning.Utterance, s *sentence) *interpretation {
	var all *interpretation
	last := s.Tokens[len(s.Tokens)-1].From
	from := 0
	for at, r := range s.Text {
		if r != '?' || at > last && from == 0 {
			continue
		}
		part := u
		part.Text = s.Text[from : at+1]
		from = at + 1
		if all != nil {
			part.Before = meaning.Remember(all.commands)
		}
		next, ok := ix.readOneMarked(part)
		switch {
		case !ok:
			return nil
		case len(next.commands) == 0:
			all = nil
		case all == nil:
			all = next
		default:
			all.commands = slices.Concat(all.commands, next.commands)
		}
	}
	if from <= last { // what follows the last mark is no question
		return nil
	}

	return all
}

// readOneMarked reads what stands before one question mark. ok is false where that asks for something
// to be done, or has to be asked about: then the others are no plain questions either.
func (ix *Index) readOneMarked(part meaning.Utterance) (next *interpretation, ok bool) {
	understood := ix.Understand(part)
	next = &interpretation{commands: understood.Commands, frame: "marked;"}
	isCommand := len(next.commands) > 0 && (!next.isAsking() || next.isEmpty())

	return next, understood.Question == nil && !isCommand
}

// readHeaded reads what follows a colon, where a heading stands before it: készülődés: villany be,
// redőny fel. Somebody's words are none.
func (ix *Index) readHeaded(u meaning.Utterance, s *sentence) *interpretation {
	at := strings.Index(s.Text, ": ")
	if !s.IsOnlySetOff || at < 0 || strings.Count(s.Text, ":") > 1 {
		return nil
	}
	if !ix.mayHead(s.Text[:at]) {
		return nil
	}
	u.Text, u.Before = s.Text[at+1:], nil
	rest := tokenize(u.Text, morphology.IsEnding)
	if !asksForSomething(ix.firstRow(&rest)) { // teendő: porszívózni
		return nil
	}
	understood := ix.Understand(u)
	if len(understood.Commands) == 0 {
		return nil
	}
	r := &interpretation{commands: understood.Commands, question: understood.Question, frame: "headed;", isPartial: true}
	if r.isAsking() || r.isEmpty() {
		return nil
	}

	return r
}

// mayHead reports whether a text only names what follows it. A word that changes what follows, or
// that somebody says it, makes more of it than a heading.
func (ix *Index) mayHead(text string) bool {
	heading := tokenize(text, morphology.IsEnding)

	return !slices.ContainsFunc(ix.firstRow(&heading), func(sp *span) bool {
		changes := sp.is(cBlock|cNegation|cNevermind|cTime|cCorrection) && !sp.is(cFiller)

		return changes || reports(sp) || isUnknownImperative(&heading, sp) || len(of(entitiesOf(sp), []string{"person"})) > 0
	})
}

// firstRow is the best covering of a sentence.
func (ix *Index) firstRow(s *sentence) []*span {
	if len(s.Tokens) == 0 {
		return nil
	}
	rows, _ := ix.findSpans(s).coverings()

	return rows[0]
}

func entitiesOf(sp *span) []*hamanagerapi.Entity {
	if !sp.is(cEntity) {
		return nil
	}

	return sp.name.entities
}
