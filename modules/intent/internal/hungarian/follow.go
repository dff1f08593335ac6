package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// follow reads a sentence that leans on the turn before: a folyosón is; még sötétebbre;
// kapcsold le; csináld vissza. plain is what it means on its own, nil for nothing, and stands
// where it needs nothing of the turn before.
func (ix *Index) follow(u meaning.Utterance, s *sentence, plain *interpretation) *interpretation {
	if u.Before.Last() == nil || s.IsQuoted {
		return plain
	}
	rows, _ := ix.findSpans(s).coverings()
	last := ix.lastOf(u.Before)
	if ix.nameOthers(s, rows, u.Before) {
		plain = nil // it did not know which
	}
	if r := ix.followSaid(u, s, rows, last, plain); r != nil {
		return r
	}
	for _, row := range rows {
		row, left := ix.prepared(s, row, last)
		if !saysAnything(row) {
			continue
		}
		s.left = left
		if r := ix.readOwned(u, s, row, plain); r != nil {
			return r
		}
		if r := ix.followReached(u, s, row, plain); r != nil {
			return r
		}
		if a, ok := ix.withoutAsides(s, row); ok && saysAnything(a.kept) {
			if r := ix.followReached(u, s, a.kept, plain); r != nil {
				return r
			}
		}
	}

	return plain
}

// followReached is followRow without what the sentence leaves out; nil where nothing is reached.
func (ix *Index) followReached(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	r := ix.subtract(ix.followRow(u, s, row, plain), s.left)
	if r == nil || r.isEmpty() {
		return nil
	}

	return r
}

// readOwned reads a row that stands on its own once it is known whose things it means: Zsófiét
// huszonkettőre. nil where the sentence made sense without, or leans on the turn before further.
func (ix *Index) readOwned(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	isOwned := slices.ContainsFunc(row, func(sp *span) bool { return sp.like != nil || sp.isResolved }) &&
		slices.ContainsFunc(row, func(sp *span) bool {
			return sp.is(partAmount|cUnit|cVerb|cState|cPrefix) && !sp.is(cFiller|cConjunction)
		})
	if plain != nil && plain.question == nil && !plain.isEmpty() || !isOwned {
		return nil
	}
	r := ix.subtract(ix.readSentence(u, s, row), s.left)
	if r == nil || r.isEmpty() {
		return nil
	}

	return r
}

func saysAnything(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cFiller|cConjunction) || sp.is(cAgain|cUndo) })
}

func (ix *Index) followRow(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	switch {
	case consistsOf(row, cUndo, cUndo|cNevermind|cPrefix|cNo):
		return undo(u.Before)
	case saysSame(row):
		return ix.readSame(u, s, row)
	case consistsOf(row, cAgain, cAgain) && !slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cAgain, "there") }):
		return more(u.Before)
	case !namesThing(row):
		return ix.followUnnamed(u, s, row, plain)
	case consistsOf(row, cKeep, cKeep|cTarget|cState|cPrefix|cBut|cCopula):
		return ix.undoPart(u.Before, s, row)
	case meaning.IsOfLists(u.Before.Last().Intent) && (plain == nil || plain.question != nil):
		return ix.addAgain(u, s, row)
	default:
		return ix.followNamed(u, s, row, plain)
	}
}

// followUnnamed reads a row that names nothing; nil where it could not have been meant for
// what the turn before was about (mennyi az idő).
func (ix *Index) followUnnamed(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	if r := ix.moreBy(u, s, row); r != nil {
		return r
	}
	if plain != nil && !slices.ContainsFunc(plain.commands, leansOnEntity) {
		return nil
	}

	return ix.readAbout(u, s, row)
}

// followNamed reads a row that names something; nil where it says all that it takes.
func (ix *Index) followNamed(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	if r := ix.readThere(u, s, row, plain); r != nil {
		return r
	}
	isElliptic := plain != nil && plain.question != nil && !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cVerb) && isCommanding(sp) })
	isOpen := plain == nil || plain.isEmpty() || isElliptic || asksVaguely(plain, u.Before.Last())
	if !isOpen && plain.question == nil {
		return nil
	}
	if isOpen { // else what is to be done was said, and only which thing is meant is open
		if r := ix.readAgain(u, s, row); r != nil {
			return r
		}
	}

	return ix.readShared(u, s, row)
}

// leansOnEntity reports whether a command could have been meant for another entity.
func leansOnEntity(c meaning.Command) bool { return !meaning.NeedsNoEntity(c.Intent) }

// namesThing reports whether a row names what it is about, or where.
func namesThing(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool {
		return isThing(sp) || sp.is(cPlace) && !sp.is(cFiller) || sp.is(cUnknown|cAbout)
	})
}

// consistsOf reports whether a row has a span of one class, and all others are allowed.
func consistsOf(row []*span, of, allowed class) bool {
	has := false
	for _, sp := range row {
		has = has || sp.is(of)
		if !sp.is(allowed | cFiller | cConjunction) {
			return false
		}
	}

	return has
}

func undo(m *meaning.Memory) *interpretation {
	commands := m.Undo()
	if len(commands) == 0 {
		return nil
	}

	return &interpretation{commands: commands, frame: "undo;"}
}

