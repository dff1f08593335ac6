package virtualhome

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/fixture"
)

// perform calls a service on a home directly.
func perform(tb testing.TB, h *Home, action string, data map[string]any) (map[string]any, error) {
	tb.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	domain, name := domainOf(action), action[len(domainOf(action))+1:]
	answer := false
	if s, ok := h.findService(domain, name); ok {
		answer = s.responds == onlyResponds
	}

	return h.callService(serviceCall{domain: domain, name: name, data: data, by: h.newContext("u"), wantsResponse: answer})
}

func stateOf(tb testing.TB, h *Home, id string) *state {
	tb.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.entityOf(id)
	require.NotNil(tb, e, id)

	return e.state
}

func TestServices(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	cases := []struct {
		name, action, entity string
		data                 m
		state                string
		attributes           m
		code                 string
	}{
		{name: "light on", action: "light.turn_on", entity: "light.konyha", state: "on", attributes: m{"brightness": 255, "color_mode": "brightness"}},
		{name: "half bright", action: "light.turn_on", entity: "light.konyha", data: m{"brightness_pct": 50}, state: "on", attributes: m{"brightness": 128}},
		{name: "too bright is bounded", action: "light.turn_on", entity: "light.konyha", data: m{"brightness": 999}, state: "on", attributes: m{"brightness": 255}},
		{name: "too many per cent", action: "light.turn_on", entity: "light.konyha", data: m{"brightness_pct": 101}, state: "off", code: codeInvalidFormat},
		{name: "no brightness is off", action: "light.turn_on", entity: "light.eloszoba", data: m{"brightness": 0}, state: "off"},
		{name: "a lamp that cannot be dimmed", action: "light.turn_on", entity: "light.kamra", data: m{"brightness_step": -9}, state: "on", attributes: m{"brightness": nil, "color_mode": "onoff"}},
		{name: "dimmed to nothing", action: "light.turn_on", entity: "light.nappali_ledszalag", data: m{"brightness_step": -200}, state: "off", attributes: m{"brightness": nil, "hs_color": nil}},
		{name: "a colour", action: "light.turn_on", entity: "light.nappali_allolampa", data: m{"color_name": "red"}, state: "on", attributes: m{"color_mode": "hs", "rgb_color": []any{255, 0, 0}}},
		{name: "a white", action: "light.turn_on", entity: "light.nappali_allolampa", data: m{"color_temp_kelvin": 3000}, state: "on", attributes: m{"color_mode": "color_temp", "color_temp_kelvin": 3000, "color_temp": 333}},
		{name: "a white imitated", action: "light.turn_on", entity: "light.ejszakai_feny", data: m{"color_temp_kelvin": 3000}, state: "on", attributes: m{"color_mode": "hs", "hs_color": []any{27.825, 56.895}}},
		{name: "a colour it cannot show", action: "light.turn_on", entity: "light.konyha", data: m{"rgb_color": []any{255, 0, 0}}, state: "on", attributes: m{"rgb_color": nil}},
		{name: "nearest white of a colour", action: "light.turn_on", entity: "light.etkezo", data: m{"color_name": "blue"}, state: "on", attributes: m{"color_mode": "color_temp"}},
		{name: "light off", action: "light.turn_off", entity: "light.folyoso", state: "off"},
		{name: "light toggled", action: "light.toggle", entity: "light.folyoso", state: "off"},
		{name: "unknown key", action: "light.turn_on", entity: "light.konyha", data: m{"x": 1}, state: "off", code: codeInvalidFormat},
		{name: "unknown service", action: "light.explode", entity: "light.konyha", state: "off", code: codeNotFound},
		{name: "service of a domain that is not there", action: "camera.snapshot", entity: "light.konyha", state: "off", code: codeNotFound},
		{name: "of another domain", action: "switch.turn_on", entity: "light.konyha", state: "off"},
		{name: "switch", action: "switch.turn_on", entity: "switch.kavefozo", state: "on"},
		{name: "any domain", action: "homeassistant.turn_on", entity: "switch.kavefozo", state: "on"},
		{name: "any domain toggled", action: "homeassistant.toggle", entity: "light.folyoso", state: "off"},
		{name: "lock", action: "lock.unlock", entity: "lock.bejarati_ajto", state: "unlocked"},
		{name: "lock that cannot open", action: "lock.open", entity: "lock.bejarati_ajto", state: "locked", code: codeValidation},
		{name: "temperature", action: "climate.set_temperature", entity: "climate.termosztat", data: m{"temperature": 23}, state: "heat", attributes: m{"temperature": 23.0}},
		{name: "too warm", action: "climate.set_temperature", entity: "climate.termosztat", data: m{"temperature": 99}, state: "heat", code: codeValidation},
		{name: "no temperature", action: "climate.set_temperature", entity: "climate.termosztat", state: "heat", code: codeInvalidFormat},
		{name: "heating off", action: "climate.turn_off", entity: "climate.termosztat", state: "off"},
		{name: "cooling", action: "climate.set_hvac_mode", entity: "climate.klima", data: m{"hvac_mode": "cool"}, state: "cool"},
		{name: "mode unknown", action: "climate.set_hvac_mode", entity: "climate.klima", data: m{"hvac_mode": "x"}, state: "off", code: codeInvalidFormat},
		{name: "preset", action: "climate.set_preset_mode", entity: "climate.termosztat", data: m{"preset_mode": "eco"}, state: "heat", attributes: m{"preset_mode": "eco"}},
		{name: "preset unknown", action: "climate.set_preset_mode", entity: "climate.termosztat", data: m{"preset_mode": "x"}, state: "heat", code: codeValidation},
		{name: "fan mode", action: "climate.set_fan_mode", entity: "climate.klima", data: m{"fan_mode": "low"}, state: "off", attributes: m{"fan_mode": "low"}},
		{name: "fan", action: "fan.turn_on", entity: "fan.nappali", state: "on", attributes: m{"percentage": 67}},
		{name: "fan speed", action: "fan.set_percentage", entity: "fan.nappali", data: m{"percentage": 30}, state: "on", attributes: m{"percentage": 30}},
		{name: "fan faster", action: "fan.increase_speed", entity: "fan.paraelszivo", state: "on", attributes: m{"percentage": 33}},
		{name: "fan swings", action: "fan.oscillate", entity: "fan.nappali", data: m{"oscillating": true}, state: "off", attributes: m{"oscillating": true}},
		{name: "fan without presets", action: "fan.set_preset_mode", entity: "fan.nappali", data: m{"preset_mode": "x"}, state: "off", code: codeValidation},
		{name: "volume", action: "media_player.volume_set", entity: "media_player.konyhai_radio", data: m{"volume_level": 0.6}, state: "playing", attributes: m{"volume_level": 0.6}},
		{name: "louder", action: "media_player.volume_up", entity: "media_player.konyhai_radio", state: "playing", attributes: m{"volume_level": 0.35}},
		{name: "too loud", action: "media_player.volume_set", entity: "media_player.konyhai_radio", data: m{"volume_level": 2}, state: "playing", code: codeInvalidFormat},
		{name: "muted", action: "media_player.volume_mute", entity: "media_player.konyhai_radio", data: m{"is_volume_muted": true}, state: "playing", attributes: m{"is_volume_muted": true}},
		{name: "paused", action: "media_player.media_pause", entity: "media_player.konyhai_radio", state: "paused"},
		{name: "next", action: "media_player.media_next_track", entity: "media_player.konyhai_radio", state: "playing", attributes: m{"media_track": 1}},
		{name: "player off hides", action: "media_player.turn_off", entity: "media_player.konyhai_radio", state: "off", attributes: m{"volume_level": nil}},
		{name: "television on shows", action: "media_player.turn_on", entity: "media_player.teve", state: "on", attributes: m{"volume_level": 0.3, "source": "M1"}},
		{name: "source", action: "media_player.select_source", entity: "media_player.konyhai_radio", data: m{"source": "x"}, state: "playing", code: codeValidation},
		{name: "vacuum", action: "vacuum.start", entity: "vacuum.robotporszivo", state: "cleaning"},
		{name: "vacuum speed", action: "vacuum.set_fan_speed", entity: "vacuum.robotporszivo", data: m{"fan_speed": "turbo"}, state: "docked", attributes: m{"fan_speed": "turbo"}},
		{name: "mower", action: "lawn_mower.start_mowing", entity: "lawn_mower.funyiro", state: "mowing"},
		{name: "humidifier", action: "humidifier.set_humidity", entity: "humidifier.parasito", data: m{"humidity": 60}, state: "off", attributes: m{"humidity": 60}},
		{name: "too humid", action: "humidifier.set_humidity", entity: "humidifier.parasito", data: m{"humidity": 90}, state: "off", code: codeValidation},
		{name: "alarm", action: "alarm_control_panel.alarm_arm_away", entity: "alarm_control_panel.riaszto", state: "armed_away"},
		{name: "siren", action: "siren.turn_on", entity: "siren.szirena", state: "on"},
		{name: "helper", action: "input_boolean.toggle", entity: "input_boolean.vendegmod", state: "on"},
		{name: "choice", action: "input_select.select_option", entity: "input_select.haz_modja", data: m{"option": "távol"}, state: "távol"},
		{name: "no such choice", action: "input_select.select_option", entity: "input_select.haz_modja", data: m{"option": "x"}, state: "otthon", code: codeHomeAssistant},
		{name: "number", action: "input_number.set_value", entity: "input_number.melegviz", data: m{"value": 55}, state: "55.0"},
		{name: "number out of range", action: "input_number.set_value", entity: "input_number.melegviz", data: m{"value": 99}, state: "50.0", code: codeInvalidFormat},
		{name: "number stepped", action: "input_number.increment", entity: "input_number.melegviz", state: "51.0"},
		{name: "list", action: "todo.add_item", entity: "todo.bevasarlolista", data: m{"item": "vaj"}, state: "3"},
		{name: "list done", action: "todo.update_item", entity: "todo.bevasarlolista", data: m{"item": "tej", "status": "completed"}, state: "1"},
		{name: "list without it", action: "todo.remove_item", entity: "todo.bevasarlolista", data: m{"item": "sör"}, state: "2", code: codeValidation},
		{name: "list shorter", action: "todo.remove_item", entity: "todo.bevasarlolista", data: m{"item": []any{"tej", "kenyér"}}, state: "0"},
		{name: "timer", action: "timer.start", entity: "timer.tojas", data: m{"duration": "0:01:30"}, state: "active", attributes: m{"remaining": "0:01:30"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, Options{Definition: builtIn(t)})
			data := m{"entity_id": tc.entity}
			maps.Copy(data, tc.data)

			_, err := perform(t, h, tc.action, data)

			require.Equal(t, tc.code, codeOf(err), "%v", err)
			got := stateOf(t, h, tc.entity)
			require.Equal(t, tc.state, got.Value)
			for key, want := range tc.attributes {
				require.True(t, sameValue(want, got.Attrs.get(key)), "%s is %v, not %v", key, got.Attrs.get(key), want)
			}
		})
	}
}

