package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/intent/internal/meaning"
)

// TestTellsBeside: the words that hold a command back elsewhere only tell something here, and change nothing.
func TestTellsBeside(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for name, tc := range map[string]struct {
		said, intent, id string
	}{
		"who one is, and no choice":     {"pöccintsd már le azt a pultvilágítást, fáradt vagyok", meaning.TurnOff, "light.pult"},
		"who that is for":               {"pöccintsd már fel a pultvilágítást a vendégeknek, akik most jöttek", meaning.TurnOn, "light.pult"},
		"a verb by hand in a remark":    {"pöccintsd már be nekem a kútszivattyút, mindjárt viszem a lavórt", meaning.TurnOn, "switch.kut"},
		"what will be, behind it":       {"gyulladjon már ki a kerti lámpa, holnap elutaznak a rokonok", meaning.TurnOn, "light.kert"},
		"taken back before, not behind": {"hol a távirányító? mindegy, oltsd már le te szépen a pultvilágítást", meaning.TurnOff, "light.pult"},
		"wished, not supposed":          {"jólesne, ha elindulna végre az a kútszivattyú", meaning.TurnOn, "switch.kut"},
		"not to go on":                  {"ne zakatoljon már tovább az a kútszivattyú", meaning.TurnOff, "switch.kut"},
		"named in a remark before":      {"egész nap búg az a kútszivattyú, pöccintsd már ki", meaning.TurnOff, "switch.kut"},
		"lit, and not collected":        {"gyújtsd má mög nekem asztat a pultvilágítást, te", meaning.TurnOn, "light.pult"},
		"by hand, and yet by a device":  {"vidd már le harminc százalékra nekem azt a pultvilágítást", meaning.LightSet, "light.pult"},
		"needless to go on with":        {"fölösleges égetni azt a kerti lámpát fényes nappal", meaning.TurnOff, "light.kert"},
		"what time it is":               {"pöccintsd már be a kútszivattyút, mindjárt hat óra", meaning.TurnOn, "switch.kut"},
		"so that something is not":      {"pöccintsd már fel a kerti lámpát, ne botorkáljak a lépcsőn", meaning.TurnOn, "light.kert"},
	} {
		got := ix.Understand(meaning.Utterance{Text: tc.said})
		if assert.NotEmpty(t, got.Commands, "%s: %s", name, tc.said) {
			assert.Equal(t, tc.intent, got.Commands[0].Intent, "%s: %s", name, tc.said)
			assert.Equal(t, []string{tc.id}, reached(got), "%s: %s", name, tc.said)
		}
	}
}

// TestHeldBackBeside: the same words in their own sense hold back what stands beside them.
func TestHeldBackBeside(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for _, said := range []string{
		"nehogy bepöccintsd nekem az LG-t",
		"véletlenül se pöccintsd ki az LG-t",
		"szólj Ferkónak, hogy pöccintse be az LG-t",
		"pöccintsd be az LG-t vagy hagyd",
		"fölösleges bepöccinteni az LG-t",
		"szólj Ferkónak délután a locsolásról",
		"el ne zárd pöccintve a kútszivattyút",
		"pöccintsd be az LG-t, mégse, hagyd",
		"azt kiabálták, hogy pöccintsd be az LG-t",
		"ha este lesz, pöccintsd be az LG-t",
		"pöccintsd be az LG-t, a rozsdásat meg oltsd el",
		"ötkor vendégek jönnek, pöccintsd be az LG-t",
	} {
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			assert.True(t, c.Reason != "" || meaning.IsQuestion(c.Intent), "%s: %s", said, explainCommand(c))
		}
	}
}

// TestNothingIsWeighed: what holds no words, or asks for nothing, is explained like all else.
func TestNothingIsWeighed(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for _, said := range []string{"...", "ne, ne már", "ne legyél már ilyen, kislányom", "nem az LG miatt, ne butáskodj"} {
		assert.Empty(t, ix.Understand(meaning.Utterance{Text: said}).Commands, said)
		assert.NotEmpty(t, ix.Explain(meaning.Utterance{Text: said}), said)
	}
}
