package hamanager

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"homehub/modules/hamanager/hamanagerapi"
)

// ResolveArea finds an area of a household's home by its id, else by its name or an alias,
// whatever their case. ok is false where there is none such, or the home is not ready: then the
// text may yet come to mean one.
func (m *Module) ResolveArea(ctx context.Context, householdID, nameOrID string) (id, name string, ok bool) {
	instance, err := m.Instance(ctx, householdID)
	if err != nil {
		return "", "", false
	}
	area := findArea(instance.Home(), nameOrID)
	if area == nil {
		return "", "", false
	}

	return area.ID, area.Name, true
}

// AreaNames lists the names of a household's areas in their order; none while its home is not ready.
func (m *Module) AreaNames(ctx context.Context, householdID string) []string {
	instance, err := m.Instance(ctx, householdID)
	if err != nil {
		return nil
	}
	areas := instance.Home().Areas
	names := make([]string, 0, len(areas))
	for _, a := range areas {
		names = append(names, a.Name)
	}

	return names
}

func findArea(home *hamanagerapi.Home, nameOrID string) *hamanagerapi.Area {
	if area := home.Area(nameOrID); area != nil {
		return area
	}
	wanted := foldName(nameOrID)
	isWanted := func(name string) bool { return foldName(name) == wanted }
	i := slices.IndexFunc(home.Areas, func(a hamanagerapi.Area) bool {
		return isWanted(a.Name) || slices.ContainsFunc(a.Aliases, isWanted)
	})
	if i < 0 {
		return nil
	}

	return &home.Areas[i]
}

// foldName makes equal what people take for the same name.
func foldName(name string) string {
	return cases.Fold().String(norm.NFC.String(strings.TrimSpace(name)))
}
