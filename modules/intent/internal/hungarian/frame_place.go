package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// askPerson asks where people are.
func (c *clause) askPerson() []draft {
	if c.verb != nil || c.speaksOfThings() || c.namesTwoPeople() {
		return nil
	}
	values := meaning.Slots{}
	if c.asksWhetherHome() {
		values["state"] = c.zoneHome()
	}
	t := target{slots: meaning.Slots{"domain": "person"}}
	if names := c.peopleNamed(); len(names) > 0 {
		if len(values) == 0 && !c.asksWhereabouts() {
			return nil
		}
		if c.setsChoice() {
			values = nil
		}

		return draftsFor(meaning.GetState, values, peopleCalled(names))
	} else if len(values) == 0 || c.has(cAbout, "sensor") || !c.asksForPeople() {
		return nil
	}

	return draftsFor(meaning.GetState, values, []target{t})
}

// asksWhetherHome reports whether the clause asks who is at home: itthon, bent van?
func (c *clause) asksWhetherHome() bool {
	return c.first(cHome) != nil || c.isAskedWhether() && (c.has(cPlace, "inside") || c.has(cPlace, "here"))
}

// speaksOfThings reports whether the clause has words that are not said of people.
func (c *clause) speaksOfThings() bool {
	const others = cKind | cClass | cAttribute | cAbout | cUnit | cState | cMedia | cMeasured | cDetects

	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(others) && !sp.is(cQuestion|cRoams|cHome|cEntity|cFiller|cCopula|cPrefix) && !sp.means(cAbout, "zone")
	})
}

// asksWhereabouts reports whether the clause asks where somebody is, or whether they are somewhere.
func (c *clause) asksWhereabouts() bool {
	if c.has(cQuestion, "where") {
		return true
	}

	return c.isAskedWhether() && slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cRoams, "") && !sp.is(cCopula|cFiller) })
}

// namesTwoPeople reports whether the clause holds questions about several people: otthon van Éva, és
// hol van Béla? What is asked once of two (hol van Éva meg Béla?) is one question.
func (c *clause) namesTwoPeople() bool {
	last, isEnumerated := -1, true
	people := 0
	for i, sp := range c.spans {
		if sp.is(cEntity) && len(of(sp.name.entities, []string{"person"})) > 0 {
			isEnumerated = isEnumerated && (people == 0 || !slices.ContainsFunc(c.spans[last+1:i], func(sp *span) bool { return !sp.is(cConjunction) }))
			last = i
			people++
		}
	}

	return people > 1 && !isEnumerated && c.classes&cQuestion != 0
}

// setsChoice reports whether the question sets one thing against another, so that yes would be no answer: itthon van Éva,
// vagy már elment? What is only supposed instead (vagy csak képzelem) is no choice.
func (c *clause) setsChoice() bool {
	f := c.ix.memoryOf(c.s).spans
	if !c.s.IsQuestion || f == nil || len(f.rows) == 0 {
		return false
	}
	row := f.rows[0]
	at := slices.IndexFunc(row, isChoice)

	return at > 0 && at+1 < len(row) && !row[at+1].is(cBut)
}

// peopleCalled are the targets of a question about some people.
func peopleCalled(names []string) []target {
	targets := make([]target, 0, len(names))
	for _, name := range names {
		targets = append(targets, target{slots: meaning.Slots{"domain": "person", "name": name}})
	}

	return targets
}

// peopleNamed are the people that the clause asks about.
func (c *clause) peopleNamed() []string {
	var names []string
	for i, sp := range c.spans {
		isFirst := !slices.ContainsFunc(c.spans[:i], func(sp *span) bool { return sp.is(cQuestion) })
		isCalled := isFirst && i+1 < len(c.spans) && c.s.Tokens[c.spans[i+1].from].BreakBefore && c.classes&(cDock|cClass|cKind) != 0 // anya, hol a töltőm?
		if !sp.is(cEntity) || isCalled {
			continue
		}
		if persons := of(sp.name.entities, []string{"person"}); len(persons) > 0 && sp.suffix.Case == morphology.Nominative {
			names = append(names, persons[0].Name)
		}
	}

	return names
}

// asksForPeople: who, everyone, how many are there.
func (c *clause) asksForPeople() bool {
	if c.has(cHome, "empty") {
		return c.isAskedWhether()
	}

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
	var outside []draft
	if c.has(cPlace, "outside") {
		if outside = c.askOutside(); c.classes&(cArea|cFloor) == 0 {
			return outside
		}
		if !slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.is(cConjunction) }) {
			outside = nil // kint a teraszon
		}
	}

	return append(c.askWarmth(c.places(nil)), outside...)
}

// askWarmth asks how warm some places are, or what is named by a word that only hints at it.
func (c *clause) askWarmth(p places) []draft {
	if !p.isPlaced() && !p.everywhere {
		if hinted, isOther := c.measureHinted(&measure{Classes: []string{"temperature"}}); isOther || len(hinted) > 0 {
			return hinted
		}
	}
	targets := c.warmthTargets(p)
	for _, t := range targets {
		delete(t.slots, "domain")
	}

	return draftsFor(meaning.ClimateGet, nil, targets)
}

// warmthTargets are what can tell how warm some places are: which, where one device was meant.
func (c *clause) warmthTargets(p places) []target {
	k := &kind{Domain: "climate"}
	for _, sp := range c.spans {
		if !sp.is(cKind) || sp.is(cFiller|cAttribute|cUnit) || p.isPlaced() {
			continue
		}
		if slices.ContainsFunc(kindsOf(sp), func(of *kind) bool { return of.Domain == "climate" }) {
			return c.asOne(sp, c.placed(k, sp, p))
		}
	}

	return c.placed(k, nil, p)
}

func (c *clause) asksForTemperature() bool {
	if (c.has(cQuestion, "how") || c.s.IsQuestion) && (c.has(cAttribute, "warmth") || c.has(cAttribute, "warmed")) && !c.has(cAbout, "sensor") {
		return true // milyen meleg van?
	}
	isAsked := c.has(cQuestion, "how_much") || c.has(cQuestion, "what") || c.tells || c.s.IsQuestion

	return isAsked && (c.has(cAttribute, "temperature") || c.has(cUnit, "degree"))
}

// askOutside asks how warm it is under the open sky: by the sensor that is called so, by one that is
// there, or as the weather tells.
func (c *clause) askOutside() []draft {
	var there []*hamanagerapi.Entity
	for _, e := range c.ix.home.Entities {
		if !e.Exposed || e.Domain != "sensor" || e.DeviceClass != "temperature" {
			continue
		}
		if isCalledOutside(e) {
			there = []*hamanagerapi.Entity{e}

			break
		}
		if slices.ContainsFunc(c.ix.outside, func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID }) {
			there = append(there, e)
		}
	}
	if len(there) == 0 {
		return draftsFor(meaning.GetWeather, nil, []target{{slots: meaning.Slots{}}})
	}
	t := target{slots: meaning.Slots{"name": there[0].Name, "domain": "sensor", "device_class": "temperature"}}

	return draftsFor(meaning.GetState, nil, []target{t})
}

func isCalledOutside(e *hamanagerapi.Entity) bool {
	for word := range strings.FieldsSeq(morphology.Fold(e.Name)) {
		if slices.Contains(placesSaid().Outside.Sensors, word) {
			return true
		}
	}

	return false
}
