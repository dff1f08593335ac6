package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestCalledTheirs: what is somebody's who was spoken of before is told by the end of its name, too.
func TestCalledTheirs(t *testing.T) {
	t.Parallel()
	entity := func(id, called, area, domain, class string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, DeviceClass: class, Exposed: true}
	}
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{{ID: "zita", Name: "Zita szobája"}, {ID: "terasz", Name: "Terasz"}, {ID: "kamra", Name: "Kamra"}}}
	ix := NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.zita", "Zita", "", "person", ""),
		entity("cover.zita", "Zita redőnye", "zita", "cover", "shutter"),
		entity("light.zita", "Zita lámpája", "zita", "light", ""),
		entity("light.zita_fuzer", "Zita fényfüzére", "zita", "light", ""),
		entity("light.bence", "Bence lámpája", "terasz", "light", ""),
		entity("switch.kazan", "Kazán", "kamra", "switch", ""),
		entity("valve.kazan", "Kazán vízcsap", "kamra", "valve", "water"),
	}))
	for said, want := range map[string]string{
		"Zita redőnye le, a lámpája be":                        "HassTurnOff cover.zita; HassTurnOn light.zita",
		"Húzd fel Zita redőnyét, és kapcsold le a fényfüzérét": "HassTurnOn cover.zita; HassTurnOff light.zita_fuzer",
		// The place is that of the other command.
		"A teraszon kapcsold fel a lámpát, és zárd el a vízcsapot a kazánnál": "HassTurnOn light.bence; HassTurnOff valve.kazan",
	} {
		assert.Equal(t, want, inShort(ix.Understand(meaning.Utterance{Text: said}).Commands), said)
	}
}
