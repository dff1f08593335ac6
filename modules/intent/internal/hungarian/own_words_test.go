package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOwnWords(t *testing.T) {
	t.Parallel()
	w := newOwnWords([]string{"kavefozo", "kazan", "kazanhaz", "vizforralo", "vizszurofozo"})
	for _, tt := range []struct {
		letters           string
		beginning, ending []string
	}{
		{letters: "kazan", beginning: []string{"kazan", "kazanhaz"}, ending: []string{"kazan"}},
		{letters: "fozo", ending: []string{"kavefozo", "vizszurofozo"}},
		{letters: "viz", beginning: []string{"vizforralo", "vizszurofozo"}},
		{letters: "kazanhazak"},
		{letters: "zzz"},
	} {
		assert.ElementsMatch(t, tt.beginning, w.beginningWith(tt.letters), tt.letters)
		assert.ElementsMatch(t, tt.ending, w.endingIn(tt.letters), tt.letters)
		assert.Equal(t, len(tt.beginning) > 0, w.hasBeginning(tt.letters), tt.letters)
	}
}
