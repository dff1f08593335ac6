package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// askPerson asks where people are.
func (c *clause) askPerson() []draft {
	persons := []string{"person"}
	var named *span
	for _, sp := range c.spans {
		if sp.is(cEntity) && len(of(sp.name.entities, persons)) > 0 {
			named = sp
		}
	}
	values := meaning.Slots{}
	if c.first(cHome) != nil {
		values["state"] = c.zoneHome()
	}
	t := target{slots: meaning.Slots{"domain": "person"}}
	switch {
	case named != nil && (len(values) > 0 || c.has(cQuestion, "where")):
		t.slots["name"] = of(named.name.entities, persons)[0].Name
	case named == nil && len(values) > 0 && !c.has(cAbout, "sensor") && c.asksForPeople():
	default:
		return nil
	}

	return draftsFor(meaning.GetState, values, []target{t})
}

// asksForPeople: who, everyone, how many are there.
func (c *clause) asksForPeople() bool {
	return c.has(cQuestion, "who") || c.has(cQuestion, "how_much") || c.classes&cQuantity != 0
}

// zoneHome is the state of a person at home, as this home writes it.
func (c *clause) zoneHome() string {
	for _, e := range c.ix.home.Entities {
		if e.Domain == "person" && slices.Contains([]string{"otthon", "itthon"}, e.State().Value) {
			return e.State().Value
		}
	}

	return "home"
}

// askTemperature asks how warm it is somewhere.
func (c *clause) askTemperature() []draft {
	isAsked := c.has(cQuestion, "how_much") || c.has(cQuestion, "what") || c.action == "tell" || c.s.isQuestion
	isTemperature := c.has(cAttribute, "temperature") || c.has(cUnit, "degree")
	if c.has(cQuestion, "which") && c.has(cAttribute, "warmth") && !c.has(cAbout, "sensor") { // milyen meleg van?
		isAsked, isTemperature = true, true
	}
	if !isAsked || !isTemperature || len(c.quantities) > 0 {
		return nil
	}
	for _, sp := range c.spans {
		if sp.is(cEntity) && !sp.is(cAttribute|cArea|cUnit) {
			return nil // a thing's own temperature
		}
	}
	targets := c.placed(&kind{Domain: "climate"}, nil)
	for _, t := range targets {
		delete(t.slots, "domain")
	}

	return draftsFor(meaning.ClimateGet, nil, targets)
}
