package virtualhome

import (
	"math"
	"slices"
)

// colorFields exclude one another.
const colorGroup = "Color descriptors"

func colorField(key string, c check) field { return field{key: key, check: c, group: colorGroup} }

func dimField(key string, c check) field { return field{key: key, check: c, group: "brightness"} }

func lightServices() map[string]service {
	on := fieldsOf(
		dimField("brightness", clamped(0, 255)), dimField("brightness_pct", number(0, 100)),
		dimField("brightness_step", integer(-255, 255)), dimField("brightness_step_pct", number(-100, 100)),
		colorField("rgb_color", numbersOf(3, 255)), colorField("rgbw_color", numbersOf(4, 255)),
		colorField("rgbww_color", numbersOf(5, 255)), colorField("hs_color", hueSaturation),
		colorField("xy_color", numbersOf(2, 1)), colorField("color_name", text),
		colorField("color_temp_kelvin", positive), colorField("kelvin", positive),
		colorField("color_temp", positive), colorField("white", anything),
		may("transition", transition), may("flash", oneOf("short", "long")), may("effect", looseText),
		may("profile", looseText),
	)
	off := fieldsOf(may("transition", transition), may("flash", oneOf("short", "long")))

	return map[string]service{
		"turn_on":  {fields: on, run: turnOnLight},
		"turn_off": {fields: off, run: turnOffLight},
		"toggle": {fields: on, run: func(c *call, e *entity) error {
			if e.state.Value == "on" {
				return turnOffLight(c, e)
			}

			return turnOnLight(c, e)
		}},
	}
}

func positive(v any) (any, error) {
	n, err := asInt(v)
	if err != nil {
		return nil, err
	}

	return n, within(float64(n), 0, math.MaxInt32)
}

func hueSaturation(v any) (any, error) {
	checked, err := numbersOf(2, 360)(v)
	if err != nil {
		return nil, err
	}
	if hs, ok := checked.([]float64); ok {
		return checked, within(hs[1], 0, 100)
	}

	return checked, nil
}

// colorModes are the modes in which a lamp shows a colour of its own.
//
//nolint:gochecknoglobals // a table
var colorModes = []string{"hs", "rgb", "xy", "rgbw", "rgbww"}

// lamp is what a light can do, and what it shows or would show when switched on.
type lamp struct {
	modes      []string
	brightness int
	mode       string
	hue, sat   float64
	kelvin     int
}

func lampOf(e *entity) lamp {
	shown := e.memory
	if e.state.Value == "on" {
		shown = e.state.Attrs
	}
	l := lamp{
		modes: e.state.Attrs.texts("supported_color_modes"), brightness: shown.integer("brightness"),
		mode: shown.text("color_mode"), kelvin: shown.integer("color_temp_kelvin"),
	}
	if l.brightness == 0 {
		l.brightness = 255
	}
	l.hue, l.sat = pairOf(shown.get("hs_color"))
	if !slices.Contains(l.modes, l.mode) {
		l.mode = l.firstMode()
	}

	return l
}

// pairOf reads two numbers from a list, however it was made.
func pairOf(v any) (a, b float64) {
	switch v := v.(type) {
	case []float64:
		if len(v) == 2 {
			return v[0], v[1]
		}
	case []any:
		if len(v) == 2 {
			a, _ = toFloat(v[0])
			b, _ = toFloat(v[1])
		}
	}

	return a, b
}

// firstMode is white where the lamp can do it.
func (l *lamp) firstMode() string {
	if l.canWhite() || len(l.modes) == 0 {
		return "color_temp"
	}

	return l.modes[0]
}

func (l *lamp) canWhite() bool { return slices.Contains(l.modes, "color_temp") }

// colorMode is the mode in which the lamp shows colours; empty when it cannot.
func (l *lamp) colorMode() string {
	for _, m := range l.modes {
		if slices.Contains(colorModes, m) {
			return m
		}
	}

	return ""
}

func (l *lamp) canDim() bool {
	return slices.ContainsFunc(l.modes, func(m string) bool { return m != "onoff" && m != stateUnknown })
}

