package hungarian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// askedHome is a home with something of every kind that is asked about.
func askedHome() *Index {
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "mosoda", Name: "Mosoda"}, {ID: "veranda", Name: "Veranda"}, {ID: "zoe", Name: "Zoé szobája"}, {ID: "szin", Name: "Kocsiszín"},
	}}
	entity := func(id, called, area, domain, class string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, DeviceClass: class, Exposed: true}
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.zoe", "Zoé", "", "person", ""),
		entity("person.iven", "Iven", "", "person", ""),
		entity("light.iven", "Iven asztali lámpája", "veranda", "light", ""),
		entity("light.szin", "Kocsiszín lámpa", "szin", "light", ""),
		entity("cover.szin", "Kocsiszín kapuja", "szin", "cover", "garage"),
		entity("binary_sensor.zoe", "Zoé ablaka", "zoe", "binary_sensor", "window"),
		entity("binary_sensor.mosoda", "Mosoda ablak", "mosoda", "binary_sensor", "window"),
		entity("binary_sensor.mozgas", "Veranda mozgás", "veranda", "binary_sensor", "motion"),
		entity("switch.mosogep", "Mosógép", "mosoda", "switch", ""),
		entity("sensor.mosogep", "Mosógép fogyasztása", "mosoda", "sensor", "power"),
		entity("sensor.kemence", "Kemence fogyasztása", "mosoda", "sensor", "power"),
		entity("sensor.mosoda", "Mosoda hőmérséklet", "mosoda", "sensor", "temperature"),
		entity("sensor.kint", "Külső hőmérséklet", "", "sensor", "temperature"),
		entity("climate.kad", "Dézsafürdő", "veranda", "climate", ""),
		entity("fan.1", "Plafonventilátor", "veranda", "fan", ""),
		entity("fan.2", "Talpas ventilátor", "zoe", "fan", ""),
		entity("lawn_mower.robi", "Fűnyíró", "", "lawn_mower", ""),
		entity("valve.kert", "Kerti öntöző", "", "valve", "water"),
		entity("weather.itt", "Itt", "", "weather", ""),
	}))
}

// What is asked is answered by what it is about, in the state that is asked for, if any.
func TestAsks(t *testing.T) {
	t.Parallel()
	ix := askedHome()
	for text, want := range map[string][]string{ // the intent, the state that is asked for, and what is reached; a ? before what is asked which
		// most is no verb of what washes
		"Hány ablak van most nyitva?":          {"HassGetState on binary_sensor.zoe binary_sensor.mosoda"},
		"Hol jár most a fűnyíró?":              {"HassGetState  lawn_mower.robi"},
		"Mennyi most a fogyasztás?":            {"HassGetState  ? sensor.mosogep sensor.kemence"},
		"Itthon van Zoé, vagy már elindult?":   {"HassGetState  person.zoe"}, // yes would be no answer
		"Itthon van Zoé, vagy csak hallom?":    {"HassGetState home person.zoe"},
		"Merre van Zoé és Iven?":               {"HassGetState  person.zoe", "HassGetState  person.iven"},
		"Itthon van Zoé, és csukva az ablaka?": {"HassGetState home person.zoe", "HassGetState off binary_sensor.zoe"},
		"Ivennél ég a lámpa?":                  {"HassGetState on light.iven"},
		"Van olyan ablak, ami nincs becsukva?": {"HassGetState on binary_sensor.zoe binary_sensor.mosoda"},
		"Sorold fel a nyitott ablakokat!":      {"HassGetState on binary_sensor.zoe binary_sensor.mosoda"},
		// values that are wished for
		"Kérném a mosoda hőmérsékletét.": {"HassGetState  sensor.mosoda"},
		"Add meg a kinti hőmérsékletet!": {"HassGetState  sensor.kint"},
		"Mennyit mutat a hőmérő kint?":   {"HassGetState  sensor.kint"},
		// how, and not whether
		"Hányas fokozaton megy a ventilátor?": {"HassGetState  ? fan.1 fan.2"},
		"Kihűlt már a mosoda?":                {"HassClimateGetTemperature  sensor.mosoda"},
		"Bemelegedett a dézsafürdő?":          {"HassGetState  climate.kad"},
		// what is asked for is of the kind that can be so, and asked, not done
		"Nyitva hagytam a kocsiszínt?":        {"HassGetState open cover.szin"},
		"Nyírja még a gyepet a fűnyíró?":      {"HassGetState  lawn_mower.robi"},
		"Megy az öntözés?":                    {"HassGetState open valve.kert"},
		"Mozgott valaki a verandán?":          {"HassGetState on binary_sensor.mozgas"},
		"Hány fok van kint, és kell esernyő?": {"HassGetState  sensor.kint", "HassGetWeather  weather.itt"},
		"Alszik már Zoé?":                     {"HassGetState  person.zoe"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := ix.Understand(meaning.Utterance{Text: text})
			var said []string
			for i, c := range got.Commands {
				parts := []string{c.Intent, c.Slots.Text("state")}
				if got.Question != nil && got.Question.Command == i {
					parts = append(parts, "?")
					for _, choice := range got.Question.Choices {
						parts = append(parts, choice.EntityID)
					}
				}
				for _, e := range c.Targets {
					parts = append(parts, e.ID)
				}
				said = append(said, strings.Join(parts, " "))
			}
			assert.Equal(t, want, said)
		})
	}
}
