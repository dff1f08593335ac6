package hungarian

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// The shades of white that lamps can give, in kelvin.
const warmest, neutral, coldest = 2000, 3500, 6500

// deviceFrames switch and set devices.
func deviceFrames() []frame {
	setters := []string{"", "set", "want", "on", "more", "less", "up", "down", "open", "close", "shut", "put", "raise", "water", "run", "start", "take", "release", "heat", "work", "ventilate", "roll_up", "roll_down", "double", "halve", "more_speed", "less_speed", "more_brightness", "less_brightness", "more_temperature", "less_temperature"}
	values := cTarget | cAmount | cAttribute | cClass | cColor | cWhite | cBe | cPrefix

	return []frame{
		{name: "light", actions: setters, allows: values, make: (*clause).setLight},
		{name: "temperature", actions: setters, allows: values, make: (*clause).setTemperature},
		{name: "position", actions: setters, allows: values, make: (*clause).setPosition},
		{name: "fan speed", actions: setters, allows: values, make: (*clause).setSpeed},
		{name: "humidity", actions: setters, allows: values, make: (*clause).setHumidity},
		{
			name: "switch", allows: cTarget | cLevel | cPrefix | cDock | cBe | cAbout, make: (*clause).turn,
			actions: []string{"", "on", "off", "toggle", "open", "close", "unlock", "up", "down", "start", "stop", "pause", "set", "clean", "dock", "mow", "put", "less", "want", "skip", "run", "release", "let_out", "let_in", "work", "charge", "shut", "heat", "roll_up", "roll_down", "back"},
		},
		{
			name: "air and water", allows: cTarget | cPrefix | cAbout | cClass, make: (*clause).turn,
			actions: []string{"ventilate", "humidify", "water"},
		},
		{name: "light or dark", actions: []string{"", "want"}, needs: cLit, allows: cTarget | cBe, make: (*clause).makeLight},
	}
}

// isOnlyColoured reports whether a colour is said of nothing, and not what is to become of it: hat
// fióka kelt ki, mind sárga.
func (c *clause) isOnlyColoured() bool {
	sp := c.first(cColor)

	isBare := sp != nil && c.action == "" && c.classes&(cBe|cEntity|cKind|cAttribute) == 0 && sp.suffix.Case == morphology.Nominative

	return isBare && (c.classes&cAmount == 0 || c.has(cQuantity, "all"))
}

// setLight is brightness, colour, or the shade of white.
func (c *clause) setLight() []draft {
	if c.isAbout("volume", "temperature", "position", "speed") {
		return nil
	}
	if c.isOnlyColoured() {
		return nil
	}
	values := meaning.Slots{}
	if sp := c.color(); sp != nil {
		if sp.suffix.Case == morphology.Accusative && !c.speaksOf("light") && !c.has(cAttribute, "color") {
			return nil // narancsot kérek a konyhába
		}
		values["color"] = sp.value(cColor)
	}
	if kelvin, ok := c.kelvin(); ok {
		delete(values, "color")
		values["temperature"] = kelvin
	}
	change := c.setWarmth(values)
	if change == nil && (len(values) == 0 || c.saysBrightnessToo()) {
		change = c.setBrightness(values)
	}
	if len(values) == 0 {
		return nil
	}

	return c.set(meaning.LightSet, values, change, []string{"light"}, &kind{Domain: "light"})
}

// saysBrightnessToo reports whether a clause about a colour says how bright it is to be: a verb (világosíts kékre) or a word of
// how much the colour is (full kékre) alone does not.
func (c *clause) saysBrightnessToo() bool {
	return len(c.quantities) > 0 || c.classes&cChange != 0 || c.has(cAttribute, "brightness") || c.classes&cLevel != 0 && !c.isFullColor()
}

// isFullColor reports whether the word for as much as can be stands right before the colour.
func (c *clause) isFullColor() bool {
	for i, sp := range c.spans[1:] {
		if sp.is(cColor) && c.spans[i].means(cLevel, "max") {
			return true
		}
	}

	return false
}

// setWarmth adds another shade of white where only a direction is said: melegebb fényt.
func (c *clause) setWarmth(values meaning.Slots) *step {
	isOther := c.classes&cWhite != 0 || c.classes&cColor != 0 && values["color"] != "white" // hidegebb fehéret
	if !c.speaksOf("light") && !c.has(cAttribute, "color_temperature") || isOther {
		return nil
	}
	direction := c.direction("warmth", false)
	if direction == 0 {
		direction = c.direction("temperature", false)
	}
	if direction == 0 {
		return nil
	}
	delete(values, "color")
	values["temperature"] = warmest // stands in until the lamps are known

	return &step{slot: "temperature", by: c.by(-direction, 800), unknown: neutral, low: warmest, high: coldest, present: present("color_temp_kelvin", 1)}
}

