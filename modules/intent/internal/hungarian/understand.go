package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// maxClauses is how many commands one sentence may hold.
const maxClauses = 6

// interpretation is one way to read a sentence, or a clause of it.
type interpretation struct {
	commands []meaning.Command
	question *meaning.Question
	score    float32
	frame    string
	// isDoubtful: it is only likely, and so asked about before anything is done.
	isDoubtful bool
	// isPartial: something that was said was left out, or repaired.
	isPartial, isRepaired bool
	// isGuessed: a part of what was said was taken for what is asked for, or for other words.
	isGuessed bool
	// isHeaded: what names the rest (reggel: redőny fel, rádió be) was left out.
	isHeaded bool
}

// isEmpty reports whether nothing that was asked about is there.
func (r *interpretation) isEmpty() bool {
	return !slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return c.Reason != meaning.ReasonNoSuchName })
}

// isMissing reports whether no frame made sense of the sentence, and only the name of what is not there was
// found.
func (r *interpretation) isMissing() bool { return r.frame == "" && r.isEmpty() }

// What a reading loses where it does not go smoothly: readings that can be carried out win
// over those that cannot, and those that need no question over those that do.
const (
	costNoTarget = 1.5
	costQuestion = 0.4
	costRefused  = 0.3
	// costForm is taken where a name is said in a form that rather means a kind of device in
	// a room: minden nappali lámpát, a nappali lámpáit.
	costForm = 1.6
)

// Understand tells what an utterance means in this home: bound commands, a question, or the
// zero value where nothing is meant or understood. It is pure and takes no lock.
func (ix *Index) Understand(u meaning.Utterance) meaning.Understanding {
	s := tokenize(u.Text, morphology.IsEnding)
	if len(s.Tokens) > tokens.Max {
		return meaning.Understanding{}
	}
	ix.lang.withoutHesitation(&s)
	ix.parted(&s)
	if len(s.Tokens) == 0 {
		return meaning.Understanding{}
	}
	if taken, ok := ix.takeBack(u, &s); ok {
		return taken
	}

	best := ix.follow(u, &s, ix.read(u, &s))
	if best == nil || best.isAsking() {
		best = ix.oneByOne(u, &s, best)
	}
	if best = ix.orWeighed(u, &s, best); best == nil || ix.losesValue(&s, best) || ix.losesSpared(&s, best) {
		return meaning.Understanding{}
	}

	return meaning.Understanding{Commands: best.commands, Question: best.question, Source: meaning.Grammar, IsDoubtful: best.isDoubtful}
}

// read reads a sentence as it is written, and where that reaches nothing, with its words repaired.
func (ix *Index) read(u meaning.Utterance, s *sentence) *interpretation {
	f := ix.findSpans(s)
	best := ix.readExactly(u, s, f)
	if best == nil || best.isEmpty() {
		if repaired := ix.readRepaired(u, f); repaired != nil && (!repaired.asksOfAll() || !hasStrangeSubject(s, f)) {
			repaired.isPartial, repaired.isRepaired, repaired.isGuessed = true, true, true

			return repaired
		}
		if gist := ix.readGist(u, f); gist != nil {
			gist.isPartial, gist.isGuessed = true, true

			return gist
		}
	}

	return best
}

// readExactly reads a sentence as it is written; nil where it means nothing.
func (ix *Index) readExactly(u meaning.Utterance, s *sentence, f *spanner) *interpretation {
	rows, scores := f.coverings()
	lefts := make([][]exception, len(rows))
	var best *interpretation
	for i, row := range rows {
		rows[i], lefts[i] = ix.prepared(s, row, nil)
		s.left = lefts[i]
		if r := ix.subtract(ix.readSentence(u, s, rows[i]), s.left); r != nil {
			r.score += scores[i]
			r.isPartial = r.leavesOut(s, rows[i])
			if best == nil || r.score > best.score {
				best = r
			}
		}
	}
	for i, row := range rows {
		if best != nil {
			break
		}
		s.left = lefts[i]
		if best = ix.readBesideRemarks(u, s, row); best == nil {
			best = ix.subtract(ix.readPart(u, s, row), s.left)
		}
		if best != nil {
			best.isPartial, best.isGuessed = true, true
		}
	}
	if best == nil {
		best = ix.readMissing(u, s, rows[0])
	}

	return best
}

// readPart reads a sentence that makes no sense as a whole without its asides.
func (ix *Index) readPart(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	a, ok := ix.withoutAsides(s, row)
	if !ok {
		return nil
	}

	return ix.readKept(u, s, &a)
}

