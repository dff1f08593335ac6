package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// stateFrames ask how things are. They change nothing, so a statement may be read as a
// question; but they, too, must understand every word.
func stateFrames() []frame {
	allows := cTarget | cState | cClass | cDetects | cQuestion | cCopula | cAbout | cAttribute | cPrefix | cHome | cMedia | cUnit | cMeasure | cMeasured | cRoams | cLevel
	ask := func(name string, needs class, build func(*clause) []draft) frame {
		return frame{name: name, actions: askActions(), needs: needs, allows: allows, asks: true, make: func(c *clause) []draft {
			if !c.isOfNow() {
				return nil
			}

			return build(c)
		}}
	}

	return []frame{
		ask("person", 0, (*clause).askPerson),
		ask("measure", cMeasure, (*clause).askMeasure),
		ask("temperature of a place", 0, (*clause).askTemperature),
		ask("state of a name", cEntity, (*clause).askNamed),
		ask("state of a kind", cKind, (*clause).askKind),
		ask("state of a class", cClass, (*clause).askClass),
		ask("state of anything", cAbout|cState, (*clause).askDevices),
		ask("opening of a thing", cMeasured, (*clause).askOpening),
		ask("opening of a place", cArea, (*clause).askDoors),
		ask("anything", 0, (*clause).askAnything),
		ask("presence", cQuantity, (*clause).askPresence),
		ask("setting of a kind", cKind, (*clause).askSetting),
	}
}

// askActions are those whose participles tell a state (nyitva), and the verbs of asking.
func askActions() []string {
	return []string{
		"", "on", "off", "open", "close", "shut", "up", "down", "roll_up", "roll_down", "tell", "put", "start", "stop", "unlock", "play",
		"set", "more", "less", "more_temperature", "less_temperature", "clean", "mow", "ventilate", "humidify", "heat", "work", "run", "water", "charge",
	}
}

// isAsking reports whether the clause asks or tells, rather than commands.
func (c *clause) isAsking() bool {
	if c.tells {
		return c.verb == nil || c.mood >= tellsState
	}
	if c.verb == nil {
		return c.action == "" || c.s.isQuestion // "nappali lámpák ki" commands
	}

	return c.mood == tellsState || c.mood == tellsPresent || c.mood == tellsPast && c.isAskedWhether()
}

// isOfNow reports whether the clause can be answered by how things are now: not who did it, when
// or why, nor what it costs.
func (c *clause) isOfNow() bool {
	isCost := slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.means(cQuestion, "how_much") && (sp.suffix.grammaticalCase == illative || sp.suffix.grammaticalCase == causal)
	})
	if isCost || c.has(cBlock, "why") || c.has(cQuestion, "when") && c.classes&cEntity == 0 {
		return false
	}
	isOver := c.verb != nil && c.mood == tellsPast

	return !isOver || c.isAskedWhether() && !c.has(cQuestion, "who") && !c.has(cQuestion, "when")
}

// isAskedWhether reports whether the form of the sentence asks whether something is so: bezártam-e.
func (c *clause) isAskedWhether() bool { return c.s.isQuestion || c.has(cQuestion, "whether") }

// isOpenQuestion: a value is asked for, not whether something is so.
func (c *clause) isOpenQuestion() bool {
	return c.has(cQuestion, "what") || c.has(cQuestion, "how_much") || c.has(cQuestion, "which") ||
		c.tells || c.has(cAttribute, "value") || c.has(cAttribute, "state")
}

// predicate is the state that the clause speaks of in general terms: on, off, open, closed;
// empty when it speaks of none. Which is not so, is the other way round: melyik nincs bezárva?
func (c *clause) predicate() string {
	state := c.predicateSaid()
	if !c.has(cNegation, "told") || !c.asksWhich() {
		return state
	}
	if other, ok := map[string]string{"open": "closed", "closed": "open", "on": "off", "off": "on"}[state]; ok {
		return other
	}

	return state
}

// asksWhich reports whether the clause asks which things, or how many, rather than whether.
func (c *clause) asksWhich() bool {
	return c.has(cQuestion, "which") || c.has(cQuestion, "how_much") || c.has(cQuestion, "where") || c.has(cQuestion, "what")
}

