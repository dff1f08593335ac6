package hungarian

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// timerFrames are about timers. A word that nobody knows before "időzítő" is its name.
func timerFrames() []frame {
	allows := cAmount | cArea | cUnknown | cQuantity | cPlace | cEntity | cAttribute | cQuestion | cCopula | cClass | cKind
	timer := func(name string, build func(*clause) []draft, actions ...string) frame {
		return frame{name: name, actions: actions, needs: cAbout, allows: allows, make: build}
	}

	return []frame{
		timer("start timer", (*clause).startTimer, "", "set", "start", "create", "on", "put"),
		timer("cancel timer", (*clause).cancelTimer, "cancel", "stop", "pause", "off"),
		timer("pause timer", (*clause).pauseTimer, "pause"),
		timer("increase timer", (*clause).increaseTimer, "more", "put"),
		timer("decrease timer", (*clause).decreaseTimer, "less", "take"),
		timer("resume timer", (*clause).resumeTimer, "resume"),
		{name: "timer status", actions: []string{"", "tell"}, needs: cAbout, allows: allows, asks: true, make: (*clause).timerStatus},
	}
}

func (c *clause) startTimer() []draft {
	if !c.has(cAbout, "timer") || len(c.quantities) == 0 || c.has(cAbout, "remaining") || c.has(cAttribute, "state") {
		return nil
	}
	slots := c.timerName()
	isMore := c.quantities[0].ending.grammaticalCase == accusativeCase // adj öt percet
	if isMore || slots == nil || !addTime(slots, "", c.quantities) {
		return nil
	}

	return timerDraft(meaning.StartTimer, slots)
}

func (c *clause) cancelTimer() []draft {
	if c.action == "pause" || !c.has(cAbout, "timer") {
		return nil
	}
	if c.has(cQuantity, "all") || c.find(cAbout, "timer").suffix.isPlural {
		slots := meaning.Slots{}
		for _, a := range c.places(nil).areas {
			slots["area"] = a.Name
		}

		return timerDraft(meaning.CancelAllTimers, slots)
	}

	return c.oldTimer(meaning.CancelTimer)
}

func (c *clause) pauseTimer() []draft  { return c.oldTimer(meaning.PauseTimer) }
func (c *clause) resumeTimer() []draft { return c.oldTimer(meaning.UnpauseTimer) }

func (c *clause) timerStatus() []draft {
	isAsked := c.has(cAttribute, "state") || c.has(cAbout, "remaining") || c.has(cQuestion, "how_much") || c.action == "tell"
	if !isAsked {
		return nil
	}

	return c.oldTimer(meaning.TimerStatus)
}

func (c *clause) increaseTimer() []draft { return c.changeTimer(meaning.IncreaseTimer) }
func (c *clause) decreaseTimer() []draft { return c.changeTimer(meaning.DecreaseTimer) }

// changeTimer tells the time that is added ("5 perccel", "5 percet") from the one that the
// timer was started with ("az 1 órás időzítőt").
func (c *clause) changeTimer(intent string) []draft {
	var change, start []quantity
	for _, q := range c.quantities {
		if q.ending.grammaticalCase == instrumental || q.ending.grammaticalCase == accusativeCase {
			change = append(change, q)
		} else {
			start = append(start, q)
		}
	}
	slots := c.timerName()
	if !c.has(cAbout, "timer") || slots == nil || !addTime(slots, "", change) || len(start) > 0 && !addTime(slots, "start_", start) {
		return nil
	}

	return timerDraft(intent, slots)
}

// oldTimer is a command about a timer that runs already.
func (c *clause) oldTimer(intent string) []draft {
	slots := c.timerName()
	if !c.has(cAbout, "timer") || slots == nil || len(c.quantities) > 0 && !addTime(slots, "start_", c.quantities) {
		return nil
	}

	return timerDraft(intent, slots)
}

func timerDraft(intent string, slots meaning.Slots) []draft {
	return []draft{{command: meaning.Command{Intent: intent, Slots: slots}}}
}

// timerName finds the timer's name or area; nil where words are left that are neither.
func (c *clause) timerName() meaning.Slots {
	slots := meaning.Slots{}
	if p := c.places(nil); len(p.areas) > 0 {
		slots["area"] = p.areas[0].Name
	}
	at := slices.IndexFunc(c.spans, func(sp *span) bool { return sp.means(cAbout, "timer") })
	var words []string
	for i, sp := range c.spans {
		if !sp.is(cUnknown) {
			continue
		}
		if i > at || at-i > 3 {
			return nil
		}
		words = append(words, c.text(sp))
	}
	if len(words) > 0 {
		slots["name"] = strings.Join(words, " ")
	}

	return slots
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
