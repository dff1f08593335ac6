package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// leastFor is how sure it must be what a piece asks for. A question that looks like one is answered sooner: a wrong
// answer does no harm.
func (w *weigher) leastFor(p piece, wanted weighed) float32 {
	switch {
	case wanted.Action != wish.Ask || !w.s.IsQuestion || w.least != leastSure:
		return w.least
	case wanted.thing != nil && wanted.thing.is(cEntity) && !wanted.thing.is(cArea) && w.asksWhether(p):
		return sureWhether
	default:
		return sureAsked
	}
}

// asksWhether reports whether a piece asks only whether something is so, and for no value.
func (w *weigher) asksWhether(p piece) bool {
	return w.s.IsQuestion && !slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool { return asksOpenly(sp) && !sp.is(cPrefix|cFiller) })
}

// isTold reports whether a piece only tells how something is: somebody who writes full stops writes question marks, too.
func (w *weigher) isTold(p piece) bool {
	const says = cCopula | cVerb | cState | cNegation | cBlock | cTells | cNeedless
	asks := func(sp *span) bool {
		isWish := slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "want" })

		return sp.is(cQuestion|cWonder) && !sp.is(cPrefix) || isWish || isCommanding(sp) || asksByItself(sp)
	}
	tells := func(sp *span) bool { return sp.is(says) && !sp.isWishedFor() }

	return w.s.IsStatement && !w.s.IsQuestion && !slices.ContainsFunc(w.row, asks) && slices.ContainsFunc(w.row[p.from:p.to], tells)
}

// isOfOtherTime reports whether a clause says when, and not that it is now.
func (c *clause) isOfOtherTime() bool { return c.findTime() != nil || c.has(cBlock, "later") }

// makeQuestion asks for what a piece speaks of; kept is the piece without the words that are not about it.
func (c *clause) makeQuestion(kept *clause, w weighed) []draft {
	ask := func(intent string, slots meaning.Slots) []draft {
		return []draft{{command: meaning.Command{Intent: intent, Slots: slots}, target: target{slots: slots}}}
	}
	switch {
	case w.Topic == "timer":
		return timerDraft(meaning.TimerStatus, meaning.Slots{})
	case w.Topic == "weather":
		return ask(meaning.GetWeather, meaning.Slots{})
	case w.Topic == "time":
		return ask(meaning.GetCurrentTime, meaning.Slots{})
	case w.Topic == "date":
		return ask(meaning.GetCurrentDate, meaning.Slots{})
	case w.Topic == "todo" && w.thing == nil: // mit kell venni?
		list, _ := meaning.Bind(c.ix.home, c.u, meaning.Command{Intent: meaning.ShoppingAddItem, Slots: meaning.Slots{}})
		if len(list.Targets) != 1 {
			return nil
		}

		return ask(meaning.GetState, meaning.Slots{"name": list.Targets[0].Name, "domain": "todo"})
	case w.thing == nil:
		return nil
	case !w.thing.is(cEntity):
		return c.wonderOfKind(kept, w)
	default:
		return c.wonderOfName(kept, w)
	}
}

// wonderOfName asks for something by its name, also in words that nobody knows.
func (c *clause) wonderOfName(kept *clause, w weighed) []draft {
	candidates := slices.DeleteFunc(slices.Clone(w.thing.name.entities), func(e *hamanagerapi.Entity) bool { return topicOf(e.Domain) != w.Topic })
	state := c.predicate()
	isMoved := state == "open" || state == "closed"
	if len(candidates) == 0 || c.isHardlyAsked(w.thing, candidates) || isMoved && !canAny(candidates, state) {
		return nil
	}
	if c.isOpenQuestion() || !canAny(candidates, state) {
		state = ""
	}

	return kept.stateOfName(w.thing, candidates, state)
}

// isHardlyAsked reports whether what is asked about is rather a room, or somebody, than any of the things that are called
// after it: van valaki a nappaliban? alszik Marci?
func (c *clause) isHardlyAsked(thing *span, candidates []*hamanagerapi.Entity) bool {
	isPerson := areAny(thing.name.entities, "person") || thing.name.owner != nil && thing.name.owner.isPerson
	isOther := func(e *hamanagerapi.Entity) bool {
		return e.Domain != candidates[0].Domain || e.DeviceClass != candidates[0].DeviceClass
	}

	return isPerson && !areAny(candidates, "person") || !c.isOpenQuestion() && slices.ContainsFunc(candidates, isOther)
}

// canAny reports whether a state makes sense for one of some entities.
func canAny(entities []*hamanagerapi.Entity, state string) bool {
	return slices.ContainsFunc(entities, func(e *hamanagerapi.Entity) bool { return canBe(e, state) })
}

