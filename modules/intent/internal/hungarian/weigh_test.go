package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// TestWeighed: what no frame understands to its last word is understood by all that it has.
func TestWeighed(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		intent string
		want   []string
	}{
		"an unknown verb":          {meaning.TurnOn, []string{"switch.lg"}},
		"a reason around it":       {meaning.TurnOff, []string{"light.pult"}},
		"a state that is wished":   {meaning.TurnOff, []string{"light.kert", "light.pult"}},
		"pointed at by its front":  {meaning.TurnOn, []string{"light.pult"}},
		"a value beside the verb":  {meaning.LightSet, []string{"light.kert"}},
		"two pieces, each its own": {meaning.TurnOff, []string{"light.kert", "light.pult"}},
	}
	sentences := map[string]string{
		"an unknown verb":          "pöccintsd már be nekem azt az LG-t, legyél drága",
		"a reason around it":       "elég világos van, úgyhogy a pultvilágítást nyugodtan kapcsolhatod le, kedvesem",
		"a state that is wished":   "térjen már nyugovóra a kerti lámpa, meg a pultvilágítás is",
		"pointed at by its front":  "gyulladjon már fel a pultnál, nem látok szeletelni",
		"a value beside the verb":  "a kerti lámpának bőven megteszi a húsz százalék, ne vakítson",
		"two pieces, each its own": "a kerti lámpa aludjon el szépen, és a pultvilágítás se égjen hiába",
	}
	ix := ownedHome()
	for name, tc := range cases {
		got := ix.Understand(meaning.Utterance{Text: sentences[name]})
		if assert.NotEmpty(t, got.Commands, name) {
			assert.Equal(t, tc.intent, got.Commands[0].Intent, name)
			assert.Equal(t, tc.want, reached(got), name)
		}
	}
}

// TestLikeliest: where something is surely wanted of a thing, the likeliest is asked about, unless other words speak for another.
func TestLikeliest(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for said, want := range map[string]string{
		"tedd on-ra a kútszivattyút":            meaning.TurnOn,
		"tedd on-ra negyvenre a kútszivattyút":  "",
		"tedd on-ra a kútszivattyút?":           "",
		"nem kéne on-ra tenni a kútszivattyút":  "",
		"tedd on-ra a kútszivattyút, mosd ki a": "",
	} {
		got := ix.Understand(meaning.Utterance{Text: said})
		if want == "" {
			assert.Empty(t, got.Commands, said)
		} else if assert.Len(t, got.Commands, 1, said) {
			assert.Equal(t, want, got.Commands[0].Intent, said)
			assert.True(t, got.IsDoubtful, said)
		}
	}
}

// TestPredicateIsRemark: what only says how something is, without a verb, asks for nothing.
func TestPredicateIsRemark(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	got := ix.Understand(meaning.Utterance{Text: "Kapcsold ki a kútszivattyút, merő pára az ablak."})
	if assert.Len(t, got.Commands, 1) {
		assert.Equal(t, meaning.TurnOff, got.Commands[0].Intent)
	}
}

// TestNeverWeighed: what surely changes a command is not guessed at, whatever the other words seem to say.
func TestNeverWeighed(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for _, said := range []string{
		"pöccintsd be az LG-t, ha megjött a szerelő",
		"pöccintsd be az LG-t, de ne most",
		"azt mondta a szomszéd, hogy pöccintsd be az LG-t",
		"ne pöccintsd be az LG-t",
		"pöccintsd be az LG-t vagy a szivattyút",
		"pöccintsd be az LG-t két órára",
		"minden este pöccintsd be az LG-t",
		"hogyan kell bepöccinteni az LG-t?",
		"mikor pöccintetted be az LG-t?",
		"bepöccintettem az LG-t, jó lesz így",
		"pöccintsd be az LG-t, vidd ki a szemetet",
		"pöccintsd be a szomszéd szivattyúját",
		"gxz qwlk LG",
	} {
		for _, c := range ix.Understand(meaning.Utterance{Text: said}).Commands {
			assert.True(t, c.Reason != "" || meaning.IsQuestion(c.Intent), "%s: %s", said, explainCommand(c))
		}
	}
}

// TestDeniedAboutTheTurnBefore: a "ne" counts as well where the thing was named a turn ago.
func TestDeniedAboutTheTurnBefore(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	before := ix.Understand(meaning.Utterance{Text: "kapcsold be a kútszivattyút"})
	require.NotEmpty(t, before.Commands)
	for _, said := range []string{"ne kapccsold ki", "ne pöccintsd ki még", "semmiképp ne lődözd ki"} {
		got := ix.Understand(meaning.Utterance{Text: said, Before: meaning.Remember(before.Commands)})
		assert.Empty(t, got.Commands, said)
	}
}

// TestDoubtfulIsAskedAbout: what is only likely is said to be so, and what a frame understands is not.
func TestDoubtfulIsAskedAbout(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	require.False(t, ix.Understand(meaning.Utterance{Text: "kapcsold fel a kerti lámpát"}).IsDoubtful)
	s := tokenize("pöccintsd már be nekem azt az LG-t, legyél drága", morphology.IsEnding)
	r := ix.readWeighed(meaning.Utterance{}, &s, nil)
	require.NotNil(t, r)
	w, ok := ix.newWeigher(meaning.Utterance{}, &s)
	require.True(t, ok)
	require.NotNil(t, w.read())
	require.Equal(t, w.weakest < sureToAct, r.isDoubtful)
}

// TestExplainWeighing: whoever asks why a sentence is read so sees what was weighed.
func TestExplainWeighing(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	got := ix.Explain(meaning.Utterance{Text: "pöccintsd be az LG-t"})
	assert.Contains(t, got, `switch on, sure `)
	assert.Contains(t, got, `of "LG-t"`)
	assert.Contains(t, ix.Explain(meaning.Utterance{Text: "ha esik, pöccintsd be az LG-t"}), "not done: it depends on something")
}
