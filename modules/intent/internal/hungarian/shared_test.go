package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// sharedHome has several things of a kind, in rooms and of people, and a lawn.
func sharedHome() *Index {
	home := hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "panka", Name: "Panka szobája"},
		{ID: "dani", Name: "Dani szobája"},
		{ID: "alul", Name: "Alsó zuhanyzó"},
		{ID: "felul", Name: "Felső zuhanyzó"},
		{ID: "kert", Name: "Kert"},
	}}
	entity := func(id, called, area, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true}
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.panka", "Panka", "", "person"),
		entity("light.panka", "Panka lámpája", "panka", "light"),
		entity("climate.panka", "Panka fűtése", "panka", "climate"),
		entity("light.dani", "Dani lámpája", "dani", "light"),
		entity("climate.dani", "Dani fűtése", "dani", "climate"),
		entity("switch.alul", "Szárító", "alul", "switch"),
		entity("switch.felul", "Szárító", "felul", "switch"),
		entity("light.alul", "Tükörfény", "alul", "light"),
		entity("light.felul", "Tükörfény", "felul", "light"),
		entity("light.plafon", "Plafonlámpa", "alul", "light"),
		entity("valve.gyep", "Gyepöntöző", "kert", "valve"),
	}))
}

// TestSharedWords: owners, places and things that are said once for several, and what joins them.
func TestSharedWords(t *testing.T) {
	t.Parallel()
	for said, want := range map[string][]string{
		// One thing of several owners.
		"Panka és Dani lámpáját kapcsold fel": {"light.panka", "light.dani"},
		// "Meg" joins, and is no prefix, where something stands between it and the verb.
		"Állítsd Pankánál 20, Daninál meg 22 fokra a fűtést": {"climate.panka", "climate.dani"},
		"Panka lámpája le meg Dani lámpája fel":              {"light.panka", "light.dani"},
		// A place behind the verb is that of all.
		"A tükörfényt negyvenre, a plafonlámpát húszra állítsd az alsó zuhanyzóban": {"light.alul", "light.plafon"},
		// What a place alone is said of is what was spoken of before.
		"Kapcsold fel a tükörfényt az alsó zuhanyzóban, a felsőben meg kapcsold le": {"light.alul", "light.felul"},
		"Kapcsold be mindkét szárítót":                                              {"switch.alul", "switch.felul"},
		// What is set otherwise is none of all.
		"Az alsó zuhanyzóban kapcsolj le minden lámpát, a plafonlámpa égjen húsz százalékon": {"light.alul", "light.plafon"},
		// The lawn is watered by what is called after it.
		"Locsold meg a füvet":     {"valve.gyep"},
		"A pázsitot öntözd meg":   {"valve.gyep"},
		"Locsold meg a virágokat": nil,
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			var reached []string
			for _, c := range sharedHome().Understand(meaning.Utterance{Text: said}).Commands {
				for _, e := range c.Targets {
					reached = append(reached, e.ID)
				}
			}
			assert.Equal(t, want, reached)
		})
	}
}
