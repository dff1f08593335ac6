package hamanagertest

import (
	"maps"
	"math"

	"homehub/modules/hamanager/hamanagerapi"
)

// stateAfter is the state that a service leaves an entity in.
var stateAfter = map[string]string{
	"turn_on": "on", "turn_off": "off",
	"open_cover": "open", "close_cover": "closed", "open_valve": "open", "close_valve": "closed",
	"lock": "locked", "unlock": "unlocked",
	"media_play": "playing", "media_pause": "paused", "media_stop": "idle",
	"start": "cleaning", "return_to_base": "returning", "pause": "paused",
	"start_mowing": "mowing", "dock": "returning",
	"alarm_disarm": "disarmed", "alarm_arm_away": "armed_away", "alarm_arm_home": "armed_home",
}

// effect is what the call makes of the entity: its new state and the attributes that change.
func effect(call hamanagerapi.ServiceCall, entity *hamanagerapi.Entity) (string, map[string]any) {
	value := entity.State().Value
	attributes := maps.Clone(call.Data)
	if attributes == nil {
		attributes = map[string]any{}
	}

	if after, ok := stateAfter[call.Service]; ok {
		value = after
	}

	switch call.Service {
	case "turn_on":
		value = turnedOn(entity, attributes)
	case "toggle":
		value = map[string]string{"on": "off", "off": "on"}[value]
	case "set_cover_position", "set_valve_position":
		value = positioned(attributes)
	case "open_cover", "close_cover", "open_valve", "close_valve":
		attributes["current_position"] = map[string]int{"open": 100, "closed": 0}[value]
	case "set_hvac_mode":
		value, _ = attributes["hvac_mode"].(string)
	}

	return value, attributes
}

func turnedOn(entity *hamanagerapi.Entity, attributes map[string]any) string {
	if percent, ok := number(attributes["brightness_pct"]); ok {
		attributes["brightness"] = math.Round(percent * 255 / 100)
		delete(attributes, "brightness_pct")
	}

	switch entity.Domain {
	case "scene": // its state is the time of its last use, in Home Assistant's own words
		return "2025-04-04T12:00:00+00:00"
	case "script": // runs and is done
		return "off"
	case "climate":
		return "heat"
	}

	return "on"
}

func positioned(attributes map[string]any) string {
	position, _ := number(attributes["position"])
	delete(attributes, "position")
	attributes["current_position"] = position
	if position == 0 {
		return "closed"
	}

	return "open"
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}

	return 0, false
}
