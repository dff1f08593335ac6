package hungarian

import "homehub/modules/intent/internal/meaning"

// smallFrames are what needs no device: the clock, the weather, "never mind".
func smallFrames() []frame {
	return []frame{
		{name: "nevermind", actions: []string{"", "cancel"}, needs: cNevermind, asks: true, make: answer(meaning.Nevermind)},
		{name: "respond", actions: []string{""}, needs: cRespond, asks: true, make: answer(meaning.Respond)},
		{name: "time", actions: []string{"", "tell"}, needs: cAbout, allows: cQuestion | cCopula, asks: true, make: (*clause).clock},
		{name: "date", actions: []string{"", "tell"}, needs: cAbout, allows: cQuestion | cCopula, asks: true, make: (*clause).date},
		{
			name: "weather", actions: []string{"", "tell"}, needs: cAbout, asks: true, make: (*clause).weather,
			allows: cQuestion | cCopula | cEntity | cPlace | cArea | cAttribute | cClass | cLevel,
		},
	}
}

// answer makes a frame's command that has no slots.
func answer(intent string) func(*clause) []draft {
	return func(*clause) []draft {
		return []draft{{command: meaning.Command{Intent: intent, Slots: meaning.Slots{}}}}
	}
}

func (c *clause) clock() []draft {
	if !c.has(cAbout, "clock") || !c.allAbout("clock") || !(c.has(cQuestion, "how_much") || c.has(cQuestion, "what") || c.action == "tell") {
		return nil
	}

	return answer(meaning.GetCurrentTime)(c)
}

func (c *clause) date() []draft {
	if !c.has(cAbout, "date") || !c.allAbout("date") || !(c.has(cQuestion, "what") || c.has(cQuestion, "how_much") || c.has(cQuestion, "which") || c.action == "tell") {
		return nil
	}

	return answer(meaning.GetCurrentDate)(c)
}

// weather is asked by its own words, the place by the name of a weather entity.
func (c *clause) weather() []draft {
	if !c.has(cAbout, "weather") || c.has(cAbout, "timer") || c.has(cAbout, "remaining") {
		return nil
	}
	about := c.find(cAbout, "weather")
	if about.means(cAbout, "clock") && !c.has(cQuestion, "which") { // mennyi az idő?
		return nil
	}

	slots := meaning.Slots{}
	for _, sp := range c.spans {
		switch {
		case sp.is(cEntity) && len(of(sp.name.entities, []string{"weather"})) > 0 && !sp.is(cAbout):
			slots["name"] = of(sp.name.entities, []string{"weather"})[0].Name
		case sp.is(cEntity|cArea) && !sp.is(cAbout|cAttribute|cClass|cPlace) && !isOutside(sp):
			return nil
		}
	}

	return []draft{{command: meaning.Command{Intent: meaning.GetWeather, Slots: slots}}}
}

// isOutside reports whether an area is where the weather is: kint, udvar, kert.
func isOutside(sp *span) bool { return sp.is(cArea) && !sp.is(cEntity) }

// allAbout reports whether every word about a topic can be about this one.
func (c *clause) allAbout(topic string) bool {
	for _, sp := range c.spans {
		if sp.is(cAbout) && !sp.means(cAbout, topic) {
			return false
		}
	}

	return true
}
