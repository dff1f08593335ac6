package virtualhome

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"homehub/modules/hamanager/internal/fixture"
)

// registry is what Home Assistant remembers of a home besides states.
type registry struct {
	floors   table[floor]
	areas    table[area]
	devices  table[device]
	entities table[entry]
	labels   table[label]
}

func newRegistry() registry {
	return registry{newTable[floor](), newTable[area](), newTable[device](), newTable[entry](), newTable[label]()}
}

// clone shares the rows with the original, and nothing else.
func (r registry) clone() registry {
	return registry{r.floors.clone(), r.areas.clone(), r.devices.clone(), r.entities.clone(), r.labels.clone()}
}

// table keeps rows by id in the order in which they were made. Rows are replaced, never
// changed in place. What differs from the home's description is touched, and only that is
// written to the state file.
type table[T any] struct {
	ids     []string
	rows    map[string]*T
	touched map[string]struct{}
}

func newTable[T any]() table[T] {
	return table[T]{rows: map[string]*T{}, touched: map[string]struct{}{}}
}

func (t *table[T]) clone() table[T] {
	return table[T]{slices.Clone(t.ids), maps.Clone(t.rows), maps.Clone(t.touched)}
}

func (t *table[T]) get(id string) *T { return t.rows[id] }

// seed adds a row of the description.
func (t *table[T]) seed(id string, row *T) {
	if t.rows[id] == nil {
		t.ids = append(t.ids, id)
	}
	t.rows[id] = row
}

func (t *table[T]) put(id string, row *T) {
	t.seed(id, row)
	t.touched[id] = struct{}{}
}

func (t *table[T]) remove(id string) {
	delete(t.rows, id)
	t.ids = slices.DeleteFunc(t.ids, func(x string) bool { return x == id })
	t.touched[id] = struct{}{}
}

func (t *table[T]) all() []*T {
	rows := make([]*T, len(t.ids))
	for i, id := range t.ids {
		rows[i] = t.rows[id]
	}

	return rows
}

// unixTime is a moment in seconds since 1970, as the registries write it.
type unixTime time.Time

