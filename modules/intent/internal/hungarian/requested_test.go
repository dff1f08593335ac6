package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// TestWishedAndLeft: what is only asked for, would be liked, or should not be as it is.
func TestWishedAndLeft(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for said, want := range map[string]struct{ intent, id string }{
		"arra kérlek, hogy kapcsold le a pultvilágítást":       {meaning.TurnOff, "light.pult"},
		"hálás lennék, ha lekapcsolnád a pultvilágítást":       {meaning.TurnOff, "light.pult"},
		"az volna az igazi, ha lekapcsolnád a pultvilágítást":  {meaning.TurnOff, "light.pult"},
		"nem lenne baj, ha lekapcsolnád a pultvilágítást":      {meaning.TurnOff, "light.pult"},
		"hadd kapcsoljam le a pultvilágítást":                  {meaning.TurnOff, "light.pult"},
		"ég a pultvilágítás, pedig mindenki alszik":            {meaning.TurnOff, "light.pult"},
		"feleslegesen ég a pultvilágítás":                      {meaning.TurnOff, "light.pult"},
		"ne hagyd égve a pultvilágítást":                       {meaning.TurnOff, "light.pult"},
		"üvölt a kútszivattyú, kapcsold már ki azt a micsodát": {meaning.TurnOff, "switch.kut"},
	} {
		got := ix.Understand(meaning.Utterance{Text: said})
		if assert.NotEmpty(t, got.Commands, said) {
			assert.Equal(t, want.intent, got.Commands[0].Intent, said)
			assert.Equal(t, []string{want.id}, reached(got), said)
		}
	}
	for _, said := range []string{
		"baj lenne, ha lekapcsolnád a pultvilágítást",
		"nem lenne jó, ha lekapcsolnád a pultvilágítást",
		"ég a pultvilágítás",
		"hagyd égve a pultvilágítást",
		"ha lekapcsolnád a pultvilágítást, sötét lenne",
	} {
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			assert.True(t, c.Reason != "" || meaning.IsQuestion(c.Intent) || c.Intent == meaning.Nevermind, "%s: %s", said, explainCommand(c))
		}
	}
}

// TestWhoFeels: who is cold or warm does not matter, where does.
func TestWhoFeels(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for said, left := range map[string]int{
		"vacognak a vendégek a konyhában": 1,
		"pokoli meleg van a konyhában":    0,
		"brutális meleg van a konyhában":  1,
		"túl hideg a leves a konyhában":   0,
		"fázik a nagymamám":               0, // nobody knows where
	} {
		s := tokenize(said, morphology.IsEnding)
		rows, _ := ix.findSpans(&s).coverings()
		assert.Len(t, withoutFeeler(&s, rows[0]), len(rows[0])-left, said)
	}
}
