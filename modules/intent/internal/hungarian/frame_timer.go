package hungarian

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// timerFrames are about timers. A word that nobody knows before "időzítő" is its name.
func timerFrames() []frame {
	const allows = cAmount | cArea | cUnknown | cQuantity | cPlace | cEntity | cAttribute | cClass | cKind | cMedia | cTime
	timer := func(name string, allows class, build func(*clause) []draft, actions ...string) frame {
		return frame{name: name, actions: actions, needs: cAbout, allows: allows, make: build}
	}
	length := func(name string, build func(*clause) []draft, actions ...string) frame {
		return frame{name: name, actions: actions, allows: cTime | cNumber | cUnit | cFraction | cUnknown | cArea | cEntity | cAbout | cEnds | cBe, make: build}
	}

	return []frame{
		timer("start timer", allows|cBe, (*clause).startTimer, "", "set", "start", "create", "on", "put", "want", "run", "measure", "remind"),
		length("remind", (*clause).remind, "remind", "measure"),
		length("start timer by its length", (*clause).startTimerOf, "", "set", "start", "create", "on", "put", "want", "run"),
		timer("cancel timer", allows|cNevermind|cNeedless, (*clause).cancelTimer, "", "cancel", "stop", "pause", "off", "less", "take"),
		timer("pause timer", allows, (*clause).pauseTimer, "", "pause", "wait", "set", "put"),
		timer("increase timer", allows|cBe, (*clause).increaseTimer, "", "more", "put", "set", "longer"),
		timer("decrease timer", allows|cBe, (*clause).decreaseTimer, "", "less", "take", "shorter"),
		length("change timer by a length", (*clause).changeTimerBy, "put", "longer", "shorter"),
		timer("resume timer", allows, (*clause).resumeTimer, "resume", "start"),
		{
			name: "timer status", actions: []string{"", "tell", "check"}, needs: cAbout, asks: true, make: (*clause).timerStatus,
			allows: allows | cPrefix | cUndo | cQuestion | cCopula | cEnds | cTells | cState,
		},
	}
}

func (c *clause) speaksOfTimer() bool { return c.has(cAbout, "timer") }

func (c *clause) startTimer() []draft {
	if !c.speaksOfTimer() || c.has(cAbout, "remaining") || c.has(cAttribute, "state") || c.namesOtherThing() {
		return nil
	}
	slots, ok := c.timerName()
	if !ok || c.addsTime() || c.hasStep() {
		return nil
	}

	return c.startFor(slots)
}

// addsTime reports whether a length of time comes on top: adj öt percet; még öt percet.
func (c *clause) addsTime() bool {
	if len(c.quantities) == 0 || c.isAdjectival(c.quantities[0]) {
		return false
	}
	isMore := (c.action == "" || c.action == "set") && c.first(cAgain) != nil
	switch c.quantities[0].ending.Case {
	case morphology.Accusative:
		return c.action == "put" || isMore
	case morphology.Nominative: // még két perc
		return isMore && c.quantities[0].from > 0 && c.spans[c.quantities[0].from-1].is(cAgain)
	default:
		return false
	}
}

// startFor starts a timer for the length that the clause says.
func (c *clause) startFor(slots meaning.Slots) []draft {
	amounts, ok := c.amountsOfTime()
	if !ok || !addTime(slots, "", amounts) {
		return nil
	}

	return timerDraft(meaning.StartTimer, slots)
}

// remind starts a timer where one is to be told after some time: szólj tíz perc múlva; mérj öt
// percet. Somebody else than the speaker cannot be told.
func (c *clause) remind() []draft {
	if c.speaksOfTimer() || c.namesOtherThing() {
		return nil
	}
	slots, ok := c.timerName()
	if !ok || c.action == "remind" && !c.saysAfter() {
		return nil
	}

	return c.startFor(slots)
}

// saysAfter reports whether the clause says after how long: tíz perc múlva; ha letelt tíz perc;
// tíz perc, és szólj.
func (c *clause) saysAfter() bool {
	if c.classes&cTime != 0 || c.has(cEnds, "after") {
		return true
	}

	return len(c.quantities) > 0 && c.quantities[0].ending.Case == morphology.Nominative && c.quantities[0].to <= slices.Index(c.spans, c.verb)
}

