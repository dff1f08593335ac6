package hamanager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
)

func TestFindArea(t *testing.T) {
	t.Parallel()
	home := hamanagerapi.NewHome(hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "konyha", Name: "Étkező"},
		{ID: "a2", Name: "Konyha"},
		{ID: "a3", Name: "Fürdő", Aliases: []string{"Fürdőszoba"}},
	}}, nil)
	for said, want := range map[string]string{
		"konyha": "konyha", // an id comes before a name
		"KONYHA": "a2", "étkező": "konyha", "e\u0301tkezo\u030b": "konyha",
		" Fürdőszoba ": "a3", //nolint:gocritic // spaces are the case
	} {
		area := findArea(home, said)
		require.NotNil(t, area, said)
		require.Equal(t, want, area.ID, said)
	}
	require.Nil(t, findArea(home, "padlás"))
	require.Nil(t, findArea(home, ""))
}

func TestAreasOfAHomeThatIsNotReady(t *testing.T) {
	t.Parallel()
	m := &Module{fleet: &fleet{}}
	_, _, ok := m.ResolveArea(t.Context(), "h", "konyha")
	require.False(t, ok)
	require.Empty(t, m.AreaNames(t.Context(), "h"))
}
