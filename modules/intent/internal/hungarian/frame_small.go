package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// smallFrames are what needs no device: the clock, the weather, "never mind".
func smallFrames() []frame {
	return []frame{
		{name: "nevermind", actions: []string{"", "cancel"}, needs: cNevermind, asks: true, make: answer(meaning.Nevermind)},
		{name: "respond", actions: []string{""}, needs: cRespond, asks: true, make: answer(meaning.Respond)},
		{name: "time", actions: []string{"", "tell"}, needs: cAbout, allows: cQuestion | cCopula, asks: true, make: (*clause).clock},
		{name: "date", actions: []string{"", "tell"}, needs: cAbout, allows: cQuestion | cCopula, asks: true, make: (*clause).date},
	}
}

// answer makes a frame's command that has no slots.
func answer(intent string) func(*clause) []draft {
	return func(*clause) []draft {
		return []draft{{command: meaning.Command{Intent: intent, Slots: meaning.Slots{}}}}
	}
}

func (c *clause) clock() []draft {
	if !c.asksAbout("clock", "how_much", "what") {
		return nil
	}

	return answer(meaning.GetCurrentTime)(c)
}

// asksAbout reports whether the clause asks for a topic, and for nothing else.
func (c *clause) asksAbout(topic string, questions ...string) bool {
	if !c.has(cAbout, topic) || !c.allAbout(topic) {
		return false
	}

	return c.tells || slices.ContainsFunc(questions, func(q string) bool { return c.has(cQuestion, q) })
}

func (c *clause) date() []draft {
	if !c.asksAbout("date", "what", "how_much", "which") {
		return nil
	}

	return answer(meaning.GetCurrentDate)(c)
}

// makeLight switches the lamps of a place by how it is to be: legyen világos.
func (c *clause) makeLight() []draft {
	isThing := func(sp *span) bool { return sp.is(cEntity|cKind) && !sp.isPlaceOfLight() }
	if c.action == "" && !c.isToBe() || slices.ContainsFunc(c.spans, isThing) {
		return nil
	}
	lamps := &kind{Domain: "light"}
	if c.has(cLit, "dim") {
		const dim = 30

		return c.set(meaning.LightSet, meaning.Slots{"brightness": dim}, nil, []string{"light"}, lamps)
	}
	intent := switchIntentOf(c.first(cLit).value(cLit))

	return draftsFor(intent, nil, c.targets([]string{"light"}, lamps))
}

// isPlaceOfLight reports whether a span says where it is to be light by what a lamp is called after: a lépcsőn.
func (sp *span) isPlaceOfLight() bool {
	return sp.is(cEntity) && !sp.is(cKind) && sp.suffix.SaysWhere() && slices.Contains(sp.topicsOf(), "light")
}

// allAbout reports whether every word about a topic can be about this one.
func (c *clause) allAbout(topic string) bool {
	for _, sp := range c.spans {
		if sp.is(cAbout) && !sp.means(cAbout, topic) {
			return false
		}
	}

	return true
}
