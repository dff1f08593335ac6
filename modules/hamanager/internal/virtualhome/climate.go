package virtualhome

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Feature bits of climate.
const (
	climateTemperature, climateRange, climateHumidity  = 1, 2, 4
	climateFanMode, climatePresetMode, climateSwing    = 8, 16, 32
	climateTurnOff, climateTurnOn, climateSwingSideway = 128, 256, 512
)

func climateServices() map[string]service {
	hvacMode := oneOfEnum("HVACMode", "off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only")
	temperature := schema{
		fields: []field{
			may("temperature", anyNumber), may("target_temp_high", anyNumber), may("target_temp_low", anyNumber),
			may("hvac_mode", hvacMode),
		},
		atLeastOne: []string{"temperature", "target_temp_high", "target_temp_low"},
	}
	mode := func(key string, bit int, list, name string) service {
		return service{fields: fieldsOf(must(key, looseText)), needs: []int{bit}, run: setClimateMode(key, list, name)}
	}

	return map[string]service{
		"turn_on":                   {needs: []int{climateTurnOn}, run: turnOnClimate},
		"turn_off":                  {needs: []int{climateTurnOff}, run: turnOffClimate},
		"toggle":                    {needs: []int{climateTurnOff | climateTurnOn}, run: toggleClimate},
		"set_hvac_mode":             {fields: fieldsOf(must("hvac_mode", hvacMode)), run: setHVACMode},
		"set_temperature":           {fields: temperature, needs: []int{climateTemperature, climateRange}, run: setTemperature},
		"set_humidity":              {fields: fieldsOf(must("humidity", wholeNumber)), needs: []int{climateHumidity}, run: setClimateHumidity},
		"set_preset_mode":           mode("preset_mode", climatePresetMode, "preset_modes", "Preset"),
		"set_fan_mode":              mode("fan_mode", climateFanMode, "fan_modes", "Fan"),
		"set_swing_mode":            mode("swing_mode", climateSwing, "swing_modes", "Swing"),
		"set_swing_horizontal_mode": mode("swing_horizontal_mode", climateSwingSideway, "swing_horizontal_modes", "Horizontal swing"),
	}
}

func anyNumber(v any) (any, error)   { return asFloat(v) }
func wholeNumber(v any) (any, error) { return asInt(v) }

// oneOfEnum is oneOf with the words that Home Assistant has for its enumerations.
func oneOfEnum(name string, words ...string) check {
	return func(v any) (any, error) {
		if s, ok := v.(string); ok && slices.Contains(words, s) {
			return s, nil
		}

		return nil, invalidf("expected %s or one of '%s'", name, strings.Join(words, "', '"))
	}
}

func setHVACMode(c *call, e *entity) error {
	mode := c.text("hvac_mode")
	rememberMode(e)
	c.set(e, mode, e.state.Attrs)

	return nil
}

// rememberMode keeps the mode to which turn_on goes back.
func rememberMode(e *entity) {
	if e.state.Value != "off" {
		e.memory = e.memory.with("_mode", e.state.Value)
	}
}

func turnOffClimate(c *call, e *entity) error {
	rememberMode(e)
	c.setValue(e, "off")

	return nil
}

func turnOnClimate(c *call, e *entity) error {
	if e.state.Value != "off" {
		return nil
	}
	modes := e.state.Attrs.texts("hvac_modes")
	for _, mode := range []string{e.memory.text("_mode"), "heat_cool", "heat", "cool", "auto"} {
		if mode != "" && slices.Contains(modes, mode) {
			c.setValue(e, mode)

			return nil
		}
	}

	return nil
}

func toggleClimate(c *call, e *entity) error {
	if e.state.Value == "off" {
		return turnOnClimate(c, e)
	}

	return turnOffClimate(c, e)
}

