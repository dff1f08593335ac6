package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// measure is what people ask of sensors, and the classes of sensors that can answer.
type measure struct {
	Classes []string `yaml:"classes"`
	Detects []string `yaml:"detects"`
	Words   []string `yaml:"words"`
	How     []string `yaml:"how"`
	Least   []string `yaml:"least"`
	Verbs   []string `yaml:"verbs"`
}

// onlyHow marks a word that asks for a measure only in a question about how something is, and
// atLeast one that does so where nothing else says what is asked for.
const (
	onlyHow = "how"
	atLeast = "least"
)

func (l *language) loadMeasures() {
	var measures []measure
	data.MustLoad("measures", &measures)
	for i := range measures {
		m := &measures[i]
		for _, w := range m.Words {
			l.add(w, lexeme{class: cMeasure, measure: m})
		}
		for _, w := range m.Verbs { // húz, and no huzat
			l.add(w, lexeme{class: cMeasure, measure: m, isWhole: true})
		}
		for _, w := range m.How {
			l.add(w, lexeme{class: cMeasure, value: onlyHow, measure: m})
		}
		for _, w := range m.Least {
			l.add(w, lexeme{class: cMeasure, value: atLeast, measure: m})
		}
	}
}

// isOf reports whether an entity measures it.
func (m *measure) isOf(e *hamanagerapi.Entity) bool {
	return e.Domain == "sensor" && slices.Contains(m.Classes, e.DeviceClass) ||
		e.Domain == "binary_sensor" && slices.Contains(m.Detects, e.DeviceClass)
}

// best keeps the entities of the first class that any has, sensors before those that only detect.
func (m *measure) best(entities []*hamanagerapi.Entity) []*hamanagerapi.Entity {
	for _, class := range m.Classes {
		if found := ofClass(entities, "sensor", class); len(found) > 0 {
			return found
		}
	}
	for _, class := range m.Detects {
		if found := ofClass(entities, "binary_sensor", class); len(found) > 0 {
			return found
		}
	}

	return nil
}

// mayTell reports whether an entity is a sensor of which best could choose.
func (m *measure) mayTell(e *hamanagerapi.Entity) bool {
	switch e.Domain {
	case "sensor":
		return e.Exposed && slices.Contains(m.Classes, e.DeviceClass)
	case "binary_sensor":
		return e.Exposed && slices.Contains(m.Detects, e.DeviceClass)
	default:
		return false
	}
}

func ofClass(entities []*hamanagerapi.Entity, domain, class string) []*hamanagerapi.Entity {
	var found []*hamanagerapi.Entity
	for _, e := range entities {
		if e.Exposed && e.Domain == domain && e.DeviceClass == class {
			found = append(found, e)
		}
	}

	return found
}

// askMeasure asks what a sensor measures in everyday words: mennyit eszik a mosógép, milyen
// nedves a levegő, hány fokos a kazán.
func (c *clause) askMeasure() []draft {
	m := c.measureAsked()
	if m == nil || !c.isAsking() || len(c.quantities) > 0 || c.isDetected() || c.namesOtherSensor(m) {
		return nil
	}
	if slices.ContainsFunc(c.spans, (*span).isThingMeasured) {
		return c.measureOfThings(m)
	}

	return c.measureOfPlaces(m)
}

// isDetected reports whether the clause says how something is in words of sensors that the home
// has to detect just that: melyik akkumulátor gyenge?
func (c *clause) isDetected() bool {
	about := c.classAbout()
	if about == nil || about.value == "" || c.isMeasuredHow() || about.saysOfAll() && about.of.Classes[0] == "running" {
		return false
	}

	p := c.places(nil)

	return slices.ContainsFunc(c.ix.home.Entities, func(e *hamanagerapi.Entity) bool { return about.of.has(e) && c.ix.isIn(e, p) })
}

// namesOtherSensor reports whether a sensor is named that measures something else.
func (c *clause) namesOtherSensor(m *measure) bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cEntity) && slices.ContainsFunc(sp.name.entities, func(e *hamanagerapi.Entity) bool {
			return e.Domain == "sensor" && !m.isOf(e)
		})
	})
}