// codeOf is the code that a client would see.
func codeOf(err error) string {
	switch err := err.(type) { //nolint:errorlint // never wrapped
	case nil:
		return ""
	case *codedError:
		return err.code
	case *invalidError:
		return codeInvalidFormat
	default:
		return "?"
	}
}

func TestUnknownAndUnavailableEntitiesAreNoError(t *testing.T) {
	t.Parallel()
	h := open(t, Options{Definition: builtIn(t)})
	h.SetAvailable("light.konyha", false)

	_, err := perform(t, h, "light.turn_on", map[string]any{"entity_id": []any{"light.konyha", "light.nincs"}})

	require.NoError(t, err)
	require.Equal(t, stateUnavailable, stateOf(t, h, "light.konyha").Value)
	h.SetAvailable("light.konyha", true)
	require.Equal(t, "off", stateOf(t, h, "light.konyha").Value)
}

func TestTargets(t *testing.T) {
	t.Parallel()
	lightsOn := func(h *Home) int {
		h.mu.Lock()
		defer h.mu.Unlock()
		n := 0
		for _, e := range h.entities {
			if e.domain == "light" && e.state.Value == "on" {
				n++
			}
		}

		return n
	}
	for name, tc := range map[string]struct {
		target map[string]any
		want   int
	}{
		"all":       {map[string]any{"entity_id": "all"}, 20},
		"none":      {map[string]any{"entity_id": "none"}, 4},
		"an area":   {map[string]any{"area_id": "nappali"}, 4 + 2},
		"two areas": {map[string]any{"area_id": []any{"nappali", "konyha"}}, 4 + 3},
		"a floor":   {map[string]any{"floor_id": "emelet"}, 4 + 6},
		"nowhere":   {map[string]any{"area_id": "padlas"}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, Options{Definition: builtIn(t)})

			_, err := perform(t, h, "light.turn_on", tc.target)

			require.NoError(t, err)
			require.Equal(t, tc.want, lightsOn(h))
		})
	}
}

