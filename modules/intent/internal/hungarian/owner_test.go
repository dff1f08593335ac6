package hungarian

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// ownedHome is a home with rooms and things that are called after people, and several of a kind.
func ownedHome() *Index {
	home := hamanagerapi.Home{
		Floors: []hamanagerapi.Floor{{ID: "le", Name: "Földszint"}, {ID: "fel", Name: "Emelet"}},
		Areas: []hamanagerapi.Area{
			{ID: "panka", Name: "Panka szobája", FloorID: "fel"},
			{ID: "dani", Name: "Dani szobája", FloorID: "fel"},
			{ID: "papa", Name: "Papa szobája", FloorID: "le"},
			{ID: "konyha", Name: "Konyha", FloorID: "le"},
			{ID: "furdo", Name: "Fürdő", FloorID: "le"},
			{ID: "zuhany", Name: "Zuhanyzó", FloorID: "fel"},
			{ID: "kert", Name: "Kert"},
		},
	}
	entity := func(id, called, area, domain, class string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, DeviceClass: class, Exposed: true}
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.panka", "Panka", "", "person", ""),
		entity("cover.panka", "Panka redőnye", "panka", "cover", "shutter"),
		entity("light.panka", "Panka éjjeli lámpája", "panka", "light", ""),
		entity("cover.dani", "Dani redőnye", "dani", "cover", "shutter"),
		entity("light.dani", "Dani éjjeli lámpája", "dani", "light", ""),
		entity("cover.papa", "Papa redőnye", "papa", "cover", "shutter"),
		entity("media_player.papa", "Papa rádiója", "papa", "media_player", ""),
		entity("light.pult", "Pultvilágítás", "konyha", "light", ""),
		entity("light.konyha", "Konyhalámpa", "konyha", "light", ""),
		entity("switch.kut", "Kútszivattyú", "kert", "switch", ""),
		entity("switch.to", "Tó szivattyú", "kert", "switch", ""),
		entity("light.kert", "Kerti lámpa", "kert", "light", ""),
		entity("sensor.kint", "Külső hőmérséklet", "kert", "sensor", "temperature"),
		entity("fan.furdo", "Fürdő ventilátor", "furdo", "fan", ""),
		entity("fan.zuhany", "Zuhanyzó ventilátor", "zuhany", "fan", ""),
		entity("switch.lg", "LG szárítógép", "furdo", "switch", ""),
	}))
}

// reached lists what a reading reaches or asks about.
func reached(got meaning.Understanding) []string {
	var ids []string
	for _, c := range got.Commands {
		for _, e := range c.Targets {
			ids = append(ids, e.ID)
		}
	}
	if got.Question != nil {
		for _, c := range got.Question.Choices {
			ids = append(ids, c.EntityID)
		}
	}
	slices.Sort(ids)

	return ids
}

// TestThingsByOwnersAndParts calls things by whose they are, where they are, and by parts of their
// names. What fits several is a question.
func TestThingsByOwnersAndParts(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"húzd le a redőnyt Pankánál":                    {"cover.panka"},
		"Papánál húzd le a redőnyt":                     {"cover.papa"},
		"húzd le Dani rolóját":                          {"cover.dani"},
		"kapcsold fel Pankának a lámpáját":              {"light.panka"},
		"húzd le Panka redőnyét, és Daniét is húzd le":  {"cover.dani", "cover.panka"},
		"Panka éjjeli lámpája be, Danié ki":             {"light.dani", "light.panka"},
		"kapcsold ki a papa tévéjét":                    nil, // there is only a radio
		"kapcsold le az éjjeli lámpát":                  {"light.dani", "light.panka"},
		"a gyerekeknél húzd le a redőnyt":               {"cover.dani", "cover.panka"},
		"a gyerek redőnyét húzd fel":                    {"cover.dani", "cover.panka"},
		"gyújtsd fel a pultot":                          {"light.pult"},
		"kapcsold be a szivattyút":                      {"switch.kut", "switch.to"},
		"kapcsold be a szivattyúkat":                    {"switch.kut", "switch.to"},
		"indítsd el az LG-t":                            {"switch.lg"},
		"kapcsold be az egyik ventilátort":              {"fan.furdo", "fan.zuhany"},
		"kapcsold fel kint a lámpát":                    {"light.kert"},
		"hány fok van odakint?":                         {"sensor.kint"},
		"fönt húzd le a redőnyöket":                     {"cover.dani", "cover.panka"},
		"kapcsold fel a konyhait":                       {"light.konyha", "light.pult"},
		"vegyél a papának pultot":                       nil,
		"a lámpát állítsd harmincra a szivattyúknál is": nil,
	}
	ix := ownedHome()
	for said, want := range cases {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}

// TestWhichRoomsAreChildrens: rooms called after grown-ups are none.
func TestWhichRoomsAreChildrens(t *testing.T) {
	t.Parallel()
	ix := ownedHome()

	got := ix.Understand(meaning.Utterance{Text: "húzd le a redőnyöket a gyerekszobákban"})

	assert.Nil(t, got.Question)
	assert.Equal(t, []string{"cover.dani", "cover.panka"}, reached(got))
}

// TestFollowOwner: in the turn after, an owner stands for their thing like the one before.
func TestFollowOwner(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	first := ix.Understand(meaning.Utterance{Text: "húzd le Panka redőnyét"})
	memory := &meaning.Memory{Commands: first.Commands}
	for said, want := range map[string]string{"Daniét is": "cover.dani", "Daniét viszont húzd fel": "cover.dani", "a papáét meg fel": "cover.papa", "Daninál is húzd le": "cover.dani"} {
		got := ix.Understand(meaning.Utterance{Text: said, Before: memory})

		assert.Equal(t, []string{want}, reached(got), said)
	}
}

// TestPronounIsPlaceNamedBefore: nála is where the one who was named before has a room, and nobody's place
// where nobody was named.
func TestPronounIsPlaceNamedBefore(t *testing.T) {
	t.Parallel()
	for said, want := range map[string][]string{
		"Kapcsold fel Panka éjjeli lámpáját, és húzd le nála a redőnyt": {"light.panka", "cover.panka"},
		"Húzd le a redőnyt Daninál, és kapcsold fel nála a lámpát":      {"cover.dani", "light.dani"},
		"Húzd le nála a redőnyt": nil,
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			var reached []string
			for _, c := range ownedHome().Understand(meaning.Utterance{Text: said}).Commands {
				for _, e := range c.Targets {
					reached = append(reached, e.ID)
				}
			}
			assert.Equal(t, want, reached)
		})
	}
}