func (c *clause) predicateSaid() string {
	if c.verb != nil && (c.mood == tellsState || c.mood == tellsPast) {
		switch c.action {
		case "open", "close", "shut", "on", "off":
			return map[string]string{"open": "open", "close": "closed", "shut": "closed", "on": "on", "off": "off"}[c.action]
		case "up", "roll_up":
			return "open"
		case "down", "roll_down":
			return "closed"
		}
	}
	for _, sp := range c.spans {
		if value := sp.value(cState); value != "" {
			return value
		}
	}
	if c.classes&cDetects != 0 {
		return "on"
	}

	return ""
}

// stateIn is a general state in the words of a domain.
func stateIn(domain, state string) string {
	isOn := state == "on" || state == "open"
	if !isOn && state != "off" && state != "closed" {
		return state
	}
	words := [2]string{"off", "on"}
	switch domain {
	case "cover", "valve":
		words = [2]string{"closed", "open"}
	case "lock":
		words = [2]string{"locked", "unlocked"}
	case "media_player", "light", "switch", "fan", "binary_sensor", "input_boolean", "humidifier", "siren":
	default:
		return state
	}
	if isOn {
		return words[1]
	}

	return words[0]
}

// askNamed asks for the state of something by its name.
func (c *clause) askNamed() []draft {
	sp := c.nameAskedFor()
	isDoing := c.verb != nil && c.mood == tellsPresent && slices.Contains([]string{"set", "more", "less", "put"}, c.action)
	if sp == nil || isDoing || !c.isAsking() || c.places(nil).everywhere {
		return nil
	}
	about := c.classAbout()
	state, isAsked := c.stateAsked(about)
	isMoving := slices.ContainsFunc(sp.name.entities, func(e *hamanagerapi.Entity) bool { return e.Domain == "vacuum" || e.Domain == "lawn_mower" })
	isAsked = isAsked || isMoving && c.has(cQuestion, "where")
	if state == "" && (c.asksOnlyWhich() || isScene(sp.name.entities)) {
		return nil
	}
	isPerson := len(of(sp.name.entities, []string{"person"})) > 0 // Péter mondja
	if !isAsked || isPerson && (state != "" || c.tells || c.classes&(cAttribute|cMeasure) != 0 || sp.suffix.grammaticalCase != nominative) {
		return nil
	}

	candidates := about.ofClass(sp.name.entities)
	switch {
	case state != "":
		candidates = within(candidates, func(e *hamanagerapi.Entity) bool { return canBe(e, state) })
	case c.isOpenQuestion():
		candidates = within(candidates, func(e *hamanagerapi.Entity) bool { return e.Domain != "binary_sensor" })
	}
	if len(candidates) == 0 {
		return nil
	}

	return c.stateOfName(sp, candidates, state)
}

// asksOnlyWhich reports whether nothing is said beside which one is meant: melyik a jobb?
func (c *clause) asksOnlyWhich() bool {
	return c.has(cQuestion, "which") && !c.has(cRoams, "how") && c.classes&(cAttribute|cState|cUnit|cMeasure|cClass|cVerb|cCopula|cAbout|cColor) == 0
}

// isScene reports whether entities have no state to be asked for: mi a vacsora?
func isScene(entities []*hamanagerapi.Entity) bool {
	return len(of(entities, []string{"scene", "script", "automation", "button"})) == len(entities)
}

// stateAsked is the state that a question about a name asks for, empty for any. isAsked is
// false where nothing is asked: a name alone is no question.
func (c *clause) stateAsked(about *lexeme) (state string, isAsked bool) {
	if c.has(cQuestion, "when") {
		return "", len(of(c.nameAskedFor().name.entities, []string{"sensor"})) > 0 // mikor van a szülinap?
	}
	if (about == nil || about.saysOfAll()) && (c.has(cQuestion, "what") || c.has(cQuestion, "how_much")) {
		return "", true // mennyire van lehúzva?
	}
	state = c.predicate()
	if about != nil && about.value != "" && (state == "" || state == "on") {
		state = about.value
	}
	if state != "" || c.isOpenQuestion() || c.has(cAttribute, "progress") && c.asksIndeed() {
		return state, true
	}
	if about != nil {
		state = "on"
	}

	return state, c.isClosedQuestion()
}

// ofClass narrows entities to those of the class that a word speaks of. A word that says how
// something is leaves none where none is of its class: hideg a kávé says nothing of a
// kávéfőző.
func (l *lexeme) ofClass(entities []*hamanagerapi.Entity) []*hamanagerapi.Entity {
	if l == nil {
		return entities
	}
	isOfClass := func(e *hamanagerapi.Entity) bool {
		return e.Domain == l.of.Domain && e.DeviceClass == l.of.Classes[0]
	}
	if l.value != "" && !l.saysOfAll() && !slices.ContainsFunc(entities, isOfClass) {
		return nil
	}

	return within(entities, isOfClass)
}

