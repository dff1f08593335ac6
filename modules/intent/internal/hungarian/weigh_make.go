package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// readPiece makes commands of a piece of which is known what it asks for: by the frames where they agree, for
// they know more of values, else by itself.
func (w *weigher) readPiece(p piece, wanted weighed) *interpretation {
	if r := w.readByFrames(p, wanted); r != nil {
		return r
	}
	c := newClause(w.ix, w.u, w.s, w.kept(p, wanted))
	verb, prefix := c.verb, c.prefix
	c.action, c.verb, c.prefix, c.mood, c.of = "", nil, nil, commands, nil
	if wanted.hasWords() {
		c.verb, c.prefix = verb, prefix
		if at := slices.IndexFunc(c.spans, func(sp *span) bool { return isCommanding(sp) || isUnknownImperative(w.s, sp) }); verb == nil && at >= 0 {
			c.verb = c.spans[at]
		}
	}
	drafts := w.draftsOf(p, wanted, c)
	if len(drafts) == 0 {
		return nil
	}
	r := c.bind(drafts)
	if r.isEmpty() {
		return nil
	}
	if wanted.Action != wish.Ask && c.findTime() != nil {
		r.putOff(c)
	}

	return r
}

// draftsOf makes the drafts of a piece. What is to be on a list may be named in a remark beside it.
func (w *weigher) draftsOf(p piece, wanted weighed, c *clause) []draft {
	if wanted.Action == wish.Ask {
		return newClause(w.ix, w.u, w.s, w.row[p.from:p.to]).makeQuestion(c, wanted)
	}
	drafts := c.make(wanted)
	if len(drafts) == 0 && wanted.Topic == "todo" && !w.isSeveral {
		c.spans = w.row
		drafts = c.make(wanted)
	}

	return drafts
}

// hasWords reports whether what is wanted has words of its own: a timer's name, a list's items.
func (w *weighed) hasWords() bool { return w.Topic == "todo" || w.Topic == "timer" }

// isTurn reports whether what is wanted is done at once and wholly, so that a "ne" beside it can be said of nothing less.
func (w *weighed) isTurn() bool {
	return slices.Contains([]string{"on", "off", "open", "close", "lock", "unlock", "start", "dock"}, w.Action)
}

// isOfWhatPlays reports whether what is wanted is of what is played, which nobody knows by its name.
func (w *weighed) isOfWhatPlays() bool {
	return w.Topic == "media" && slices.Contains([]string{"play", "pause", "next", "previous", "mute", "unmute"}, w.Action)
}

// readByFrames reads a piece by the frames; nil where they find something else. A question that is surely one is
// read without the words that nobody knows, too.
func (w *weigher) readByFrames(p piece, wanted weighed) *interpretation {
	spans := w.row[p.from:p.to]
	if r := w.readAs(spans, wanted); r != nil || wanted.Action != wish.Ask || wanted.Sure < min(sureToTell, w.leastFor(p, wanted)) || len(spans) == 0 {
		return r
	}
	from, to := spans[0].from, spans[len(spans)-1].to
	for _, row := range append([][]*span{w.row}, w.others...) {
		known := slices.DeleteFunc(slices.Clone(row), func(sp *span) bool {
			return sp.from < from || sp.to > to || sp.said != "" || sp.classes == cUnknown || sp.means(cFiller, "joins")
		})
		if r := w.readAs(known, wanted); r != nil {
			return r
		}
	}

	return nil
}

// readAs reads some spans by the frames; nil where that is not what is wanted.
func (w *weigher) readAs(spans []*span, wanted weighed) *interpretation {
	r := w.ix.readClause(newClause(w.ix, w.u, w.s, spans))
	if r == nil || r.isEmpty() || !wanted.agrees(r) {
		return nil
	}

	return r
}

// agrees reports whether a reading does what is wanted.
func (w *weighed) agrees(r *interpretation) bool {
	return !slices.ContainsFunc(r.commands, func(c meaning.Command) bool {
		actions := actionsBy(c.Intent)

		return meaning.IsQuestion(c.Intent) != (w.Action == wish.Ask) || actions != nil && !slices.Contains(actions, w.Action)
	})
}

// actionsBy are the actions that an intent can be meant by; nil for any.
func actionsBy(intent string) []string {
	switch intent {
	case meaning.TurnOn:
		return []string{"on", "open", "lock", "start", "play"}
	case meaning.TurnOff:
		return []string{"off", "close", "unlock", "dock"}
	case meaning.LightSet:
		return []string{"set", "more", "less", "max", "min", "color", "white"}
	case meaning.ClimateSet, meaning.SetPosition, meaning.FanSetSpeed, meaning.HumidifierSetpoint:
		return []string{"set", "more", "less"}
	case meaning.SetVolume:
		return []string{"set"}
	case meaning.SetVolumeRelative:
		return []string{"more", "less"}
	case meaning.StopMoving:
		return []string{"stop"}
	default:
		return actionsByMachine(intent)
	}
}

// actionsByMachine is actionsBy for what plays and what works by itself.
func actionsByMachine(intent string) []string {
	switch intent {
	case meaning.MediaPause:
		return []string{"pause"}
	case meaning.MediaUnpause:
		return []string{"play", "on"}
	case meaning.MediaNext:
		return []string{"next"}
	case meaning.MediaPrevious:
		return []string{"previous"}
	case meaning.MediaMute:
		return []string{"mute"}
	case meaning.MediaUnmute:
		return []string{"unmute"}
	case meaning.VacuumStart, meaning.LawnMowerStart:
		return []string{"start"}
	case meaning.VacuumReturn, meaning.LawnMowerDock:
		return []string{"dock"}
	default:
		return nil
	}
}

