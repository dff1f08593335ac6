package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// farmyard is a home whose things are called by compounds, and two of them alike.
func farmyard() *Index {
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "szin", Name: "Gépszín"}, {ID: "major", Name: "Halasmajor"}, {ID: "kis", Name: "Kisszoba"}, {ID: "konyha", Name: "Konyha"}, {ID: "gyerek", Name: "Gyerekszoba"},
	}}
	entity := func(id, called, area, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true}
	}
	gate := entity("cover.kapu", "Garázskapu", "szin", "cover")
	gate.DeviceClass = "garage"

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("light.kis", "Kisszoba csillár", "kis", "light"),
		entity("light.pali", "Pali lámpája", "gyerek", "light"),
		entity("light.zsuzsi", "Zsuzsi lámpája", "gyerek", "light"),
		entity("light.gomb", "Gömb", "gyerek", "light"),
		entity("light.szin", "Reflektor", "szin", "light"),
		entity("light.major", "Reflektor", "major", "light"),
		entity("light.oszlop", "Oszloplámpa", "major", "light"),
		entity("light.konyha", "Mosogatófény", "konyha", "light"),
		entity("switch.daralo", "Terménydaráló", "szin", "switch"),
		entity("switch.prés", "Almaprés", "szin", "switch"),
		entity("vacuum.robi", "Robi", "konyha", "vacuum"),
		entity("scene.szuret", "Szüret", "", "scene"),
		entity("valve.fuz", "Fűzfa csap", "major", "valve"),
		entity("valve.nyar", "Nyárfa csap", "major", "valve"),
		gate,
	}))
}

// TestThings: a thing is meant by the end of its compound, by what it is said to be at, and wherever it goes.
func TestThings(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"indítsd el a darálót":                     {"switch.daralo"},
		"daráló ki":                                {"switch.daralo"},
		"a majorban kapcsold le a reflektort":      {"light.major"},
		"a reflektort kapcsold fel a darálónál":    {"light.szin"},
		"az oszlopnál kapcsold fel a fényt":        {"light.oszlop"},
		"gyújts fényt az oszlop alatt":             {"light.oszlop"},
		"csukd be a garázst":                       {"cover.kapu"},
		"Robi induljon takarítani a gépszínbe":     {"vacuum.robi"},
		"a gépszínben legyen Szüret hangulat":      {"scene.szuret"},
		"kérek egy kis fényt a konyhába":           {"light.konyha"},
		"kapcsold le a gyerek lámpáját":            {"light.pali", "light.zsuzsi"},
		"kapcsold le a gyerekszobában a lámpát":    {"light.gomb", "light.pali", "light.zsuzsi"},
		"porszívózz egyet, csupa morzsa a konyha":  {"vacuum.robi"},
		"gyújtsd fel a fonószobában a lámpát":      nil,
		"locsolj már":                              {"valve.fuz", "valve.nyar"},
		"gyújtsd meg drága nekem az oszlop fényét": {"light.oszlop"},
		"vidd a reflektort a darálónál ötvenre":    {"light.szin"},
	}
	ix := farmyard()
	for said, want := range cases {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}
