package virtualhome

import (
	"maps"
	"slices"
	"strings"
	"time"

	"homehub/modules/hamanager/internal/fixture"
)

// platform is the integration that a simulated home's entities come from.
const platform = "virtual_home"

// configEntryID is the id of that integration's one entry.
const configEntryID = "01V1RTUALH0ME0000000000000"

// blueprint is what the homes of one description have in common. Nobody changes any of it.
type blueprint struct {
	hasAreas bool
	registry registry
	entities []entity // as described; each home makes its own of them
	scenes   map[string]map[string]fixture.SceneState
	scripts  map[string][]fixture.Step

	version version
	now     time.Time
}

// blueprintOf is made for the first home of a description. Everything gets stable ids, so that only
// what changes later needs to be kept.
func blueprintOf(f *fixture.File, v version, now time.Time) *blueprint {
	made := f.Memo(v, func() any {
		b := &blueprint{
			hasAreas: len(f.Areas) > 0, registry: newRegistry(), version: v, now: now,
			scenes: map[string]map[string]fixture.SceneState{}, scripts: map[string][]fixture.Step{},
		}
		b.addPlaces(f)
		for i := range f.Entities {
			b.addEntity(&f.Entities[i])
		}

		return b
	})
	b, _ := made.(*blueprint)

	return b
}

// seed builds the home that a description describes.
func (h *Home) seed(f *fixture.File) {
	now := h.stamp()
	if f == nil {
		f = &fixture.File{}
	}
	b := blueprintOf(f, h.version, now)
	h.hasAreas, h.registry = b.hasAreas, b.registry.clone()
	h.scenes, h.scripts = maps.Clone(b.scenes), maps.Clone(b.scripts)
	for _, e := range b.entities {
		shown := *e.state
		shown.Changed, shown.Updated, shown.Context = now, now, eventContext{ID: newContextID(now)}
		e.state, e.seeded, e.items = &shown, &shown, slices.Clone(e.items)
		h.hasSlow = h.hasSlow || e.fault == fixture.FaultSlow
		h.add(&e)
	}
	h.seedZone()
}

func (b *blueprint) addPlaces(f *fixture.File) {
	now := unixTime(b.now)
	for _, l := range f.Floors {
		b.registry.floors.seed(l.ID, &floor{
			Aliases: some(l.Aliases), ID: l.ID, Level: l.Level, Name: l.Name, CreatedAt: now, ModifiedAt: now,
		})
	}
	for _, a := range f.Areas {
		b.registry.areas.seed(a.ID, &area{
			Aliases: some(a.Aliases), ID: a.ID, FloorID: orNil(a.FloorID), Labels: []string{}, Name: a.Name,
			CreatedAt: now, ModifiedAt: now,
		})
	}
	entryID := configEntryID
	for _, d := range f.Devices {
		id := stableID("device", d.ID)
		b.registry.devices.seed(id, &device{
			AreaID: orNil(d.AreaID), ConfigurationURL: orNil(d.Configuration), ConfigEntries: []string{entryID},
			Subentries: map[string][]*string{entryID: {nil}}, Connections: [][2]string{}, ID: id,
			Identifiers: [][2]string{{platform, d.ID}}, Labels: []string{}, Manufacturer: orNil(d.Manufacturer),
			Model: orNil(d.Model), Name: orNil(d.Name), PrimaryEntry: &entryID, SWVersion: orNil(d.SWVersion),
			CreatedAt: now, ModifiedAt: now,
		})
	}
}

// some makes an absent list an empty one.
func some(s []string) []string {
	if s == nil {
		return []string{}
	}

	return s
}

// exposed is what the entities of a description begin with: homehub's people see all of it.
//
//nolint:gochecknoglobals // shared by all homes; replaced, never changed
var exposed = map[string]map[string]any{"conversation": {"should_expose": true}}

func (b *blueprint) addEntity(d *fixture.Entity) {
	e := entity{id: d.ID, domain: d.Domain, fault: d.Fault, state: &state{Value: d.State, Attrs: describedAttributes(d)}}
	switch d.Domain {
	case "light":
		lightAttributes(&e)
	case "media_player":
		playerAttributes(&e)
	case "scene":
		b.scenes[d.ID] = d.Scene
	case "script":
		b.scripts[d.ID] = d.Sequence
	case "todo":
		for _, item := range d.Items {
			e.items = append(e.items, todoItem{Summary: item, UID: stableID(d.ID, item), Status: needsAction})
		}
	}
	b.entities = append(b.entities, e)
	b.registry.entities.seed(d.ID, b.entryOf(d))
}