// measureAsked is the measure that the clause is about: of several the one that the most
// definite word names. Nil where the clause does not ask for any.
func (c *clause) measureAsked() *measure {
	if c.has(cQuestion, "where") || c.has(cQuestion, "who") || !c.isOpenQuestion() && !c.isAskedWhether() {
		return nil
	}
	for _, surely := range [...]string{"", onlyHow, atLeast} {
		for _, sp := range c.spans {
			for i := range sp.lexemes {
				if l := &sp.lexemes[i]; l.class == cMeasure && l.value == surely {
					return l.measure
				}
			}
		}
	}

	return nil
}

// isThingMeasured reports whether a span names a thing, rather than what is measured of it.
func (sp *span) isThingMeasured() bool {
	if sp.is(cEntity) && len(of(sp.name.entities, []string{"sensor"})) > 0 {
		return true
	}
	isThing := sp.is(cEntity) && !sp.is(cMeasure|cArea|cFloor|cAttribute|cUnit) && len(of(sp.name.entities, []string{"person"})) == 0

	return isThing || sp.is(cMeasured)
}

// measureOfThings asks the sensors of each thing that is named; nil where one has none.
func (c *clause) measureOfThings(m *measure) []draft {
	var drafts []draft
	for _, sp := range c.spans {
		if !sp.isThingMeasured() {
			continue
		}
		sensors := m.best(slices.Concat(sp.name.measured, sp.name.entities))
		if len(sensors) == 0 {
			sensors = c.ix.sensorsNear(m, sp.name.entities)
		}
		if len(sensors) == 0 {
			if sp.is(cKind) {
				continue // a zár elemében
			}

			return nil
		}
		drafts = append(drafts, c.askWhich(sp, sensors)...)
	}

	return drafts
}

// askWhich asks the sensors of one thing. Where there are several things called so, in the place that was said, it is
// open which is meant.
func (c *clause) askWhich(thing *span, sensors []*hamanagerapi.Entity) []draft {
	if p := c.places(nil); p.isPlaced() {
		sensors = meaning.Preferred(sensors, func(e *hamanagerapi.Entity) bool { return c.ix.isIn(e, p) })
	}
	if len(sensors) < 2 || thing.suffix.IsPlural || c.classes&cQuantity != 0 {
		return c.askSensors(sensors)
	}
	t := target{slots: meaning.Slots{}, said: c.text(thing)}
	t.name(sensors, c.u.AreaID)

	return draftsFor(meaning.GetState, nil, []target{t})
}

// askSensors asks each of some sensors.
func (c *clause) askSensors(sensors []*hamanagerapi.Entity) []draft {
	targets := make([]target, 0, len(sensors))
	for _, e := range sensors {
		t := target{slots: meaning.Slots{"name": e.Name, "domain": e.Domain, "device_class": e.DeviceClass}, said: e.Name}
		targets = append(targets, t)
	}

	return draftsFor(meaning.GetState, nil, targets)
}

// sensorsNear finds the sensors in the room of a device whose names share a word with its own:
// the "Bejárati zár eleme" of the "Bejárati ajtó".
func (ix *Index) sensorsNear(m *measure, devices []*hamanagerapi.Entity) []*hamanagerapi.Entity {
	var near []*hamanagerapi.Entity
	for _, device := range devices {
		for _, e := range ix.home.Entities {
			if e.Exposed && e.AreaID == device.AreaID && m.isOf(e) && ix.shareWord(device, e) {
				near = append(near, e)
			}
		}
	}

	return m.best(near)
}

// shareWord reports whether two names share a word that is not their room's.
func (ix *Index) shareWord(a, b *hamanagerapi.Entity) bool {
	const shortest = 3
	words := tokenize(a.Name, neverEnding).Tokens
	room := ""
	if area := ix.home.Area(a.AreaID); area != nil {
		room = morphology.Fold(area.Name)
	}
	for _, other := range tokenize(b.Name, neverEnding).Tokens {
		isRoom := other.Fold == room || other.Fold == room+"i"
		if !isRoom && len(other.Fold) >= shortest && slices.ContainsFunc(words, func(w tokens.Token) bool { return w.Fold == other.Fold }) {
			return true
		}
	}

	return false
}