func turnOnLight(c *call, e *entity) error {
	l := lampOf(e)
	isOn := e.state.Value == "on"
	if !l.dim(c, isOn) {
		return turnOffLight(c, e)
	}
	l.paint(c, e.state.Attrs)
	attrs := l.show(e.state.Attrs)
	if effects := attrs.texts("effect_list"); len(effects) > 0 {
		attrs = attrs.with("effect", effectOf(c, e, effects))
	}
	c.set(e, "on", attrs)

	return nil
}

// effectOf is the effect asked for, else the one that the lamp has or had.
func effectOf(c *call, e *entity, effects []string) string {
	for _, effect := range []string{c.text("effect"), e.state.Attrs.text("effect"), e.memory.text("effect")} {
		if effect != "" {
			return effect
		}
	}

	return effects[0]
}

// dim reports false where the brightness asked for is none.
func (l *lamp) dim(c *call, isOn bool) bool {
	now := 0
	if isOn {
		now = l.brightness
	}
	switch {
	case c.has("brightness"):
		l.brightness = c.integer("brightness")
	case c.has("brightness_pct"):
		l.brightness = percentOf255(c.number("brightness_pct"))
	case c.has("brightness_step") && l.canDim():
		l.brightness = now + c.integer("brightness_step")
	case c.has("brightness_step_pct") && l.canDim():
		l.brightness = now + percentOf255(c.number("brightness_step_pct"))
	case c.has("white"):
		if n, ok := c.data["white"].(bool); !ok || !n {
			l.brightness = c.integer("white")
		}
	}
	l.brightness = min(l.brightness, 255)

	return l.brightness > 0
}

func percentOf255(percent float64) int { return int(math.RoundToEven(255 * percent / 100)) }

// paint chooses colour or white. What the lamp cannot show it ignores, as Home Assistant
// does; a colour lamp imitates white, and a white lamp the nearest white of a colour.
func (l *lamp) paint(c *call, attrs attributes) {
	switch {
	case c.has("white") && slices.Contains(l.modes, "white"):
		l.mode = "white"

		return
	case c.has("color_temp_kelvin"):
		l.warm(float64(c.integer("color_temp_kelvin")))
	case c.has("kelvin"):
		l.warm(float64(c.integer("kelvin")))
	case c.has("color_temp"):
		l.warm(float64(mired(c.number("color_temp"))))
	default:
		if hue, sat, ok := colorOf(c); ok {
			l.tint(hue, sat, attrs)
		}
	}
}

func (l *lamp) warm(kelvin float64) {
	if l.canWhite() {
		l.mode, l.kelvin = "color_temp", int(kelvin)

		return
	}
	if mode := l.colorMode(); mode != "" {
		l.mode = mode
		l.hue, l.sat = kelvinToHS(kelvin)
	}
}

func (l *lamp) tint(hue, sat float64, attrs attributes) {
	if mode := l.colorMode(); mode != "" {
		l.mode, l.hue, l.sat = mode, hue, sat

		return
	}
	if l.canWhite() {
		xy := rgbToXY(hsToRGB(hue, sat))
		n := (xy[0] - 0.3320) / (0.1858 - xy[1]) // McCamy's approximation
		kelvin := int(437*n*n*n + 3601*n*n + 6861*n + 5517)
		l.mode = "color_temp"
		l.kelvin = min(max(kelvin, attrs.integer("min_color_temp_kelvin")), attrs.integer("max_color_temp_kelvin"))
	}
}

