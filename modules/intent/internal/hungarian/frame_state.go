package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
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
		ask("state of a thing", cMeasured, (*clause).askThing),
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
		return c.action == "" || c.s.IsQuestion // "nappali lámpák ki" commands
	}

	return c.mood == tellsState || c.mood == tellsPresent || c.mood == tellsPast && c.isAskedWhether()
}

// isOfNow reports whether the clause can be answered by how things are now: not who did it, when
// or why, nor what it costs.
func (c *clause) isOfNow() bool {
	isCost := slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.means(cQuestion, "how_much") && (sp.suffix.Case == morphology.Illative || sp.suffix.Case == morphology.Causal)
	})
	if isCost || c.has(cBlock, "why") || c.has(cQuestion, "when") && c.classes&cEntity == 0 {
		return false
	}
	return !c.isOver() || c.isAskedWhether() && !c.has(cQuestion, "who") && !c.has(cQuestion, "when")
}

// isOver reports whether the verb tells what was. What is so now is told by its participle: a nyitott ablakokat.
func (c *clause) isOver() bool {
	return c.verb != nil && c.mood == tellsPast && (!c.tells || !c.verb.is(cState))
}

// isAskedWhether reports whether the form of the sentence asks whether something is so: bezártam-e.
func (c *clause) isAskedWhether() bool { return c.s.IsQuestion || c.has(cQuestion, "whether") }

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
	return c.has(cQuestion, "which") || c.has(cQuestion, "how_much") || c.has(cQuestion, "where") || c.has(cQuestion, "what") || c.has(cFiller, "which")
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
	if sp == nil || c.tellsOfDoing() || !c.isAsking() || c.places(nil).everywhere {
		return nil
	}
	about := c.classAbout()
	state, isAsked := c.stateAsked(about)
	isAsked = isAsked || c.has(cQuestion, "where") && areAny(sp.name.entities, "vacuum", "lawn_mower")
	if !isAsked || !c.canAsk(sp, state) {
		return nil
	}

	candidates := c.candidatesAsked(sp, about, state)
	if len(candidates) == 0 {
		return nil
	}

	return append(c.stateOfName(sp, candidates, state), c.statesOfOthers(sp, state)...)
}

// candidatesAsked are what a name may mean in a question about a class of sensors, or a state.
func (c *clause) candidatesAsked(sp *span, about *lexeme, state string) []*hamanagerapi.Entity {
	candidates := about.ofClass(sp.name.entities)
	if parts := c.partsOf(sp, about); len(parts) > 0 {
		candidates = parts
	}
	switch {
	case state == "open" || state == "closed":
		return slices.DeleteFunc(slices.Clone(candidates), func(e *hamanagerapi.Entity) bool { return !canBe(e, state) })
	case state != "":
		return meaning.Preferred(candidates, func(e *hamanagerapi.Entity) bool { return canBe(e, state) })
	case c.isOpenQuestion():
		return meaning.Preferred(candidates, func(e *hamanagerapi.Entity) bool { return e.Domain != "binary_sensor" })
	default:
		return candidates
	}
}

// partsOf are the sensors of a part of a thing that is named, by what they share with its name: a kemence ajtaja, where there
// is a Kemenceajtó. Nil where no part of it is spoken of, or it is one itself.
func (c *clause) partsOf(thing *span, about *lexeme) []*hamanagerapi.Entity {
	isPart := about != nil && about.value == "" && slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp != thing && sp.means(cClass, "") && sp.suffix.IsPossessed && slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.of == about.of })
	})
	isOfClass := func(e *hamanagerapi.Entity) bool { return e.DeviceClass == about.of.Classes[0] }
	if !isPart || slices.ContainsFunc(thing.name.entities, isOfClass) {
		return nil
	}

	return c.ix.calledAfter(&c.s.Tokens[thing.to-1], func(e *hamanagerapi.Entity) bool { return e.Exposed && isOfClass(e) })
}

