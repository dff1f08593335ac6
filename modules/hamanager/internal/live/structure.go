package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unique"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
)

// registries is what Home Assistant knows of a home beside its states.
type registries struct {
	timeZone string
	floors   []hass.Floor
	areas    []hass.Area
	devices  []hass.Device
	entries  []hass.Entry
	extended map[string]*hass.Entry // those of the entities that have a state
	exposed  map[string]bool
}

// build makes the structure over the mirrored states. It has no version and no index yet.
func (m *mirror) build(r registries) *hamanagerapi.Home {
	p := newPlacer(r)

	m.mu.Lock()
	entities := make([]*hamanagerapi.Entity, 0, len(m.cells))
	for id, cell := range m.cells {
		entities = append(entities, &hamanagerapi.Entity{ID: id, Cell: cell})
	}
	m.mu.Unlock()

	for _, e := range entities {
		p.complete(e, r)
	}
	slices.SortFunc(entities, func(a, b *hamanagerapi.Entity) int { return cmp.Compare(a.ID, b.ID) })

	home := hamanagerapi.NewHome(hamanagerapi.Home{
		TimeZone: r.timeZone, Floors: floorsOf(r.floors), Areas: areasOf(r.areas),
	}, entities)
	home.Hash = hashOf(home)

	return home
}

// placer finds an entity's area by Home Assistant's rules.
type placer struct {
	entries map[string]*hass.Entry
	devices map[string]*hass.Device
	areas   map[string]bool
}

func newPlacer(r registries) placer {
	p := placer{
		entries: make(map[string]*hass.Entry, len(r.entries)),
		devices: make(map[string]*hass.Device, len(r.devices)),
		areas:   make(map[string]bool, len(r.areas)),
	}
	for i := range r.entries {
		p.entries[r.entries[i].EntityID] = &r.entries[i]
	}
	for i := range r.devices {
		p.devices[r.devices[i].ID] = &r.devices[i]
	}
	for _, a := range r.areas {
		p.areas[a.ID] = true
	}

	return p
}

// complete fills in what is known of the entity. One without a registry entry has a name and
// no place.
func (p placer) complete(e *hamanagerapi.Entity, r registries) {
	domain, object, _ := strings.Cut(e.ID, ".")
	n := namesOf(e.State().Attributes)
	e.Domain = shared(domain)
	e.Name = cmp.Or(n.friendlyName, strings.ReplaceAll(object, "_", " "))
	e.DeviceClass = shared(n.deviceClass)
	e.Exposed = r.exposed[e.ID]

	entry := p.entries[e.ID]
	if entry == nil {
		return
	}
	e.DeviceID = entry.DeviceID
	e.AreaID = p.areaOf(entry)
	e.Category = shared(entry.Category)

	if extended := r.extended[e.ID]; extended != nil {
		e.Aliases = aliasesOf(extended.Aliases)
		e.DeviceClass = shared(cmp.Or(e.DeviceClass, extended.DeviceClass, extended.OriginalDeviceClass))
	}
}

// areaOf is the entity's own area, else its device's, else that of the device's parent.
func (p placer) areaOf(entry *hass.Entry) string {
	areaID := entry.AreaID
	device := p.devices[entry.DeviceID]
	for range 2 {
		if areaID != "" || device == nil {
			break
		}
		areaID, device = device.AreaID, p.devices[device.ParentID]
	}
	if !p.areas[areaID] {
		return "" // deleted meanwhile
	}

	return shared(areaID)
}

// aliasesOf drops the nil that stands for the entity's own name.
func aliasesOf(raw []*string) []string {
	var aliases []string
	for _, alias := range raw {
		if alias != nil && strings.TrimSpace(*alias) != "" {
			aliases = append(aliases, *alias)
		}
	}

	return aliases
}

func floorsOf(raw []hass.Floor) []hamanagerapi.Floor {
	floors := make([]hamanagerapi.Floor, 0, len(raw))
	for _, f := range raw {
		floors = append(floors, hamanagerapi.Floor{ID: f.ID, Name: f.Name, Aliases: f.Aliases, Level: f.Level})
	}

	return floors
}

func areasOf(raw []hass.Area) []hamanagerapi.Area {
	areas := make([]hamanagerapi.Area, 0, len(raw))
	for _, a := range raw {
		areas = append(areas, hamanagerapi.Area{
			ID: shared(a.ID), Name: a.Name, Aliases: a.Aliases, FloorID: a.FloorID,
			TemperatureEntityID: a.TemperatureEntityID,
		})
	}

	return areas
}

// hashOf names the structure: whatever is in it changes the hash, and no state does.
func hashOf(home *hamanagerapi.Home) string {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	write := func(v any) {
		if err := encoder.Encode(v); err != nil {
			panic(fmt.Sprintf("live: hash %T: %v", v, err)) // plain strings and numbers always encode
		}
	}

	write([]any{home.TimeZone, home.Floors, home.Areas})
	for _, e := range home.Entities {
		plain := *e
		plain.Cell = nil
		write(plain)
	}

	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// shared keeps one copy of a word that many entities and homes use.
func shared(s string) string { return unique.Make(s).Value() }
