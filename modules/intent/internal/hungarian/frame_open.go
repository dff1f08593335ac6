package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// openings are what is open or closed, of each domain: the classes that count, and none for locks.
func openings() []kind {
	return []kind{
		{Domain: "binary_sensor", Classes: []string{"door", "window", "garage_door", "opening"}},
		{Domain: "cover", Classes: []string{"door", "window", "garage", "garage_door", "gate"}},
		{Domain: "lock"},
	}
}

// has reports whether an entity is of the kind.
func (k *kind) has(e *hamanagerapi.Entity) bool {
	return e.Exposed && e.Domain == k.Domain && (len(k.Classes) == 0 || slices.Contains(k.Classes, e.DeviceClass))
}

// openState is the state open or closed that the clause asks for; empty where it asks for neither.
func (c *clause) openState() string {
	if state := c.predicate(); state == "open" || state == "closed" {
		return state
	}

	return ""
}

// askOpening asks whether a thing is open that is known by its sensor: be van csukva a hűtő?
func (c *clause) askOpening() []draft {
	state := c.openState()
	if state == "" || !c.isAsking() || c.classes&cEntity != 0 {
		return nil
	}
	k := openings()[0]
	var drafts []draft
	for _, sp := range c.spans {
		if !sp.is(cMeasured) {
			continue
		}
		for _, e := range sp.name.measured {
			if k.has(e) {
				drafts = append(drafts, c.askStateOf(e, state))
			}
		}
	}

	return drafts
}

// askStateOf asks whether an entity is in a state.
func (c *clause) askStateOf(e *hamanagerapi.Entity, state string) draft {
	slots := meaning.Slots{"name": e.Name, "domain": e.Domain, "state": stateIn(e.Domain, state)}
	if e.DeviceClass != "" {
		slots["device_class"] = e.DeviceClass
	}

	return draft{command: meaning.Command{Intent: meaning.GetState, Slots: slots}, target: target{slots: slots, said: e.Name}}
}

// askDoors asks whether a room is open, by its only door: zárva van a pince? Who locks asks
// for the lock first.
func (c *clause) askDoors() []draft {
	state := c.openState()
	const others = cEntity | cKind | cClass | cMeasured | cQuantity
	isOther := slices.ContainsFunc(c.spans, func(sp *span) bool { return sp != c.verb && sp.is(others) && !sp.is(cArea|cFiller) })
	if state == "" || !c.isAsking() || isOther || c.isOpenQuestion() {
		return nil
	}
	var drafts []draft
	for _, a := range c.places(nil).areas {
		door := c.ix.doorOf(a.ID, c.isAboutLocks())
		if door == nil {
			return nil
		}
		drafts = append(drafts, c.askStateOf(door, state))
	}

	return drafts
}

// isAboutLocks reports whether the verb is one of locking: zárva, bezárva.
func (c *clause) isAboutLocks() bool {
	return c.verb != nil && slices.ContainsFunc(c.verb.forms, func(f verbForm) bool { return f.verb.Stem == "zár" })
}

// doorOf finds the only door of a room, by its lock or its sensor; nil where there is no such.
func (ix *Index) doorOf(areaID string, isLocked bool) *hamanagerapi.Entity {
	lock := kind{Domain: "lock"}
	door := kind{Domain: "binary_sensor", Classes: []string{"door", "garage_door", "opening"}}
	gate := kind{Domain: "cover", Classes: []string{"door", "garage", "garage_door", "gate"}}
	order := []kind{gate, door, lock}
	if isLocked {
		order = []kind{lock, gate, door}
	}
	for _, k := range order {
		var found []*hamanagerapi.Entity
		for _, e := range ix.home.Entities {
			if e.AreaID == areaID && k.has(e) {
				found = append(found, e)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}

	return nil
}

// askAnything asks what is open or on, without saying which kind of thing: nyitva maradt
// valami? minden be van zárva? mi van bekapcsolva?
func (c *clause) askAnything() []draft {
	isAny := c.has(cQuantity, "something") || c.has(cQuestion, "what")
	if !isAny || c.classes&(cEntity|cKind|cMeasured|cMedia) != 0 || !c.isAsking() {
		return nil
	}
	switch state := c.stateOfAnything(); state {
	case "open", "closed":
		return c.askOpenings(state)
	case "on", "off":
		return c.askKinds([]kind{{Domain: c.domainsLit()}}, state)
	case "playing":
		return c.askKinds([]kind{{Domain: "media_player"}}, state)
	default:
		return nil
	}
}

// stateOfAnything is the state in which something is asked for; empty for none. What runs (mi megy a mosókonyhában?) is on
// where no sensor tells of that.
func (c *clause) stateOfAnything() string {
	about, p := c.classAbout(), c.places(nil)
	switch {
	case c.has(cAttribute, "progress"):
		return ""
	case about == nil:
		return c.predicate()
	case about.saysOfAll() && about.value == "on" && p.isPlaced() && len(c.present([]kind{*about.of})) == 0:
		return "on"
	default:
		return ""
	}
}

// domainsLit is what burns (ég valami?) or is switched on.
func (c *clause) domainsLit() string {
	if c.has(cState, "on") || c.prefix != nil && (c.prefix.means(cPrefix, "fel") || c.prefix.means(cPrefix, "le")) {
		return "light"
	}

	return "switch"
}

// askOpenings asks all that can be open. Whether something is, only the kinds are asked that
// have such a thing; where none has, the first speaks for all.
func (c *clause) askOpenings(state string) []draft {
	if state == "closed" {
		return c.askKinds(c.present(openings()), state)
	}
	kinds := c.present(openings())
	isOpen := slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return !c.ix.isAnyIn(&k, stateIn(k.Domain, state)) })
	if len(isOpen) == 0 {
		isOpen = kinds[:min(1, len(kinds))]
	}

	return c.askKinds(isOpen, state)
}

