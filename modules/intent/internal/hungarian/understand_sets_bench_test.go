package hungarian_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/meaning"
)

// BenchmarkUnderstandOthers reads what people said in homes of their own, understood or not, every sentence once an
// iteration. Of each the fastest time counts, so that p50, p99 and the worst mean something on a busy machine.
func BenchmarkUnderstandOthers(b *testing.B) {
	for _, set := range []string{"family", "townhouse", "farmhouse", "gallery", "hillside"} {
		b.Run(set, func(b *testing.B) {
			suite, err := evaluation.Load(filepath.Join("..", "..", "testdata", "unseen", set))
			require.NoError(b, err)
			ix := hungarian.NewIndex(hamanagertest.HomeFromFile(b, suite.Fixtures))
			fastest := make([]time.Duration, len(suite.Dialogs))
			for i := range fastest {
				fastest[i] = time.Hour
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range suite.Dialogs {
					began := time.Now()
					ix.Understand(meaning.Utterance{Text: suite.Dialogs[i].Turns[0].Sentence})
					fastest[i] = min(fastest[i], time.Since(began))
				}
			}
			slices.Sort(fastest)
			n := len(fastest)
			b.ReportMetric(float64(fastest[n/2].Nanoseconds())/1e3, "p50-us")
			b.ReportMetric(float64(fastest[n*99/100].Nanoseconds())/1e3, "p99-us")
			b.ReportMetric(float64(fastest[n-1].Nanoseconds())/1e3, "worst-us")
		})
	}
}