// statesOfOthers asks the same of the things that are joined with the first one: zárva van az ajtó meg a kapu?
func (c *clause) statesOfOthers(first *span, state string) []draft {
	var drafts []draft
	isJoined := false
	for _, sp := range c.spans {
		isJoined = isJoined || sp.is(cConjunction)
		if sp == first || !isJoined || !sp.is(cEntity) || sp.is(cArea|cClass|cKind) || state == "" {
			continue
		}
		candidates := meaning.Preferred(sp.name.entities, func(e *hamanagerapi.Entity) bool { return canBe(e, state) && e.Domain != "person" })
		if len(candidates) > 0 {
			drafts = append(drafts, c.stateOfName(sp, candidates, state)...)
		}
	}

	return drafts
}

// tellsOfDoing reports whether the verb says what is done, rather than how something is.
func (c *clause) tellsOfDoing() bool {
	return c.verb != nil && c.mood == tellsPresent && slices.Contains([]string{"set", "more", "less", "put"}, c.action)
}

// canAsk reports whether what is named has a state of the kind that is asked for. Of people only
// askPerson asks more than where they are; one who is spoken to or tells (Péter mondja) is not asked for.
func (c *clause) canAsk(sp *span, state string) bool {
	if state == "" && (c.asksOnlyWhich() || isScene(sp.name.entities)) {
		return false
	}
	isOther := state != "" || c.tells || c.classes&(cAttribute|cMeasure) != 0 || sp.suffix.Case != morphology.Nominative

	return !isOther || !areAny(sp.name.entities, "person")
}

// areAny reports whether some entity is of the domains.
func areAny(entities []*hamanagerapi.Entity, domains ...string) bool {
	return len(of(entities, domains)) > 0
}

// asksOnlyWhich reports whether nothing is said beside which one is meant: melyik a jobb?
func (c *clause) asksOnlyWhich() bool {
	return c.has(cQuestion, "which") && !c.has(cRoams, "how") && c.classes&(cAttribute|cState|cUnit|cMeasure|cClass|cVerb|cCopula|cAbout|cColor) == 0
}

// isScene reports whether entities have no state to be asked for: mi a vacsora?
func isScene(entities []*hamanagerapi.Entity) bool {
	return len(of(entities, []string{"scene", "script", "automation", "button"})) == len(entities)
}

// stateAsked is the state that a question about a name asks for, empty for any. IsAsked is
// false where nothing is asked: a name alone is no question.
func (c *clause) stateAsked(about *lexeme) (state string, isAsked bool) {
	if c.has(cQuestion, "when") {
		return "", areAny(c.nameAskedFor().name.entities, "sensor") // mikor van a szülinap?
	}
	if (about == nil || about.saysOfAll()) && (c.asksHow() || c.has(cQuestion, "what") || c.has(cQuestion, "how_much")) {
		return "", true // mennyire van lehúzva?
	}
	state = about.orState(c.predicate())
	if state != "" || c.isOpenQuestion() || c.has(cAttribute, "progress") && c.asksIndeed() {
		return state, true
	}
	if about != nil {
		state = "on"
	}

	return state, c.isClosedQuestion()
}

// orState is the state that a class's own word says, where none or no more was said.
func (l *lexeme) orState(state string) string {
	if l != nil && l.value != "" && (state == "" || state == "on") {
		return l.value
	}

	return state
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

	return meaning.Preferred(entities, isOfClass)
}

// saysOfAll reports whether a class's own word is also said of what is no sensor: megy a bojler?
func (l *lexeme) saysOfAll() bool {
	return l.of.Classes[0] == "running" || l.of.Classes[0] == "battery_charging"
}

// isClosedQuestion reports whether the clause looks like a question at all.
func (c *clause) isClosedQuestion() bool { return c.s.IsQuestion || c.classes&(cQuestion|cCopula) != 0 }

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
	if c.setsChoice() {
		state = ""
	}
	t := target{slots: meaning.Slots{}, said: c.text(sp)}
	for _, other := range c.spans {
		if other.is(cArea) && other != sp && other.name.area != nil {
			t.slots["area"] = other.name.area.Name
			candidates = meaning.Preferred(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == other.name.area.ID })
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
	isSwitched, isMoved := state == "on" || state == "off", state == "open" || state == "closed"
	switch e.Domain {
	case "valve":
		return isSwitched || isMoved
	case "cover", "lock":
		return isMoved
	case "binary_sensor":
		return true
	case "sensor", "weather", "person", "todo", "scene":
		return false
	case "media_player":
		return isSwitched || state == "playing"
	default:
		return isSwitched
	}
}
