// Package hamanagertest holds homes and fakes for the tests of other modules.
package hamanagertest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/fixture"
)

// HomeFromFile returns the model of a home that a file in the `_fixtures.yaml` format
// describes, every entity exposed. No server is involved.
func HomeFromFile(tb testing.TB, path string) *hamanagerapi.Home {
	tb.Helper()
	f, err := fixture.Load(path)
	if err != nil {
		tb.Fatalf("load home: %v", err)
	}

	return homeOf(tb, f)
}

// BuiltInHome returns the model of the built-in Hungarian home, every entity exposed.
func BuiltInHome(tb testing.TB) *hamanagerapi.Home {
	tb.Helper()
	f, err := fixture.BuiltIn()
	if err != nil {
		tb.Fatalf("load built-in home: %v", err)
	}

	return homeOf(tb, f)
}

func homeOf(tb testing.TB, f *fixture.File) *hamanagerapi.Home {
	tb.Helper()
	home := hamanagerapi.Home{Version: 1, Hash: "fixture", TimeZone: "Europe/Budapest"}
	for _, l := range f.Floors {
		home.Floors = append(home.Floors, hamanagerapi.Floor{ID: l.ID, Name: l.Name, Aliases: l.Aliases, Level: l.Level})
	}
	for _, a := range f.Areas {
		home.Areas = append(home.Areas, hamanagerapi.Area{ID: a.ID, Name: a.Name, Aliases: a.Aliases, FloorID: a.FloorID})
	}
	entities := make([]*hamanagerapi.Entity, 0, len(f.Entities))
	for i := range f.Entities {
		entities = append(entities, entityOf(tb, &f.Entities[i]))
	}
	slices.SortFunc(entities, func(a, b *hamanagerapi.Entity) int { return cmp.Compare(a.ID, b.ID) })

	return hamanagerapi.NewHome(home, entities)
}

func entityOf(tb testing.TB, e *fixture.Entity) *hamanagerapi.Entity {
	tb.Helper()
	attributes := map[string]any{"friendly_name": e.Name}
	maps.Copy(attributes, e.Attributes)
	raw, err := json.Marshal(attributes)
	if err != nil {
		tb.Fatalf("attributes of %s: %v", e.ID, err)
	}
	class, _ := e.Attributes["device_class"].(string)
	cell := &hamanagerapi.StateCell{}
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	cell.Store(&hamanagerapi.State{Value: e.State, Attributes: raw, ChangedAt: at, UpdatedAt: at})

	return &hamanagerapi.Entity{
		ID: e.ID, Name: e.Name, Aliases: e.Aliases, AreaID: e.AreaID, DeviceID: e.DeviceID, Domain: e.Domain,
		DeviceClass: class, Category: e.Category, Exposed: true, Cell: cell,
	}
}