// readMissing reads a command about something that is not there.
func (ix *Index) readMissing(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	if a, ok := ix.withoutAsides(s, row); ok {
		row = a.kept
	}

	return ix.readUnknownName(u, s, row)
}

// readKept reads what the asides leave. A question next to a remark is none.
func (ix *Index) readKept(u meaning.Utterance, s *sentence, a *asides) *interpretation {
	clauses := clausesOf(s, a.kept, isCommanding)
	const things = cEntity | cKind
	isLeaning := s.asksForSuch(clauses[0]) && slices.ContainsFunc(a.before, func(sp *span) bool { return sp.is(things) })
	if !isLeaning && !slices.ContainsFunc(clauses[0], func(sp *span) bool { return sp.is(cArea | cFloor | cEntity) }) {
		clauses[0] = append(slices.Clone(a.places), clauses[0]...)
	}
	r := ix.readClauses(u, s, clauses, a.before)
	if r == nil || !s.IsQuestion && slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return meaning.IsQuestion(c.Intent) }) {
		return nil
	}

	return r
}

// readSentence reads every clause of a covering; nil unless all of them make sense.
func (ix *Index) readSentence(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	if len(row) == 0 {
		return nil
	}
	if r := ix.readQuestions(u, s, row); r != nil {
		return r
	}
	clauses := clausesOf(s, row, isCommanding)
	if r := ix.readClauses(u, s, clauses, nil); r != nil {
		return r
	}
	if more := clausesOf(s, row, namesOrCommands); len(more) != len(clauses) { // lámpát lekapcsolni, redőnyt lehúzni
		if r := ix.readClauses(u, s, more, nil); r != nil {
			return r
		}
	}
	if parts := telegraphic(s, row); len(parts) > 1 {
		return ix.readClauses(u, s, parts, nil)
	}

	return nil
}

// readClauses reads clauses in order; topic is what was spoken of before the first.
func (ix *Index) readClauses(u meaning.Utterance, s *sentence, clauses [][]*span, topic []*span) *interpretation {
	if len(clauses) > maxClauses {
		return nil
	}
	whole := new(interpretation)
	var when []*span
	last := 0 // where the commands of the clause before begin
	for i := range clauses {
		isFirst := i > 0 && isEarlier(clauses[i])
		clauses[i], when = atThatTime(s, when, clauses[i])
		var r *interpretation
		if r, topic = ix.readNext(u, s, clauses[i], topic); r == nil {
			return nil
		}
		if r.question != nil {
			if whole.question != nil {
				return nil // two questions at once are one too many
			}
			whole.question = r.question
			whole.question.Command += len(whole.commands)
		}
		if i > 0 && undoes(whole.commands, r.commands) && !isAfterwards(clauses[i]) {
			return nil // whoever wants both says in which order
		}
		last = whole.addClause(r, last, isFirst)
		whole.score += r.score
		whole.frame += r.frame + ";"
	}

	return whole
}

// isEarlier reports whether a clause is to be done before the one that stands before it: vágd le a füvet,
// de előbb állítsd le az öntözőt.
func isEarlier(clause []*span) bool {
	for _, sp := range clause {
		switch {
		case sp.means(cConjunction, "earlier"):
			return true
		case !sp.is(cFiller | cConjunction | cBut):
			return false
		}
	}

	return false
}

// readNext reads a clause, where need be with what the one before it was about: "kapcsold fel
// a lámpát, és állítsd ötven százalékra". A clause that names nothing is rather about the same.
func (ix *Index) readNext(u meaning.Utterance, s *sentence, spans, topic []*span) (r *interpretation, about []*span) {
	order := [][]*span{spans}
	if len(topic) > 0 {
		order = append(order, inherit(topic, spans))
		isNameless := !slices.ContainsFunc(spans, func(sp *span) bool { return sp.is(cTarget&^cQuantity) && !isOnlyWhere(sp) }) && !saysAllThere(spans)
		if own := ix.asksByItself(u, s, spans); own != nil {
			return own, spans
		} else if isNameless {
			slices.Reverse(order)
		}
	}
	r, about = ix.readFirst(u, s, order)
	if r != nil && r.question != nil && len(topic) > 0 {
		if settled, shared := ix.settle(u, s, spans, topic); settled != nil {
			return settled, shared
		}
	}

	return r, about
}