// startTimerOf starts a timer that nobody calls one: kérek egy tízpercest; tizenkét perc a
// rizsnek; tojás, hét perc.
func (c *clause) startTimerOf() []draft {
	if c.s.IsQuestion || len(c.quantities) != 1 || c.speaksOfTopic() || c.classes&(cTime|cArea|cEnds) != 0 || c.namesOtherThing() {
		return nil
	}
	slots, ok := c.timerName()
	if !ok || slots["name"] == nil && !c.asksForLength() {
		return nil
	}
	switch c.quantities[0].ending.Case {
	case morphology.Nominative, morphology.Accusative:
		return c.startFor(slots)
	default:
		return nil
	}
}

// asksForLength reports whether a length alone is asked for: indíts hét percet; kell egy tízperces.
func (c *clause) asksForLength() bool {
	if c.action == "start" && c.verb != nil {
		return true
	}
	isWanted := c.verb != nil || c.first(cBe) != nil || c.has(cFiller, "wanted")

	return isWanted && c.isAdjectival(c.quantities[0])
}

// speaksOfTopic reports whether the clause is about something else than a length of time.
func (c *clause) speaksOfTopic() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cAbout) && !sp.is(cUnit) && (sp.isWhole || sp.means(cAbout, "timer") || !isPurpose(sp.suffix.Case))
	})
}

// isAdjectival reports whether a quantity says what something is like: tízperces.
func (c *clause) isAdjectival(q quantity) bool {
	unit := c.s.Tokens[c.spans[q.to-1].to-1].Fold

	return slices.ContainsFunc(times().Adjectivals, func(w string) bool { return strings.Contains(unit, morphology.Fold(w)) })
}

// consistsOf reports whether the clause has, beside its verb and small words, only some classes.
func (c *clause) consistsOf(allowed class) bool {
	return !slices.ContainsFunc(c.spans, func(sp *span) bool {
		return !sp.is(allowed|cFiller|cConjunction) && sp != c.verb && sp != c.prefix
	})
}

func (c *clause) cancelTimer() []draft {
	if !c.speaksOfTimer() || !c.asksToCancel() {
		return nil
	}
	if c.hasLength(morphology.Accusative, morphology.Instrumental) { // vegyél le két percet
		return nil
	}
	if c.has(cQuantity, "all") || c.find(cAbout, "timer").suffix.IsPlural {
		slots := meaning.Slots{}
		for _, a := range c.places(nil).areas {
			slots["area"] = a.Name
		}

		return timerDraft(meaning.CancelAllTimers, slots)
	}

	return c.oldTimer(meaning.CancelTimer)
}

// asksToCancel reports whether a verb, or that it is not needed, asks to cancel something; both are
// one too many (mégse töröld).
func (c *clause) asksToCancel() bool {
	isNeedless := slices.ContainsFunc(c.spans, func(sp *span) bool { return sp != c.verb && sp.is(cNevermind|cNeedless) })
	if c.action != "" {
		return c.action != "pause" && !isNeedless
	}

	return isNeedless || c.has(cMedia, "stop")
}

// hasLength reports whether a length of time is said in one of the cases.
func (c *clause) hasLength(cases ...morphology.Case) bool {
	return slices.ContainsFunc(c.quantities, func(q quantity) bool {
		return slices.Contains(cases, q.ending.Case) && !c.isAdjectival(q)
	})
}

func (c *clause) pauseTimer() []draft {
	isPause := c.has(cMedia, "pause") && !c.has(cMedia, "stop")
	if c.action != "pause" && c.action != "wait" && !isPause {
		return nil
	}

	drafts := c.oldTimer(meaning.PauseTimer)
	if c.hasLength(morphology.Sublative) { // for so long, and not the timer of so long
		for _, d := range drafts {
			for _, unit := range []string{"start_hours", "start_minutes", "start_seconds"} {
				delete(d.command.Slots, unit)
			}
		}
	}

	return drafts
}

// resumeTimer also reads "indítsd újra": only one that was stopped can be meant.
func (c *clause) resumeTimer() []draft {
	if c.action == "start" && !c.has(cMedia, "again") && (c.prefix == nil || c.prefix.value(cPrefix) != "ujra") {
		return nil
	}

	return c.oldTimer(meaning.UnpauseTimer)
}

// timerStatus asks for a timer, or how long there is still to wait.
func (c *clause) timerStatus() []draft {
	if !c.isAskedFor() || !c.speaksOfTimer() && !c.isWaiting() || c.namesOtherThing() {
		return nil
	}
	slots, ok := c.timerName()
	if !ok || len(c.quantities) > 0 && !addTime(slots, "start_", c.quantities) {
		return nil
	}

	return timerDraft(meaning.TimerStatus, slots)
}

