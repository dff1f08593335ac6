package intent

import (
	"encoding/json"
	"math"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// expectation is the state that shows that a service was carried out. The zero expectation
// is none: Home Assistant's own result suffices.
type expectation struct {
	isChecked bool
	values    []string // any of these; nil: any value at all
	except    []string // but none of these
	moving    []string // on the way there

	attribute string // and this attribute, where the entity has it, is near number
	number    float64
	tolerance float64
	step      float64 // the entity takes a value within a step of the number
	// isDetail: the attribute only refines the value, and is not what was asked for.
	isDetail bool
	rgb      []int
	mute     *bool
}

// progress is how far a state is from what was expected.
type progress uint8

const (
	notYet progress = iota
	moving
	reached
)

func is(values ...string) expectation { return expectation{isChecked: true, values: values} }

func isNot(values ...string) expectation { return expectation{isChecked: true, except: values} }

func muted(isMuted bool) expectation { return expectation{isChecked: true, mute: &isMuted} }

func (x expectation) via(values ...string) expectation {
	x.moving = values

	return x
}

func (x expectation) near(attribute string, number, tolerance float64) expectation {
	x.attribute, x.number, x.tolerance = attribute, number, tolerance

	return x
}

func (x expectation) inSteps(step float64) expectation {
	x.step = step

	return x
}

func (x expectation) detail() expectation {
	x.isDetail = true

	return x
}

func (x expectation) colored(rgb []int) expectation {
	x.rgb = rgb

	return x
}

// of judges a state.
func (x expectation) of(s *hamanagerapi.State) progress {
	switch {
	case s.Value == hamanagerapi.StateUnavailable || s.Value == hamanagerapi.StateUnknown && x.values != nil:
		return notYet
	case slices.Contains(x.moving, s.Value):
		return moving
	case x.values != nil && !slices.Contains(x.values, s.Value), slices.Contains(x.except, s.Value):
		return notYet
	case x.holds(s):
		return reached
	default:
		return notYet
	}
}

// holds judges the attributes. What the entity does not tell is not held against it, save
// where the attribute is all there is to see.
func (x expectation) holds(s *hamanagerapi.State) bool {
	if x.attribute == "" && x.rgb == nil && x.mute == nil {
		return true
	}
	a := attributesOf(s)
	if x.rgb != nil && a.RGB != nil && !isNearColor(a.RGB, x.rgb) {
		return false
	}
	if x.mute != nil && (a.IsMuted == nil || *a.IsMuted != *x.mute) {
		return false
	}

	return x.isNear(a)
}

func (x expectation) isNear(a attributes) bool {
	n, isTold := a.number(x.attribute)
	if !isTold {
		isAll := x.attribute != "" && x.values == nil && x.except == nil

		return !isAll
	}

	return math.Abs(n-x.number) <= max(x.tolerance, x.step)
}

// held reports whether a state shows that it was so before anything was asked. Unlike
// afterwards, what the entity does not tell proves nothing.
func (x expectation) held(s *hamanagerapi.State) bool {
	if !x.isChecked || x.of(s) != reached {
		return false
	}
	a := attributesOf(s)
	n, isTold := a.number(x.attribute)
	isSame := isTold && math.Abs(n-x.number) <= x.tolerance

	return (x.attribute == "" || isSame || x.isDetail) && (x.rgb == nil || a.RGB != nil)
}

// approaches reports whether to is nearer to the number than from: a slow dimmer, a heavy blind.
func (x expectation) approaches(from, to *hamanagerapi.State) bool {
	if x.attribute == "" || from == to {
		return false
	}
	before, hadBefore := attributesOf(from).number(x.attribute)
	after, hasAfter := attributesOf(to).number(x.attribute)

	return hadBefore && hasAfter && math.Abs(after-x.number) < math.Abs(before-x.number)
}

// attributes are those that tell whether a command was carried out.
type attributes struct {
	Brightness  *float64 `json:"brightness"`
	Kelvin      *float64 `json:"color_temp_kelvin"`
	RGB         []int    `json:"rgb_color"`
	Position    *float64 `json:"current_position"`
	Temperature *float64 `json:"temperature"`
	Percentage  *float64 `json:"percentage"`
	// PercentageStep is how far apart a fan's speeds are.
	PercentageStep float64  `json:"percentage_step"`
	Volume         *float64 `json:"volume_level"`
	IsMuted        *bool    `json:"is_volume_muted"`
}

func attributesOf(s *hamanagerapi.State) attributes {
	var a attributes
	// What cannot be read counts as not told; the rest is read all the same.
	_ = json.Unmarshal(s.Attributes, &a)

	return a
}

func (a attributes) number(name string) (float64, bool) {
	var n *float64
	switch name {
	case "brightness":
		n = a.Brightness
	case "color_temp_kelvin":
		n = a.Kelvin
	case "current_position":
		n = a.Position
	case "temperature":
		n = a.Temperature
	case "percentage":
		n = a.Percentage
	case "volume_level":
		n = a.Volume
	}
	if n == nil {
		return 0, false
	}

	return *n, true
}

// isNearColor compares hue and saturation: how bright a colour is, is the brightness's matter,
// and lamps round in colour spaces of their own.
func isNearColor(a, b []int) bool {
	const tolerance = 48
	if len(a) != len(b) {
		return false
	}
	brightestA, brightestB := max(1, slices.Max(a)), max(1, slices.Max(b))
	for i := range a {
		if d := a[i]*255/brightestA - b[i]*255/brightestB; d > tolerance || d < -tolerance {
			return false
		}
	}

	return true
}

// colorOf is the RGB value of a colour by its CSS name.
func colorOf(name string) ([]int, bool) {
	rgb, ok := map[string][]int{
		"white": {255, 255, 255}, "black": {0, 0, 0}, "red": {255, 0, 0}, "orange": {255, 165, 0},
		"yellow": {255, 255, 0}, "green": {0, 128, 0}, "blue": {0, 0, 255}, "purple": {128, 0, 128},
		"brown": {165, 42, 42}, "pink": {255, 192, 203}, "turquoise": {64, 224, 208}, "cyan": {0, 255, 255},
		"magenta": {255, 0, 255}, "violet": {238, 130, 238}, "lime": {0, 255, 0}, "gold": {255, 215, 0},
		"teal": {0, 128, 128}, "navy": {0, 0, 128}, "beige": {245, 245, 220}, "coral": {255, 127, 80},
		"indigo": {75, 0, 130}, "lavender": {230, 230, 250}, "salmon": {250, 128, 114}, "khaki": {240, 230, 140},
	}[name]

	return rgb, ok
}
