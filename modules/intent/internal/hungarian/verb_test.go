package hungarian

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/hungarian/morphology"
)

func TestVerbForms(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		prefix, stem string
		mood         mood
	}{
		"kapcsold": {"", "kapcsol", commands}, "felkapcsolnád": {"fel", "kapcsol", asks}, "lekapcsolni": {"le", "kapcsol", namesAction},
		"nyisd": {"", "nyit", commands}, "nyiss": {"", "nyit", commands}, "állítsd": {"", "állít", commands}, "húzd": {"", "húz", commands},
		"ereszd": {"", "ereszt", commands}, "engedd": {"", "enged", commands}, "vedd": {"", "vesz", commands}, "vegyél": {"", "vesz", commands},
		"játszd": {"", "játsz", commands}, "indítsd": {"", "indít", commands}, "zárva": {"", "zár", tellsState}, "kapcsoltam": {"", "kapcsol", tellsPast},
		"bekapcsolva": {"be", "kapcsol", tellsState}, "törlése": {"", "töröl", namesAction}, "oltsd": {"", "olt", commands}, "növeld": {"", "növel", commands},
		"csökkentsd": {"", "csökkent", commands}, "kapcsolja": {"", "kapcsol", commands}, "mondd": {"", "mond", commands}, "tekerd": {"", "teker", commands},
		"nyitva": {"", "nyit", tellsState}, "gyújtsd": {"", "gyújt", commands}, "zárj": {"", "zár", commands},
	}
	for form, want := range cases {
		prefix, forms := hungarian().formsOf(morphology.Fold(form))
		require.NotEmpty(t, forms, form)
		require.Equal(t, want.prefix, prefix, form)
		require.Equal(t, want.stem, forms[0].verb.Stem, form)
		require.Equal(t, want.mood, forms[0].mood, form)
	}
}
