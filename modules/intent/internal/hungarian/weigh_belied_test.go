package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/intent/internal/meaning"
)

// TestBelied: what was guessed of a part of a sentence is given up where its words surely ask for something else, and what is no
// wish or question of the home for nothing at all.
func TestBelied(t *testing.T) {
	t.Parallel()
	owned, yard := ownedHome(), farmyard()
	cases := map[string]struct {
		ix   *Index
		said string
		want []string
	}{
		"by its deed":                     {yard, "hívd be a porszívót, kezd lemerülni", []string{meaning.VacuumReturn + " vacuum.robi"}},
		"a verb with another prefix":      {owned, "gyúljon ki nekünk a kerti lámpa", []string{meaning.TurnOn + " light.kert"}},
		"fears are no wishes":             {owned, "félek kinyitni Dani redőnyét", nil},
		"nor is what one dares not":       {owned, "nem merem bekapcsolni az LG szárítógépet", nil},
		"what a word means":               {owned, "mit jelent az, hogy pultvilágítás?", nil},
		"light is let in by blinds":       {owned, "engedj be egy kis fényt Dani szobájába, húzd fel a redőnyt", []string{meaning.TurnOn + " cover.dani"}},
		"or by what is opened for it":     {owned, "húzd fel Panka redőnyét, hadd jöjjön be a fény", []string{meaning.TurnOn + " cover.panka"}},
		"behind a thing is another":       {owned, "kapcsold fel a kútszivattyú mögött a kerti lámpát", []string{meaning.TurnOn + " light.kert"}},
		"one beside another, and no more": {owned, "kapcsold fel a konyhalámpa mellé a pultvilágítást is", []string{meaning.TurnOn + " light.pult"}},
	}
	for name, tc := range cases {
		var got []string
		for _, c := range tc.ix.Understand(meaning.Utterance{Text: tc.said}).Commands {
			for _, e := range c.Targets {
				got = append(got, c.Intent+" "+e.ID)
			}
		}
		assert.Equal(t, tc.want, got, "%s: %s", name, tc.said)
	}
}
