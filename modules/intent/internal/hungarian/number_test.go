package hungarian

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/hungarian/data"
)

func TestNumberWords(t *testing.T) {
	t.Parallel()
	numbers := new(numberWords)
	data.MustLoad("numbers", numbers)
	numbers.build()

	for word, want := range map[string]float64{
		"egy": 1, "huszonketto": 22, "otven": 50, "szaz": 100, "ketszazotven": 250, "ezerotszaz": 1500, "ketezerhetszaz": 2700,
		"hetvenot": 75, "tizenkilenc": 19, "kilencvenkilenc": 99, "tiz": 10, "nyolcvan": 80, "hatszazhatvanhat": 666,
	} {
		value, rest, ok := numbers.parse(&token{lower: word, fold: word}, false)
		require.True(t, ok, word)
		require.Empty(t, rest, word)
		require.InDelta(t, want, value, 0, word)
	}

	value, rest, ok := numbers.parse(&token{lower: "otvenre", fold: "otvenre"}, false)
	require.True(t, ok)
	require.Equal(t, "re", rest)
	require.InDelta(t, 50, value, 0)

	_, _, ok = numbers.parse(&token{lower: "lampa", fold: "lampa"}, false)
	require.False(t, ok)
}