// setBrightness adds the brightness that the clause asks for, and how to find it where only
// a direction is said.
func (c *clause) setBrightness(values meaning.Slots) *step {
	isBrightness := c.has(cAttribute, "brightness")
	speaksOfLights := isBrightness || c.speaksOf("light")
	if level, ok := c.percent(1); ok && speaksOfLights && (isBrightness || c.saysHowBright()) {
		values["brightness"] = int(level)

		return nil
	}
	direction := c.direction("brightness", speaksOfLights)
	change := c.brighter(direction)
	if speaksOfLights {
		change.times = map[string]float64{"double": 2, "halve": 0.5}[c.action]
	}
	if change.times == 0 && (direction == 0 || c.action == "up" || c.action == "down") {
		return nil
	}
	values["brightness"] = 50 // stands in until the lamps are known

	return change
}

// color is the word for a colour; one that says where (a levendulában), or what it was (pirosról kékre), is none, and
// one that could be a name as well only where nothing else can be. What is said after a pause is rather wished.
func (c *clause) color() *span {
	var found, maybe *span
	for _, sp := range c.spans {
		switch {
		case !sp.is(cColor) || sp == c.verb || sp.suffix.Case == morphology.Delative || sp.suffix.Case == morphology.Elative || sp.is(cArea|cFloor) && sp.suffix.SaysWhere():
		case !sp.is(cArea | cFloor | cEntity):
			if found == nil || c.isPaused(found, sp) {
				found = sp
			}
		case maybe == nil:
			maybe = sp
		}
	}

	return cmp.Or(found, maybe)
}

// isPaused reports whether there is a pause between two spans.
func (c *clause) isPaused(before, after *span) bool {
	if before.from > after.from {
		before, after = after, before
	}

	return slices.ContainsFunc(c.s.Tokens[before.to:max(before.to, after.to)], func(tok tokens.Token) bool { return tok.BreakBefore })
}

// saysHowBright reports whether a level is one of brightness: kapcsold fel teljesen is only on,
// but égjen teljes erővel is how.
func (c *clause) saysHowBright() bool {
	return c.action != "on" || len(c.quantities) > 0 || !c.has(cLevel, "max") || c.of != nil && c.of.Denied != ""
}

// kelvin reads a shade of white, in words or numbers.
func (c *clause) kelvin() (int, bool) {
	if sp := c.first(cWhite); sp != nil {
		kelvin, err := strconv.Atoi(sp.value(cWhite))

		return kelvin, err == nil
	}
	for _, q := range c.quantities {
		if c.isKelvin(q) {
			return int(q.value), true
		}
	}

	return 0, false
}

// isKelvin reports whether a number is how warm a light is.
func (c *clause) isKelvin(q quantity) bool {
	return q.unit == "kelvin" || q.unit == "" && q.value >= warmest && c.has(cAttribute, "color_temperature")
}

// setTemperature needs degrees, or a thermostat to speak of.
func (c *clause) setTemperature() []draft {
	if c.classes&(cColor|cWhite) != 0 || c.isAbout("volume", "position", "speed", "brightness") {
		return nil
	}
	thermostats, anywhere := []string{"climate"}, &kind{Domain: "climate"}
	c = c.withOwners("climate")
	isClear := c.isOfWarmth() || c.isOfRoom()
	if degrees, ok := c.degrees(isClear); ok {
		return c.set(meaning.ClimateSet, meaning.Slots{"temperature": exact(degrees)}, nil, thermostats, anywhere)
	}
	direction := c.direction("temperature", isClear)
	if (c.action == "put" || c.action == "raise") && slices.ContainsFunc(c.quantities, func(q quantity) bool { return c.isStep(q) && !isUnitOfTime(q.unit) }) { // adj rá egy fokot
		direction = +1
	}
	if direction == 0 {
		return nil
	}

	return c.set(meaning.ClimateSet, meaning.Slots{}, c.warmer(direction), thermostats, anywhere)
}

// isOfWarmth reports whether a clause speaks of how warm it is, or of what makes it so.
func (c *clause) isOfWarmth() bool {
	return c.has(cAttribute, "temperature") || c.speaksOf("climate") || c.action == "heat" || strings.HasSuffix(c.action, "_temperature")
}

// isOfRoom reports whether a number that is said of nothing but a room can only be how warm it is to be: a nappaliban legyen
// huszonhárom; vidd a nappalit huszonháromra.
func (c *clause) isOfRoom() bool {
	const least, most = 16, 28
	isOther := func(sp *span) bool { return sp.is(cEntity|cKind) && !sp.is(cArea) }
	if c.classes&(cAttribute|cClass|cLevel|cChange) != 0 || len(c.quantities) != 1 || slices.ContainsFunc(c.spans, isOther) {
		return false
	}
	q := c.quantities[0]

	return c.classes&cArea != 0 && q.unit == "" && q.value >= least && q.value <= most && c.isRoomSetTo(q)
}

// isRoomSetTo reports whether a number may be what a room is to be like: legyen, elég huszonegy; fázom, tedd huszonháromra.
func (c *clause) isRoomSetTo(q quantity) bool {
	if q.ending.Case == morphology.Sublative {
		return c.classes&cFeel != 0 || slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.is(cArea) && sp.suffix.Case == morphology.Accusative })
	}

	return !q.ending.IsThere && (c.isToBe() || c.has(cAsked, "enough"))
}