// present keeps the kinds that the places which were named, or the home, have.
func (c *clause) present(kinds []kind) []kind {
	p := c.places(nil)

	return slices.DeleteFunc(kinds, func(k kind) bool {
		return !slices.ContainsFunc(c.ix.home.Entities, func(e *hamanagerapi.Entity) bool { return k.has(e) && c.ix.isIn(e, p) })
	})
}

// isIn reports whether an entity is in one of some places; everywhere where there are none.
func (ix *Index) isIn(e *hamanagerapi.Entity, p places) bool {
	if len(p.areas)+len(p.floors) == 0 {
		return true
	}
	area := ix.home.Area(e.AreaID)

	return area != nil && (slices.ContainsFunc(p.areas, func(a *hamanagerapi.Area) bool { return a.ID == area.ID }) ||
		slices.ContainsFunc(p.floors, func(f *hamanagerapi.Floor) bool { return f.ID == area.FloorID }))
}

// isAnyIn reports whether something of a kind is in a state.
func (ix *Index) isAnyIn(k *kind, state string) bool {
	return slices.ContainsFunc(ix.home.Entities, func(e *hamanagerapi.Entity) bool { return k.has(e) && e.State().Value == state })
}

// askKinds asks all of some kinds in the places that were named.
func (c *clause) askKinds(kinds []kind, state string) []draft {
	var drafts []draft
	for i := range kinds {
		targets := c.placed(&kinds[i], nil, c.places(nil))
		if c.has(cQuantity, "all") {
			for _, t := range targets {
				t.slots["name"] = meaning.AllNames
			}
		}
		drafts = append(drafts, draftsFor(meaning.GetState, meaning.Slots{"state": stateIn(kinds[i].Domain, state)}, targets)...)
	}

	return drafts
}

// askSetting asks what devices of a kind are set to, or how far they are: mire van állítva a
// termosztát a hálóban? hol tart a porszívó?
func (c *clause) askSetting() []draft {
	if c.classes&(cEntity|cMeasured) != 0 || !c.isAsking() {
		return nil
	}
	var drafts []draft
	for _, sp := range c.spans {
		for _, l := range sp.lexemes {
			if l.class == cKind && c.asksSettingOf(l.of) {
				drafts = append(drafts, draftsFor(meaning.GetState, nil, c.asOne(sp, c.placed(l.of, sp, c.places(nil))))...)
			}
		}
	}

	return drafts
}

// asOne has a question about one thing of a kind (mennyin áll a radiátor?) ask which, where there are several. The lamps of
// a room are meant together.
func (c *clause) asOne(sp *span, targets []target) []target {
	p := c.places(nil)
	at := slices.Index(c.spans, sp)
	counts := at > 0 && c.spans[at-1].means(cQuestion, "how_much") // hány ajtó
	isAll := sp.suffix.IsPlural || c.classes&cQuantity != 0 || counts || c.has(cQuestion, "which") || p.everywhere || p.isPlaced() && sp.value(cKind) == "light"
	isOne := !isAll && len(targets) == 1
	for i := range targets {
		targets[i].isOne, targets[i].asksOne = isOne, isOne
	}

	return targets
}

// asksSettingOf reports whether the clause asks how far a kind is with what it does, what it is
// set to, or, of what goes about, where it is.
func (c *clause) asksSettingOf(k *kind) bool {
	if c.has(cAttribute, "progress") && c.asksIndeed() || k.isMoving() && c.has(cQuestion, "where") {
		return true
	}
	isOpen := c.has(cQuestion, "what") || c.has(cQuestion, "how_much") || c.has(cQuestion, "which") && c.classes&cAttribute != 0 || c.asksHow()

	return isOpen && c.saysHowFar(k.Domain)
}

// saysHowFar reports whether a clause speaks of a setting that the domain has, rather than of how many there are.
func (c *clause) saysHowFar(domain string) bool {
	if attribute := c.first(cAttribute); attribute != nil {
		owner, isOwned := map[string]string{
			"brightness": "light", "color": "light", "color_temperature": "light", "temperature": "climate", "warmth": "climate",
			"volume": "media_player", "position": "cover", "speed": "fan",
		}[attribute.value(cAttribute)]

		return !isOwned || owner == domain
	}
	about := c.classAbout()
	isStanding := about != nil && about.saysOfAll() && about.value == "off"

	return isStanding || c.asksHow() || c.classes&cLevel != 0 || c.has(cUnit, "percent") || c.has(cUnit, "degree") || c.verb != nil && c.mood == tellsState
}

// isMoving reports whether devices of the kind go about, so that one may ask where they are.
func (k *kind) isMoving() bool { return k.Domain == "vacuum" || k.Domain == "lawn_mower" }

// askPresence asks whether somebody is somewhere: van valaki a tornácon? jár valaki kint?
func (c *clause) askPresence() []draft {
	m := measure{Detects: []string{"motion", "occupancy", "presence"}}
	isOther := c.classes&(cEntity|cKind|cMeasured|cHome|cState|cAttribute) != 0
	if !c.has(cQuantity, "someone") || isOther || !c.isAsking() || !c.asksIndeed() || c.classes&(cCopula|cRoams) == 0 {
		return nil
	}
	p := c.places(nil)
	found := c.ix.outdoors(&m)
	if !c.isOutdoors() {
		if len(p.areas) != 1 {
			return nil
		}
		found = m.best(c.ix.within(p.areas[0].ID))
	}
	var drafts []draft
	for _, e := range found {
		drafts = append(drafts, c.askStateOf(e, "on"))
	}

	return drafts
}