func (b *blueprint) entryOf(d *fixture.Entity) *entry {
	_, object, _ := strings.Cut(d.ID, ".")
	now := unixTime(b.now)
	entryID, name := configEntryID, d.Name
	row := &entry{
		Categories: map[string]string{}, ConfigEntryID: &entryID, Category: orNil(d.Category), EntityID: d.ID,
		ID: stableID("entity", d.ID), Labels: []string{}, Options: exposed, OriginalName: &name, Platform: platform,
		UniqueID: object, CreatedAt: now, ModifiedAt: now,
	}
	if d.DeviceID != "" {
		row.DeviceID = orNil(stableID("device", d.DeviceID))
	}
	// An area that is only the device's is not the entity's own.
	if device := b.registry.devices.get(deref(row.DeviceID)); device == nil || deref(device.AreaID) != d.AreaID {
		row.AreaID = orNil(d.AreaID)
	}
	row.more.Aliases = b.version.aliasList(d.Aliases)
	row.more.OriginalDeviceClass = orNil(deviceClassOf(d))

	return row
}

// aliasList is how the release writes aliases: since 2026.4 a null in it stands for the
// entity's own name.
func (v version) aliasList(aliases []string) []*string {
	list := []*string{}
	if v.since(2026, 4) {
		list = append(list, nil)
	}
	for _, a := range aliases {
		list = append(list, &a)
	}

	return list
}

func deviceClassOf(d *fixture.Entity) string {
	class, _ := d.Attributes["device_class"].(string)

	return class
}

// describedAttributes are a description's attributes in a settled order, the name and the
// features last, as Home Assistant has them.
func describedAttributes(d *fixture.Entity) attributes {
	attrs := make(attributes, 0, len(d.Attributes)+1)
	for _, key := range slices.Sorted(maps.Keys(d.Attributes)) {
		if key != "supported_features" && key != "friendly_name" {
			attrs = append(attrs, attribute{key, d.Attributes[key]})
		}
	}
	if d.Domain == "script" {
		attrs = append(attrs, attribute{"last_triggered", nil}, attribute{"mode", "single"}, attribute{"current", 0})
	}
	attrs = append(attrs, attribute{"friendly_name", d.Name})
	if f, ok := d.Attributes["supported_features"]; ok {
		attrs = append(attrs, attribute{"supported_features", f})
	}

	return attrs
}

const homeZone = "zone.home"

// seedZone adds the zone that every Home Assistant has. It has no registry entry.
func (h *Home) seedZone() {
	if h.byID[homeZone] != nil {
		return
	}
	e := &entity{id: homeZone, domain: "zone"}
	now := h.stamp()
	e.state = &state{Value: "0", Attrs: h.zoneAttributes(), Changed: now, Updated: now, Context: h.newContext("")}
	e.seeded = e.state
	h.add(e)
}

func (h *Home) zoneAttributes() attributes {
	return attributes{
		{"latitude", h.config.Latitude},
		{"longitude", h.config.Longitude},
		{"radius", h.config.Radius},
		{"passive", false},
		{"persons", []string{}},
		{"editable", true},
		{"icon", "mdi:home"},
		{"friendly_name", h.config.LocationName},
	}
}

// placeZone moves the zone with the configuration.
func (h *Home) placeZone() {
	if e := h.entityOf(homeZone); e != nil {
		h.set(e, e.state.Value, h.zoneAttributes(), h.newContext(""))
	}
}

// defaultAreas are the rooms that onboarding makes, by language.
//
//nolint:gochecknoglobals // a table
var defaultAreas = map[string][]string{
	"hu": {"Nappali", "Konyha", "Hálószoba"},
	"de": {"Wohnzimmer", "Küche", "Schlafzimmer"},
	"en": {"Living Room", "Kitchen", "Bedroom"},
}

// welcome adds what onboarding adds to a home with its first user: a person and, where the
// description has no rooms of its own, three areas.
func (h *Home) welcome(u *user, lang string) {
	if !h.hasAreas {
		names := defaultAreas[lang]
		if names == nil {
			names = defaultAreas["en"]
		}
		for _, name := range names {
			if h.areaNamed(name) == nil {
				h.createArea(&area{Name: name, Aliases: []string{}, Labels: []string{}})
			}
		}
	}
	slug := fixture.Slug(u.Name)
	id := "person." + slug
	if h.byID[id] != nil {
		return
	}
	name := u.Name
	e := &entity{id: id, domain: "person"}
	h.add(e)
	h.registry.entities.put(id, &entry{
		Categories: map[string]string{}, EntityID: id, ID: stableID("entity", id), Labels: []string{},
		Options:      map[string]map[string]any{"conversation": {"should_expose": false}},
		OriginalName: &name, Platform: "person", UniqueID: slug, CreatedAt: unixTime(h.stamp()), ModifiedAt: unixTime(h.stamp()),
		more: entryMore{Aliases: h.version.aliasList(nil)},
	})
	h.set(e, stateUnknown, attributes{
		{"editable", true},
		{"id", slug},
		{"device_trackers", []string{}},
		{"user_id", u.ID},
		{"friendly_name", u.Name},
	}, h.newContext(""))
}