// undoPart undoes what was done to what is to stay as it was: a csillárt azért hagyd. What alone is to stay
// so (csak a csillár maradjon) undoes the rest.
func (ix *Index) undoPart(m *meaning.Memory, s *sentence, row []*span) *interpretation {
	kept := exceptionOf(row)
	isOnly := slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cBut) && s.Tokens[sp.from].Fold == "csak" })
	part := meaning.Memory{Was: map[string]meaning.Was{}, Commands: m.Commands}
	for id, was := range m.Was {
		if e := ix.home.Entity(id); e != nil && kept.covers(ix.home, e) != isOnly {
			part.Was[id] = was
		}
	}

	return undo(&part)
}

// asksVaguely reports whether a question lacks the state that the question before asked for.
func asksVaguely(plain *interpretation, last *meaning.Command) bool {
	if last.Intent != meaning.GetState || last.Slots["state"] == nil || len(plain.commands) != 1 {
		return false
	}
	c := plain.commands[0]

	return c.Intent == meaning.GetState && c.Slots["state"] == nil
}

// readAbout reads a sentence that names nothing, about what the turn before was about.
func (ix *Index) readAbout(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	if slices.ContainsFunc(row, func(sp *span) bool { return sp.is(partAmount) }) && !slices.ContainsFunc(row, isTakenWithBack) { // vissza huszonegyre
		row = slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return sp.is(cUndo) })
	}
	topic := ix.topicOf(u.Before)
	r := ix.readClauses(u, s, clausesOf(s, row, isCommanding), topic)
	if r == nil {
		r = ix.readClauses(u, s, clausesOf(s, row, namesOrCommands), topic)
	}

	return r
}

// readShared reads a sentence whose thing is told apart by where the turn before was.
func (ix *Index) readShared(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	clauses := clausesOf(s, row, isCommanding)
	if len(clauses) != 1 || !ix.sharesKind(u.Before, row) {
		return nil
	}
	topic := ix.topicOf(u.Before)
	if slices.ContainsFunc(row, func(sp *span) bool { return sp.is(partPlace) }) { // the same elsewhere
		for i, sp := range topic {
			topic[i] = asKind(sp)
		}
	}
	r := ix.readClause(newClause(ix, u, s, inherit(topic, row)))
	if r == nil || r.question != nil {
		return nil
	}

	return r
}

// sharesKind reports whether a row speaks of devices of the kind that the turn before was
// about, or says that it is about the same place.
func (ix *Index) sharesKind(m *meaning.Memory, row []*span) bool {
	domain := domainOf(m.Last())
	for _, sp := range row {
		if sp.means(cFiller, "too") || sp.means(cFiller, "there") || sp.means(cKind, domain) || sp.is(cUnit|cColor|cWhite) || sp.is(cNumber) && directly(m.Last()) != "" {
			return true
		}
	}

	return false
}

func domainOf(c *meaning.Command) string {
	if c.Intent == meaning.ClimateGet {
		return "climate"
	}
	if len(c.Targets) > 0 {
		return c.Targets[0].Domain
	}

	return c.Slots.Text("domain")
}

// topicOf makes spans of what the turn before was about, as if it were said again.
func (ix *Index) topicOf(m *meaning.Memory) []*span {
	var topic []*span
	for i := range m.Commands {
		topic = append(topic, ix.topicOfCommand(&m.Commands[i], len(m.Commands) == 1)...)
	}

	return topic
}

// lastOf is the thing that the turn before spoke of last; nil for none.
func (ix *Index) lastOf(m *meaning.Memory) *span {
	topic := ix.topicOf(m)
	at := lastIndexFunc(topic, func(sp *span) bool { return sp.is(cEntity | cKind) })
	if at < 0 {
		return nil
	}

	return topic[at]
}

// topicOfCommand makes a room and a kind of what was meant together, where that was all, and
// else names every device.
func (ix *Index) topicOfCommand(c *meaning.Command, isAll bool) []*span {
	isOne := len(c.Targets) == 1 && !meaning.IsQuestion(c.Intent) // of several in the room
	if isAll && !isOne && c.Slots.Name() == "" {
		if place := ix.placeRemembered(c); place != nil {
			return []*span{place, kindRemembered(domainOf(c), slices.Clone(c.Slots.List("device_class"))...)}
		}
	}
	topic := make([]*span, 0, len(c.Targets))
	for _, e := range c.Targets {
		topic = append(topic, remembered(e.Name, cEntity, &name{entities: []*hamanagerapi.Entity{e}}))
	}

	return topic
}

// placeRemembered is the room or floor that a command was about; nil for none.
func (ix *Index) placeRemembered(c *meaning.Command) *span {
	if area := meaning.FindArea(ix.home, c.Slots.Text("area")); area != nil {
		return remembered(area.Name, cArea, &name{area: area})
	}
	for i := range ix.home.Floors {
		if f := &ix.home.Floors[i]; f.Name == c.Slots.Text("floor") {
			return remembered(f.Name, cFloor, &name{floor: f})
		}
	}

	return nil
}

// remembered is a span that nobody said now.
func remembered(said string, as class, n *name) *span {
	return &span{to: 1, classes: as, name: n, said: said}
}

// kindRemembered is a kind of device that nobody said now; of covers there are several, told by their classes.
func kindRemembered(domain string, classes ...string) *span {
	k := &kind{Domain: domain}
	if domain == "cover" {
		k.Classes = slices.DeleteFunc(classes, func(class string) bool { return class == "" })
	}

	return &span{to: 1, classes: cKind, said: domain, lexemes: []lexeme{{class: cKind, value: domain, of: k}}}
}
