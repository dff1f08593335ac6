package evaluation

import (
	"encoding/json"
	"math"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// sameDirection compares two values with the present one: both brighter, or both darker.
// A value without a present one is compared as it is.
func sameDirection(want, done effect, targets []*hamanagerapi.Entity) bool {
	for slot := range want.values {
		wanted, isNumber := want.values.Number(slot)
		got, ok := done.values.Number(slot)
		switch {
		case !isNumber:
			if want.values.Text(slot) != done.values.Text(slot) && !sameStep(want.values.Text(slot), got) {
				return false
			}
		case !ok:
			if !sameStep(done.values.Text(slot), wanted) {
				return false
			}
		default:
			present := presentValue(slot, targets)
			if slot == "volume_step" {
				present = 0
			}
			if math.Signbit(wanted-present) != math.Signbit(got-present) {
				return false
			}
		}
	}

	return true
}

// sameStep compares "up" and "down" with a number of steps.
func sameStep(word string, steps float64) bool {
	return word == "up" && steps > 0 || word == "down" && steps < 0
}

// presentValue is the mean of what the entities show for a slot now.
func presentValue(slot string, targets []*hamanagerapi.Entity) float64 {
	attribute, scale := slot, 1.0
	switch slot {
	case "brightness":
		scale = 100.0 / 255
	case "position":
		attribute = "current_position"
	case "volume_level":
		scale = 100
	}
	var sum, n float64
	for _, e := range targets {
		var attributes map[string]any
		if json.Unmarshal(e.State().Attributes, &attributes) != nil {
			continue
		}
		if value, ok := meaning.Slots(attributes).Number(attribute); ok {
			sum += value * scale
			n++
		}
	}
	if n == 0 {
		return 0
	}

	return sum / n
}
