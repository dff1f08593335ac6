package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
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
}

// isEmpty reports whether nothing that was asked about is there.
func (r *interpretation) isEmpty() bool {
	return !slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return c.Reason != meaning.ReasonNoSuchName })
}

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
	s := tokenize(u.Text, ix.lang.isEnding)
	if len(s.tokens) > maxTokens {
		return meaning.Understanding{}
	}
	ix.lang.withoutHesitation(&s)
	ix.parted(&s)
	if len(s.tokens) == 0 {
		return meaning.Understanding{}
	}
	if taken, ok := ix.takeBack(u, &s); ok {
		return taken
	}

	best := ix.follow(u, &s, ix.read(u, &s))
	if best == nil {
		return meaning.Understanding{}
	}

	return meaning.Understanding{Commands: best.commands, Question: best.question, Source: meaning.Grammar}
}

// read reads a sentence as it is written, and where that reaches nothing, with its words repaired.
func (ix *Index) read(u meaning.Utterance, s *sentence) *interpretation {
	f := ix.findSpans(s)
	best := ix.readExactly(u, s, f)
	if best == nil || best.isEmpty() {
		if repaired := ix.readRepaired(u, f); repaired != nil {
			return repaired
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
		rows[i], lefts[i] = takeExceptions(s, ix.corrected(s, row))
		s.left = lefts[i]
		if r := ix.subtract(ix.readSentence(u, s, rows[i]), s.left); r != nil {
			r.score += scores[i]
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
		best = ix.subtract(ix.readPart(u, s, row), s.left)
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
	if !slices.ContainsFunc(clauses[0], func(sp *span) bool { return sp.is(cArea | cFloor | cEntity) }) {
		clauses[0] = append(slices.Clone(a.places), clauses[0]...)
	}
	r := ix.readClauses(u, s, clauses, a.before)
	if r == nil || !s.isQuestion && slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return meaning.IsQuestion(c.Intent) }) {
		return nil
	}

	return r
}

// readSentence reads every clause of a covering; nil unless all of them make sense.
func (ix *Index) readSentence(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	if len(row) == 0 {
		return nil
	}
	clauses := clausesOf(s, row, isCommanding)
	if r := ix.readClauses(u, s, clauses, nil); r != nil {
		return r
	}
	if more := clausesOf(s, row, namesOrCommands); len(more) != len(clauses) { // lámpát lekapcsolni, redőnyt lehúzni
		return ix.readClauses(u, s, more, nil)
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
	for i := range clauses {
		clauses[i], when = atThatTime(when, clauses[i])
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
		whole.add(r.commands)
		whole.score += r.score
		whole.frame += r.frame + ";"
	}

	return whole
}

// readNext reads a clause, where need be with what the one before it was about: "kapcsold fel
// a lámpát, és állítsd ötven százalékra". A clause that names nothing is rather about the same.
func (ix *Index) readNext(u meaning.Utterance, s *sentence, spans, topic []*span) (r *interpretation, about []*span) {
	order := [][]*span{spans}
	if len(topic) > 0 {
		order = append(order, inherit(topic, spans))
		if !slices.ContainsFunc(spans, func(sp *span) bool { return sp.is(cTarget &^ cQuantity) }) {
			slices.Reverse(order)
		}
	}
	for _, about = range order {
		if r = ix.readClause(newClause(ix, u, s, about)); r != nil {
			break
		}
	}
	if r != nil && r.question != nil && len(topic) > 0 {
		if settled, shared := ix.settle(u, s, spans, topic); settled != nil {
			return settled, shared
		}
	}

	return r, about
}

// settle reads a clause that leaves open which thing is meant in the place that the clause
// before was about; nil where that leaves it open, too.
func (ix *Index) settle(u meaning.Utterance, s *sentence, spans, topic []*span) (r *interpretation, about []*span) {
	var there []*span
	for _, sp := range topic {
		switch {
		case isCommanding(sp):
		case sp.is(cArea | cFloor):
			there = append(there, sp)
		case sp.is(cEntity) && len(sp.name.entities) == 1:
			if a := ix.home.Area(sp.name.entities[0].AreaID); a != nil {
				there = append(there, remembered(a.Name, cArea, &name{area: a}))
			}
		}
	}
	if len(there) == 0 || slices.ContainsFunc(spans, func(sp *span) bool { return sp.is(cPlace|partPlace) && !isCommanding(sp) }) {
		return nil, nil
	}
	about = slices.Concat(there, spans)
	r = ix.readClause(newClause(ix, u, s, about))
	if r == nil || r.question != nil || r.isEmpty() {
		return nil, nil
	}

	return r, about
}

// add appends commands. What only says the last one again is left out; where it says so
// more precisely (mehet a film, folytasd a tévén) it takes its place.
func (r *interpretation) add(commands []meaning.Command) {
	for _, c := range commands {
		last := len(r.commands) - 1
		switch {
		case last < 0 || !saysAgain(r.commands[last], c):
			r.commands = append(r.commands, c)
		case len(r.commands[last].Slots) == 0:
			r.commands[last] = c
			r.question = nil
		}
	}
}

// saysAgain reports whether b asks for what a asks for, and a for no other things than b: to
// do it twice would change nothing.
func saysAgain(a, b meaning.Command) bool {
	if !a.At.Equal(b.At) {
		return false
	}
	switch a.Intent {
	case meaning.TurnOn, meaning.TurnOff, meaning.MediaPause, meaning.MediaUnpause, meaning.MediaMute:
		return a.Intent == b.Intent && a.Reason == "" && b.Reason == "" && (len(a.Slots) == 0 || slices.Equal(a.Targets, b.Targets))
	default:
		return false
	}
}

// inherit adds what the clause before was about to one that says it no more.
func inherit(before, spans []*span) []*span {
	var inherited []*span
	things, places := cEntity|cKind, cArea|cFloor
	isThere := func(c class) bool {
		return slices.ContainsFunc(spans, func(s *span) bool { return s.is(c) && !isCommanding(s) }) // zárd is no zár
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
	for i := range ix.lang.frames {
		f := &ix.lang.frames[i]
		if !f.fits(c) {
			continue
		}
		c.cost = 0
		drafts := f.make(c)
		if len(drafts) == 0 {
			continue
		}
		r := c.bind(drafts)
		r.putOff(c)
		if f.asks && r.isEmpty() && !c.s.isQuestion && c.classes&(cQuestion|cQuantity) == 0 {
			continue // a remark (hideg van a hálóban), not a question about what is not there
		}
		r.frame = f.name
		if best == nil || r.score > best.score {
			best = r
		}
	}

	return best
}

// bind binds the drafts of a clause. Where one word could be two kinds of device, the kinds
// that are not there are dropped.
func (c *clause) bind(drafts []draft) *interpretation {
	r := &interpretation{score: -c.cost}
	results := make([]bound, 0, len(drafts))
	isFound := make(map[string]bool, len(drafts))
	for _, d := range drafts {
		command, question := c.bindOne(d)
		results = append(results, bound{command, question})
		if command.Reason != meaning.ReasonNoSuchName {
			isFound[d.target.said] = true
		}
	}
	if merged := c.acrossKinds(drafts, results); merged != nil {
		return merged
	}
	for i, b := range results {
		said := drafts[i].target.said
		if b.command.Reason == meaning.ReasonNoSuchName && (isFound[said] || c.isRepeated(drafts[:i], drafts[i])) {
			continue
		}
		r.addBound(b)
	}

	return r
}

// addBound adds a bound command, and what its outcome costs. Only one question can be asked.
func (r *interpretation) addBound(b bound) {
	switch {
	case b.question != nil && r.question != nil:
		return
	case b.question != nil:
		r.question = b.question
		r.question.Command = len(r.commands)
		r.score -= costQuestion
	case b.command.Reason == meaning.ReasonNoSuchName:
		r.score -= costNoTarget
	case b.command.Reason != "":
		r.score -= costRefused
	}
	r.commands = append(r.commands, b.command)
}

// bound is what became of a draft.
type bound struct {
	command  meaning.Command
	question *meaning.Question
}

// acrossKinds makes one question where one thing was meant (az ajtót) by a word for several
// kinds that are all there: locks and doors.
func (c *clause) acrossKinds(drafts []draft, results []bound) *interpretation {
	var found []*hamanagerapi.Entity
	var first *bound
	kinds := 0
	for i := range results {
		b, t := &results[i], drafts[i].target
		if !t.isOne || t.said == "" || t.said != drafts[0].target.said {
			return nil
		}
		if b.command.Reason != "" {
			continue
		}
		if first == nil {
			first = b
		}
		kinds++
		found = append(found, b.command.Targets...)
		if b.question != nil {
			for _, choice := range b.question.Choices {
				found = append(found, c.ix.home.Entity(choice.EntityID))
			}
		}
	}
	if kinds < 2 || meaning.IsQuestion(first.command.Intent) {
		return nil
	}
	first.command.Targets = nil

	return &interpretation{
		score: -c.cost - costQuestion, commands: []meaning.Command{first.command}, question: meaning.Ask(c.ix.home, found),
	}
}

// isRepeated reports whether an earlier draft is about the same words in the same place.
func (c *clause) isRepeated(earlier []draft, d draft) bool {
	return d.target.said != "" && slices.ContainsFunc(earlier, func(e draft) bool {
		return e.target.said == d.target.said && e.command.Slots.Text("area") == d.command.Slots.Text("area") &&
			e.command.Slots.Text("floor") == d.command.Slots.Text("floor")
	})
}

func (c *clause) bindOne(d draft) (meaning.Command, *meaning.Question) {
	if len(d.target.candidates) > 1 {
		delete(d.command.Slots, "name")

		return meaning.Settle(c.ix.home, d.command, meaning.Ask(c.ix.home, d.target.candidates))
	}
	command, question := meaning.Bind(c.ix.home, c.u, d.command)
	command.Targets = c.ofSort(command.Targets, d.target.sort)
	if question != nil {
		command, question = meaning.Settle(c.ix.home, command, question)
	}
	if question == nil && d.target.isOne && len(command.Targets) > 1 && !meaning.IsQuestion(command.Intent) {
		candidates := command.Targets
		command.Targets = nil
		command, question = meaning.Settle(c.ix.home, command, meaning.Ask(c.ix.home, candidates))
	}
	if d.target.isRemembered && len(command.Targets) == 1 && command.Slots.Name() != "" {
		command.Slots["name"] = command.Targets[0].Name
	}
	if command.Reason == meaning.ReasonNoSuchName && command.Missing == "" {
		command.Missing = d.target.said
	}
	if d.change != nil && question == nil && command.Reason == "" {
		d.change.apply(&command)
		command, question = meaning.Bind(c.ix.home, c.u, command)
		command.Targets = c.ofSort(command.Targets, d.target.sort)
	}

	return command, question
}