// isAskedFor reports whether the clause asks for what it is about.
func (c *clause) isAskedFor() bool {
	return c.first(cQuestion) != nil || c.s.IsQuestion || c.tells || c.has(cAttribute, "state") || c.has(cAbout, "remaining") || c.has(cAbout, "waiting")
}

// isWaiting reports whether one asks how long there is still to wait.
func (c *clause) isWaiting() bool {
	return c.has(cAbout, "waiting") || c.has(cAbout, "remaining") && (c.has(cQuestion, "how_much") || c.tells || c.has(cAbout, "clock"))
}

func (c *clause) increaseTimer() []draft { return c.changeTimer(meaning.IncreaseTimer, "more") }
func (c *clause) decreaseTimer() []draft { return c.changeTimer(meaning.DecreaseTimer, "less") }

// changeTimer tells the time that is added ("5 perccel", "5 percet") from the one that the
// timer was started with ("az 1 órás időzítőt").
func (c *clause) changeTimer(intent, way string) []draft {
	isMore := way == "more" && c.first(cAgain) != nil
	if (c.action == "" || c.action == "set") && !c.has(cChange, way) && !isMore || !c.speaksOfTimer() {
		return nil
	}
	change, start := c.changes()
	slots, ok := c.timerName()
	if !ok || !addTime(slots, "", change) || len(start) > 0 && !addTime(slots, "start_", start) {
		return nil
	}

	return timerDraft(intent, slots)
}

// changes are the times by which a timer is to change, and those that say which timer.
func (c *clause) changes() (change, start []quantity) {
	for _, q := range c.quantities {
		isOnTop := q.ending.Case == morphology.Nominative && c.action == "" && c.first(cAgain) != nil // még két perc
		isChange := q.ending.Case == morphology.Instrumental || q.ending.Case == morphology.Accusative || isOnTop
		if isChange && !c.isAdjectival(q) {
			change = append(change, q)
		} else {
			start = append(start, q)
		}
	}

	return change, start
}

// changeTimerBy is about the timer, although nobody says so: adj hozzá még két percet.
func (c *clause) changeTimerBy() []draft {
	change, start := c.changes()
	slots := meaning.Slots{}
	isOnTop := c.action != "put" || c.prefix != nil || c.verb.prefix != "" || c.first(cAgain) != nil // adj egy percet: wait for me
	if !isOnTop || len(start) > 0 || !c.consistsOf(cNumber|cUnit|cFraction) || !addTime(slots, "", change) {
		return nil
	}
	if c.action == "shorter" {
		return timerDraft(meaning.DecreaseTimer, slots)
	}

	return timerDraft(meaning.IncreaseTimer, slots)
}

// oldTimer is a command about a timer that runs already.
func (c *clause) oldTimer(intent string) []draft {
	slots, ok := c.timerName()
	if !ok || !c.speaksOfTimer() || c.namesOtherThing() || len(c.quantities) > 0 && !addTime(slots, "start_", c.quantities) {
		return nil
	}

	return timerDraft(intent, slots)
}

func timerDraft(intent string, slots meaning.Slots) []draft {
	return []draft{{command: meaning.Command{Intent: intent, Slots: slots}}}
}

// addTime writes quantities as hours, minutes and seconds; false where one is no time.
func addTime(slots meaning.Slots, prefix string, quantities []quantity) bool {
	units := map[string]struct {
		slot, next string
	}{"hour": {"hours", "minutes"}, "minute": {"minutes", "seconds"}, "second": {"seconds", ""}}
	for _, q := range quantities {
		unit, ok := units[q.unit]
		if !ok {
			return false
		}
		whole, part := math.Modf(q.value)
		if whole > 0 {
			slots[prefix+unit.slot] = int(whole)
		}
		if part > 0 && unit.next != "" {
			slots[prefix+unit.next] = int(math.Round(part * 60))
		}
	}

	return len(quantities) > 0
}

// isTimerNeedless reports whether a piece says that a timer is no longer wanted, and so asks to cancel it.
func isTimerNeedless(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.means(cAbout, "timer") }) &&
		slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cNeedless|cNevermind) || sp.means(cMedia, "stop") })
}