// colorOf is the colour that a call asks for.
func colorOf(c *call) (hue, sat float64, ok bool) {
	for _, key := range []string{"rgb_color", "rgbw_color", "rgbww_color"} {
		if rgb, isRGB := c.data[key].([]float64); isRGB {
			hue, sat = rgbToHS(rgb[0], rgb[1], rgb[2])

			return hue, sat, true
		}
	}
	if c.has("hs_color") {
		hue, sat = pairOf(c.data["hs_color"])

		return hue, sat, true
	}
	if c.has("xy_color") {
		rgb := xyToRGB(pairOf(c.data["xy_color"]))
		hue, sat = rgbToHS(float64(rgb[0]), float64(rgb[1]), float64(rgb[2]))

		return hue, sat, true
	}
	if !c.has("color_name") {
		return 0, 0, false
	}
	rgb, known := colorNames[normalName(c.text("color_name"))]
	if !known {
		rgb = 0xffffff // Home Assistant logs a warning and takes white
	}
	hue, sat = rgbToHS(float64(rgb>>16), float64(rgb>>8&255), float64(rgb&255))

	return hue, sat, true
}

// show writes what a lamp that is on shows.
func (l *lamp) show(a attributes) attributes {
	a = a.with("color_mode", l.mode)
	if l.canDim() {
		a = a.with("brightness", l.brightness)
	}
	isWhite := l.mode == "color_temp"
	hue, sat := l.hue, l.sat
	if l.canWhite() {
		if l.kelvin == 0 {
			l.kelvin = 2631
		}
		a = showIf(a, isWhite, "color_temp_kelvin", l.kelvin)
		a = showIf(a, isWhite, "color_temp", mired(float64(l.kelvin)))
		if isWhite {
			hue, sat = kelvinToHS(float64(l.kelvin))
		}
	}
	if l.canWhite() || l.colorMode() != "" {
		rgb := hsToRGB(hue, sat)
		xy := rgbToXY(rgb)
		isColor := l.mode != "white"
		a = showIf(a, isColor, "hs_color", []any{hue, sat})
		a = showIf(a, isColor, "rgb_color", []any{rgb[0], rgb[1], rgb[2]})
		a = showIf(a, isColor, "xy_color", []any{xy[0], xy[1]})
	}

	return a
}

// lightKeys are what only a lamp that is on shows.
//
//nolint:gochecknoglobals // a table
var lightKeys = []string{
	"effect", "color_mode", "brightness", "color_temp_kelvin", "color_temp", "hs_color", "rgb_color", "xy_color",
}

func turnOffLight(c *call, e *entity) error {
	if e.state.Value == "on" {
		for _, key := range lightKeys {
			if v := e.state.Attrs.get(key); v != nil {
				e.memory = e.memory.with(key, v)
			}
		}
	}
	c.set(e, "off", hideKeys(e.state.Attrs, lightKeys))

	return nil
}

// lightAttributes brings a described lamp into the form in which Home Assistant shows it.
func lightAttributes(e *entity) {
	shown := *e.state
	shown.Attrs = describedColor(shown.Attrs)
	if shown.Value != "on" {
		e.memory = keep(shown.Attrs, lightKeys)
	}
	e.state = &shown
	l := lampOf(e)
	shown.Attrs = l.show(shown.Attrs)
	if shown.Value != "on" {
		shown.Attrs = hideKeys(shown.Attrs, lightKeys)
	}
}

// describedColor adds the mode and the other forms of the colour that a file gives.
func describedColor(a attributes) attributes {
	if k := a.integer("max_color_temp_kelvin"); k > 0 {
		a = a.with("min_mireds", mired(float64(k)))
		a = a.with("max_mireds", mired(a.numberOr("min_color_temp_kelvin", 2000)))
	}
	if rgb, ok := a.get("rgb_color").([]any); ok && len(rgb) == 3 && a.get("hs_color") == nil {
		r, _ := toFloat(rgb[0])
		g, _ := toFloat(rgb[1])
		b, _ := toFloat(rgb[2])
		hue, sat := rgbToHS(r, g, b)
		a = a.with("hs_color", []any{hue, sat})
	}
	if a.get("color_mode") != nil {
		return a
	}
	if a.get("hs_color") != nil {
		l := lamp{modes: a.texts("supported_color_modes")}

		return a.with("color_mode", l.colorMode())
	}
	if a.get("color_temp_kelvin") != nil {
		return a.with("color_mode", "color_temp")
	}

	return a
}
