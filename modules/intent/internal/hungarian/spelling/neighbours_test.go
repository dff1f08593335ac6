package spelling

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNeighboursFindsAllThatDifferByALetter compares the index with a look at every word.
func TestNeighboursFindsAllThatDifferByALetter(t *testing.T) {
	t.Parallel()
	var words []string
	for i := range 500 {
		words = append(words, fmt.Sprintf("szoba%d%d", i%17, i))
	}
	n := NewNeighbours(words)
	for _, written := range []string{"szoba00", "szoba1122", "sozba334", "zoba550", "szobaa66", "ablak"} {
		var want []string
		for _, w := range words {
			if w != written && (IsOneEdit(written, w) || heardAs(w) == heardAs(written)) {
				want = append(want, w)
			}
		}
		found := map[string]bool{}
		n.Each(written, func(word string) { found[word] = true })
		assert.Len(t, found, len(want), written)
		for _, w := range want {
			assert.True(t, found[w], "%s: %s", written, w)
		}
	}
	NewNeighbours(nil).Each("ablak", func(word string) { t.Error(word) })
}
