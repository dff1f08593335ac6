package hass_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/hass"
	"homehub/platform/identity"
)

// registryEvent waits for the event of an action on the id.
func registryEvent(t *testing.T, events <-chan json.RawMessage, key, id, action string) map[string]any {
	t.Helper()
	for {
		select {
		case raw := <-events:
			var event struct {
				EventType string         `json:"event_type"`
				Origin    string         `json:"origin"`
				TimeFired time.Time      `json:"time_fired"`
				Data      map[string]any `json:"data"`
				Context   map[string]any `json:"context"`
			}
			require.NoError(t, json.Unmarshal(raw, &event))
			if event.Data[key] != id || event.Data["action"] != action {
				continue // somebody else's
			}
			require.Equal(t, "LOCAL", event.Origin)
			require.False(t, event.TimeFired.IsZero())
			require.Contains(t, event.Context, "id")
			require.Contains(t, event.Context, "parent_id")
			require.Contains(t, event.Context, "user_id")

			return event.Data
		case <-time.After(time.Minute):
			require.Fail(t, "no event", "%s of %s", action, id)
		}
	}
}

func subscribe(t *testing.T, conn *hass.Conn, eventType string) <-chan json.RawMessage {
	t.Helper()
	events := make(chan json.RawMessage, 1024)
	require.NoError(t, conn.SubscribeEvents(testContext(t), eventType, func(e json.RawMessage) { events <- e }))

	return events
}

func testFloorsAndAreas(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	areaEvents := subscribe(t, conn, "area_registry_updated")
	floorEvents := subscribe(t, conn, "floor_registry_updated")
	unique := identity.NewID()[24:]

	var floor hass.Floor
	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "config/floor_registry/create", "name": "Próba szint " + unique, "aliases": []string{"felső"}, "level": 7,
	}, &floor))
	require.Equal(t, "proba_szint_"+unique, floor.ID)
	require.Equal(t, 7, *floor.Level)
	registryEvent(t, floorEvents, "floor_id", floor.ID, "create")

	var area hass.Area
	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "config/area_registry/create", "name": "Őrült szoba " + unique, "floor_id": floor.ID,
		"aliases": []string{"szobácska"},
	}, &area))
	require.Equal(t, "orult_szoba_"+unique, area.ID)
	require.Equal(t, floor.ID, area.FloorID)
	registryEvent(t, areaEvents, "area_id", area.ID, "create")

	err := conn.Do(ctx, map[string]any{"type": "config/area_registry/create", "name": "Őrült szoba " + unique}, nil)
	requireCode(t, err, "invalid_info")
	err = conn.Do(ctx, map[string]any{"type": "config/floor_registry/create", "name": "Próba szint " + unique}, nil)
	requireCode(t, err, "invalid_info")

	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "config/area_registry/update", "area_id": area.ID, "name": "Nyugodt szoba " + unique,
	}, nil))
	registryEvent(t, areaEvents, "area_id", area.ID, "update")
	areas, err := conn.Areas(ctx)
	require.NoError(t, err)
	i := slices.IndexFunc(areas, func(a hass.Area) bool { return a.ID == area.ID })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, hass.Area{
		ID: area.ID, Name: "Nyugodt szoba " + unique, Aliases: []string{"szobácska"}, FloorID: floor.ID,
	}, areas[i])
	floors, err := conn.Floors(ctx)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(floors, func(f hass.Floor) bool { return f.ID == floor.ID && f.Aliases[0] == "felső" }))

	var result any
	require.NoError(t, conn.Do(ctx, map[string]any{"type": "config/floor_registry/delete", "floor_id": floor.ID}, &result))
	require.Nil(t, result)
	registryEvent(t, floorEvents, "floor_id", floor.ID, "remove")
	registryEvent(t, areaEvents, "area_id", area.ID, "update") // it lost its floor
	require.NoError(t, conn.Do(ctx, map[string]any{"type": "config/area_registry/delete", "area_id": area.ID}, &result))
	require.Equal(t, "success", result)
	registryEvent(t, areaEvents, "area_id", area.ID, "remove")

	err = conn.Do(ctx, map[string]any{"type": "config/area_registry/delete", "area_id": area.ID}, nil)
	requireCode(t, err, "invalid_info")
}

