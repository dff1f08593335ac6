package virtualhome

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// switchTo returns a service that gives an entity a state.
func switchTo(value string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		c.setValue(e, value)

		return nil
	}
}

func toggleOnOff(c *call, e *entity) error {
	c.setValue(e, onOff(e.state.Value != "on"))

	return nil
}

// onOffServices are those of everything that is only on or off.
func onOffServices() map[string]service {
	return map[string]service{
		"turn_on": {run: switchTo("on")}, "turn_off": {run: switchTo("off")}, "toggle": {run: toggleOnOff},
	}
}

// helperServices are the domains of few words.
func helperServices() map[string]map[string]service {
	press := map[string]service{"press": {run: press}}

	return map[string]map[string]service{
		"switch": onOffServices(), "input_boolean": onOffServices(), "automation": onOffServices(),
		"button": press, "input_button": press,
		"number":       {"set_value": {fields: fieldsOf(must("value", anyNumber)), run: setNumber}},
		"input_number": inputNumberServices(),
		"select":       selectServices("select"), "input_select": selectServices("input_select"),
		"text":       {"set_value": {fields: fieldsOf(must("value", looseText)), run: setText}},
		"input_text": {"set_value": {fields: fieldsOf(must("value", looseText)), run: setText}},
		"counter": {
			"increment": {run: count(1)}, "decrement": {run: count(-1)},
			"reset": {run: switchTo("0")},
		},
	}
}

// press shows when a button was last pressed.
func press(c *call, e *entity) error {
	c.setValue(e, isoTime(c.home.stamp()))

	return nil
}

func setNumber(c *call, e *entity) error {
	value := c.number("value")
	low, high := e.state.Attrs.numberOr("min", 0), e.state.Attrs.numberOr("max", 100)
	if value < low || value > high {
		return errValidation("number", "out_of_range",
			fmt.Sprintf("Value %s for %s is outside valid range %s - %s", pyFloat(value), e.id, pyFloat(low), pyFloat(high)),
			map[string]any{"value": value, "entity_id": e.id, "min_value": pyFloat(low), "max_value": pyFloat(high)})
	}
	c.setValue(e, pyFloat(value))

	return nil
}

func inputNumberServices() map[string]service {
	step := func(sign float64) func(*call, *entity) error {
		return func(c *call, e *entity) error {
			now, _ := strconv.ParseFloat(e.state.Value, 64)

			return setInputNumber(c, e, now+sign*e.state.Attrs.numberOr("step", 1), true)
		}
	}

	return map[string]service{
		"set_value": {fields: fieldsOf(must("value", anyNumber)), run: func(c *call, e *entity) error {
			return setInputNumber(c, e, c.number("value"), false)
		}},
		"increment": {run: step(1)},
		"decrement": {run: step(-1)},
	}
}

func setInputNumber(c *call, e *entity, value float64, bound bool) error {
	low, high := e.state.Attrs.numberOr("min", 0), e.state.Attrs.numberOr("max", 100)
	if bound {
		value = min(max(value, low), high)
	}
	if value < low || value > high {
		return invalidf("Invalid value for %s: %s (range %s - %s)", e.id, pyFloat(value), pyFloat(low), pyFloat(high))
	}
	c.setValue(e, pyFloat(value))

	return nil
}

func selectServices(domain string) map[string]service {
	step := func(by int) func(*call, *entity) error {
		return func(c *call, e *entity) error {
			options := e.state.Attrs.texts("options")
			if len(options) == 0 {
				return nil
			}
			i := slices.Index(options, e.state.Value) + by
			c.setValue(e, options[(i+len(options))%len(options)])

			return nil
		}
	}
	edge := func(last bool) func(*call, *entity) error {
		return func(c *call, e *entity) error {
			options := e.state.Attrs.texts("options")
			if len(options) == 0 {
				return nil
			}
			c.setValue(e, options[map[bool]int{false: 0, true: len(options) - 1}[last]])

			return nil
		}
	}
	cycle := fieldsOf(may("cycle", boolean))

	return map[string]service{
		"select_option":   {fields: fieldsOf(must("option", looseText)), run: selectOption(domain)},
		"select_next":     {fields: cycle, run: step(1)},
		"select_previous": {fields: cycle, run: step(-1)},
		"select_first":    {run: edge(false)},
		"select_last":     {run: edge(true)},
	}
}

func selectOption(domain string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		option, options := c.text("option"), e.state.Attrs.texts("options")
		if slices.Contains(options, option) {
			c.setValue(e, option)

			return nil
		}
		all := strings.Join(options, ", ")
		if domain == "input_select" {
			return coded(codeHomeAssistant, fmt.Sprintf("Invalid option: %s (possible options: %s)", option, all))
		}

		return errValidation(domain, "not_valid_option",
			fmt.Sprintf("Option %s is not valid for entity %s, valid options are: %s", option, e.id, all),
			map[string]any{"entity_id": e.id, "option": option, "options": all})
	}
}

func setText(c *call, e *entity) error {
	value := c.text("value")
	if n := float64(len([]rune(value))); n < e.state.Attrs.numberOr("min", 0) || n > e.state.Attrs.numberOr("max", 100) {
		return invalidf("Invalid value for %s: %s (length range %s - %s)", e.id, value,
			plain(e.state.Attrs.numberOr("min", 0)), plain(e.state.Attrs.numberOr("max", 100)))
	}
	c.setValue(e, value)

	return nil
}

func count(by int) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		n, _ := strconv.Atoi(e.state.Value)
		c.setValue(e, strconv.Itoa(n+by))

		return nil
	}
}

// genericServices are homeassistant.turn_on and its like: they pass the call on to the
// domain of each entity that has such a service.
func genericServices() map[string]service {
	forward := func(name string) service {
		return service{all: func(c *call) error {
			var first error
			entities := c.home.resolveTarget("homeassistant", c.target)
			slices.SortFunc(entities, func(a, b *entity) int { return strings.Compare(a.id, b.id) })
			for _, e := range entities {
				if _, ok := c.home.findService(e.domain, name); !ok || e.domain == "homeassistant" {
					continue
				}
				if err := c.again(e.domain, name, map[string]any{"entity_id": e.id}); err != nil && first == nil {
					first = err
				}
			}

			return first
		}}
	}
	nothing := service{all: func(*call) error { return nil }}

	return map[string]service{
		"turn_on": forward("turn_on"), "turn_off": forward("turn_off"), "toggle": forward("toggle"),
		"update_entity": nothing, "check_config": nothing, "save_persistent_states": nothing,
		"reload_core_config": nothing, "reload_all": nothing,
	}
}
