package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// numberedHome is a home whose rooms are numbered, with locks, an awning and things that share a front.
func numberedHome() *Index {
	home := hamanagerapi.Home{
		Areas: []hamanagerapi.Area{
			{ID: "egy", Name: "1-es szoba"}, {ID: "ketto", Name: "2-es szoba"}, {ID: "bar", Name: "Bár"}, {ID: "kert", Name: "Kert"},
		},
	}
	entity := func(id, called, area, domain, class, state string) *hamanagerapi.Entity {
		e := &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, DeviceClass: class, Exposed: true, Cell: new(hamanagerapi.StateCell)}
		e.Cell.Store(&hamanagerapi.State{Value: state})

		return e
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("light.egy", "Mennyezeti lámpa", "egy", "light", "", "on"),
		entity("lock.egy", "1-es szoba ajtaja", "egy", "lock", "", "locked"),
		entity("cover.egy", "Redőny", "egy", "cover", "shutter", "open"),
		entity("light.ketto", "Mennyezeti lámpa", "ketto", "light", "", "on"),
		entity("climate.ketto", "2-es szoba klíma", "ketto", "climate", "", "cool"),
		entity("light.csillar", "Csillár", "bar", "light", "", "on"),
		entity("light.neon", "Neon szalag", "bar", "light", "", "on"),
		entity("light.csik", "Pult neoncsíkja", "bar", "light", "", "on"),
		entity("fan.bar", "Mennyezeti ventilátor", "bar", "fan", "", "on"),
		entity("media_player.bar", "Bár tévé", "bar", "media_player", "", "off"),
		entity("cover.kert", "Napellenző", "kert", "cover", "awning", "closed"),
		entity("lawn_mower.kert", "Fűnyíró", "kert", "lawn_mower", "", "docked"),
	}))
}

// TestBelievedWrongly: what sounds like a command to a thing, and is another or none.
func TestBelievedWrongly(t *testing.T) {
	t.Parallel()
	type want struct {
		intent string
		ids    []string
	}
	cases := map[string]want{
		"kapcsold le a lámpát az egyesben":                       {meaning.TurnOff, []string{"light.egy"}},
		"kettesben oltsd le a villanyt":                          {meaning.TurnOff, []string{"light.ketto"}},
		"zárd be az 1-es szobát":                                 {meaning.TurnOn, []string{"lock.egy"}},
		"üres a kettes, ott állítsd le a klímát":                 {meaning.TurnOff, []string{"climate.ketto"}},
		"engedd le a napellenzőt":                                {meaning.TurnOn, []string{"cover.kert"}},
		"húzd fel a napellenzőt":                                 {meaning.TurnOff, []string{"cover.kert"}},
		"ne pörögjön ilyen gyorsan a mennyezeti ventilátor":      {meaning.FanSetSpeed, []string{"fan.bar"}},
		"ne forogjon a mennyezeti ventilátor":                    {meaning.TurnOff, []string{"fan.bar"}},
		"ne égjen olyan erősen a csillár":                        {meaning.LightSet, []string{"light.csillar"}},
		"kérem a bár tévét":                                      {meaning.TurnOn, []string{"media_player.bar"}},
		"oltsd le a neont":                                       {meaning.TurnOff, []string{"light.csik", "light.neon"}},
		"szereld le a csillárt a bárban":                         {"", nil},
		"Ferkó, nyírd le a füvet":                                {"", nil},
		"a csillárt húsz százalékon elég hagyni, kapcsold be":    {meaning.LightSet, []string{"light.csillar", "light.csillar"}},
		"mindent oltsd le a bárban, a kasszagép kivételével":     {"", nil},
		"a csillárt kapcsold le, illetve inkább a neon szalagot": {meaning.TurnOff, []string{"light.neon"}},
	}
	ix := numberedHome()
	for said, want := range cases {
		got := ix.Understand(meaning.Utterance{Text: said})

		if want.intent == "" {
			assert.Empty(t, reached(got), said)

			continue
		}
		if assert.NotEmpty(t, got.Commands, said) {
			assert.Equal(t, want.intent, got.Commands[0].Intent, said)
			assert.Equal(t, want.ids, reached(got), said)
		}
	}
}

// TestCountsAreNoRooms: what counts, or is a value, is no number of a room.
func TestCountsAreNoRooms(t *testing.T) {
	t.Parallel()
	ix := numberedHome()
	for _, said := range []string{"indíts egy tízperces időzítőt", "kérek egy húszperces időzítőt a tojásnak", "adj egy kicsivel több fényt a bárba", "állítsd kettesre a mennyezeti ventilátort"} {
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			assert.NotContains(t, []any{"1-es szoba", "2-es szoba"}, c.Slots["area"], said)
		}
	}
}
