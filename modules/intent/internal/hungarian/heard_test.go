package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestHeardInParts: names of which a word was heard as two, commands without their last letter, and short parts that one
// name begins with and another ends in.
func TestHeardInParts(t *testing.T) {
	t.Parallel()
	entity := func(id, called, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, Domain: domain, Exposed: true}
	}
	ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{}, []*hamanagerapi.Entity{
		entity("person.n", "Nagynéni", "person"),
		entity("light.n", "Nagynéni lámpája", "light"),
		entity("light.szek", "Széklámpa", "light"),
		entity("light.hinta", "Hintaszék", "light"),
		entity("switch.g", "Gőzmozdony", "switch"),
		entity("fan.f", "Füstventilátor", "fan"),
		entity("fan.v", "Ventilátor", "fan"),
		entity("media_player.sonos", "Sonos One", "media_player"),
		entity("light.play", "Hue Play", "light"),
	}))
	for said, want := range map[string][]string{
		"nagy néni lámpáját kapcsold fel":     {"light.n"},
		"füst ventilátor maximum":             {"fan.f"},
		"kapcsol be a gőzmozdonyt":            {"switch.g"},
		"kapcsol be a gőz mozdonyt":           {"switch.g"},
		"Pisti kapcsol be mindent":            nil,
		"pléj a szonosz one":                  {"media_player.sonos"},
		"hue pléj legyen kék":                 {"light.play"},
		"hat a füstventilátor legyen negyven": {"fan.f"},
		"kapcsold fel a szék világítását":     {"light.hinta", "light.szek"},
		"kapcsold fel a széklámpát":           {"light.szek"},
		"kapcsold fel a hintaszék fényeit":    {"light.hinta"},
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})))
		})
	}
}
