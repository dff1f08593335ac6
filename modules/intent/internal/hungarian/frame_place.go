package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// askPerson asks where people are.
func (c *clause) askPerson() []draft {
	values := meaning.Slots{}
	if c.first(cHome) != nil {
		values["state"] = c.zoneHome()
	}
	t := target{slots: meaning.Slots{"domain": "person"}}
	if name := c.personNamed(); name != "" {
		t.slots["name"] = name
		if len(values) == 0 && !c.has(cQuestion, "where") {
			return nil
		}
	} else if len(values) == 0 || c.has(cAbout, "sensor") || !c.asksForPeople() {
		return nil
	}

	return draftsFor(meaning.GetState, values, []target{t})
}

func (c *clause) personNamed() string {
	for _, sp := range c.spans {
		if !sp.is(cEntity) {
			continue
		}
		if persons := of(sp.name.entities, []string{"person"}); len(persons) > 0 {
			return persons[0].Name
		}
	}

	return ""
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

// askTemperature asks how warm it is somewhere. A thing's own temperature is its state.
func (c *clause) askTemperature() []draft {
	isOfThing := slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.is(cEntity) && !sp.is(cAttribute|cArea|cUnit) })
	if isOfThing || !c.asksForTemperature() || len(c.quantities) > 0 {
		return nil
	}
	targets := c.placed(&kind{Domain: "climate"}, nil, c.places(nil))
	for _, t := range targets {
		delete(t.slots, "domain")
	}

	return draftsFor(meaning.ClimateGet, nil, targets)
}

func (c *clause) asksForTemperature() bool {
	if c.has(cQuestion, "which") && c.has(cAttribute, "warmth") && !c.has(cAbout, "sensor") {
		return true // milyen meleg van?
	}
	isAsked := c.has(cQuestion, "how_much") || c.has(cQuestion, "what") || c.action == "tell" || c.s.isQuestion

	return isAsked && (c.has(cAttribute, "temperature") || c.has(cUnit, "degree"))
}
