package hass_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
)

func testStates(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)

	_, err := conn.Call(ctx, callOn(h.lamp, "light.turn_off", nil))
	require.NoError(t, err)
	mirror.until(t, h.lamp, isIn("off"))
	before := *mirror.states[h.lamp]
	result, err := conn.Call(ctx, callOn(h.lamp, "light.turn_on", nil))
	require.NoError(t, err)
	mirror.until(t, h.lamp, isIn("on"))
	after := mirror.states[h.lamp]

	require.True(t, after.ChangedAt.After(before.ChangedAt))
	require.WithinDuration(t, time.Now(), after.ChangedAt, time.Minute)
	require.False(t, after.UpdatedAt.Before(after.ChangedAt))
	require.NotEmpty(t, result.ContextID)
	require.NotEmpty(t, after.ContextID)

	var all []struct {
		EntityID   string          `json:"entity_id"`
		State      string          `json:"state"`
		Attributes json.RawMessage `json:"attributes"`
	}
	require.NoError(t, conn.Do(ctx, map[string]string{"type": "get_states"}, &all))
	require.Len(t, all, len(mirror.states))
	for _, s := range all {
		require.Contains(t, mirror.states, s.EntityID)
		if s.EntityID == h.climate { // nothing but its own test touches it, and attributes are many
			require.JSONEq(t, string(s.Attributes), string(mirror.states[s.EntityID].Attributes))
		}
	}
}

func testStateShapes(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)

	var all []map[string]json.RawMessage
	require.NoError(t, conn.Do(ctx, map[string]string{"type": "get_states"}, &all))
	require.Equal(t, []string{
		"attributes", "context", "entity_id", "last_changed", "last_reported", "last_updated", "state",
	}, keysOf(all[0]))

	events := rawStates(t, conn, h.media)
	first := receive(t, events)
	require.Equal(t, []string{"a"}, keys(first))
	require.Equal(t, []string{h.media}, keysOf(first["a"]), "only what was asked for")
	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(first["a"][h.media], &state))
	for _, key := range []string{"s", "a", "c", "lc"} {
		require.Contains(t, state, key)
	}
}

// rawStates subscribes to one entity's states as they are on the wire.
func rawStates(t *testing.T, conn *hass.Conn, id string) <-chan map[string]map[string]json.RawMessage {
	t.Helper()
	events := make(chan map[string]map[string]json.RawMessage, 256)
	_, err := conn.Subscribe(testContext(t), map[string]any{"type": "subscribe_entities", "entity_ids": []string{id}},
		func(raw json.RawMessage) {
			var event map[string]map[string]json.RawMessage
			_ = json.Unmarshal(raw, &event)
			events <- event
		})
	require.NoError(t, err)

	return events
}

// receive takes one value, and does not wait for ever.
func receive[T any](t *testing.T, values <-chan T) T {
	t.Helper()
	select {
	case value := <-values:
		return value
	case <-time.After(time.Minute):
		require.Fail(t, "nothing came")
		panic("unreachable")
	}
}

func keys[V any](m map[string]V) []string {
	var all []string
	for key := range m {
		all = append(all, key)
	}
	slices.Sort(all)

	return all
}

func testLamp(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)

	for _, percent := range []int{40, 80} {
		_, err := conn.Call(ctx, callOn(h.lamp, "light.turn_on", map[string]any{"brightness_pct": percent}))
		require.NoError(t, err)
		mirror.until(t, h.lamp, func(s *hamanagerapi.State) bool {
			return s.Value == "on" && value(s, "brightness") == math.Round(float64(percent)*255/100)
		})
	}
}

func testCover(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)
	position := func() float64 { return value(mirror.states[h.cover], "current_position") }

	// To a position: it passes what lies between.
	from, to := position(), position()-20
	if to <= 10 {
		to = from + 20
	}
	_, err := conn.Call(ctx, callOn(h.cover, "cover.set_cover_position", map[string]any{"position": to}))
	require.NoError(t, err)
	passed := map[float64]bool{}
	mirror.until(t, h.cover, func(s *hamanagerapi.State) bool {
		passed[value(s, "current_position")] = true

		return s.Value == "open" && value(s, "current_position") == to
	})
	require.Greater(t, len(passed), 2, "it takes its time: %v", passed)

	// Open, and stopped on the way.
	_, err = conn.Call(ctx, callOn(h.cover, "cover.open_cover", nil))
	require.NoError(t, err)
	mirror.until(t, h.cover, isIn("opening"))
	_, err = conn.Call(ctx, callOn(h.cover, "cover.stop_cover", nil))
	require.NoError(t, err)
}