// readFirst reads the first of some clauses that reaches anything, else the first that makes sense.
func (ix *Index) readFirst(u meaning.Utterance, s *sentence, clauses [][]*span) (r *interpretation, about []*span) {
	for _, spans := range clauses {
		next := ix.readClause(newClause(ix, u, s, spans))
		if next == nil || r != nil && next.isEmpty() {
			continue
		}
		r, about = next, spans
		if !r.isEmpty() {
			break
		}
	}

	return r, about
}

// saysAllThere reports whether spans speak of all that is in a place: olts le mindent a kamrában.
func saysAllThere(spans []*span) bool {
	return slices.ContainsFunc(spans, isOnlyWhere) && slices.ContainsFunc(spans, func(sp *span) bool { return sp.means(cQuantity, "all") })
}

// isOnlyWhere reports whether a span only says where something is to be done: a nappaliban.
func isOnlyWhere(sp *span) bool {
	return sp.is(cArea|cFloor) && !sp.is(cEntity|cKind) && sp.like == nil && sp.suffix.SaysWhere()
}

// asksByItself reads a question, or a timer, that needs nothing of the clause before: kapcsold be a
// bojlert, és mondd meg, hány fok van.
func (ix *Index) asksByItself(u meaning.Utterance, s *sentence, spans []*span) *interpretation {
	if !slices.ContainsFunc(spans, func(sp *span) bool { return sp.is(cQuestion | cUnit | cTime) }) {
		return nil
	}
	r := ix.readClause(newClause(ix, u, s, spans))
	if r == nil || r.question != nil || r.isEmpty() || slices.ContainsFunc(r.commands, func(c meaning.Command) bool {
		return !meaning.IsQuestion(c.Intent) && c.Intent != meaning.StartTimer
	}) {
		return nil
	}

	return r
}

// settle reads a clause that leaves open which thing is meant in the place that the clause
// before was about; nil where that leaves it open, too.
func (ix *Index) settle(u meaning.Utterance, s *sentence, spans, topic []*span) (r *interpretation, about []*span) {
	if slices.ContainsFunc(spans, func(sp *span) bool { return sp.is(cPlace|partPlace) && !isCommanding(sp) }) {
		return nil, nil
	}
	there := ix.placesOf(topic)
	if len(there) == 0 {
		return nil, nil
	}
	about = slices.Concat(there, spans)
	r = ix.readClause(newClause(ix, u, s, about))
	if r == nil || r.question != nil || r.isEmpty() {
		return nil, nil
	}

	return r, about
}

// placesOf are the rooms and floors that spans name, and the rooms of the devices that they name.
func (ix *Index) placesOf(spans []*span) []*span {
	var places []*span
	for _, sp := range spans {
		switch {
		case isCommanding(sp):
		case sp.is(cArea | cFloor):
			places = append(places, sp)
		case sp.is(cEntity) && len(sp.name.entities) == 1:
			if a := ix.home.Area(sp.name.entities[0].AreaID); a != nil {
				places = append(places, remembered(a.Name, cArea, &name{area: a}))
			}
		}
	}

	return places
}

// inherit adds what the clause before was about to one that says it no more.
func inherit(before, spans []*span) []*span {
	var inherited []*span
	things, places := cEntity|cKind, cArea|cFloor
	isThere := func(c class) bool {
		return slices.ContainsFunc(spans, func(s *span) bool { return s.is(c) && !isCommanding(s) || isGrown(s) }) // zárd is no zár
	}
	if slices.ContainsFunc(spans, func(s *span) bool { return s.is(cQuestion) }) {
		things |= cMeasured
	}
	hasThing, hasPlace := isThere(things), isThere(things|places)
	for _, sp := range before {
		isThing := sp.is(things) && !isCommanding(sp) && !hasThing
		isPlace := sp.is(places) && !hasPlace
		if isThing || isPlace {
			inherited = append(inherited, sp)
		}
	}

	return append(inherited, spans...)
}

// readClause tries every frame and keeps the best reading.
func (ix *Index) readClause(c *clause) *interpretation {
	var best *interpretation
	for _, f := range ix.lang.byAction[c.action] {
		if !f.fits(c) {
			continue
		}
		c.cost = 0
		drafts := f.make(c)
		if len(drafts) == 0 {
			continue
		}
		r := c.bind(drafts)
		if !f.asks {
			r.putOff(c)
		}
		if f.asks && r.isEmpty() && !c.s.IsQuestion && c.classes&(cQuestion|cQuantity) == 0 {
			continue // a remark (hideg van a hálóban), not a question about what is not there
		}
		r.frame = f.name
		if best == nil || r.score > best.score {
			best = r
		}
	}

	return best
}
