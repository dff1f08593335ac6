package hungarian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// twins is a home that has two of much: rooms of one word on two floors, players and heaters beside each other, things on
// either side.
func twins() *Index {
	home := hamanagerapi.Home{
		Floors: []hamanagerapi.Floor{{ID: "le", Name: "Földszint"}, {ID: "fel", Name: "Emelet"}},
		Areas: []hamanagerapi.Area{
			{ID: "w1", Name: "Alsó vécé", FloorID: "le"},
			{ID: "w2", Name: "Felső vécé", FloorID: "fel"},
			{ID: "h1", Name: "Zuhanyfülke", FloorID: "le"},
			{ID: "n", Name: "Nappali", FloorID: "le"},
		},
	}
	entity := func(id, called, area string) *hamanagerapi.Entity {
		domain, _, _ := strings.Cut(id, ".")

		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true}
	}

	class := func(e *hamanagerapi.Entity, of string) *hamanagerapi.Entity {
		e.DeviceClass = of

		return e
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.nagymama", "Nagymama", ""),
		class(entity("cover.slag", "Hagymafüggöny", "w2"), "blind"),
		class(entity("cover.tull", "Tüllfüggöny", "n"), "curtain"),
		entity("valve.fu", "Pázsit öntöző", ""),
		entity("valve.malna", "Málnaöntöző", ""),
		entity("light.w1", "Plafonégő", "w1"),
		entity("light.w2", "Faliégő", "w2"),
		entity("sensor.w", "Vécé páratartalma", "w1"),
		entity("light.h1", "Csempefény", "h1"),
		entity("light.fali", "Fali lámpa", "n"),
		entity("light.csillar", "Csillár", "n"),
		entity("light.bal", "Bal szekrényfény", "n"),
		entity("light.jobb", "Jobb szekrényfény", "n"),
		entity("light.szekreny", "Ruhásszekrény", "n"),
		entity("light.nagymama", "Nagymama állólámpája", "n"),
		entity("media_player.tv", "Sony tévé", "n"),
		entity("media_player.radio", "Táskarádió", "n"),
		entity("climate.klima", "Midea klíma", "n"),
		entity("climate.fal", "Termosztát 8", "n"),
	}))
}

// TestUnderstandTwins reads which of two things is meant, and asks where that is open.
func TestUnderstandTwins(t *testing.T) {
	t.Parallel()
	ix := twins()
	for said, want := range map[string][]string{
		"kapcsold le a fenti vécében a villanyt":               {"light.w2"},
		"kapcsold le lent a vécében a villanyt":                {"light.w1"},
		"az emeleten a vécében olts el minden lámpát":          {"light.w2"},
		"kapcsold le a vécében a villanyt":                     {"light.w1", "light.w2"},
		"a vécé villanya legyen húsz százalékos":               {"light.w1", "light.w2"},
		"kapcsold le a fülkét":                                 {"light.h1"},
		"kapcsolj fel egy lámpát a nappaliban":                 {"light.bal", "light.csillar", "light.fali", "light.jobb", "light.nagymama", "light.szekreny"},
		"kapcsold fel a jobb oldali szekrényfényt":             {"light.jobb"},
		"a szekrényt állítsd tíz százalékra":                   {"light.bal", "light.jobb", "light.szekreny"},
		"a nagymamám állólámpáját kapcsold fel":                {"light.nagymama"},
		"halkítsd le a tévét":                                  {"media_player.tv"},
		"a nappaliban a klíma legyen huszonegy fok":            {"climate.klima"},
		"a nappaliban a termosztát legyen huszonegy fok":       {"climate.fal"},
		"a nappaliban fel a lámpákat, le a csillárt":           {"light.bal", "light.csillar", "light.fali", "light.jobb", "light.nagymama", "light.szekreny"},
		"állítsd le a mosóvécében a villanyt":                  nil,
		"húzd be a függönyt":                                   {"cover.slag", "cover.tull"},
		"a nappaliban húzd be a függönyt":                      {"cover.tull"},
		"öntözd a füvet és a málnát":                           {"valve.fu", "valve.malna"},
		"azt a lámpát kapcsold le a vécében":                   {"light.w1", "light.w2"},
		"gyújts fényt a szekrénynél":                           {"light.bal", "light.jobb", "light.szekreny"},
		"olvasd fel a villanyórát":                             nil,
		"tegnap a nappaliban valaki otthagyta égve a csillárt": nil,
	} {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}