func TestALampRemembersWhatItShowed(t *testing.T) {
	t.Parallel()
	h := open(t, Options{Definition: builtIn(t)})
	id := map[string]any{"entity_id": "light.nappali_ledszalag"}

	_, err := perform(t, h, "light.turn_off", id)
	require.NoError(t, err)
	require.Nil(t, stateOf(t, h, "light.nappali_ledszalag").Attrs.get("brightness"))
	_, err = perform(t, h, "light.turn_on", id)
	require.NoError(t, err)

	got := stateOf(t, h, "light.nappali_ledszalag").Attrs
	require.Equal(t, 128, got.get("brightness"))
	require.Equal(t, []any{30.0, 80.0}, got.get("hs_color"))
}

func TestScenesAndScripts(t *testing.T) {
	t.Parallel()
	h := open(t, Options{Definition: builtIn(t)})

	_, err := perform(t, h, "scene.turn_on", map[string]any{"entity_id": "scene.mozi"})
	require.NoError(t, err)
	require.Equal(t, 40, stateOf(t, h, "light.nappali_allolampa").Attrs.get("brightness"))
	require.Equal(t, 2200, stateOf(t, h, "light.nappali_allolampa").Attrs.get("color_temp_kelvin"))
	require.Equal(t, stateClosingMove, stateOf(t, h, "cover.nappali_fuggony").Value)
	require.Equal(t, "on", stateOf(t, h, "media_player.teve").Value)
	require.NotEqual(t, stateUnknown, stateOf(t, h, "scene.mozi").Value)

	_, err = perform(t, h, "script.elmegyunk", nil)
	require.NoError(t, err)
	require.Equal(t, "off", stateOf(t, h, "light.nappali_allolampa").Value)
	require.Equal(t, "away", stateOf(t, h, "climate.termosztat").Attrs.get("preset_mode"))
	require.Equal(t, "cleaning", stateOf(t, h, "vacuum.robotporszivo").Value)
	require.Equal(t, "off", stateOf(t, h, "script.elmegyunk").Value)
	require.NotNil(t, stateOf(t, h, "script.elmegyunk").Attrs.get("last_triggered"))
}

