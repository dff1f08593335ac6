package intent

import (
	"math"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// aim is what a command makes of one of its targets: a service, and the state that shows
// that it was carried out.
type aim struct {
	domain, service string
	data            map[string]any
	want            expectation
}

// group is one service call of a command, with the targets that share it.
type group struct {
	aim     aim
	targets []int         // indices into the result's targets
	wants   []expectation // of each of them
}

// plan makes a command's service calls: its targets grouped by service and data, save those
// that have failed already. A target that no service fits fails as not supported.
func plan(r *result) []group {
	var groups []group
	for i := range r.targets {
		target := &r.targets[i]
		if target.status == meaning.StatusFailed {
			continue
		}
		a, ok := aimOf(r.command, target.entity)
		if !ok {
			target.fail(meaning.ReasonNotSupported)
			continue
		}

		at := slices.IndexFunc(groups, func(g group) bool { return g.aim.domain == a.domain && g.aim.service == a.service })
		if at < 0 {
			groups = append(groups, group{aim: a})
			at = len(groups) - 1
		}
		groups[at].targets = append(groups[at].targets, i)
		groups[at].wants = append(groups[at].wants, a.want)
	}

	return groups
}

// aimOf translates one intent for one entity. Within a command the data depends on the
// service alone, never on the entity, so that grouping by service is grouping by data.
func aimOf(c meaning.Command, e *hamanagerapi.Entity) (aim, bool) {
	switch c.Intent {
	case meaning.TurnOn, meaning.TurnOff, meaning.Toggle, meaning.StopMoving:
		return switchAim(c.Intent, e)
	case meaning.LightSet:
		return setLight(c.Slots)
	case meaning.SetPosition:
		return setPosition(c.Slots, e)
	case meaning.ClimateSet:
		return setTemperature(c.Slots)
	case meaning.FanSetSpeed:
		return setFan(c.Slots, e)
	case meaning.SetVolume:
		return setVolume(c.Slots)
	case meaning.SetVolumeRelative:
		return volumeStep(c.Slots)
	case meaning.ListAddItem, meaning.ShoppingAddItem:
		return aim{domain: "todo", service: "add_item", data: map[string]any{"item": c.Slots.Text("item")}}, true
	case meaning.ListCompleteItem:
		return aim{domain: "todo", service: "update_item", data: map[string]any{"item": c.Slots.Text("item"), "status": "completed"}}, true
	case meaning.ListRemoveItem:
		return aim{domain: "todo", service: "remove_item", data: map[string]any{"item": []string{c.Slots.Text("item")}}}, true
	default:
		return fixedAim(c.Intent)
	}
}

// switchAim is the aim of the intents whose service depends on the entity.
func switchAim(intent string, e *hamanagerapi.Entity) (aim, bool) {
	switch intent {
	case meaning.TurnOn:
		return turnOn(e)
	case meaning.TurnOff:
		return turnOff(e)
	case meaning.Toggle:
		return aim{domain: "homeassistant", service: "toggle", want: isNot(e.State().Value)}, true
	default:
		return aim{domain: e.Domain, service: "stop_" + e.Domain, want: isNot("opening", "closing")}, true
	}
}

// fixedAim is the aim of the intents whose slots only say which device.
func fixedAim(intent string) (aim, bool) {
	const player, mower = "media_player", "lawn_mower"
	switch intent {
	case meaning.VacuumStart:
		return aim{domain: "vacuum", service: "start", want: is("cleaning")}, true
	case meaning.VacuumReturn:
		return aim{domain: "vacuum", service: "return_to_base", want: is("docked").via("returning")}, true
	case meaning.LawnMowerStart:
		return aim{domain: mower, service: "start_mowing", want: is("mowing")}, true
	case meaning.LawnMowerDock:
		return aim{domain: mower, service: "dock", want: is("docked").via("returning")}, true
	case meaning.MediaPause:
		return aim{domain: player, service: "media_pause", want: is("paused", "idle", "standby", "off")}, true
	case meaning.MediaUnpause:
		return aim{domain: player, service: "media_play", want: is("playing").via("buffering")}, true
	case meaning.MediaNext:
		return aim{domain: player, service: "media_next_track"}, true
	case meaning.MediaPrevious:
		return aim{domain: player, service: "media_previous_track"}, true
	case meaning.MediaMute:
		return aim{domain: player, service: "volume_mute", data: map[string]any{"is_volume_muted": true}, want: muted(true)}, true
	case meaning.MediaUnmute:
		return aim{domain: player, service: "volume_mute", data: map[string]any{"is_volume_muted": false}, want: muted(false)}, true
	default:
		return aim{}, false
	}
}

func turnOn(e *hamanagerapi.Entity) (aim, bool) {
	a := aim{domain: e.Domain, service: "turn_on", want: is("on")}
	switch e.Domain {
	case "cover", "valve":
		a.service, a.want = "open_"+e.Domain, is("open").via("opening").near("current_position", 100, 0).detail()
	case "lock":
		a.service, a.want = "lock", is("locked").via("locking")
	case "button", "input_button":
		a.service, a.want = "press", expectation{}
	case "scene", "script":
		a.want = expectation{}
	case "climate", "water_heater":
		a.want = isNot("off")
	case "media_player":
		a.want = isNot("off", "standby")
	case "group":
		a.domain = "homeassistant" // groups have no service of their own
	}

	return a, e.Domain != "alarm_control_panel"
}

func turnOff(e *hamanagerapi.Entity) (aim, bool) {
	a := aim{domain: e.Domain, service: "turn_off", want: is("off")}
	switch e.Domain {
	case "cover", "valve":
		a.service, a.want = "close_"+e.Domain, is("closed").via("closing")
	case "lock":
		a.service, a.want = "unlock", is("unlocked", "open").via("unlocking", "opening")
	case "alarm_control_panel":
		a.service, a.want = "alarm_disarm", is("disarmed").via("disarming")
	case "media_player":
		a.want = is("off", "standby")
	case "group":
		a.domain = "homeassistant"
	case "scene", "button", "input_button":
		return aim{}, false
	}

	return a, true
}

// fullBrightness is Home Assistant's brightness attribute at 100 per cent.
const fullBrightness = 255

func setLight(s meaning.Slots) (aim, bool) {
	a := aim{domain: "light", service: "turn_on", data: map[string]any{}, want: is("on")}
	if n, ok := s.Number("brightness"); ok {
		a.data["brightness_pct"] = number(n)
		a.want = a.want.near("brightness", math.Round(n*fullBrightness/100), 3)
		if n == 0 {
			a.want = is("off") // Home Assistant turns a light of no brightness off
		}
	}
	if name := s.Text("color"); name != "" {
		rgb, ok := colorOf(name)
		if !ok {
			return aim{}, false
		}
		a.data["rgb_color"] = rgb
		a.want = a.want.colored(rgb)
	}
	if n, ok := s.Number("temperature"); ok {
		a.data["color_temp_kelvin"] = number(n)
		a.want = a.want.near("color_temp_kelvin", n, n/20) // lamps count in mireds, and round
	}

	return a, len(a.data) > 0
}

func setPosition(s meaning.Slots, e *hamanagerapi.Entity) (aim, bool) {
	n, ok := s.Number("position")
	a := aim{domain: e.Domain, service: "set_" + e.Domain + "_position", data: map[string]any{"position": number(n)}}
	a.want = expectation{isChecked: true}.via("opening", "closing").near("current_position", n, 1)

	return a, ok && (e.Domain == "cover" || e.Domain == "valve")
}

func setFan(s meaning.Slots, e *hamanagerapi.Entity) (aim, bool) {
	n, ok := s.Number("percentage")
	a := aim{domain: "fan", service: "turn_on", data: map[string]any{"percentage": number(n)}}
	a.want = is("on").near("percentage", n, 1).inSteps(attributesOf(e.State()).PercentageStep)
	if n == 0 {
		a.service, a.data, a.want = "turn_off", nil, is("off")
	}

	return a, ok
}

func setTemperature(s meaning.Slots) (aim, bool) {
	n, ok := s.Number("temperature")
	a := aim{domain: "climate", service: "set_temperature", data: map[string]any{"temperature": number(n)}}
	a.want = expectation{isChecked: true}.near("temperature", n, 0.01)

	return a, ok
}

func setVolume(s meaning.Slots) (aim, bool) {
	n, ok := s.Number("volume_level")
	a := aim{domain: "media_player", service: "volume_set", data: map[string]any{"volume_level": n / 100}}
	a.want = expectation{isChecked: true}.near("volume_level", n/100, 0.015)

	return a, ok
}

func volumeStep(s meaning.Slots) (aim, bool) {
	step := s.Text("volume_step")
	if n, ok := s.Number("volume_step"); ok {
		step = "up"
		if n < 0 {
			step = "down"
		}
	}
	if step != "up" && step != "down" {
		return aim{}, false
	}

	return aim{domain: "media_player", service: "volume_" + step}, true
}

// number makes whole numbers integers, as Home Assistant's schemas of per cents want them.
func number(n float64) any {
	if n == math.Trunc(n) {
		return int(n)
	}

	return n
}
