package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// turn switches, opens, closes, starts and stops. What a verb asks for depends on what it
// is said of, so it is read for every domain that it can be said of.
func (c *clause) turn() []draft {
	action := c.actionOnDevice()
	if c.isNoTurn(action) {
		return nil
	}
	domains := domainsOf(action)
	if len(domains) == 0 {
		return nil
	}

	targets := c.waterLawn(action)
	if targets == nil {
		targets = c.targets(domains, c.standard(action))
	}
	var drafts []draft
	for _, t := range targets {
		for _, intent := range intentsOf(action, c.domainsOfTarget(t, domains)) {
			intent = c.intentFor(t, action, intent)
			if meaning.IsImplied(intent) {
				delete(t.slots, "domain")
			}
			drafts = append(drafts, draftsFor(intent, nil, []target{t})...)
		}
	}

	return drafts
}

// isNoTurn reports whether more is said than that something is switched, or less.
func (c *clause) isNoTurn(action string) bool {
	isAir := c.has(cAbout, "air")
	if c.level() != nil && (!c.has(cLevel, "max") || isAir) || action == "want" && c.isAnyOne() {
		return true
	}

	return !isAir && c.flow(action) == "" && c.isAboutOther("cleaning")
}

// isAboutOther reports whether the clause is about a topic that no device is called by, and not
// about this one.
func (c *clause) isAboutOther(topic string) bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cAbout) && !sp.is(cEntity|cFiller) && !sp.means(cAbout, topic) && sp != c.verb && sp != c.prefix
	})
}

// actionOnDevice is what the verb asks for, where what it is said of tells more.
func (c *clause) actionOnDevice() string {
	switch c.action {
	case "", "want":
		return c.actionUnsaid()
	case "skip", "run", "set", "put":
		if c.first(cDock) != nil { // menjen a dokkolóra
			return "dock"
		}
	}
	switch c.action {
	case "run", "work": // mehet a bojler
		return "start"
	case "set", "put":
		if c.hasIndefinite("light") && !c.isAnyOne() { // kapcsolj lámpát
			return "on"
		}
	}

	return c.action
}

// actionUnsaid is what is asked for without a verb that says it.
func (c *clause) actionUnsaid() string {
	switch {
	case c.action == "" && c.isToBe(): // legyen mozi
		return "start"
	case c.action == "" && c.wantsUnsaid(): // villanyt a konyhába!
		return "want"
	case c.namesScene(), c.action == "want" && c.namesTheScene(): // mozi jelenet! kérem az esti fényt
		return "start"
	default:
		return c.action
	}
}

// namesScene reports whether a scene or script is named, and called one, or nothing but its name is
// said: mozi; elmentünk! A name that tells something is told without an exclamation mark.
func (c *clause) namesScene() bool {
	makers := []string{"scene", "script"}
	isNamed, isCalled, isAlone := false, false, true
	for _, sp := range c.spans {
		isScene := c.isNamed(sp, makers)
		isNamed = isNamed || isScene
		isCalled = isCalled || sp.means(cKind, "scene") || sp.means(cKind, "script")
		isTold := isScene && c.tellsByName(sp)
		isAlone = isAlone && !isTold && (isScene || sp.is(cFiller))
	}

	return isNamed && (isCalled || isAlone) && !c.s.IsQuestion
}

// tellsByName reports whether a name rather tells something: elmentünk.
func (c *clause) tellsByName(sp *span) bool {
	return !c.s.IsExclaimed && (sp.is(cCopula) || c.ix.lang.isRemark(c.s.Tokens[sp.to-1].Fold))
}

// namesTheScene reports whether a scene or script is named as the one that is known: kérem az esti fényt.
func (c *clause) namesTheScene() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return c.isNamed(sp, []string{"scene", "script"}) && !sp.name.isShort && sp.from > 0 && (c.s.Tokens[sp.from-1].Fold == "a" || c.s.Tokens[sp.from-1].Fold == "az")
	})
}

// hasIndefinite reports whether the object is any one of a kind, without an article.
func (c *clause) hasIndefinite(domain string) bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.means(cKind, domain) && sp.suffix.Case == morphology.Accusative && !sp.suffix.IsPlural && !sp.is(cEntity) &&
			(sp.from == 0 || !tokens.IsArticle(c.s.Tokens[sp.from-1].Fold))
	})
}

// wantsUnsaid reports whether light or music is called for without any verb.
func (c *clause) wantsUnsaid() bool {
	return !c.s.IsQuestion && !c.has(cFiller, "too") && c.classes&cConjunction == 0 &&
		(c.hasIndefinite("light") || c.hasIndefinite("media_player") || c.callsForAir())
}