func TestEveryStepOfTheBuiltInHomeIsAService(t *testing.T) {
	t.Parallel()
	f := builtIn(t)
	h := open(t, Options{Definition: f})
	for _, e := range f.Entities {
		switch e.Domain {
		case "scene":
			_, err := perform(t, h, "scene.turn_on", map[string]any{"entity_id": e.ID})
			require.NoError(t, err, e.ID)
		case "script":
			_, err := perform(t, h, e.ID, nil)
			require.NoError(t, err, e.ID)
		}
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	h := open(t, Options{Definition: builtIn(t)})

	items, err := perform(t, h, "todo.get_items", map[string]any{"entity_id": "todo.bevasarlolista", "status": "needs_action"})
	require.NoError(t, err)
	require.Len(t, items["todo.bevasarlolista"].(map[string]any)["items"], 2)
	days, err := perform(t, h, "weather.get_forecasts", map[string]any{"entity_id": "weather.budapest", "type": "daily"})
	require.NoError(t, err)
	require.Len(t, days["weather.budapest"].(map[string]any)["forecast"], 7)
	_, err = perform(t, h, "weather.get_forecasts", map[string]any{"entity_id": "weather.budapest", "type": "twice_daily"})
	require.Equal(t, codeHomeAssistant, codeOf(err))
}

func TestFaults(t *testing.T) {
	t.Parallel()
	faults := &Faults{}
	_, _, s := connect(t, Options{Definition: builtIn(t), Faults: faults})
	toggle := `{"type":"call_service","domain":"light","service":"toggle","target":{"entity_id":"light.konyha"}}`
	isOn := func() bool {
		var states []struct {
			ID    string `json:"entity_id"`
			State string `json:"state"`
		}
		s.must(`{"type":"get_states"}`, &states)
		for _, one := range states {
			if one.ID == "light.konyha" {
				return one.State == "on"
			}
		}

		return false
	}

	faults.Set("light.konyha", fixture.FaultFails)
	require.Equal(t, codeHomeAssistant, s.command(toggle).Error.Code)
	faults.Set("light.konyha", fixture.FaultSilent)
	s.must(toggle, nil)
	require.False(t, isOn(), "nothing happened")
	faults.Set("light.konyha", fixture.FaultNone)
	s.must(toggle, nil)
	require.True(t, isOn())
}

// TestASlowDeviceHoldsNobodyUp also shows that a whole home, its connections included,
// lives in a bubble of its own time.
func TestASlowDeviceHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	f := builtIn(t)
	synctest.Test(t, func(t *testing.T) {
		faults := &Faults{}
		faults.Set("light.konyha", fixture.FaultSlow)
		h, err := New(Options{Definition: f, Faults: faults})
		require.NoError(t, err)
		b := newBrowser(t, h)
		b.onboard()
		s := b.dial()
		start := time.Now()

		s.write(`{"id":1,"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.konyha"}}`)
		s.write(`{"id":2,"type":"ping"}`)
		require.JSONEq(t, `{"id":2,"type":"pong"}`, string(s.readRaw()))
		require.Zero(t, time.Since(start))
		require.True(t, s.read().Success)
		require.Equal(t, slowFor, time.Since(start))

		require.NoError(t, s.ws.CloseNow())
		b.client.CloseIdleConnections()
		require.NoError(t, h.Close())
	})
}