// measureOfPlaces asks the sensors of the places that are named, of outdoors, or of the home.
// How warm a place is, askTemperature asks.
func (c *clause) measureOfPlaces(m *measure) []draft {
	if c.isOutdoors() {
		return c.askSensors(c.ix.outdoors(m))
	}
	p := c.places(nil)
	if m.Classes[0] == "temperature" || p.isUnknown {
		return nil
	}
	if area := c.here(); area != nil && !p.isSaid() && !p.everywhere && len(m.best(c.ix.within(area.ID))) > 0 {
		p.areas = append(p.areas, area)
	}
	if !p.isSaid() {
		return c.measureOfHome(m, p.everywhere)
	}
	var drafts []draft
	for _, t := range c.placed(&kind{Domain: "sensor"}, nil, p) {
		drafts = append(drafts, measureOf(t, m.best(c.ix.ofPlace(t.slots)))...)
	}

	return drafts
}

// measureOfHome asks the sensor of the whole home, else all that measure it; which, where one must
// be meant.
func (c *clause) measureOfHome(m *measure, isEverywhere bool) []draft {
	if whole := c.ix.ofWhole(m); len(whole) > 0 {
		return c.askSensors(whole)
	}
	sensors := m.best(c.ix.home.Entities)
	t := target{slots: meaning.Slots{}}
	if len(sensors) > 1 && !isEverywhere && c.classes&cQuantity == 0 {
		t.candidates = sensors
	}

	return measureOf(t, sensors)
}

// measureOf asks the sensors, all of one class, of a target's place.
func measureOf(t target, sensors []*hamanagerapi.Entity) []draft {
	if len(sensors) == 0 {
		return nil
	}
	t.slots["domain"], t.slots["device_class"] = sensors[0].Domain, sensors[0].DeviceClass

	return draftsFor(meaning.GetState, nil, []target{t})
}

// isSaid reports whether a room or floor was said.
func (p *places) isSaid() bool { return len(p.areas)+len(p.floors) > 0 }

// ofWhole are the sensors of the whole home, by their names: Ház fogyasztása.
func (ix *Index) ofWhole(m *measure) []*hamanagerapi.Entity {
	var found []*hamanagerapi.Entity
	for _, e := range ix.home.Entities {
		if e.Exposed && m.isOf(e) && ix.saysWhole(e.Name) {
			found = append(found, e)
		}
	}

	return m.best(found)
}

// saysWhole reports whether a name begins with a word for the home itself: ház, lakás.
func (ix *Index) saysWhole(text string) bool {
	tokens := tokenize(text, neverEnding).Tokens
	if len(tokens) == 0 {
		return false
	}
	word, ok := ix.lang.vocabulary[tokens[0].Fold]

	return ok && slices.ContainsFunc(ix.lang.phrases[word], func(p phrase) bool {
		return len(p.words) == 1 && slices.ContainsFunc(p.lexemes, func(l lexeme) bool { return l.class == cPlace && l.value == "everywhere" })
	})
}

// within returns the entities of an area.
func (ix *Index) within(areaID string) []*hamanagerapi.Entity {
	return ix.ofPlace(meaning.Slots{"area": areaID})
}

// ofPlace returns the entities of the area or floor that slots name.
func (ix *Index) ofPlace(slots meaning.Slots) []*hamanagerapi.Entity {
	command, _ := meaning.Bind(ix.home, meaning.Utterance{}, meaning.Command{
		Intent: meaning.GetState, Slots: meaning.Slots{"area": slots.Text("area"), "floor": slots.Text("floor")},
	})

	return command.Targets
}

// isOutdoors reports whether the clause is about the open air: kint, and no room.
func (c *clause) isOutdoors() bool {
	return c.has(cPlace, "outside") && c.classes&(cArea|cFloor) == 0
}

// outdoors are the sensors whose names say that they are outside, or else whose rooms do.
func (ix *Index) outdoors(m *measure) []*hamanagerapi.Entity {
	var named, placed []*hamanagerapi.Entity
	for _, e := range ix.home.Entities {
		if !e.Exposed || !m.isOf(e) {
			continue
		}
		switch {
		case isCalledOutside(e):
			named = append(named, e)
		case slices.ContainsFunc(ix.outside, func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID }):
			placed = append(placed, e)
		}
	}
	if found := m.best(named); len(found) > 0 {
		return found
	}

	return m.best(placed)
}