// saysOfAll reports whether a class's own word is also said of what is no sensor: megy a bojler?
func (l *lexeme) saysOfAll() bool {
	return l.of.Classes[0] == "running" || l.of.Classes[0] == "battery_charging"
}

// isClosedQuestion reports whether the clause looks like a question at all.
func (c *clause) isClosedQuestion() bool { return c.s.isQuestion || c.classes&(cQuestion|cCopula) != 0 }

// nameAskedFor is the name that the question is about: a name that is no common word before
// one that is, the longer before the shorter.
func (c *clause) nameAskedFor() *span {
	var named *span
	rank := func(sp *span) int {
		if sp.is(cClass | cAttribute | cAbout | cKind | cArea) {
			return sp.to - sp.from
		}

		return sp.to - sp.from + maxNameWords
	}
	for _, sp := range c.spans {
		if sp.is(cEntity) && (named == nil || rank(sp) > rank(named)) {
			named = sp
		}
	}

	return named
}

func (c *clause) stateOfName(sp *span, candidates []*hamanagerapi.Entity, state string) []draft {
	t := target{slots: meaning.Slots{}, said: c.text(sp)}
	for _, other := range c.spans {
		if other.is(cArea) && other != sp {
			t.slots["area"] = other.name.area.Name
			candidates = within(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == other.name.area.ID })
		}
	}
	t.name(candidates, c.u.AreaID)
	first := candidates[0]
	if first.Domain == "climate" && c.has(cAttribute, "temperature") || first.Domain == "climate" && c.has(cUnit, "degree") {
		return draftsFor(meaning.ClimateGet, nil, []target{t})
	}
	t.slots["domain"] = first.Domain
	if first.DeviceClass != "" {
		t.slots["device_class"] = first.DeviceClass
	}
	values := meaning.Slots{}
	if state != "" {
		values["state"] = stateIn(first.Domain, state)
	}

	return draftsFor(meaning.GetState, values, []target{t})
}

// canBe reports whether a state makes sense for an entity.
func canBe(e *hamanagerapi.Entity, state string) bool {
	switch e.Domain {
	case "valve":
		return state == "open" || state == "closed" || state == "on" || state == "off"
	case "cover", "lock":
		return state == "open" || state == "closed"
	case "binary_sensor":
		return true
	case "sensor", "weather", "person", "todo", "scene":
		return false
	case "media_player":
		return state == "on" || state == "off" || state == "playing"
	default:
		return state == "on" || state == "off"
	}
}

// askKind asks which devices of a kind are so.
func (c *clause) askKind() []draft {
	state := c.predicate()
	about := c.classAbout()
	if about != nil && about.value != "" {
		if !about.saysOfAll() {
			return nil
		}
		state = about.value
	}
	isRunning := about != nil && about.value == "on"
	if slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cQuestion, "how") && sp.means(cQuestion, "how_much") }) {
		return nil // mennyire van nyitva: askSetting
	}
	if c.classes&cState == 0 && c.verb == nil && (about == nil || about.value == "") {
		return nil // jelez: that sensors do
	}
	if !c.isAsking() || state == "" {
		return nil
	}
	var drafts []draft
	for _, sp := range c.spans {
		for _, l := range sp.lexemes {
			if l.class != cKind || !canBe(&hamanagerapi.Entity{Domain: l.of.Domain}, state) || c.isSensed(sp, l.of) {
				continue
			}
			wanted := stateIn(l.of.Domain, state)
			if isRunning && l.of.Domain == "media_player" {
				wanted = "playing"
			}
			drafts = append(drafts, draftsFor(meaning.GetState, meaning.Slots{"state": wanted}, c.placed(l.of, sp, c.places(nil)))...)
		}
	}

	return drafts
}

// isSensed reports whether sensors tell of a word for a kind, too, and better: of the windows of
// a home some may be moved by a motor, but all that have a sensor were meant. Doors that are
// locked are asked by their locks.
func (c *clause) isSensed(sp *span, k *kind) bool {
	if k.Domain == "lock" && c.isAboutLocks() {
		return false
	}
	p := c.places(nil)

	return slices.ContainsFunc(sp.lexemes, func(l lexeme) bool {
		return l.class == cClass && slices.Contains([]string{"door", "window"}, l.of.Classes[0]) && slices.ContainsFunc(c.ix.home.Entities, func(e *hamanagerapi.Entity) bool {
			return l.of.has(e) && c.ix.isIn(e, p)
		})
	})
}