func testEntries(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	events := subscribe(t, conn, "entity_registry_updated")
	alias := "próbafény " + identity.NewID()[24:]

	var updated struct {
		Entry hass.Entry `json:"entity_entry"`
	}
	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "config/entity_registry/update", "entity_id": h.lamp, "aliases": []string{alias},
	}, &updated))
	require.Equal(t, h.lamp, updated.Entry.EntityID)
	data := registryEvent(t, events, "entity_id", h.lamp, "update")
	require.Contains(t, data["changes"], "aliases")

	extended, err := conn.ExtendedEntries(ctx, []string{h.lamp, "light.nincs"})
	require.NoError(t, err)
	require.Len(t, extended, 1, "without an entry: left out")
	require.Equal(t, alias, *extended[h.lamp].Aliases[0])

	var one hass.Entry
	require.NoError(t, conn.Do(ctx, map[string]any{"type": "config/entity_registry/get", "entity_id": h.lamp}, &one))
	require.Equal(t, alias, *one.Aliases[0])
	err = conn.Do(ctx, map[string]any{"type": "config/entity_registry/get", "entity_id": "light.nincs"}, nil)
	requireCode(t, err, "not_found")

	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "config/entity_registry/update", "entity_id": h.lamp, "aliases": []string{},
	}, nil))
	entries, err := conn.Entries(ctx)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(entries, func(e hass.Entry) bool { return e.EntityID == h.lamp }))
}

// testRegistryShapes compares the keys of every registry's entries with those of release 2025.4.
func testRegistryShapes(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	cases := map[string][]string{
		"config/area_registry/list": {
			"aliases", "area_id", "created_at", "floor_id", "humidity_entity_id", "icon", "labels", "modified_at", "name",
			"picture", "temperature_entity_id",
		},
		"config/device_registry/list": {
			"area_id", "config_entries", "config_entries_subentries", "configuration_url", "connections", "created_at",
			"disabled_by", "entry_type", "hw_version", "id", "identifiers", "labels", "manufacturer", "model", "model_id",
			"modified_at", "name", "name_by_user", "primary_config_entry", "serial_number", "sw_version", "via_device_id",
		},
		"config/entity_registry/list": {
			"area_id", "categories", "config_entry_id", "config_subentry_id", "created_at", "device_id", "disabled_by",
			"entity_category", "entity_id", "has_entity_name", "hidden_by", "icon", "id", "labels", "modified_at", "name",
			"options", "original_name", "platform", "translation_key", "unique_id",
		},
	}
	for command, want := range cases {
		var entries []map[string]json.RawMessage
		require.NoError(t, conn.Do(ctx, map[string]string{"type": command}, &entries))
		require.NotEmpty(t, entries, command)
		require.Equal(t, want, keysOf(entries[0]), command)
	}

	var extended map[string]json.RawMessage
	require.NoError(t, conn.Do(ctx, map[string]any{"type": "config/entity_registry/get", "entity_id": h.lamp}, &extended))
	for _, key := range []string{"aliases", "capabilities", "device_class", "original_device_class", "original_icon"} {
		require.Contains(t, extended, key)
	}

	var labels, display any
	require.NoError(t, conn.Do(ctx, map[string]string{"type": "config/label_registry/list"}, &labels))
	require.NoError(t, conn.Do(ctx, map[string]string{"type": "config/entity_registry/list_for_display"}, &display))
}

func testExposure(t *testing.T, h home) {
	t.Helper()
	ctx := testContext(t)
	conn := connect(t, h)
	events := subscribe(t, conn, "entity_registry_updated")

	require.NoError(t, conn.Expose(ctx, []string{h.scene}, true))
	exposed, err := conn.Exposure(ctx)
	require.NoError(t, err)
	require.True(t, exposed[h.scene])

	require.NoError(t, conn.Expose(ctx, []string{h.climate}, false))
	require.NoError(t, conn.Expose(ctx, []string{h.climate}, true))
	data := registryEvent(t, events, "entity_id", h.climate, "update")
	require.Contains(t, data["changes"], "options")
	exposed, err = conn.Exposure(ctx)
	require.NoError(t, err)
	require.True(t, exposed[h.climate])

	require.NoError(t, conn.Expose(ctx, []string{h.climate}, false))
	exposed, err = conn.Exposure(ctx)
	require.NoError(t, err)
	require.False(t, exposed[h.climate])
	require.NoError(t, conn.Expose(ctx, []string{h.climate}, true))

	err = conn.Expose(ctx, []string{"group.all_locks"}, true)
	requireCode(t, err, "not_allowed")
	err = conn.Do(ctx, map[string]any{
		"type": "homeassistant/expose_entity", "assistants": []string{"nobody"}, "entity_ids": []string{h.climate}, "should_expose": true,
	}, nil)
	requireCode(t, err, "invalid_format")

	var isExposedByDefault struct {
		New bool `json:"expose_new"`
	}
	require.NoError(t, conn.Do(ctx, map[string]any{
		"type": "homeassistant/expose_new_entities/get", "assistant": "conversation",
	}, &isExposedByDefault))
	require.True(t, isExposedByDefault.New)
}
