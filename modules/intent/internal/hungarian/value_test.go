package hungarian

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// valuedHome has one thing of each kind that can be set to a value, and tells how two lamps and a heater are now.
func valuedHome() *Index {
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{{ID: "mozi", Name: "Mozi"}, {ID: "konyha", Name: "Konyha"}}}
	entity := func(id, called, area, domain, attributes string) *hamanagerapi.Entity {
		e := &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true, Cell: new(hamanagerapi.StateCell)}
		e.Cell.Store(&hamanagerapi.State{Value: "on", Attributes: json.RawMessage(attributes)})

		return e
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("light.csillar", "Csillár", "mozi", "light", `{"brightness": 204, "color_temp_kelvin": 3000, "supported_color_modes": ["hs", "color_temp"]}`),
		entity("light.falikar", "Falikar", "mozi", "light", `{"brightness": null, "color_temp_kelvin": null, "supported_color_modes": ["hs", "color_temp"]}`),
		entity("fan.mozi", "Ventilátor", "mozi", "fan", `{"percentage": 40}`),
		entity("climate.konyha", "Konyhai fűtés", "konyha", "climate", `{"temperature": 21, "min_temp": 7, "max_temp": 30}`),
	}))
}

// TestValues: how much is said in parts, with missing or wrong accents, as a change, or of what is to be no more.
func TestValues(t *testing.T) {
	t.Parallel()
	ix := valuedHome()
	for said, want := range map[string]meaning.Slots{
		"a csillárt vidd két ötödére":                     {"brightness": 40},
		"ventilátor három-negyedére":                      {"percentage": 75},
		"gyújtsd meg a csillárt fél fénnyel":              {"brightness": 50},
		"a csillár mehet teljesre":                        {"brightness": 100},
		"konyhai fűtés legyen huszonőt fok":               {"temperature": 25},
		"a csillárt vedd husz százalékra":                 {"brightness": 20},
		"a csillárt vedd hatra":                           {"brightness": 6},
		"konyhai fűtés hárommal följebb":                  {"temperature": 24},
		"a konyhai fűtés menjen lejjebb két fokot":        {"temperature": 19},
		"váltson a csillár zöldről lilára":                {"color": "purple"},
		"piros a kedvem, hát legyen a falikar is az":      {"color": "red"},
		"sötétítsd el a csillárt húszra":                  {"brightness": 20},
		"felezd meg a falikar fényét":                     {"brightness": 50},
		"a ventilátort indítsd el, de óvatosan, húszon":   {"percentage": 20},
		"a konyhai fűtés legyen huszonkettes":             {"temperature": 22},
		"tizenkilenc elég a konyhai fűtésnek":             {"temperature": 19},
		"a falikarból elég lesz harminc":                  {"brightness": 30},
		"a ventilátort tedd hatvanasra":                   {"percentage": 60},
		"mindjárt nyolc, vedd a csillárt negyvenre":       {"brightness": 40},
		"a csillár színhőmérséklete ötezer legyen":        {"temperature": 5000},
		"a csillár menjen 3/4-re":                         {"brightness": 75},
		"két fokkal kevesebb is elég a konyhai fűtésnek":  {"temperature": 19},
		"bírjuk ki tizenkilenc fokkal a konyhában":        {"temperature": 19},
		"váltson a falikar pirosból zöldbe":               {"color": "green"},
		"vidd a konyhát tizennyolcra":                     {"temperature": 18},
		"a leglassabb fokozaton menjen a ventilátor":      {"percentage": 1},
		"legyen húsz a konyhában":                         {"temperature": 20},
		"hat a ventilátor legyen hetven":                  {"percentage": 70},
		"hidegebb fehéret kérek a falikarba":              {"temperature": 4300},
		"húsz helyett legyen tíz százalék a falikar":      {"brightness": 10},
		"konyhai fűtést kettovel följebb":                 {"temperature": 23},
		"csillár on, tizenöt százalék, mindjárt kezdődik": {"brightness": 15},
	} {
		got := ix.Understand(meaning.Utterance{Text: said})
		if !assert.Len(t, got.Commands, 1, said) {
			continue
		}
		for slot, value := range want {
			assert.EqualValues(t, value, got.Commands[0].Slots[slot], said)
		}
	}
}

// TestNought: what is set to nothing, or only down, is off.
func TestNought(t *testing.T) {
	t.Parallel()
	ix := valuedHome()
	for _, said := range []string{"vidd a csillárt nullára", "konyhai fűtés le", "ventilátor le, köszi"} {
		got := ix.Understand(meaning.Utterance{Text: said})
		if assert.Len(t, got.Commands, 1, said) {
			assert.Equal(t, meaning.TurnOff, got.Commands[0].Intent, said)
		}
	}
}

// TestLostValues: what is not understood of a value is not left out, as if it had not been said.
func TestLostValues(t *testing.T) {
	t.Parallel()
	ix := valuedHome()
	for _, said := range []string{"a csillárt izélve kapcsold fel a bizgentyű huszadára, ötvenen", "a falikart kapcsold fel, krákogósan, tizenkét százalékon valamiképpen hunyorogva"} {
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			assert.NotEqual(t, meaning.TurnOn, c.Intent, said)
		}
	}
}

// TestRest: the rest is all but what is left as it is, or named before it.
func TestRest(t *testing.T) {
	t.Parallel()
	ix := valuedHome()
	for said, want := range map[string][]string{
		"a csillár hadd világítson, minden mást kapcsolj le a moziban":                {"light.falikar"},
		"hagyd égve a csillárt, a többit kapcsold le":                                 {"light.falikar"},
		"a falikart ne bántsd, a többi lámpát oltsd el a moziban":                     {"light.csillar"},
		"oltsd el az összes lámpát, a falikar még kell":                               {"light.csillar"},
		"a falikar legyen kék, a többi lámpa a moziban piros":                         {"light.falikar", "light.csillar"},
		"tulajdonképpen mindent le lehetne oltani a moziban, csak a falikar maradjon": {"light.csillar"},
		"olts el mindent a moziban, de a bizgentyű maradjon":                          nil,
		"gyújtsd meg a csillárt, a többit pedig oltsd el":                             {"light.csillar", "light.falikar"},
	} {
		var reached []string
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			for _, e := range c.Targets {
				reached = append(reached, e.ID)
			}
		}
		assert.Equal(t, want, reached, said)
	}
}