func setTemperature(c *call, e *entity) error {
	attrs, has := e.state.Attrs, e.state.Attrs.features()
	if c.has("temperature") && has&climateTemperature == 0 {
		return errValidation("climate", "missing_target_temperature_entity_feature",
			"Set temperature action was used with the target temperature parameter but the entity does not support it", nil)
	}
	low, high := attrs.numberOr("min_temp", 7), attrs.numberOr("max_temp", 35)
	for _, key := range []string{"temperature", "target_temp_high", "target_temp_low"} {
		if !c.has(key) {
			continue
		}
		t := c.number(key)
		if t < low || t > high {
			return errValidation("climate", "temp_out_of_range",
				fmt.Sprintf("Provided temperature %s is not valid. Accepted range is %s to %s", pyFloat(t), plain(low), plain(high)),
				map[string]any{"check_temp": pyFloat(t), "min_temp": plain(low), "max_temp": plain(high)})
		}
		attrs = attrs.with(key, t)
	}
	value := e.state.Value
	if c.has("hvac_mode") {
		rememberMode(e)
		value = c.text("hvac_mode")
	}
	c.set(e, value, attrs)

	return nil
}

// pyFloat writes a float as Python does: always with a point.
func pyFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}

	return s
}

func setClimateHumidity(c *call, e *entity) error {
	humidity := c.integer("humidity")
	low, high := e.state.Attrs.numberOr("min_humidity", 30), e.state.Attrs.numberOr("max_humidity", 99)
	if float64(humidity) < low || float64(humidity) > high {
		return errValidation("climate", "humidity_out_of_range",
			fmt.Sprintf("Provided humidity %d is not valid. Accepted range is %s to %s", humidity, plain(low), plain(high)),
			map[string]any{"humidity": strconv.Itoa(humidity), "min_humidity": plain(low), "max_humidity": plain(high)})
	}
	c.setAttr(e, "humidity", humidity)

	return nil
}

func setClimateMode(key, list, name string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		mode, modes := c.text(key), e.state.Attrs.texts(list)
		if !slices.Contains(modes, mode) {
			all := strings.Join(modes, ", ")

			return errValidation("climate", "not_valid_"+key,
				fmt.Sprintf("%s mode %s is not valid. Valid %s modes are: %s", name, mode, strings.ToLower(name), all),
				map[string]any{"mode": mode, "modes": all})
		}
		c.setAttr(e, key, mode)

		return nil
	}
}

func waterHeaterServices() map[string]service {
	return map[string]service{
		"set_temperature": {
			fields: fieldsOf(must("temperature", anyNumber), may("operation_mode", looseText)), needs: []int{1}, run: heatWater,
		},
		"set_operation_mode": {fields: fieldsOf(must("operation_mode", looseText)), needs: []int{2}, run: setOperation},
		"set_away_mode": {fields: fieldsOf(must("away_mode", boolean)), needs: []int{4}, run: func(c *call, e *entity) error {
			c.setAttr(e, "away_mode", onOff(c.flag("away_mode")))

			return nil
		}},
		"turn_on":  {needs: []int{8}, run: setWater("eco")},
		"turn_off": {needs: []int{8}, run: setWater("off")},
	}
}

func heatWater(c *call, e *entity) error {
	t := c.number("temperature")
	low, high := e.state.Attrs.numberOr("min_temp", 30), e.state.Attrs.numberOr("max_temp", 80)
	if t < low || t > high {
		return invalidf("Provided temperature %s is not valid. Accepted range is %s to %s", pyFloat(t), plain(low), plain(high))
	}
	value := e.state.Value
	if c.has("operation_mode") {
		value = c.text("operation_mode")
	}
	c.set(e, value, e.state.Attrs.with("temperature", t))

	return nil
}

func setOperation(c *call, e *entity) error {
	mode, modes := c.text("operation_mode"), e.state.Attrs.texts("operation_list")
	if !slices.Contains(modes, mode) {
		return errValidation("water_heater", "not_valid_operation_mode",
			fmt.Sprintf("Operation mode %s is not valid for %s. The operation list is: %s", mode, e.id, strings.Join(modes, ", ")), nil)
	}
	c.set(e, mode, e.state.Attrs)

	return nil
}

func setWater(mode string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		c.setValue(e, mode)

		return nil
	}
}

func onOff(b bool) string {
	if b {
		return "on"
	}

	return "off"
}
