package hungarian

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/meaning"
)

// TestRandomText says words at random and counts the commands that come of it: syllables that
// sound Hungarian, and letters. HOMEHUB_TEST_RANDOM says how often.
func TestRandomText(t *testing.T) {
	t.Parallel()
	const seed, usual = 7, 20_000
	tries := usual
	if n, err := strconv.Atoi(os.Getenv("HOMEHUB_TEST_RANDOM")); err == nil {
		tries = n
	}
	ix := NewIndex(homeOfSize(t, 300))
	for _, tc := range []struct {
		name string
		word func(*rand.Rand) string
		most float64 // commands in all tries
	}{{"syllables", randomWord, 0.0005}, {"letters", randomLetters, 0.0005}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, seed))
			acted := 0
			for range tries {
				var words []string
				for range 1 + r.IntN(8) {
					words = append(words, tc.word(r))
				}
				text := strings.Join(words, " ")
				got := ix.Understand(meaning.Utterance{Text: text, AreaID: "nappali"})
				for _, c := range got.Commands {
					if c.Reason == "" && !meaning.IsQuestion(c.Intent) && c.Intent != meaning.Nevermind {
						acted++
						if acted <= 10 {
							t.Logf("%q is taken for %s", text, explainCommand(c))
						}

						break
					}
				}
			}
			t.Logf("%d commands in %d tries", acted, tries)
			require.LessOrEqual(t, float64(acted)/float64(tries), tc.most)
		})
	}
}

// randomWord puts syllables together.
func randomWord(r *rand.Rand) string {
	onsets := strings.Fields("b c cs d f g gy h j k l m n ny p r s sz t ty v z zs")
	nuclei := strings.Fields("a á e é i í o ó ö ő u ú ü ű")
	codas := strings.Fields("k l n r s t nd lt sz m")
	var b strings.Builder
	for range 1 + r.IntN(4) {
		if r.IntN(6) > 0 {
			b.WriteString(onsets[r.IntN(len(onsets))])
		}
		b.WriteString(nuclei[r.IntN(len(nuclei))])
		if r.IntN(3) == 0 {
			b.WriteString(codas[r.IntN(len(codas))])
		}
	}

	return b.String()
}

func randomLetters(r *rand.Rand) string {
	const letters = "abcdefghijklmnoprstuvz"
	b := make([]byte, 1+r.IntN(9))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}

	return string(b)
}
