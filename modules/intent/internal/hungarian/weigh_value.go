package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// withValue is a wish of which a value tells more: that a ventilator goes at twenty per cent is how fast, and
// not only that it goes.
func (c *clause) withValue(w weighed) weighed {
	switch {
	case w.Topic == "light" && slices.Contains([]string{"on", "set", "white"}, w.Action) && c.color() != nil && c.classes&cWhite == 0:
		w.Action = "color"
	case w.Topic == "climate" && c.saysHowMuch(w.Action, "degree"):
		w.Action = "set"
	case slices.Contains([]string{"light", "fan", "humidifier", "media", "cover"}, w.Topic) && c.saysHowMuch(w.Action, "percent"):
		w.Action = "set"
	}

	return w
}

// saysHowMuch reports whether an amount says to what end an action is meant.
func (c *clause) saysHowMuch(action, unit string) bool {
	isChange := action == "more" || action == "less"
	if !isChange && !slices.Contains([]string{"on", "open", "close", "min", "max"}, action) {
		return false
	}

	return slices.ContainsFunc(c.quantities, func(q quantity) bool {
		isTo := q.ending.Case == morphology.Sublative || q.ending.Case == morphology.Superessive

		return isTo && (q.unit == unit || q.unit == "") || q.unit == unit && !isChange
	})
}

// makeSetting sets or changes a value.
func (c *clause) makeSetting(w weighed) []draft {
	switch w.Topic {
	case "light":
		return c.makeLightSetting(w.Action)
	case "climate":
		return c.makeTemperature(w.Action)
	case "media":
		return c.makeVolume(w.Action)
	default:
		return c.makeLevel(w)
	}
}

func (c *clause) makeLightSetting(action string) []draft {
	var change *step
	values := meaning.Slots{}
	switch action {
	case "max":
		values["brightness"] = 100
	case "min":
		values["brightness"] = 1
	case "more", "less":
		values["brightness"], change = 50, c.brighter(signOf(action)) // stands in until the lamps are known
	case "set":
		if level, ok := c.percent(1); ok {
			values["brightness"] = int(level)
		}
	default:
		c.addColor(values)
		change = c.setWarmth(values)
	}
	if len(values) == 0 {
		return nil
	}

	return c.set(meaning.LightSet, values, change, []string{"light"}, &kind{Domain: "light"})
}

// addColor adds the colour or the shade of white that is said. An orange that somebody wants (narancsot kérek) is none.
func (c *clause) addColor(values meaning.Slots) {
	if kelvin, ok := c.kelvin(); ok {
		values["temperature"] = kelvin
	} else if sp := c.color(); sp != nil && (sp.suffix.Case != morphology.Accusative || c.speaksOf("light") || c.has(cAttribute, "color")) {
		values["color"] = sp.value(cColor)
	}
	if len(values) > 0 {
		c.addBrightness(values)
	}
}

// addBrightness adds how bright a colour is to be, where that was said.
func (c *clause) addBrightness(values meaning.Slots) {
	if level, ok := c.saidPercent(); ok && slices.ContainsFunc(c.quantities, func(q quantity) bool { return q.unit == "percent" }) {
		values["brightness"] = int(level)
	}
}

// makeTemperature takes a high number for the temperature itself, whatever is asked for.
func (c *clause) makeTemperature(action string) []draft {
	const lowest = 10
	values, change := meaning.Slots{}, (*step)(nil)
	degrees, isSaid := c.degrees(true)
	switch {
	case isSaid && (action == "set" || degrees > lowest):
		values["temperature"] = exact(degrees)
	case signOf(action) != 0:
		change = c.warmer(signOf(action))
	default:
		return nil
	}

	return c.set(meaning.ClimateSet, values, change, []string{"climate"}, &kind{Domain: "climate"})
}

func (c *clause) makeVolume(action string) []draft {
	if signOf(action) != 0 {
		return c.turnVolume(signOf(action))
	}
	level, ok := c.percent(1)
	if !ok {
		return nil
	}

	return c.play(meaning.SetVolume, meaning.Slots{"volume_level": int(level)})
}

// makeLevel sets or changes how far, how fast or how moist something is.
func (c *clause) makeLevel(w weighed) []draft {
	intent, slot, attribute, least := meaning.SetPosition, "position", "current_position", 0.0
	switch w.Topic {
	case "fan":
		intent, slot, attribute, least = meaning.FanSetSpeed, "percentage", "percentage", 1
	case "humidifier":
		intent, slot, attribute, least = meaning.HumidifierSetpoint, "humidity", "humidity", 1
	}
	var standard *kind
	if c.classes&(cArea|cEntity|cKind) != 0 {
		standard = &kind{Domain: w.Topic}
	}
	if direction := signOf(w.Action); direction != 0 {
		change := &step{slot: slot, by: c.by(direction, 25), low: least, high: 100, present: present(attribute, 1)}

		return c.set(intent, meaning.Slots{slot: 50}, change, []string{w.Topic}, standard)
	}
	level, ok := c.percent(least)
	if !ok {
		return nil
	}

	return c.set(intent, meaning.Slots{slot: int(level)}, nil, []string{w.Topic}, standard)
}