// callsForAir reports whether air is called for somewhere: levegőt a hálóba!
func (c *clause) callsForAir() bool {
	air := c.find(cAbout, "air")

	return air != nil && air.suffix.Case == morphology.Accusative && c.classes&(cArea|cFloor) != 0
}

// standard is what an area alone means with an action: its lamps, or what closes it; and
// what cleans when nothing is named.
func (c *clause) standard(action string) *kind {
	if c.denial != nil && c.denied != "" { // ne párásítson: its own kind, and not the lamps
		action = c.denied
	}
	if k := c.standardAnywhere(action); k != nil {
		return k
	}
	if c.classes&(cArea|cFloor) == 0 {
		return nil
	}
	switch action {
	case "water":
		return &kind{Domain: "valve"}
	case "on", "off":
		return &kind{Domain: "light"}
	case "open", "close":
		if c.locksRoom() {
			return &kind{Domain: "lock"}
		}

		return &kind{Domain: "cover"}
	default:
		return nil
	}
}

// locksRoom reports whether a room itself is to be locked or opened, which is its door: zárd be a kamrát.
func (c *clause) locksRoom() bool {
	const object = morphology.Accusative
	isRoom := false
	for _, sp := range c.spans {
		if !sp.is(cArea) || sp.is(cEntity) || len(sp.name.rooms()) != 1 {
			continue
		}
		if sp.suffix.Case != object || !c.ix.hasKind(&kind{Domain: "lock"}, sp.name.rooms()[0].ID) {
			return false
		}
		isRoom = true
	}

	return isRoom
}

// standardAnywhere is what an action is said of, wherever it is; nil for anything.
func (c *clause) standardAnywhere(action string) *kind {
	if flow := c.flow(action); flow != "" {
		return &kind{Domain: "valve", Classes: []string{flow}}
	}
	if domain := machineFor(action); domain != "" {
		return &kind{Domain: domain}
	}
	if domain := c.domainOfVerb(); domain != "" {
		return &kind{Domain: domain}
	}
	if action == "water" && (c.mood == commands || slices.ContainsFunc(c.spans, isGrown)) {
		return &kind{Domain: "valve"}
	}

	return nil
}

// domainOfVerb is what the verb, or the air that is spoken of, is said of where no thing is named; empty for
// anything.
func (c *clause) domainOfVerb() string {
	switch {
	case c.has(cAbout, "air"):
		return "fan"
	case c.of == nil || c.of.Of == "":
		return ""
	case c.isAboutAll(), c.of.Of == "lock" && c.classes&(cArea|cFloor) != 0:
		return c.of.Of
	default:
		return ""
	}
}

// isAboutAll reports whether all or nothing is spoken of without a word for what: mindent, semmi se.
func (c *clause) isAboutAll() bool {
	return c.has(cQuantity, "all") || c.has(cQuantity, "something") && slices.ContainsFunc(c.spans, func(sp *span) bool {
		folded := c.s.Tokens[sp.from].Fold

		return sp.means(cQuantity, "something") && (strings.HasPrefix(folded, "minden") || strings.HasPrefix(folded, "semmi"))
	})
}

// flow is what is turned on or off by a valve: zárd el a gázt.
func (c *clause) flow(action string) string {
	if !slices.Contains([]string{"open", "close", "shut", "water", "release", "on", "off"}, action) {
		return ""
	}
	if sp := c.first(cAbout); sp != nil && !sp.is(cEntity|cKind) && (sp.means(cAbout, "water") || sp.means(cAbout, "gas")) {
		return sp.value(cAbout)
	}

	return ""
}

// machineFor is the domain of what does such work; empty where the action names none.
func machineFor(action string) string {
	switch action {
	case "clean", "dock":
		return "vacuum"
	case "mow":
		return "lawn_mower"
	case "ventilate":
		return "fan"
	case "humidify":
		return "humidifier"
	case "heat":
		return "climate"
	default:
		return ""
	}
}

// domainsOfTarget are the domains of what a target is, as far as its name tells.
func (c *clause) domainsOfTarget(t target, domains []string) []string {
	if domain := t.slots.Text("domain"); domain != "" {
		return []string{domain}
	}
	var found []string
	for _, e := range c.calledAs(t) {
		if slices.Contains(domains, e.Domain) {
			found = appendOnce(found, e.Domain)
		}
	}

	return found
}

// calledAs are the devices that go by the name of a target.
func (c *clause) calledAs(t target) []*hamanagerapi.Entity {
	name := t.slots.Name()
	if name == "" {
		return nil
	}
	var found []*hamanagerapi.Entity
	for _, e := range c.ix.home.Entities {
		if (e.Name == name || e.ID == name) && e.Exposed {
			found = append(found, e)
		}
	}

	return found
}