func testLock(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)

	_, err := conn.Call(ctx, callOn(h.lock, "lock.unlock", nil))
	require.NoError(t, err)
	mirror.until(t, h.lock, isIn("unlocked"))
	_, err = conn.Call(ctx, callOn(h.lock, "lock.lock", nil))
	require.NoError(t, err)
	mirror.until(t, h.lock, isIn("locked"))
}

func testClimate(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)

	for _, degrees := range []float64{21.5, 22.5} {
		_, err := conn.Call(ctx, callOn(h.climate, "climate.set_temperature", map[string]any{"temperature": degrees}))
		require.NoError(t, err)
		mirror.until(t, h.climate, func(s *hamanagerapi.State) bool { return value(s, "temperature") == degrees })
	}
	for _, mode := range []string{"off", "heat"} {
		_, err := conn.Call(ctx, callOn(h.climate, "climate.set_hvac_mode", map[string]any{"hvac_mode": mode}))
		require.NoError(t, err)
		mirror.until(t, h.climate, isIn(mode))
	}
}

func testMedia(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)

	for service, want := range map[string]string{"media_player.media_pause": "paused", "media_player.media_play": "playing"} {
		_, err := conn.Call(ctx, callOn(h.media, service, nil))
		require.NoError(t, err)
		mirror.until(t, h.media, isIn(want))
	}
	_, err := conn.Call(ctx, callOn(h.media, "media_player.volume_mute", map[string]any{"is_volume_muted": true}))
	require.NoError(t, err)
	_, err = conn.Call(ctx, callOn(h.media, "media_player.volume_mute", map[string]any{"is_volume_muted": false}))
	require.NoError(t, err)
	requireOnlyTheChange(t, conn, h.media)
}

// requireOnlyTheChange looks at a change on the wire. The player must be on, and nobody else's
// meanwhile: one that is off shows no volume.
func requireOnlyTheChange(t *testing.T, conn *hass.Conn, media string) {
	t.Helper()
	events := rawStates(t, conn, media)
	for _, volume := range []float64{0.2, 0.4} { // at least one of them is a change
		_, err := conn.Call(testContext(t), callOn(media, "media_player.volume_set", map[string]any{"volume_level": volume}))
		require.NoError(t, err)
	}
	for {
		var diff struct {
			Plus map[string]json.RawMessage `json:"+"`
		}
		if change := receive(t, events)["c"]; change != nil {
			require.NoError(t, json.Unmarshal(change[media], &diff))
		}
		if string(diff.Plus["a"]) == `{"volume_level":0.4}` {
			require.Equal(t, []string{"a", "c", "lu"}, keysOf(diff.Plus), "only what changed")

			return
		}
	}
}

func testScene(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	mirror := follow(t, conn)
	before := mirror.states[h.scene].Value

	_, err := conn.Call(ctx, callOn(h.scene, "scene.turn_on", nil))
	require.NoError(t, err)
	mirror.until(t, h.scene, func(s *hamanagerapi.State) bool { return s.Value != before })

	at, err := time.Parse(time.RFC3339Nano, mirror.states[h.scene].Value)
	require.NoError(t, err, "a scene's state is when it was last used")
	require.WithinDuration(t, time.Now(), at, time.Minute)
	_, err = conn.Call(ctx, callOn(h.scene, "scene.turn_off", nil))
	require.ErrorIs(t, err, hamanagerapi.ErrNotSupported)
}

