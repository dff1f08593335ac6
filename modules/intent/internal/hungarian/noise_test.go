package hungarian_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/meaning"
)

// noises are what happens to a sentence on its way through a speech recogniser or a hasty
// hand. Each takes its words and returns them spoilt.
func noises() map[string]func(*rand.Rand, []string) []string {
	return map[string]func(*rand.Rand, []string) []string{
		"only without punctuation": func(_ *rand.Rand, words []string) []string { return words },
		"no accents": func(_ *rand.Rand, words []string) []string {
			return strings.Fields(unaccented(strings.Join(words, " ")))
		},
		"run together": func(r *rand.Rand, words []string) []string {
			if len(words) < 2 {
				return words
			}
			at := r.IntN(len(words) - 1)

			return append(append(words[:at:at], words[at]+words[at+1]), words[at+2:]...)
		},
		"split": spoilWord(6, func(r *rand.Rand, w []rune) []rune {
			at := 2 + r.IntN(len(w)-3)

			return append(append(append([]rune{}, w[:at]...), ' '), w[at:]...)
		}),
		"letter missing": spoilWord(6, func(r *rand.Rand, w []rune) []rune {
			at := 1 + r.IntN(len(w)-1)

			return append(append([]rune{}, w[:at]...), w[at+1:]...)
		}),
		"letter doubled": spoilWord(6, func(r *rand.Rand, w []rune) []rune {
			at := r.IntN(len(w))

			return append(append(append([]rune{}, w[:at]...), w[at]), w[at:]...)
		}),
		"letter wrong": spoilWord(6, func(r *rand.Rand, w []rune) []rune {
			w = append([]rune{}, w...)
			w[1+r.IntN(len(w)-1)] = rune("abdefghiklmnoprstuvz"[r.IntN(20)])

			return w
		}),
		"letters swapped": spoilWord(6, func(r *rand.Rand, w []rune) []rune {
			w = append([]rune{}, w...)
			at := 1 + r.IntN(len(w)-2)
			w[at], w[at+1] = w[at+1], w[at]

			return w
		}),
		"said twice": func(r *rand.Rand, words []string) []string {
			at := r.IntN(len(words))

			return append(append(words[:at+1:at+1], words[at]), words[at+1:]...)
		},
		"begun anew": func(_ *rand.Rand, words []string) []string {
			return append(words[:min(2, len(words)):min(2, len(words))], words...)
		},
		"hesitation": func(r *rand.Rand, words []string) []string {
			at := r.IntN(len(words) + 1)

			return append(append(words[:at:at], []string{"ööö", "izé", "hmm", "hát", "na", "szóval"}[r.IntN(6)]), words[at:]...)
		},
	}
}

// spoilWord spoils one word that is long enough.
func spoilWord(shortest int, spoil func(*rand.Rand, []rune) []rune) func(*rand.Rand, []string) []string {
	return func(r *rand.Rand, words []string) []string {
		var long []int
		for i, w := range words {
			if utf8.RuneCountInString(w) >= shortest {
				long = append(long, i)
			}
		}
		if len(long) == 0 {
			return words
		}
		spoilt := append([]string{}, words...)
		at := long[r.IntN(len(long))]
		spoilt[at] = string(spoil(r, []rune(spoilt[at])))

		return spoilt
	}
}

func unaccented(s string) string {
	return strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ö", "o", "ő", "o", "ú", "u", "ü", "u", "ű", "u").Replace(strings.ToLower(s))
}

// TestUnderstandNoise spoils the sentences of the development sets, each once in every way, and
// counts how many keep their meaning, and how many get another one. A spoilt sentence is written
// as recognisers do: in lower case, without punctuation.
func TestUnderstandNoise(t *testing.T) {
	t.Parallel()
	const seed = 5
	least := map[string]float64{
		"only without punctuation": 0.9, "no accents": 0.89, "said twice": 0.9, "begun anew": 0.9, "hesitation": 0.9,
		"run together": 0.87, "split": 0.87, "letter doubled": 0.88, "letters swapped": 0.87, "letter wrong": 0.85, "letter missing": 0.83,
	}
	const mostWrong = 0.004
	right, wrong, all := map[string]int{}, map[string]int{}, map[string]int{}
	for _, set := range []string{"home", "farm"} {
		suite, err := evaluation.Load(filepath.Join("..", "..", "testdata", "unseen", set))
		require.NoError(t, err)
		home := hamanagertest.HomeFromFile(t, suite.Fixtures)
		plain := withNoise(suite, func(words []string) []string { return words })
		for name, noise := range noises() {
			r := rand.New(rand.NewPCG(seed, seed))
			spoilt := withNoise(plain, func(words []string) []string { return noise(r, words) })
			results, err := evaluation.Run(t.Context(), home, spoilt, evaluation.Grammar{}, noon())
			require.NoError(t, err)
			for _, result := range results {
				all[name]++
				if result.Verdict.IsEffect {
					right[name]++
				} else if testing.Verbose() {
					fmt.Printf("NOISE %s | %v | %s | %s | %s\n", name, result.Verdict.IsWrong, result.Sentence, result.Expected, result.Got)
				}
				if result.Verdict.IsWrong {
					wrong[name]++
				}
			}
		}
	}
	for name := range noises() {
		share, bad := float64(right[name])/float64(all[name]), float64(wrong[name])/float64(all[name])
		t.Logf("%-16s right %5.1f %%, wrong %4.1f %% of %d", name, 100*share, 100*bad, all[name])
		require.GreaterOrEqual(t, share, least[name], name)
		require.LessOrEqual(t, bad, mostWrong, name)
	}
}

// withNoise spoils the single sentences of a suite. Lists are left out: what is to be put there
// can be any word.
func withNoise(suite *evaluation.Suite, spoil func([]string) []string) *evaluation.Suite {
	spoilt := &evaluation.Suite{Fixtures: suite.Fixtures}
	for _, d := range suite.Dialogs {
		if len(d.Turns) > 1 || len(d.Turns[0].Intents) > 0 && strings.Contains(d.Turns[0].Intents[0].Intent, "AddItem") {
			continue
		}
		turn := d.Turns[0]
		said := strings.FieldsFunc(strings.ToLower(turn.Sentence), func(r rune) bool { return strings.ContainsRune(" .,!?;", r) })
		turn.Sentence = strings.Join(spoil(said), " ")
		d.Turns = []evaluation.Turn{turn}
		spoilt.Dialogs = append(spoilt.Dialogs, d)
	}

	return spoilt
}

// TestRepairDoesNotGuessTwice: words that come to several commands only when they are repaired, one of which is still to
// be asked about, come to none. This home has a washing machine, towel dryers, and no laundry.
func TestRepairDoesNotGuessTwice(t *testing.T) {
	t.Parallel()
	suite, err := evaluation.Load(filepath.Join("..", "..", "testdata", "unseen", "generations"))
	require.NoError(t, err)
	ix := hungarian.NewIndex(hamanagertest.HomeFromFile(t, suite.Fixtures))
	for _, c := range ix.Understand(meaning.Utterance{Text: "Állítsd le a mosókonyhában a szárítót", Now: noon()}).Commands {
		require.Empty(t, c.Targets, c)
	}
}
