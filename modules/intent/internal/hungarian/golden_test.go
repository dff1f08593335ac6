package hungarian_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
)

// noon is when everything in these tests is said.
func noon() time.Time { return time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC) }

// TestUnderstand holds the grammar to testdata/understand, in the built-in home: every
// sentence must have the effect that it should, and none may do anything else.
func TestUnderstand(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "understand")
	suite := load(t, dir)
	home := hamanagertest.BuiltInHome(t)

	results, err := evaluation.Run(t.Context(), home, suite, evaluation.Grammar{}, noon())

	require.NoError(t, err)
	requireAllRight(t, results)
}

// TestUnderstandHomes does the same in homes of their own: a flat with the names that families
// give, and a house whose things are known by their sensors.
func TestUnderstandHomes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"flat", "cellar"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite, err := evaluation.Load(filepath.Join("testdata", name))
			require.NoError(t, err)
			home := hamanagertest.HomeFromFile(t, suite.Fixtures)

			results, err := evaluation.Run(t.Context(), home, suite, evaluation.Grammar{}, noon())

			require.NoError(t, err)
			requireAllRight(t, results)
		})
	}
}

// TestUnderstandOthers holds the grammar to what it reached on the sentences of people who
// had never seen it, in a family's house and on a farm. Nothing but a list's item, said
// without its accents, may be other than meant.
func TestUnderstandOthers(t *testing.T) {
	t.Parallel()
	const leastRight, mostWrong = 0.98, 0.004
	for _, home := range []string{"home", "farm"} {
		t.Run(home, func(t *testing.T) {
			t.Parallel()
			suite, err := evaluation.Load(filepath.Join("..", "..", "testdata", "unseen", home))
			require.NoError(t, err)

			results, err := evaluation.Run(t.Context(), hamanagertest.HomeFromFile(t, suite.Fixtures), suite, evaluation.Grammar{}, noon())

			require.NoError(t, err)
			right, wrong := 0, 0
			for _, r := range results {
				if r.Verdict.IsEffect {
					right++
				}
				if r.Verdict.IsWrong {
					wrong++
				}
			}
			all := float64(len(results))
			require.GreaterOrEqual(t, float64(right)/all, leastRight)
			require.LessOrEqual(t, float64(wrong)/all, mostWrong)
		})
	}
}

func requireAllRight(t *testing.T, results []evaluation.Result) {
	t.Helper()
	misses := 0
	for _, r := range results {
		if !r.Verdict.IsEffect || r.Verdict.IsWrong {
			misses++
			t.Errorf("%s: %s\n\twant %s\n\tgot  %s", r.File, r.Sentence, r.Expected, r.Got)
		}
	}
	t.Logf("%d sentences, %d misses", len(results), misses)
}

// load reads a folder of tests that has no home of its own.
func load(t *testing.T, dir string) *evaluation.Suite {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	target := t.TempDir()
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(target, filepath.Base(path)), data, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(target, evaluation.FixturesFile), nil, 0o600))
	suite, err := evaluation.Load(target)
	require.NoError(t, err)

	return suite
}
