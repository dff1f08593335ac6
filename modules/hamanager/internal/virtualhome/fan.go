package virtualhome

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Feature bits of fans.
const fanSpeed, fanOscillate, fanDirection, fanPreset, fanOff, fanOn = 1, 2, 4, 8, 16, 32

func fanServices() map[string]service {
	percentage := integer(0, 100)
	step := fieldsOf(may("percentage_step", percentage))

	return map[string]service{
		"turn_on": {
			fields: fieldsOf(may("percentage", percentage), may("preset_mode", looseText)), needs: []int{fanOn}, run: turnOnFan,
		},
		"turn_off": {needs: []int{fanOff}, run: turnOffFan},
		"toggle": {needs: []int{fanOff, fanOn}, run: func(c *call, e *entity) error {
			if e.state.Value == "on" {
				return turnOffFan(c, e)
			}

			return turnOnFan(c, e)
		}},
		"set_percentage": {
			fields: fieldsOf(must("percentage", percentage)), needs: []int{fanSpeed},
			run: func(c *call, e *entity) error { return setFanSpeed(c, e, c.integer("percentage")) },
		},
		"increase_speed":  {fields: step, needs: []int{fanSpeed}, run: changeFanSpeed(1)},
		"decrease_speed":  {fields: step, needs: []int{fanSpeed}, run: changeFanSpeed(-1)},
		"set_preset_mode": {fields: fieldsOf(must("preset_mode", looseText)), needs: []int{fanSpeed, fanPreset}, run: setFanPreset},
		"oscillate": {
			fields: fieldsOf(must("oscillating", boolean)), needs: []int{fanOscillate},
			run: func(c *call, e *entity) error {
				c.setAttr(e, "oscillating", c.flag("oscillating"))

				return nil
			},
		},
		"set_direction": {
			fields: fieldsOf(may("direction", looseText)), needs: []int{fanDirection},
			run: func(c *call, e *entity) error {
				c.setAttr(e, "direction", c.text("direction"))

				return nil
			},
		},
	}
}

func turnOnFan(c *call, e *entity) error {
	if c.has("preset_mode") {
		return setFanPreset(c, e)
	}
	if e.state.Attrs.features()&fanSpeed == 0 {
		c.setValue(e, "on")

		return nil
	}
	percentage := e.memory.integer("percentage")
	switch {
	case c.has("percentage"):
		percentage = c.integer("percentage")
	case e.state.Value == "on":
		percentage = e.state.Attrs.integer("percentage")
	}
	if percentage == 0 && !c.has("percentage") {
		percentage = 67
	}

	return setFanSpeed(c, e, percentage)
}

func turnOffFan(c *call, e *entity) error {
	if e.state.Attrs.features()&fanSpeed == 0 {
		c.setValue(e, "off")

		return nil
	}

	return setFanSpeed(c, e, 0)
}

func setFanSpeed(c *call, e *entity, percentage int) error {
	if now := e.state.Attrs.integer("percentage"); now > 0 {
		e.memory = e.memory.with("percentage", now)
	}
	attrs := e.state.Attrs.with("percentage", percentage)
	if attrs.has("preset_mode") {
		attrs = attrs.with("preset_mode", nil)
	}
	c.set(e, onOff(percentage > 0), attrs)

	return nil
}

// changeFanSpeed goes one speed of the fan up or down, or as far as the call says.
func changeFanSpeed(sign int) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		now := e.state.Attrs.integer("percentage")
		if c.has("percentage_step") {
			return setFanSpeed(c, e, min(max(now+sign*c.integer("percentage_step"), 0), 100))
		}
		step := e.state.Attrs.numberOr("percentage_step", 1)
		speed := math.Ceil(float64(now)/step-1e-9) + float64(sign)

		return setFanSpeed(c, e, int(min(max(speed*step, 0), 100)))
	}
}

func setFanPreset(c *call, e *entity) error {
	mode, modes := c.text("preset_mode"), e.state.Attrs.texts("preset_modes")
	if !slices.Contains(modes, mode) {
		all := strings.Join(modes, ", ")

		return errValidation("fan", "not_valid_preset_mode",
			fmt.Sprintf("Preset mode %s is not valid, valid preset modes are: %s", mode, all),
			map[string]any{"preset_mode": mode, "preset_modes": all})
	}
	c.set(e, "on", e.state.Attrs.with("preset_mode", mode).with("percentage", nil))

	return nil
}