// degrees reads the temperature to set. The unit may be left out where it is clear.
func (c *clause) degrees(isClear bool) (float64, bool) {
	return c.amount(func(q quantity) bool { return q.unit == "degree" || q.unit == "" && isClear })
}

// setPosition opens or closes a cover or valve partly.
func (c *clause) setPosition() []draft {
	level, ok := c.percent(0)
	isPosition := c.has(cAttribute, "position")
	if c.has(cLevel, "max") && (coverIntentOf(c.action) != "" || c.has(cPlace, "above") || c.has(cPlace, "below")) { // húzd fel teljesen; teljesen lent
		return nil
	}
	if !ok && c.speaksOf("cover") {
		return c.movePosition()
	}
	if !ok || !isPosition && !c.speaksOf("cover", "valve") || c.isAbout("volume", "temperature", "speed", "brightness") {
		return nil
	}
	var standard *kind
	if isPosition {
		standard = &kind{Domain: "cover"}
	}

	return c.set(meaning.SetPosition, meaning.Slots{"position": int(level)}, nil, []string{"cover", "valve"}, standard)
}

// movePosition opens or closes a cover a bit further than it is: húzd lejjebb, nyisd ki kicsit.
func (c *clause) movePosition() []draft {
	isFurther := c.has(cChange, "more") || c.has(cChange, "less") || c.hasStep()
	if !isFurther && !c.has(cChange, "slightly") {
		return nil
	}
	direction := c.direction("position", true)
	if direction == 0 {
		direction = map[string]int{"up": +1, "open": +1, "down": -1, "close": -1}[c.action]
	}
	if direction == 0 {
		return nil
	}
	change := &step{slot: "position", by: c.by(direction, 25), low: 0, high: 100, present: present("current_position", 1)}

	return c.set(meaning.SetPosition, meaning.Slots{"position": 50}, change, []string{"cover"}, nil)
}

func (c *clause) setSpeed() []draft {
	isClear := c.speaksOf("fan")
	if !isClear || c.isAbout("volume", "temperature", "position", "brightness") {
		return nil
	}
	if level, ok := c.percent(1); ok {
		return c.set(meaning.FanSetSpeed, meaning.Slots{"percentage": int(level)}, nil, []string{"fan"}, nil)
	}
	direction := c.direction("speed", true)
	if direction == 0 || c.action == "up" || c.action == "down" {
		return nil
	}
	change := &step{slot: "percentage", by: c.by(direction, 25), low: 1, high: 100, present: present("percentage", 1)}

	return c.set(meaning.FanSetSpeed, meaning.Slots{"percentage": 50}, change, []string{"fan"}, nil)
}

// setHumidity is about what moistens or dries the air.
func (c *clause) setHumidity() []draft {
	level, ok := c.percent(1)
	if !ok || !c.speaksOf("humidifier") && !c.isHumidityToBe() || c.isAbout("volume", "temperature", "position", "brightness", "speed") {
		return nil
	}

	return c.set(meaning.HumidifierSetpoint, meaning.Slots{"humidity": int(level)}, nil, []string{"humidifier"}, &kind{Domain: "humidifier"})
}

// isHumidityToBe reports whether the air is to be so moist: legyen negyven százalék a pára.
func (c *clause) isHumidityToBe() bool {
	about := c.classAbout()

	return about != nil && about.of.Classes[0] == "humidity" && (c.isToBe() || c.verb != nil) && len(c.quantities) > 0
}

// set makes the commands of an intent whose domain is understood.
func (c *clause) set(intent string, values meaning.Slots, change *step, domains []string, standard *kind) []draft {
	targets := c.targets(domains, standard)
	if isNought(values) {
		return draftsFor(meaning.TurnOff, nil, targets)
	}
	for _, t := range targets {
		if len(domains) == 1 {
			delete(t.slots, "domain")
		}
	}
	drafts := draftsFor(intent, values, targets)
	for i := range drafts {
		drafts[i].change = change
	}

	return drafts
}

// isNought reports whether what is set to such a value is off, or shut: a redőnyt nullára.
func isNought(values meaning.Slots) bool {
	for _, slot := range []string{"brightness", "position", "percentage"} {
		if values[slot] == 0 && len(values) == 1 {
			return true
		}
	}

	return false
}

// speaksOf reports whether the clause names a kind of device or an entity of the domains.
func (c *clause) speaksOf(domains ...string) bool {
	for _, sp := range c.spans {
		if sp == c.verb {
			continue
		}
		if c.isNamed(sp, domains) {
			return true
		}
		for _, l := range sp.lexemes {
			if l.class == cKind && slices.Contains(domains, l.of.Domain) {
				return true
			}
		}
	}

	return false
}

// isAbout reports whether the clause names one of the attributes and can mean nothing else by it.
func (c *clause) isAbout(attributes ...string) bool {
	for _, sp := range c.spans {
		if sp.is(cAttribute) && !sp.is(cKind|cEntity) && slices.Contains(attributes, sp.value(cAttribute)) {
			return true
		}
	}

	return false
}

// exact keeps whole numbers whole.
func exact(value float64) any {
	if value == float64(int(value)) {
		return int(value)
	}

	return value
}