func testList(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	list := h.list(t, conn)
	items := func() map[string]string {
		call := callOn(list, "todo.get_items", map[string]any{"status": []string{"needs_action", "completed"}})
		call.WantsResponse = true
		result, err := conn.Call(ctx, call)
		require.NoError(t, err)
		var response map[string]struct {
			Items []struct {
				Summary string `json:"summary"`
				UID     string `json:"uid"`
				Status  string `json:"status"`
			} `json:"items"`
		}
		require.NoError(t, json.Unmarshal(result.Response, &response))
		require.Contains(t, response, list)
		all := map[string]string{}
		for _, item := range response[list].Items {
			require.NotEmpty(t, item.UID)
			all[item.Summary] = item.Status
		}

		return all
	}

	_, err := conn.Call(ctx, callOn(list, "todo.add_item", map[string]any{"item": "próba tej"}))
	require.NoError(t, err)
	require.Equal(t, "needs_action", items()["próba tej"])
	_, err = conn.Call(ctx, callOn(list, "todo.update_item", map[string]any{"item": "próba tej", "status": "completed"}))
	require.NoError(t, err)
	require.Equal(t, "completed", items()["próba tej"])
	_, err = conn.Call(ctx, callOn(list, "todo.remove_item", map[string]any{"item": "próba tej"}))
	require.NoError(t, err)
	require.NotContains(t, items(), "próba tej")
	_, err = conn.Call(ctx, callOn(list, "todo.remove_item", map[string]any{"item": "próba tej"}))
	require.ErrorIs(t, err, hamanagerapi.ErrNotSupported, "what is not on the list cannot be taken off")
}

func testUnknown(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)

	result, err := conn.Call(ctx, callOn("light.nincs", "light.turn_on", nil))
	require.NoError(t, err, "an unknown entity is no error")
	require.NotEmpty(t, result.ContextID)
	_, err = conn.Call(ctx, callOn("not an id", "light.turn_on", nil))
	require.NoError(t, err)

	_, err = conn.Call(ctx, callOn(h.lamp, "light.nincs", nil))
	require.ErrorIs(t, err, hamanagerapi.ErrNotSupported)
	requireCode(t, err, "not_found")
	_, err = conn.Call(ctx, callOn(h.lamp, "nincs.turn_on", nil))
	requireCode(t, err, "not_found")
}

func testOutOfRange(t *testing.T, h home) {
	t.Helper()
	cases := map[string]struct {
		id, service string
		data        map[string]any
		wantCode    string
	}{
		"brightness":    {h.lamp, "light.turn_on", map[string]any{"brightness_pct": 101}, "invalid_format"},
		"position":      {h.cover, "cover.set_cover_position", map[string]any{"position": 101}, "invalid_format"},
		"volume":        {h.media, "media_player.volume_set", map[string]any{"volume_level": 1.5}, "invalid_format"},
		"temperature":   {h.climate, "climate.set_temperature", map[string]any{"temperature": 500}, "service_validation_error"},
		"not a number":  {h.climate, "climate.set_temperature", map[string]any{"temperature": "warm"}, "invalid_format"},
		"unknown field": {h.lamp, "light.turn_on", map[string]any{"nonsense": 1}, "invalid_format"},
		"missing field": {h.cover, "cover.set_cover_position", nil, "invalid_format"},
		"not a mode":    {h.climate, "climate.set_hvac_mode", map[string]any{"hvac_mode": "warm"}, "invalid_format"},
	}
	conn := connect(t, h)
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := conn.Call(testContext(t), callOn(tc.id, tc.service, tc.data))

			require.ErrorIs(t, err, hamanagerapi.ErrOutOfRange)
			requireCode(t, err, tc.wantCode)
		})
	}
}

func testNotSupported(t *testing.T, h home) {
	t.Helper()
	conn := connect(t, h)

	_, err := conn.Call(testContext(t), callOn(h.lock, "lock.open", nil))
	require.ErrorIs(t, err, hamanagerapi.ErrNotSupported)
	requireCode(t, err, "service_validation_error")

	if h.simpleCover != "" {
		_, err = conn.Call(testContext(t), callOn(h.simpleCover, "cover.set_cover_position", map[string]any{"position": 50}))
		require.ErrorIs(t, err, hamanagerapi.ErrNotSupported)
		requireCode(t, err, "service_validation_error")
	}
}

func testResponseMode(t *testing.T, h home) {
	t.Helper()
	conn := connect(t, h)

	_, err := conn.Call(testContext(t), callOn(h.list(t, conn), "todo.get_items", nil))
	requireCode(t, err, "service_validation_error")

	call := callOn(h.lamp, "light.turn_on", nil)
	call.WantsResponse = true
	_, err = conn.Call(testContext(t), call)
	requireCode(t, err, "service_validation_error")
}
