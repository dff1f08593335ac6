package meaning

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// ability is something that not every entity of a domain can do.
type ability uint8

const (
	anyone ability = iota
	canSetPosition
	canStop
	canSetTemperature
	canSetSpeed
	canPause
	canPlay
	canSkip
	canGoBack
	canMute
	canSetVolume
	canDim
	canColor
	canTemperature
)

// capabilities are the attributes that tell what an entity can do; what is not said is nil.
type capabilities struct {
	Features   *int
	ColorModes []string
}

// has reports whether the entity can do it. An entity that does not say can.
func (a ability) has(e *hamanagerapi.Entity) bool {
	var c capabilities
	switch {
	case a == anyone:
		return true
	case a.isOfColor():
		readAttribute(e, "supported_color_modes", &c.ColorModes)
	default:
		c.Features = featuresOf(e)
	}

	return a.isOf(e.Domain, c)
}

// featuresOf are the flags of what an entity can do; nil where it does not say.
func featuresOf(e *hamanagerapi.Entity) *int {
	flags, err := strconv.Atoi(string(Attribute(e.State().Attributes, "supported_features")))
	if err != nil {
		return nil
	}

	return &flags
}

// readAttribute reads an attribute of an entity into a value. What cannot be read counts as not said: the home then has the
// last word.
func readAttribute(e *hamanagerapi.Entity, name string, into any) {
	if said := Attribute(e.State().Attributes, name); said != nil {
		_ = json.Unmarshal(said, into)
	}
}

// isOfColor reports whether a light's colour modes tell whether it can do it.
func (a ability) isOfColor() bool { return a == canDim || a == canColor || a == canTemperature }

// isOf is has, where the capabilities are known.
func (a ability) isOf(domain string, c capabilities) bool {
	if a == anyone {
		return true
	}
	if a.isOfColor() {
		return len(c.ColorModes) == 0 || a.fits(c.ColorModes)
	}

	return c.Features == nil || *c.Features&a.bit(domain) == a.bit(domain)
}

// Able tells what an entity can do. It has read the entity's attributes once.
type Able struct {
	domain       string
	capabilities capabilities
}

// AbleOf reads what an entity can do.
func AbleOf(e *hamanagerapi.Entity) Able {
	a := Able{domain: e.Domain, capabilities: capabilities{Features: featuresOf(e)}}
	readAttribute(e, "supported_color_modes", &a.capabilities.ColorModes)

	return a
}

// CanDo reports whether it is of a kind that an intent acts on, and has the abilities that the
// intent needs with these slots.
func (a Able) CanDo(intent string, s Slots) bool {
	b := binder{rule: ruleOf(intent), intent: intent}

	return b.rule.acts(a.domain) && !slices.ContainsFunc(b.needs(s), func(need ability) bool { return !need.isOf(a.domain, a.capabilities) })
}

// fits judges by a light's colour modes.
func (a ability) fits(modes []string) bool {
	return slices.ContainsFunc(modes, func(mode string) bool {
		switch a {
		case canDim:
			return mode != "onoff"
		case canColor:
			return mode == "hs" || mode == "xy" || strings.HasPrefix(mode, "rgb")
		default:
			return mode == "color_temp" || mode == "rgbww"
		}
	})
}

// bit is Home Assistant's flag of the ability in supported_features.
func (a ability) bit(domain string) int {
	switch a {
	case canSetPosition:
		return 4
	case canStop:
		return 8
	case canSetTemperature, canSetSpeed, canPause:
		return 1
	case canPlay:
		return 16384
	case canSkip:
		return 32
	case canGoBack:
		return 16
	case canMute:
		return 8
	case canSetVolume:
		if domain == "media_player" {
			return 4
		}

		return 0
	default:
		return 0
	}
}
