package virtualhome

import "math"

// Colour arithmetic with the rounding of Home Assistant, so that a lamp shows the same
// numbers here and there.

func round(f float64, digits int) float64 {
	p := math.Pow(10, float64(digits))

	return math.RoundToEven(f*p) / p
}

// rgbToHS gives hue in degrees and saturation in per cent.
func rgbToHS(r, g, b float64) (hue, saturation float64) {
	r, g, b = r/255, g/255, b/255
	high, low := max(r, g, b), min(r, g, b)
	spread := high - low
	if spread == 0 {
		return 0, 0
	}
	switch high {
	case r:
		hue = (g - b) / spread
	case g:
		hue = 2 + (b-r)/spread
	default:
		hue = 4 + (r-g)/spread
	}
	hue = math.Mod(hue/6+1, 1)

	return round(hue*360, 3), round(spread/high*100, 3)
}

// hsToRGB is the fully bright colour of a hue and saturation.
func hsToRGB(hue, saturation float64) [3]int {
	s := saturation / 100
	sector := hue / 60
	i := math.Floor(sector)
	f := sector - i
	p, q, t := 1-s, 1-s*f, 1-s*(1-f)
	var r, g, b float64
	switch int(i) % 6 {
	case 0:
		r, g, b = 1, t, p
	case 1:
		r, g, b = q, 1, p
	case 2:
		r, g, b = p, 1, t
	case 3:
		r, g, b = p, q, 1
	case 4:
		r, g, b = t, p, 1
	default:
		r, g, b = 1, p, q
	}

	return [3]int{int(math.RoundToEven(r * 255)), int(math.RoundToEven(g * 255)), int(math.RoundToEven(b * 255))}
}

// rgbToXY gives the place in the CIE 1931 diagram.
func rgbToXY(rgb [3]int) [2]float64 {
	if rgb == [3]int{} {
		return [2]float64{}
	}
	linear := func(v int) float64 {
		c := float64(v) / 255
		if c > 0.04045 {
			return math.Pow((c+0.055)/(1+0.055), 2.4)
		}

		return c / 12.92
	}
	r, g, b := linear(rgb[0]), linear(rgb[1]), linear(rgb[2])
	x := r*0.664511 + g*0.154324 + b*0.162028
	y := r*0.283881 + g*0.668433 + b*0.047685
	z := r*0.000088 + g*0.072310 + b*0.986039

	return [2]float64{round(x/(x+y+z), 3), round(y/(x+y+z), 3)}
}

// xyToRGB is the fully bright colour of a place in the CIE 1931 diagram.
func xyToRGB(x, y float64) [3]int {
	if y == 0 {
		y = 0.00000000001
	}
	bigX, bigZ := x/y, (1-x-y)/y
	r := bigX*1.656492 - 0.354851 - bigZ*0.255038
	g := -bigX*0.707196 + 1.655397 + bigZ*0.036152
	b := bigX*0.051713 - 0.121364 + bigZ*1.011530
	shown := func(c float64) float64 {
		if c <= 0.0031308 {
			return 12.92 * c
		}

		return (1+0.055)*math.Pow(c, 1/2.4) - 0.055
	}
	r, g, b = max(0, shown(r)), max(0, shown(g)), max(0, shown(b))
	if top := max(r, g, b); top > 1 {
		r, g, b = r/top, g/top, b/top
	}

	return [3]int{int(r * 255), int(g * 255), int(b * 255)}
}

// kelvinToHS is the colour that a white of that temperature has, after Tanner Helland's
// fit of black-body colours.
func kelvinToHS(kelvin float64) (hue, saturation float64) {
	t := min(max(kelvin, 1000), 40000) / 100
	bound := func(v float64) float64 { return min(max(v, 0), 255) }
	red, blue := 255.0, 255.0
	var green float64
	if t > 66 {
		red = bound(329.698727446 * math.Pow(t-60, -0.1332047592))
		green = bound(288.1221695283 * math.Pow(t-60, -0.0755148492))
	} else {
		green = bound(99.4708025861*math.Log(t) - 161.1195681661)
	}
	switch {
	case t <= 19:
		blue = 0
	case t < 66:
		blue = bound(138.5177312231*math.Log(t-10) - 305.0447927307)
	}

	return rgbToHS(red, green, blue)
}

// mired converts between kelvin and mired, either way.
func mired(v float64) int {
	if v <= 0 {
		return 0
	}

	return int(1e6 / v)
}
