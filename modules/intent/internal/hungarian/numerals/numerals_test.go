package numerals

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/hungarian/morphology"
)

func TestNumberWords(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]float64{
		"egy": 1, "huszonketto": 22, "otven": 50, "szaz": 100, "ketszazotven": 250, "ezerotszaz": 1500, "ketezerhetszaz": 2700,
		"hetvenot": 75, "tizenkilenc": 19, "kilencvenkilenc": 99, "tiz": 10, "nyolcvan": 80, "hatszazhatvanhat": 666,
	} {
		value, rest, ok := Parse(word, word, false)
		require.True(t, ok, word)
		require.Empty(t, rest, word)
		require.InDelta(t, want, value, 0, word)
	}

	value, rest, ok := Parse("otvenre", "otvenre", false)
	require.True(t, ok)
	require.Equal(t, "re", rest)
	require.InDelta(t, 50, value, 0)

	_, _, ok = Parse("lampa", "lampa", false)
	require.False(t, ok)
}

// TestParseLengths: people write short vowels for long ones, and long ones for short.
func TestParseLengths(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]float64{"tiz": 10, "husz": 20, "nyólc": 8, "huszonőt": 25, "kettö": 2, "húszon": 20} {
		value, _, ok := Parse(morphology.Fold(said), said, true)
		assert.True(t, ok, said)
		assert.InDelta(t, want, value, 0, said)
	}
	for _, said := range []string{"hát", "őt", "otven"} {
		_, _, ok := Parse(morphology.Fold(said), said, true)
		assert.False(t, ok, said)
	}
}