// intentsOf returns the intents that an action makes for the domains.
func intentsOf(action string, domains []string) []string {
	var intents []string
	for _, domain := range domains {
		if intent := intentOf(action, domain); intent != "" && !slices.Contains(intents, intent) {
			intents = append(intents, intent)
		}
	}
	if len(intents) > 1 { // one name, two meanings: the first, so that nothing happens twice
		intents = intents[:1]
	}

	return intents
}

// domainsOf lists the domains that an action can be said of.
func domainsOf(action string) []string {
	all := []string{
		"light", "switch", "fan", "media_player", "climate", "input_boolean", "cover", "valve", "lock", "scene", "script", "humidifier",
		"vacuum", "lawn_mower", "siren", "automation", "remote", "water_heater", "group", "button", "input_button",
	}

	return slices.DeleteFunc(all, func(domain string) bool { return intentOf(action, domain) == "" })
}

// intentOf is what an action means for a domain; empty where it means nothing.
func intentOf(action, domain string) string {
	switch domain {
	case "cover":
		return coverIntentOf(action)
	case "valve":
		return valveIntentOf(action)
	case "lock":
		return lockIntentOf(action)
	case "vacuum":
		return oneOf(action, meaning.VacuumStart, meaning.VacuumReturn, "clean", "dock")
	case "lawn_mower":
		return oneOf(action, meaning.LawnMowerStart, meaning.LawnMowerDock, "mow", "dock")
	case "automation":
		return automationIntentOf(action)
	case "scene", "script", "button", "input_button":
		return sceneIntentOf(action)
	case "media_player":
		return mediaIntentOf(action)
	default:
		return applianceIntentOf(action, domain)
	}
}

// applianceIntentOf is intentOf for what is switched.
func applianceIntentOf(action, domain string) string {
	switch domain {
	case "light":
		return switchIntentBy(action, "want")
	case "fan":
		return switchIntentBy(action, "ventilate", "want")
	case "humidifier":
		return switchIntentBy(action, "humidify", "want")
	case "climate", "water_heater":
		return switchIntentBy(action, "heat", "want")
	case "switch", "input_boolean":
		return switchIntentBy(action, "heat", "want", "water", "charge")
	default:
		return switchIntentOf(action)
	}
}

// switchIntentBy is for what words of its own switch on as well: szellőztess.
func switchIntentBy(action string, words ...string) string {
	if slices.Contains(words, action) {
		return meaning.TurnOn
	}

	return switchIntentOf(action)
}

// sceneIntentOf: what only happens can be started, but not stopped.
func sceneIntentOf(action string) string {
	switch action {
	case "on", "start", "set", "run":
		return meaning.TurnOn
	default:
		return ""
	}
}

// automationIntentOf: an automation that is off waits for nothing.
func automationIntentOf(action string) string {
	if action == "off" || action == "stop" {
		return meaning.TurnOff
	}

	return sceneIntentOf(action)
}

// mediaIntentOf: to start a player is to have it play, not only to give it power.
func mediaIntentOf(action string) string {
	switch action {
	case "start", "want":
		return meaning.MediaUnpause
	case "pause":
		return meaning.MediaPause
	default:
		return switchIntentOf(action)
	}
}

func switchIntentOf(action string) string {
	switch action {
	case "on", "up", "start":
		return meaning.TurnOn
	case "off", "down", "stop", "pause", "shut":
		return meaning.TurnOff
	case "toggle":
		return meaning.Toggle
	default:
		return ""
	}
}

func coverIntentOf(action string) string {
	switch action {
	case "open", "up", "roll_up", "let_out", "let_in":
		return meaning.TurnOn
	case "close", "shut", "down", "roll_down", "release":
		return meaning.TurnOff
	case "stop", "pause":
		return meaning.StopMoving
	default:
		return ""
	}
}

// valveIntentOf: an irrigation is also switched.
func valveIntentOf(action string) string {
	switch action {
	case "on", "start", "water", "release", "want":
		return meaning.TurnOn
	case "off", "stop", "pause":
		return meaning.TurnOff
	default:
		return coverIntentOf(action)
	}
}

// lockIntentOf: Home Assistant locks by HassTurnOn.
func lockIntentOf(action string) string {
	switch action {
	case "close", "shut":
		return meaning.TurnOn
	case "open", "unlock", "let_in":
		return meaning.TurnOff
	default:
		return ""
	}
}

// oneOf is for machines that start their work and go home after it.
func oneOf(action, start, home, startWord, homeWord string) string {
	switch action {
	case startWord, "start", "work", "on", "release", "let_out":
		return start
	case homeWord, "off", "stop", "pause", "back", "charge":
		return home
	default:
		return ""
	}
}