// wonderOfKind asks for devices of a kind, in the places that are named: those in the state that the words tell, or what
// they are set to.
func (c *clause) wonderOfKind(kept *clause, w weighed) []draft {
	var drafts []draft
	for _, l := range w.thing.lexemes {
		if l.class != cKind || topicOf(l.of.Domain) != w.Topic {
			continue
		}
		state := c.stateWondered(l.of.Domain)
		if about := c.classAbout(); about != nil && state != "" && c.isSensed(w.thing, l.of) {
			return draftsFor(meaning.GetState, meaning.Slots{"state": stateIn(about.of.Domain, state)}, kept.sensorsOf(*about.of))
		}
		values := meaning.Slots{}
		if state != "" {
			values["state"] = stateIn(l.of.Domain, state)
		} else if !c.isOpenQuestion() && !c.has(cQuestion, "how") {
			continue
		}
		targets := kept.placed(l.of, w.thing, kept.places(nil))
		if state == "" {
			targets = c.asOne(w.thing, targets)
		}
		drafts = append(drafts, draftsFor(meaning.GetState, values, targets)...)
	}

	return drafts
}

// stateWondered is the state that the devices of a domain are asked for: as the words tell, or where they
// hang, else whether they are on; empty for any.
func (c *clause) stateWondered(domain string) string {
	state := c.predicate()
	switch {
	case state != "" && canBe(&hamanagerapi.Entity{Domain: domain}, state):
		return state
	case domain == "cover" && c.has(cPlace, "above"):
		return "open"
	case domain == "cover" && c.has(cPlace, "below"):
		return "closed"
	case !c.isOpenQuestion() && slices.Contains([]string{"light", "switch", "fan", "media_player"}, domain):
		return "on"
	default:
		return ""
	}
}

// weighPerson tells whether a piece asks where somebody is, in words that nobody knows: hol kódorog Lili? Anya a
// Lidlben van?
func (w *weigher) weighPerson(p piece) (weighed, bool) {
	row := w.row[p.from:p.to]
	who := personIn(row)
	if who == nil || slices.ContainsFunc(row, (*span).isWishedFor) {
		return weighed{}, false
	}
	if asks, ok := w.asksWhere(row, who); !ok || asks == 0 || asks == 1 && !w.s.IsQuestion {
		return weighed{}, false
	}

	return weighed{Wish: wish.Wish{Topic: wish.Any, Action: wish.Ask, Sure: 1}, thing: who}, true
}

// asksWhere is how surely some spans ask where somebody is; ok is false where they say more than that, and what nobody
// knows of it.
func (w *weigher) asksWhere(row []*span, who *span) (asks int, ok bool) {
	strange := 0
	for _, sp := range row {
		switch {
		case sp.means(cQuestion, "where"):
			asks += 2
		case sp != who && sp.is(cCopula|cRoams|cHome) && !sp.is(cFiller):
			asks++
		case w.isStrangeToWhere(sp):
			strange++
		case sp != who && !saysWhereabouts(sp):
			return 0, false
		}
	}

	return asks, strange < 2
}

// saysWhereabouts reports whether a span may stand beside the question where somebody is.
func saysWhereabouts(sp *span) bool {
	isAnywhere := sp.means(cQuantity, "any") && !sp.means(cQuantity, "someone") && !sp.means(cQuantity, "something")

	return isAnywhere || sp.is(cPlace|cWonder) || sp.is(cFiller) && !sp.is(cQuestion)
}

// isStrangeToWhere reports whether a word that nobody knows may say what somebody does, or where.
func (w *weigher) isStrangeToWhere(sp *span) bool {
	form := formOf(w.s.Tokens[sp.from].Fold)

	return sp.is(cUnknown) && !w.isUnknownObject(sp) && form != "command" && form != "past"
}

// personIn is who some spans speak of: hol kódorog Lili?
func personIn(row []*span) *span {
	at := slices.IndexFunc(row, (*span).isSomebody)
	if at < 0 {
		return nil
	}

	return row[at]
}

// asksOfAll reports whether a reading only asks, and that of anything in the home.
func (r *interpretation) asksOfAll() bool {
	return onlyAsks(r) && !slices.ContainsFunc(r.commands, saysOfWhat)
}

// asksCloserThan reports whether a reading only asks, and of something that was named, where another one asks of anything.
func (r *interpretation) asksCloserThan(part *interpretation) bool {
	return part.asksOfAll() && onlyAsks(r) && !r.isEmpty() && !slices.ContainsFunc(r.commands, func(c meaning.Command) bool { return !saysOfWhat(c) })
}

// saysOfWhat reports whether a question says of which thing it is asked, or where.
func saysOfWhat(c meaning.Command) bool {
	return c.Slots.Name() != "" || c.Slots.Text("area") != "" || c.Slots.Text("floor") != ""
}
