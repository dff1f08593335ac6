package hungarian

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// askKind asks which devices of a kind are so.
func (c *clause) askKind() []draft {
	about := c.classAbout()
	state := c.stateOfKinds(about)
	if state == "" || !c.isAsking() {
		return nil
	}
	var drafts []draft
	for _, sp := range c.spans {
		for _, l := range sp.lexemes {
			if l.class != cKind || !canBe(&hamanagerapi.Entity{Domain: l.of.Domain}, state) || c.isSensed(sp, l.of) {
				continue
			}
			wanted := stateIn(l.of.Domain, state)
			if about != nil && about.value == "on" && l.of.Domain == "media_player" {
				wanted = "playing"
			}
			drafts = append(drafts, draftsFor(meaning.GetState, meaning.Slots{"state": wanted}, c.placedAs(l.of, sp))...)
		}
	}

	return drafts
}

// placedAs are the devices of a kind that a span speaks of, in the places that are named: of some kinds only those that
// are called so.
func (c *clause) placedAs(k *kind, sp *span) []target {
	if !k.Named {
		return c.placed(k, sp, c.places(nil))
	}
	targets := c.ofNamedKind(k, sp, c.places(nil))
	for i := range targets {
		targets[i].isOne = false
	}

	return targets
}

// asksHow reports whether the clause asks how something does what it does, rather than whether: milyen hangosan szól?
func (c *clause) asksHow() bool {
	isHow := c.has(cQuestion, "how") || c.has(cQuestion, "how_much") || c.has(cQuestion, "which")

	return isHow && slices.ContainsFunc(c.spans, func(sp *span) bool {
		isManner := slices.ContainsFunc(sp.lexemes, func(l lexeme) bool {
			return l.class == cRoams && (l.value == "how" || strings.HasPrefix(l.value, "much "))
		})

		return isManner && !sp.is(cCopula) || sp.is(cAttribute) && !sp.means(cAttribute, "progress") && !sp.is(cKind|cEntity)
	})
}

// stateOfKinds is the state that the devices of a kind are asked for; empty where only sensors can
// be so (jelez), or how much so is asked, as askSetting does (mennyire van nyitva?).
func (c *clause) stateOfKinds(about *lexeme) string {
	asksHowMuch := slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.means(cQuestion, "how_much") && (sp.means(cQuestion, "how") || sp.suffix.SaysWhere())
	})
	switch {
	case asksHowMuch, c.asksHow():
		return ""
	case about != nil && about.value != "" && about.saysOfAll():
		return about.value
	case about != nil && about.value != "", c.classes&cState == 0 && c.verb == nil:
		return ""
	default:
		return c.predicate()
	}
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
	if !c.isAsking() || about == nil || c.namesOther() || c.has(cAbout, "shopping") {
		return nil
	}
	values := meaning.Slots{}
	if about.of.Domain == "binary_sensor" {
		state := c.stateOfClass(about)
		if state == "" || about.value != "" && c.isMeasuredHow() {
			return nil
		}
		values["state"] = stateIn("binary_sensor", state)
	} else if !c.isOpenQuestion() || c.measureAsked() != nil {
		return nil // askMeasure does it
	}
	if drafts := c.classOfThings(about.of, values); drafts != nil {
		return drafts
	}

	return draftsFor(meaning.GetState, values, c.sensorsOf(*about.of))
}

// stateOfClass is the state that sensors which detect something are asked for.
func (c *clause) stateOfClass(about *lexeme) string {
	if about.value != "" {
		return about.value
	}
	if state := c.predicate(); state != "" {
		return state
	}
	if c.classes&(cCopula|cQuantity) != 0 || c.has(cClass, "on") {
		return "on"
	}

	return ""
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
