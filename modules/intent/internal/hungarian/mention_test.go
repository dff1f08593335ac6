package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// workshopHome has several devices that are called alike, and some after what they do.
func workshopHome() *Index {
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "muhely", Name: "Műhely"}, {ID: "kamra", Name: "Kamra"}, {ID: "jozsi", Name: "Józsi szobája"}, {ID: "juli", Name: "Juli szobája"},
	}}
	entity := func(id, called, area, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true}
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.jozsi", "Józsi", "", "person"),
		entity("person.juli", "Juli", "", "person"),
		{ID: "person.vera", Name: "Vera", Aliases: []string{"anyu"}, Domain: "person", Exposed: true},
		entity("light.vera", "Vera lámpája", "kamra", "light"),
		entity("light.polc", "Befőttespolc lámpa", "kamra", "light"),
		entity("switch.varro", "Varrógép", "juli", "switch"),
		entity("switch.fagyi", "Fagylaltgép", "kamra", "switch"),
		entity("switch.kutya", "Kutyaetető", "kamra", "switch"),
		entity("switch.hal", "Haletető", "kamra", "switch"),
		entity("switch.fur", "Fúrótöltő", "muhely", "switch"),
		entity("media_player.jozsi", "Józsi rádiója", "jozsi", "media_player"),
		entity("media_player.juli", "Juli rádiója", "juli", "media_player"),
		entity("light.kis", "Kislámpa", "muhely", "light"),
		entity("light.satu", "Mennyezeti lámpa", "muhely", "light"),
		entity("lock.bal", "Bal szekrényzár", "muhely", "lock"),
		entity("lock.jobb", "Jobb szekrényzár", "muhely", "lock"),
	}))
}

// TestMentioned: which of several devices is meant is said beside what names it.
func TestMentioned(t *testing.T) {
	t.Parallel()
	ix := workshopHome()
	for said, want := range map[string][]string{
		"most varrnék egy kicsit, indítsd el a gépet":       {"switch.varro"},
		"fagylaltot eszünk, kapcsold be a gépet":            {"switch.fagyi"},
		"kapcsold be a gépet":                               {"switch.fagyi", "switch.varro"}, // a question
		"Józsi szobájából hallatszik, halkítsd le a rádiót": {"media_player.jozsi"},
		"a kicsi lámpát oltsd el a műhelyben":               {"light.kis"},
		"a feleségem lámpáját kapcsold le":                  {"light.vera"},
		"a befőttesnél kapcsold fel nekem a lámpát":         {"light.polc"},
		"zárd be a jobb oldali szekrényzárat":               {"lock.jobb"},
	} {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}

// TestDeeds: what devices are called after asks for them, where it is done to the same thing.
func TestDeeds(t *testing.T) {
	t.Parallel()
	ix := workshopHome()
	for said, want := range map[string][]string{
		"etesd meg a kutyát":             {"switch.kutya"},
		"légy szíves, etesd a halakat":   {"switch.hal"},
		"töltsd fel a fúrót":             {"switch.fur"},
		"etesd meg a macskát":            nil,
		"ne etesd meg a kutyát":          nil,
		"megetetted a kutyát?":           nil,
		"ha hazajön, etesd meg a kutyát": nil,
	} {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}