// MarshalJSON implements json.Marshaler.
func (u unixTime) MarshalJSON() ([]byte, error) {
	t := time.Time(u)
	if t.IsZero() {
		return []byte("0.0"), nil
	}

	return appendUnix(nil, t), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (u *unixTime) UnmarshalJSON(b []byte) error {
	seconds, err := strconv.ParseFloat(string(b), 64)
	*u = unixTime(time.UnixMicro(int64(seconds * 1e6)).UTC())

	return err
}

type floor struct {
	Aliases    []string `json:"aliases"`
	CreatedAt  unixTime `json:"created_at"`
	ID         string   `json:"floor_id"`
	Icon       *string  `json:"icon"`
	Level      *int     `json:"level"`
	Name       string   `json:"name"`
	ModifiedAt unixTime `json:"modified_at"`
}

type area struct {
	Aliases             []string `json:"aliases"`
	ID                  string   `json:"area_id"`
	FloorID             *string  `json:"floor_id"`
	Icon                *string  `json:"icon"`
	Labels              []string `json:"labels"`
	Name                string   `json:"name"`
	Picture             *string  `json:"picture"`
	HumidityEntityID    *string  `json:"humidity_entity_id"`
	TemperatureEntityID *string  `json:"temperature_entity_id"`
	CreatedAt           unixTime `json:"created_at"`
	ModifiedAt          unixTime `json:"modified_at"`
}

type label struct {
	Color       *string  `json:"color"`
	CreatedAt   unixTime `json:"created_at"`
	Description *string  `json:"description"`
	Icon        *string  `json:"icon"`
	ID          string   `json:"label_id"`
	Name        string   `json:"name"`
	ModifiedAt  unixTime `json:"modified_at"`
}

type device struct {
	AreaID           *string              `json:"area_id"`
	ConfigurationURL *string              `json:"configuration_url"`
	ConfigEntries    []string             `json:"config_entries"`
	Subentries       map[string][]*string `json:"config_entries_subentries"`
	Connections      [][2]string          `json:"connections"`
	CreatedAt        unixTime             `json:"created_at"`
	DisabledBy       *string              `json:"disabled_by"`
	EntryType        *string              `json:"entry_type"`
	HWVersion        *string              `json:"hw_version"`
	ID               string               `json:"id"`
	Identifiers      [][2]string          `json:"identifiers"`
	Labels           []string             `json:"labels"`
	Manufacturer     *string              `json:"manufacturer"`
	Model            *string              `json:"model"`
	ModelID          *string              `json:"model_id"`
	ModifiedAt       unixTime             `json:"modified_at"`
	NameByUser       *string              `json:"name_by_user"`
	Name             *string              `json:"name"`
	PrimaryEntry     *string              `json:"primary_config_entry"`
	SerialNumber     *string              `json:"serial_number"`
	SWVersion        *string              `json:"sw_version"`
	ViaDeviceID      *string              `json:"via_device_id"`
}

// entry is an entity's row in the entity registry, in the form of its list.
type entry struct {
	AreaID         *string                   `json:"area_id"`
	Categories     map[string]string         `json:"categories"`
	ConfigEntryID  *string                   `json:"config_entry_id"`
	SubentryID     *string                   `json:"config_subentry_id"`
	CreatedAt      unixTime                  `json:"created_at"`
	DeviceID       *string                   `json:"device_id"`
	DisabledBy     *string                   `json:"disabled_by"`
	Category       *string                   `json:"entity_category"`
	EntityID       string                    `json:"entity_id"`
	HasEntityName  bool                      `json:"has_entity_name"`
	HiddenBy       *string                   `json:"hidden_by"`
	Icon           *string                   `json:"icon"`
	ID             string                    `json:"id"`
	Labels         []string                  `json:"labels"`
	ModifiedAt     unixTime                  `json:"modified_at"`
	Name           *string                   `json:"name"`
	Options        map[string]map[string]any `json:"options"`
	OriginalName   *string                   `json:"original_name"`
	Platform       string                    `json:"platform"`
	TranslationKey *string                   `json:"translation_key"`
	UniqueID       string                    `json:"unique_id"`

	more entryMore
}

// entryMore is what only the extended form of an entry shows.
type entryMore struct {
	Aliases             []*string      `json:"aliases"`
	Capabilities        map[string]any `json:"capabilities"`
	DeviceClass         *string        `json:"device_class"`
	OriginalDeviceClass *string        `json:"original_device_class"`
	OriginalIcon        *string        `json:"original_icon"`
}

// extendedEntry is the form of get, get_entries and update.
type extendedEntry struct {
	*entry
	entryMore
}

// capabilities are the attributes that say what an entity could show, by domain.
//
//nolint:gochecknoglobals // a table
var capabilities = map[string][]string{
	"light":        {"min_color_temp_kelvin", "max_color_temp_kelvin", "min_mireds", "max_mireds", "effect_list", "supported_color_modes"},
	"climate":      {"hvac_modes", "min_temp", "max_temp", "target_temp_step", "fan_modes", "preset_modes", "swing_modes"},
	"fan":          {"preset_modes"},
	"humidifier":   {"min_humidity", "max_humidity", "available_modes"},
	"media_player": {"source_list", "sound_mode_list"},
	"number":       {"min", "max", "step", "mode"},
	"select":       {"options"},
	"sensor":       {"state_class"},
	"vacuum":       {"fan_speed_list"},
	"water_heater": {"min_temp", "max_temp", "operation_list"},
}

// extended is the row as get, get_entries and update show it.
func (h *Home) extended(row *entry) extendedEntry {
	more := row.more
	if e := h.entityOf(row.EntityID); e != nil {
		for _, key := range capabilities[e.domain] {
			if e.state.Attrs.has(key) {
				if more.Capabilities == nil {
					more.Capabilities = map[string]any{}
				}
				more.Capabilities[key] = e.state.Attrs.get(key)
			}
		}
	}

	return extendedEntry{row, more}
}

// name is what people call the entity.
func (e *entry) name() string {
	if e.Name != nil {
		return *e.Name
	}

	return deref(e.OriginalName)
}

// normalName is the form in which the registries compare names.
func normalName(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// freeID makes an id of a name that is not taken.
func freeID[T any](t *table[T], name string) string {
	id := fixture.Slug(name)
	for n, first := 2, id; t.get(id) != nil; n++ {
		id = first + "_" + strconv.Itoa(n)
	}

	return id
}

// apply sets a pointer field from a checked message where the key is given; null clears it.
func apply(msg map[string]any, key string, to **string) {
	if v, ok := msg[key]; ok {
		s, isText := v.(string)
		*to = nil
		if isText {
			*to = &s
		}
	}
}

func applyTexts(msg map[string]any, key string, to *[]string) {
	if v, ok := msg[key].([]string); ok {
		*to = v
	}
}
