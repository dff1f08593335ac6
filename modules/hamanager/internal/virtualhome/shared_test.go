package virtualhome

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHomesOfOneDescriptionAreApart: they share rows, and nothing that one of them does to its own reaches the other.
func TestHomesOfOneDescriptionAreApart(t *testing.T) {
	t.Parallel()
	f := builtIn(t)
	one, other := open(t, Options{Definition: f}), open(t, Options{Definition: f})
	e := other.registry.entities.all()[0]
	require.Same(t, e, one.registry.entities.get(e.EntityID))

	renamed := "másik"
	one.updateEntry(e, func(row *entry) {
		row.Name = &renamed
		row.setOptions("conversation", map[string]any{"should_expose": false})
	}, nil)
	for _, row := range one.registry.areas.all() {
		one.registry.areas.remove(row.ID)
	}
	lamp := one.byID["light.konyha"]
	one.set(lamp, "unavailable", lamp.state.Attrs.with("brightness", 3), one.newContext(""))
	clear(one.scenes)

	require.Equal(t, "másik", one.registry.entities.get(e.EntityID).name())
	require.Same(t, e, other.registry.entities.get(e.EntityID))
	require.Nil(t, e.Name)
	require.Equal(t, true, e.Options["conversation"]["should_expose"])
	for _, h := range []*Home{other, open(t, Options{Definition: f})} {
		require.Len(t, h.registry.areas.all(), len(f.Areas))
		require.NotEqual(t, "unavailable", h.byID["light.konyha"].state.Value)
		require.NotEqual(t, 3, h.byID["light.konyha"].state.Attrs.get("brightness"))
		require.NotEmpty(t, h.scenes)
	}
}