// kept are the spans that say what a wish is about, where, when and how much: those of its piece, and where
// that says nothing of a place or an amount, those beside it.
func (w *weigher) kept(p piece, wanted weighed) []*span {
	if wanted.hasWords() {
		return w.row[p.from:p.to]
	}
	var kept []*span
	for _, sp := range w.row[p.from:p.to] {
		if wanted.isAbout(sp) {
			kept = append(kept, sp)
		}
	}

	return append(kept, w.beside(p, wanted, kept)...)
}

// beside are the amounts and places outside a piece that it needs, as nothing in it says them.
func (w *weigher) beside(p piece, wanted weighed, kept []*span) []*span {
	has := func(of class) bool { return slices.ContainsFunc(kept, func(sp *span) bool { return sp.is(of) }) }
	needsAmount := wanted.Action == "set" && !has(cAmount)
	needsPlace := (wanted.thing == nil || !wanted.thing.is(cEntity)) && !has(cArea|cFloor)

	return slices.DeleteFunc(slices.Concat(w.row[:p.from], w.row[p.to:]), func(sp *span) bool {
		isNeeded := needsAmount && sp.is(cAmount) || needsPlace && sp.is(cArea|cFloor) && sp.suffix.SaysWhere()

		return sp.isWishedFor() || !isNeeded
	})
}

// isAbout reports whether a span says what a wish is about, where, when or how much.
func (w *weighed) isAbout(sp *span) bool {
	const values = cTime | cAmount | cColor | cWhite | cQuantity | cPlace | cArea | cFloor
	if sp.isWishedFor() {
		return sp == w.thing || slices.Contains(sp.topicsOf(), w.Topic)
	}

	return sp == w.thing || sp.is(values)
}

// make makes the commands of what is wanted.
func (c *clause) make(wanted weighed) []draft {
	wanted = c.withValue(wanted)
	switch wanted.Topic {
	case wish.Nevermind:
		return []draft{{command: meaning.Command{Intent: meaning.Nevermind, Slots: meaning.Slots{}}}}
	case "timer":
		return c.makeTimer(wanted.Action)
	case "todo":
		return c.makeItems(wanted.Action)
	case "vacuum":
		return c.makeMachine("vacuum", map[string]string{"start": meaning.VacuumStart, "dock": meaning.VacuumReturn}[wanted.Action])
	case "mower":
		return c.makeMachine("lawn_mower", map[string]string{"start": meaning.LawnMowerStart, "dock": meaning.LawnMowerDock}[wanted.Action])
	}
	switch wanted.Action {
	case "set", "more", "less", "max", "min", "color", "white":
		return c.makeSetting(wanted)
	case "play", "pause", "next", "previous", "mute", "unmute":
		return c.play(playIntents()[wanted.Action], nil)
	default:
		return c.makeTurn(wanted)
	}
}

func playIntents() map[string]string {
	return map[string]string{
		"play": meaning.MediaUnpause, "pause": meaning.MediaPause, "next": meaning.MediaNext, "previous": meaning.MediaPrevious,
		"mute": meaning.MediaMute, "unmute": meaning.MediaUnmute,
	}
}

// makeTurn switches, opens, closes and starts.
func (c *clause) makeTurn(w weighed) []draft {
	c.action = w.Action
	if w.Action == "lock" {
		c.action = "close"
	}
	domains := slices.DeleteFunc(domainsOf(c.action), func(domain string) bool { return topicOf(domain) != w.Topic })
	var drafts []draft
	for _, t := range c.targets(domains, c.standard(c.action)) {
		for _, intent := range intentsOf(c.action, c.domainsOfTarget(t, domains)) {
			drafts = append(drafts, draftsFor(intent, nil, []target{t})...)
		}
	}

	return drafts
}

// makeMachine starts a machine, or sends it home.
func (c *clause) makeMachine(domain, intent string) []draft {
	if intent == "" {
		return nil
	}

	return c.set(intent, nil, nil, []string{domain}, &kind{Domain: domain})
}

// makeTimer starts a timer or changes one that runs.
func (c *clause) makeTimer(action string) []draft {
	slots, ok := c.timerName()
	if !ok {
		slots = meaning.Slots{}
	}
	switch action {
	case "start":
		return c.startFor(slots)
	case "cancel":
		return timerDraft(meaning.CancelTimer, slots)
	case "pause":
		return timerDraft(meaning.PauseTimer, slots)
	case "resume":
		return timerDraft(meaning.UnpauseTimer, slots)
	}
	change, _ := c.changes()
	if len(change) == 0 {
		change = c.quantities
	}
	if !addTime(slots, "", change) {
		return nil
	}
	if action == "less" {
		return timerDraft(meaning.DecreaseTimer, slots)
	}

	return timerDraft(meaning.IncreaseTimer, slots)
}

// makeItems puts something on a list, ticks it off or takes it away.
func (c *clause) makeItems(action string) []draft {
	list := c.indexOf(c.lists())
	switch action {
	case "add":
		c.action = "note"

		return c.onList(list, c.spans, meaning.ShoppingAddItem, meaning.ListAddItem)
	case "complete":
		c.action = "done"

		return c.onList(list, c.spans, meaning.ListCompleteItem, meaning.ListCompleteItem)
	default:
		c.action = "take"

		return c.onList(list, c.spans, meaning.ListRemoveItem, meaning.ListRemoveItem)
	}
}

// needsNoThing reports whether what is wanted is of no device.
func needsNoThing(w wish.Wish) bool {
	return slices.Contains([]string{"todo", "timer", "weather", "time", "date", wish.Nevermind}, w.Topic)
}
