package virtualhome

import "slices"

func lockServices() map[string]service {
	code := fieldsOf(may("code", looseText))

	return map[string]service{
		"lock":   {fields: code, run: switchTo("locked")},
		"unlock": {fields: code, run: switchTo("unlocked")},
		"open":   {fields: code, needs: []int{1}, run: switchTo("open")},
	}
}

// alarmServices take any code: a simulated house has nothing to steal. Where the panel
// says that arming needs one, none is not enough.
func alarmServices() map[string]service {
	code := fieldsOf(may("code", looseText))
	arm := func(value string, bit int) service {
		return service{fields: code, needs: []int{bit}, run: func(c *call, e *entity) error {
			if needed, _ := e.state.Attrs.get("code_arm_required").(bool); needed && c.text("code") == "" {
				return errValidation("alarm_control_panel", "code_arm_required",
					"Arming requires a code but none was given for "+e.id, map[string]any{"entity_id": e.id})
			}
			c.setValue(e, value)

			return nil
		}}
	}

	return map[string]service{
		"alarm_disarm":            {fields: code, run: switchTo("disarmed")},
		"alarm_arm_home":          arm("armed_home", 1),
		"alarm_arm_away":          arm("armed_away", 2),
		"alarm_arm_night":         arm("armed_night", 4),
		"alarm_trigger":           {fields: code, needs: []int{8}, run: switchTo("triggered")},
		"alarm_arm_custom_bypass": arm("armed_custom_bypass", 16),
		"alarm_arm_vacation":      arm("armed_vacation", 32),
	}
}

func sirenServices() map[string]service {
	on := fieldsOf(may("tone", looseText), may("duration", wholeNumber), may("volume_level", number(0, 1)))

	return map[string]service{
		"turn_on":  {fields: on, needs: []int{1}, run: soundSiren},
		"turn_off": {needs: []int{2}, run: switchTo("off")},
		"toggle":   {needs: []int{3}, run: toggleOnOff},
	}
}

func soundSiren(c *call, e *entity) error {
	if tones := e.state.Attrs.texts("available_tones"); c.has("tone") && !slices.Contains(tones, c.text("tone")) {
		return coded(codeUnknown, "Invalid tone specified for entity "+e.id+": "+c.text("tone")+
			", check the available_tones attribute for valid tones to pass in")
	}
	c.setValue(e, "on")

	return nil
}

func humidifierServices() map[string]service {
	all := onOffServices()
	all["set_humidity"] = service{fields: fieldsOf(must("humidity", integer(0, 100))), run: setHumidity}
	all["set_mode"] = service{
		fields: fieldsOf(must("mode", looseText)), needs: []int{1},
		run: func(c *call, e *entity) error {
			c.setAttr(e, "mode", c.text("mode"))

			return nil
		},
	}

	return all
}

func setHumidity(c *call, e *entity) error {
	humidity := c.integer("humidity")
	low, high := e.state.Attrs.numberOr("min_humidity", 0), e.state.Attrs.numberOr("max_humidity", 100)
	if float64(humidity) < low || float64(humidity) > high {
		return errValidation("humidifier", "humidity_out_of_range",
			"Provided humidity "+plain(float64(humidity))+" is not valid. Accepted range is "+plain(low)+" to "+plain(high),
			map[string]any{"humidity": plain(float64(humidity)), "min_humidity": plain(low), "max_humidity": plain(high)})
	}
	c.setAttr(e, "humidity", humidity)

	return nil
}
