package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// weatherFrames ask how the weather is, or will be: the same forecast answers both.
func weatherFrames() []frame {
	allows := cQuestion | cCopula | cEntity | cPlace | cArea | cAttribute | cClass | cLevel | cSky | cBlock | cTime | cMeasure | cTells | cLit

	return []frame{
		{name: "weather", actions: []string{"", "tell"}, needs: cAbout, allows: allows, asks: true, make: (*clause).weather},
		{name: "sky", actions: []string{"", "tell", "set", "more", "take", "put"}, needs: cSky, allows: allows | cAbout | cQuantity | cNegation, asks: true, make: (*clause).sky},
		{name: "forecast", actions: []string{"", "tell"}, needs: cBlock, allows: allows | cUnit | cSky, asks: true, make: (*clause).forecast},
	}
}

// weather is asked by its own words, the place by the name of a weather entity.
func (c *clause) weather() []draft {
	about := c.find(cAbout, "weather")
	if about == nil || c.has(cAbout, "timer") || c.has(cAbout, "remaining") || !c.isNowOrThen() {
		return nil
	}
	isClock := about.means(cAbout, "clock") && !c.has(cQuestion, "which") && !c.has(cBlock, "future") // mennyi az idő?
	if isClock && !c.has(cQuestion, "what") && !c.has(cAttribute, "progress") {
		return nil
	}

	return c.forecastOf()
}

// sky asks by what falls from it, or by what one wears: lesz ma eső? kell kabát?
func (c *clause) sky() []draft {
	isAsked := c.isAskedWhether() || c.tells || c.has(cQuestion, "which") || c.has(cQuestion, "what")
	if !isAsked || c.isIndoors() || !c.isNowOrThen() || c.has(cQuestion, "where") || c.has(cQuestion, "who") {
		return nil
	}
	isGear, takes := c.has(cSky, "gear"), c.has(cSky, "takes")
	if isGear != (takes || isGear && c.needs()) {
		return nil
	}

	return c.forecastOf()
}

// isIndoors reports whether what is asked of the sky could be in a room that is named and under a roof: csöpög valami a
// mosókonyhában?
func (c *clause) isIndoors() bool {
	return c.classes&(cDetects|cClass) != 0 && slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cArea) && sp.name.area != nil && !slices.Contains(c.ix.outside, sp.name.area)
	})
}

// needs reports whether something is said to be needed: kell kabát?
func (c *clause) needs() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cTells, "") && sp.is(cFiller) })
}

// forecast asks how warm it will be. A room's own future nobody knows.
func (c *clause) forecast() []draft {
	isWarmth := c.has(cAttribute, "warmth") || c.has(cAttribute, "temperature") || c.has(cUnit, "degree")
	isAsked := c.isAskedWhether() || c.has(cQuestion, "which") || c.has(cQuestion, "how_much") || c.tells
	if !isWarmth || !isAsked || !c.has(cBlock, "future") || !c.isNowOrThen() || c.classes&cArea != 0 {
		return nil
	}

	return c.forecastOf()
}

// isNowOrThen reports whether the clause is about now or what will be: no condition, nothing past.
func (c *clause) isNowOrThen() bool {
	return !slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cBlock) && !sp.means(cBlock, "future") && !sp.means(cBlock, "later") && !sp.is(cWonder)
	})
}

// forecastOf asks the weather entity that is named, else the home's own.
func (c *clause) forecastOf() []draft {
	slots := meaning.Slots{}
	for _, sp := range c.spans {
		if !sp.is(cEntity) || sp.is(cAbout|cSky) {
			continue
		}
		places := of(sp.name.entities, []string{"weather"})
		switch {
		case len(places) > 0:
			slots["name"] = places[0].Name
		case !sp.is(cAttribute | cClass | cPlace):
			return nil
		}
	}

	return []draft{{command: meaning.Command{Intent: meaning.GetWeather, Slots: slots}}}
}