// classAbout chooses the class of sensors that the clause is about: a word that says how
// it is (töltődik) before a noun (akkumulátor), the longer before the shorter.
func (c *clause) classAbout() *lexeme {
	isNumeric := c.isOpenQuestion() && c.classes&cDetects == 0
	var best *lexeme
	var bestRank int
	for _, sp := range c.spans {
		for i := range sp.lexemes {
			l := &sp.lexemes[i]
			if l.class != cClass {
				continue
			}
			rank := 2 * (sp.to - sp.from)
			if slices.Contains([]string{"gas", "smoke", "carbon_monoxide"}, l.of.Classes[0]) {
				rank += 25 // szivárog a gáz
			}
			if l.value != "" {
				rank += 20
			}
			if isNumeric == (l.of.Domain == "sensor") {
				rank++
			}
			if best == nil || rank > bestRank {
				best, bestRank = l, rank
			}
		}
	}

	return best
}

// askClass asks sensors of a class: is there motion, which window is open, how humid is it.
func (c *clause) askClass() []draft {
	about := c.classAbout()
	if !c.isAsking() || about == nil || c.namesOther() {
		return nil
	}
	values := meaning.Slots{}
	if about.of.Domain == "binary_sensor" {
		state := c.predicate()
		switch {
		case about.value != "":
			state = about.value
		case state == "" && (c.classes&(cCopula|cQuantity) != 0 || c.has(cClass, "on")):
			state = "on"
		case state == "":
			return nil
		}
		values["state"] = stateIn("binary_sensor", state)
	} else if !c.isOpenQuestion() {
		return nil
	}
	if about.value != "" && c.isMeasuredHow() || about.of.Domain == "sensor" && c.measureAsked() != nil {
		return nil // askMeasure does it
	}
	if drafts := c.classOfThings(about.of, values); drafts != nil {
		return drafts
	}

	return draftsFor(meaning.GetState, values, c.sensorsOf(*about.of))
}

// sensorsOf are the sensors of a class. What one measures is asked of one, where no place was said.
func (c *clause) sensorsOf(k kind) []target {
	p := c.places(nil)
	targets := c.placed(&k, nil, p)
	for i := range targets {
		if c.has(cQuantity, "all") {
			targets[i].slots["name"] = meaning.AllNames
		}
		targets[i].slots["device_class"] = k.Classes[0]
		targets[i].isOne = k.Domain == "sensor" && !p.isPlaced() && !p.everywhere && c.classes&cQuantity == 0
		targets[i].asksOne = targets[i].isOne
	}

	return targets
}

// classOfThings asks the sensors of a class that are known by what they watch: ázik a mosogató?
func (c *clause) classOfThings(k *kind, values meaning.Slots) []draft {
	var drafts []draft
	for _, sp := range c.spans {
		if !sp.is(cMeasured) {
			continue
		}
		for _, d := range c.askSensors(ofClass(sp.name.measured, k.Domain, k.Classes[0])) {
			maps.Copy(d.command.Slots, values)
			drafts = append(drafts, d)
		}
	}

	return drafts
}

// isMeasuredHow reports whether how much something is so is asked: milyen nedves, mennyire hideg.
func (c *clause) isMeasuredHow() bool {
	return c.has(cQuestion, "how") && c.has(cMeasure, onlyHow) && !c.has(cAbout, "sensor")
}

// namesOther reports whether an entity is named that is not just a class of sensors.
func (c *clause) namesOther() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.is(cEntity) && !sp.is(cClass|cArea|cAttribute|cAbout) })
}

// askDevices asks for "eszköz" in a state, without a kind.
func (c *clause) askDevices() []draft {
	if !c.has(cAbout, "sensor") || c.classes&(cKind|cEntity|cClass) != 0 || !c.isAsking() {
		return nil
	}
	state := c.predicate()
	if state != "on" && state != "off" {
		return nil
	}
	k := &kind{Domain: "binary_sensor", Classes: []string{"running"}}
	targets := c.placed(k, nil, c.places(nil))
	for _, t := range targets {
		t.slots["device_class"] = "running"
	}

	return draftsFor(meaning.GetState, meaning.Slots{"state": state}, targets)
}
