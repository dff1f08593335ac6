package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// follow reads a sentence that leans on the turn before: a folyosón is; még sötétebbre;
// kapcsold le; csináld vissza. plain is what it means on its own, nil for nothing, and stands
// where it needs nothing of the turn before.
func (ix *Index) follow(u meaning.Utterance, s *sentence, plain *interpretation) *interpretation {
	if u.Before.Last() == nil || s.isQuoted {
		return plain
	}
	rows, _ := ix.findSpans(s).coverings()
	for _, row := range rows {
		row, left := takeExceptions(s, ix.corrected(s, row))
		if !saysAnything(row) {
			continue
		}
		s.left = left
		if r := ix.subtract(ix.followRow(u, s, row, plain), left); r != nil && !r.isEmpty() {
			return r
		}
		a, ok := ix.withoutAsides(s, row)
		if !ok || !saysAnything(a.kept) {
			continue
		}
		if r := ix.subtract(ix.followRow(u, s, a.kept, plain), left); r != nil && !r.isEmpty() {
			return r
		}
	}

	return plain
}

func saysAnything(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cFiller|cConjunction) || sp.is(cAgain|cUndo) })
}

func (ix *Index) followRow(u meaning.Utterance, s *sentence, row []*span, plain *interpretation) *interpretation {
	switch {
	case consistsOf(row, cUndo, cUndo|cNevermind|cPrefix|cNo):
		return undo(u.Before)
	case consistsOf(row, cAgain, cAgain):
		return more(u.Before)
	case !namesThing(row):
		if plain != nil && !slices.ContainsFunc(plain.commands, leansOnEntity) {
			return nil
		}

		return ix.readAbout(u, s, row)
	case consistsOf(row, cKeep, cKeep|cTarget|cState|cPrefix|cBut|cCopula):
		return ix.undoPart(u.Before, row)
	case isOfLists(u.Before.Last().Intent) && (plain == nil || plain.question != nil):
		return ix.addAgain(u, s, row)
	case plain == nil || plain.isEmpty() || asksVaguely(plain, u.Before.Last()):
		if r := ix.readAgain(u, s, row); r != nil {
			return r
		}

		return ix.readShared(u, s, row)
	case plain.question != nil:
		return ix.readShared(u, s, row)
	default:
		return nil
	}
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

// undoPart undoes what was done to what is to stay as it was: a csillárt azért hagyd.
func (ix *Index) undoPart(m *meaning.Memory, row []*span) *interpretation {
	kept := exceptionOf(row)
	part := meaning.Memory{Was: map[string]meaning.Was{}, Commands: m.Commands}
	for id, was := range m.Was {
		if e := ix.home.Entity(id); e != nil && kept.covers(ix.home, e) {
			part.Was[id] = was
		}
	}

	return undo(&part)
}

func isOfLists(intent string) bool {
	return intent == meaning.ListAddItem || intent == meaning.ShoppingAddItem
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
	if slices.ContainsFunc(row, func(sp *span) bool { return sp.is(partAmount) }) { // vissza huszonegyre
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
	r := ix.readClause(newClause(ix, u, s, inherit(ix.topicOf(u.Before), row)))
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
		if sp.means(cFiller, "too") || sp.means(cFiller, "there") || sp.means(cKind, domain) || sp.is(cUnit|cColor|cWhite) {
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

// readAgain reads a sentence without a verb as the command before it for something else.
func (ix *Index) readAgain(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	last := u.Before.Last()
	c := newClause(ix, u, s, row)
	if c.verb != nil || c.action != "" || c.classes&cNegation != 0 || !c.within(cTarget|cQuestion|cPrefix|cClass|cAttribute) {
		return nil
	}
	domain := domainOf(last)
	k := &kind{Domain: domain, Classes: last.Slots.List("device_class")}
	domains := domainsOf(actionBehind(last.Intent, domain))
	if !slices.Contains(domains, domain) {
		domains = append(domains, domain)
	}
	drafts := ix.draftsAgain(c, last, c.targets(domains, k))
	if len(drafts) == 0 {
		return nil
	}
	r := c.bind(drafts)
	r.frame = "again;"

	return r
}

// draftsAgain gives each target the last command, in the way its kind of device takes it.
func (ix *Index) draftsAgain(c *clause, last *meaning.Command, targets []target) []draft {
	domain := domainOf(last)
	values := valuesOf(last.Slots)
	var drafts []draft
	for _, t := range targets {
		intent, of := last.Intent, t.slots.Text("domain")
		if of == "" {
			of = slices.Concat(c.domainsOfTarget(t, nil), []string{domain})[0]
		}
		if of != domain && !meaning.IsQuestion(intent) {
			intent = intentOf(actionBehind(last.Intent, domain), of)
		}
		if state, ok := values["state"].(string); ok {
			values["state"] = stateIn(of, generalState(state))
		}
		if intent == "" {
			return nil
		}
		if meaning.IsImplied(intent) || intent == meaning.ClimateGet {
			delete(t.slots, "domain")
			delete(t.slots, "device_class")
		}
		t.isOne = false
		drafts = append(drafts, draftsFor(intent, values, []target{t})...)
	}

	return drafts
}

// generalState is a state in words that fit any domain.
func generalState(state string) string {
	switch state {
	case "open", "unlocked":
		return "open"
	case "closed", "locked":
		return "closed"
	default:
		return state
	}
}

// valuesOf are the slots that say what is done, not to what.
func valuesOf(slots meaning.Slots) meaning.Slots {
	values := maps.Clone(slots)
	for _, slot := range []string{"name", "area", "floor", "domain", "device_class"} {
		delete(values, slot)
	}

	return values
}

// actionBehind is an action that makes the intent for the domain.
func actionBehind(intent, domain string) string {
	for _, action := range []string{"on", "off", "open", "close", "unlock", "toggle", "clean", "dock", "mow"} {
		if intentOf(action, domain) == intent {
			switch action {
			case "on":
				return "up" // a lamp goes on, a blind up
			case "off":
				return "down"
			}

			return action
		}
	}

	return ""
}

// addAgain puts one more thing on the list of the turn before: paradicsomot is.
func (ix *Index) addAgain(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	const longest = 6
	for len(row) > 0 && row[0].is(cFiller|cConjunction) && !row[0].is(cNumber) {
		row = row[1:]
	}
	for len(row) > 0 && row[len(row)-1].is(cFiller|cConjunction) {
		row = row[:len(row)-1]
	}
	c := newClause(ix, u, s, row)
	if len(row) == 0 || len(row) > longest || c.verb != nil || c.classes&(cBlock|cNegation|cQuestion) != 0 || s.isQuestion || !c.isObject(len(row)-1) {
		return nil
	}
	var drafts []draft
	for _, item := range c.items(0, len(row)-1) {
		slots := maps.Clone(u.Before.Last().Slots)
		slots["item"] = item
		drafts = append(drafts, draft{command: meaning.Command{Intent: u.Before.Last().Intent, Slots: slots}})
	}

	return c.bind(drafts)
}

// topicOf makes spans of what the turn before was about, as if it were said again.
func (ix *Index) topicOf(m *meaning.Memory) []*span {
	var topic []*span
	for i := range m.Commands {
		topic = append(topic, ix.topicOfCommand(&m.Commands[i], len(m.Commands) == 1)...)
	}

	return topic
}

// topicOfCommand makes a room and a kind of what was meant together, where that was all, and
// else names every device.
func (ix *Index) topicOfCommand(c *meaning.Command, isAll bool) []*span {
	isOne := len(c.Targets) == 1 && !meaning.IsQuestion(c.Intent) // of several in the room
	if isAll && !isOne && c.Slots.Name() == "" {
		if place := ix.placeRemembered(c); place != nil {
			return []*span{place, kindRemembered(c)}
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

func kindRemembered(c *meaning.Command) *span {
	k := &kind{Domain: domainOf(c)}
	if k.Domain == "cover" {
		k.Classes = c.Slots.List("device_class")
	}

	return &span{to: 1, classes: cKind, said: k.Domain, lexemes: []lexeme{{class: cKind, value: k.Domain, of: k}}}
}

// more does once more what the turn before did, as far again.
func more(m *meaning.Memory) *interpretation {
	last, way := m.Last(), float64(m.Direction())
	if way == 0 {
		return nil
	}
	again := meaning.Command{Intent: last.Intent, Slots: maps.Clone(last.Slots), Targets: last.Targets}
	var further *step
	switch last.Intent {
	case meaning.SetVolumeRelative:
	case meaning.LightSet:
		further = &step{slot: "brightness", by: 25 * way, low: 1, high: 100, present: present("brightness", 100.0/255)}
	case meaning.ClimateSet:
		further = &step{slot: "temperature", by: way, low: 0, high: 100, present: present("temperature", 1)}
	case meaning.SetPosition:
		further = &step{slot: "position", by: 25 * way, low: 0, high: 100, present: present("current_position", 1)}
	case meaning.FanSetSpeed:
		further = &step{slot: "percentage", by: 25 * way, low: 1, high: 100, present: present("percentage", 1)}
	case meaning.SetVolume:
		further = &step{slot: "volume_level", by: 10 * way, low: 0, high: 100, present: present("volume_level", 100)}
	default:
		return nil
	}
	if further != nil {
		further.apply(&again)
	}

	return &interpretation{commands: []meaning.Command{again}, frame: "more;"}
}
