package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestModes: a word for a mood after the name of one is of that one alone.
func TestModes(t *testing.T) {
	t.Parallel()
	entity := func(id, called, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, Domain: domain, Exposed: true}
	}
	ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{}, []*hamanagerapi.Entity{
		entity("scene.szuret", "Szüret", "scene"),
		entity("scene.kanape", "Kanapézás", "scene"),
		entity("input_boolean.csend", "Csendes mód", "input_boolean"),
	}))
	for said, want := range map[string]string{
		"a szüret módot kérem":                    "scene.szuret",
		"Szüret beállítást kérek, megjöttek!":     "scene.szuret",
		"indulhat a kanapézás üzemmód":            "scene.kanape",
		"kapcsold be a csendes módot":             "input_boolean.csend",
		"kapcsold be a kanapézás hangulatot, jó?": "scene.kanape",
	} {
		got := ix.Understand(meaning.Utterance{Text: said})
		if assert.Len(t, got.Commands, 1, said) && assert.Len(t, got.Commands[0].Targets, 1, said) {
			assert.Equal(t, want, got.Commands[0].Targets[0].ID, said)
		}
	}
}
