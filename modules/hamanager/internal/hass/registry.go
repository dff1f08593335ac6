package hass

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Area is an entry of the area registry.
type Area struct {
	ID                  string   `json:"area_id"`
	Name                string   `json:"name"`
	Aliases             []string `json:"aliases"`
	FloorID             string   `json:"floor_id"`
	TemperatureEntityID string   `json:"temperature_entity_id"`
}

// Floor is an entry of the floor registry.
type Floor struct {
	ID      string   `json:"floor_id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	Level   *int     `json:"level"`
}

// Device is the part of a device registry entry that places entities.
type Device struct {
	ID       string `json:"id"`
	AreaID   string `json:"area_id"`
	ParentID string `json:"parent_device_id"` // from 2026.9 on
}

// Entry is an entry of the entity registry.
type Entry struct {
	EntityID string `json:"entity_id"`
	DeviceID string `json:"device_id"`
	AreaID   string `json:"area_id"`
	Category string `json:"entity_category"`

	// The rest is in extended entries only. A nil alias stands for the entity's own name
	// (from 2026.4 on).
	Aliases             []*string `json:"aliases"`
	DeviceClass         string    `json:"device_class"`
	OriginalDeviceClass string    `json:"original_device_class"`
}

// Areas lists the area registry.
func (c *Conn) Areas(ctx context.Context) ([]Area, error) {
	return list[[]Area](ctx, c, "config/area_registry/list")
}

// Floors lists the floor registry.
func (c *Conn) Floors(ctx context.Context) ([]Floor, error) {
	return list[[]Floor](ctx, c, "config/floor_registry/list")
}

// Devices lists the device registry.
func (c *Conn) Devices(ctx context.Context) ([]Device, error) {
	return list[[]Device](ctx, c, "config/device_registry/list")
}

// Entries lists the entity registry, without what only extended entries hold.
func (c *Conn) Entries(ctx context.Context) ([]Entry, error) {
	return list[[]Entry](ctx, c, "config/entity_registry/list")
}

// entriesPerCommand keeps answers in the range of a megabyte: extended entries are wordy.
const entriesPerCommand = 500

// ExtendedEntries reads the entries of the given entities. Those without one are left out.
func (c *Conn) ExtendedEntries(ctx context.Context, entityIDs []string) (map[string]*Entry, error) {
	all := make(map[string]*Entry, len(entityIDs))
	for batch := range slices.Chunk(entityIDs, entriesPerCommand) {
		command := map[string]any{"type": "config/entity_registry/get_entries", "entity_ids": batch}

		var some map[string]*Entry
		if err := c.Do(ctx, command, &some); err != nil {
			return nil, fmt.Errorf("read entity entries: %w", err)
		}
		maps.Copy(all, some)
	}
	maps.DeleteFunc(all, func(_ string, e *Entry) bool { return e == nil })

	return all, nil
}

// assistant is the one whose exposure counts for spoken commands.
const assistant = "conversation"

// Exposure tells for every entity with a decision whether it is exposed to conversation.
// Home Assistant decides lazily: an entity nobody asked about is missing.
func (c *Conn) Exposure(ctx context.Context) (map[string]bool, error) {
	var result struct {
		Entities map[string]map[string]bool `json:"exposed_entities"`
	}
	if err := c.Do(ctx, map[string]string{"type": "homeassistant/expose_entity/list"}, &result); err != nil {
		return nil, fmt.Errorf("read exposure: %w", err)
	}

	exposed := make(map[string]bool, len(result.Entities))
	for id, by := range result.Entities {
		if isExposed, isDecided := by[assistant]; isDecided {
			exposed[id] = isExposed
		}
	}

	return exposed, nil
}

// Expose decides for the given entities.
func (c *Conn) Expose(ctx context.Context, entityIDs []string, isExposed bool) error {
	command := map[string]any{
		"type": "homeassistant/expose_entity", "assistants": []string{assistant},
		"entity_ids": entityIDs, "should_expose": isExposed,
	}
	if err := c.Do(ctx, command, nil); err != nil {
		return fmt.Errorf("expose entities: %w", err)
	}

	return nil
}

// ExposeAll exposes every entity that has a state: a home that was made for homehub hides
// nothing from it.
func (c *Conn) ExposeAll(ctx context.Context) error {
	states, err := list[[]struct {
		EntityID string `json:"entity_id"`
	}](ctx, c, "get_states")
	if err != nil {
		return err
	}

	ids := make([]string, 0, len(states))
	for _, s := range states {
		if s.EntityID != neverExposed {
			ids = append(ids, s.EntityID)
		}
	}

	return c.Expose(ctx, ids, true)
}

// neverExposed is the one entity that Home Assistant exposes to nobody.
const neverExposed = "group.all_locks"
