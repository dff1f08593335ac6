package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

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
	r.withoutSpared(c.spans)

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
	first.command.Slots = ofAllRooms(first.command.Slots, found)

	return &interpretation{
		score: -c.cost - costQuestion, commands: []meaning.Command{first.command}, question: meaning.Ask(c.ix.home, found),
	}
}

// ofAllRooms are the slots of a command without the name or room of the first of its candidates.
func ofAllRooms(slots meaning.Slots, candidates []*hamanagerapi.Entity) meaning.Slots {
	slots = maps.Clone(slots)
	delete(slots, "name")
	if slices.ContainsFunc(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID != candidates[0].AreaID }) {
		delete(slots, "area")
	}

	return slots
}

// isRepeated reports whether an earlier draft is about the same words in the same place.
func (c *clause) isRepeated(earlier []draft, d draft) bool {
	return d.target.said != "" && slices.ContainsFunc(earlier, func(e draft) bool {
		return e.target.said == d.target.said && e.command.Slots.Text("area") == d.command.Slots.Text("area") &&
			e.command.Slots.Text("floor") == d.command.Slots.Text("floor")
	})
}

// bindOne binds a draft to the devices of the home. Where one was meant and several fit, it asks.
func (c *clause) bindOne(d draft) (meaning.Command, *meaning.Question) {
	command, question := c.bindOpen(d)
	command, question = c.ofSortSaid(d, command, question)
	if e := c.mentioned(c.ix.choicesOf(question)); e != nil && !meaning.LetsIn(command.Intent, e) {
		d.command = meaning.Narrow(c.ix.home, d.command, meaning.Choice{EntityID: e.ID})
		d.target.candidates, d.target.isOne, d.target.isRemembered = nil, false, true
		command, question = c.bindOpen(d)
		command.Slots["name"] = e.Name
	}
	if question != nil {
		command, question = meaning.Settle(c.ix.home, command, question)
	}
	d.target.callIn(&command)
	if d.change != nil && question == nil && command.Reason == "" {
		d.change.apply(&command)
		command, question = c.bindOfSort(command, d.target.sort) // only now is the value known
	}

	return command, question
}

// ofSortSaid leaves to choose from only what is called by the word that was said: a hálóban a klíma is not the Termosztát 3.
func (c *clause) ofSortSaid(d draft, command meaning.Command, question *meaning.Question) (meaning.Command, *meaning.Question) {
	choices := c.ix.choicesOf(question)
	kept := c.ofSort(choices, d.target.sort)
	switch {
	case len(kept) == 0, len(kept) == len(choices), slices.ContainsFunc(kept, func(e *hamanagerapi.Entity) bool { return meaning.LetsIn(command.Intent, e) }):
		return command, question
	case len(kept) > 1 && d.command.Slots.Text("name") == meaning.AllNames: // mindkét padlófűtés
		command.Targets = kept

		return command, nil
	case len(kept) > 1:
		return command, meaning.Ask(c.ix.home, kept)
	}
	bound, open := meaning.Bind(c.ix.home, c.u, meaning.Narrow(c.ix.home, d.command, meaning.Choice{EntityID: kept[0].ID}))
	bound.Slots["name"] = kept[0].Name

	return bound, open
}

// bindOpen binds a draft as far as its own words tell which device is meant.
func (c *clause) bindOpen(d draft) (meaning.Command, *meaning.Question) {
	if len(d.target.candidates) > 1 {
		delete(d.command.Slots, "name")

		return d.command, meaning.Ask(c.ix.home, d.target.candidates)
	}
	command, question := c.bindOfSort(d.command, d.target.sort)
	if question == nil && d.target.isOne && len(command.Targets) > 1 && (d.target.asksOne || !meaning.IsQuestion(command.Intent)) {
		question = meaning.Ask(c.ix.home, command.Targets)
		command.Targets = nil
	}

	return command, question
}

// choicesOf are the devices that a question lets choose from; nil where it is about anything else.
func (ix *Index) choicesOf(q *meaning.Question) []*hamanagerapi.Entity {
	if q == nil {
		return nil
	}
	found := make([]*hamanagerapi.Entity, 0, len(q.Choices))
	for _, choice := range q.Choices {
		e := ix.home.Entity(choice.EntityID)
		if e == nil {
			return nil
		}
		found = append(found, e)
	}

	return found
}

// bindOfSort binds a command to those devices only that are of the sort that was named.
func (c *clause) bindOfSort(command meaning.Command, sort []string) (meaning.Command, *meaning.Question) {
	command, question := meaning.Bind(c.ix.home, c.u, command)
	had := len(command.Targets)
	command.Targets = c.ofSort(command.Targets, sort)
	if had > 0 && len(command.Targets) == 0 {
		command.Reason = meaning.ReasonNoSuchName
	}

	return command, question
}

// callIn has a bound command call its target as people do: what was remembered by its ID by its
// name, and what is not there by the words it was called.
func (t *target) callIn(command *meaning.Command) {
	if t.isRemembered && len(command.Targets) == 1 && command.Slots.Name() != "" {
		command.Slots["name"] = command.Targets[0].Name
	}
	if command.Reason == meaning.ReasonNoSuchName && command.Missing == "" {
		command.Missing = t.said
	}
}
