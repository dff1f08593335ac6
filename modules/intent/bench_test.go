package intent

import (
	"sync/atomic"
	"testing"

	"go.uber.org/zap"

	"homehub/modules/audit/audittest"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/llm/llmapi"
	"homehub/modules/llm/llmtest"
	"homehub/platform/clock"
	"homehub/platform/database/databasetest"
	"homehub/platform/kv"
)

// newBenchService is the pipeline as it runs, over a scripted home that answers at once.
func newBenchService(b *testing.B) *service {
	b.Helper()
	home := hamanagertest.BuiltInHome(b)
	model := *home
	model.Index = hungarian.NewIndex(home)
	m, err := newMetrics(nil)
	if err != nil {
		b.Fatal(err)
	}
	store := kv.NewMemory(clock.System)
	b.Cleanup(store.Close)

	return newService(Deps{
		History: DefaultHistory(),
		Config:  Defaults(), DB: databasetest.New(b), KV: store,
		Homes: &fakeHomes{instance: hamanagertest.NewInstance(hamanagerapi.NewHome(model, home.Entities))},
		LLM:   &llmtest.Fake{Err: llmapi.ErrAbsent}, Audit: new(audittest.Recorder), Log: zap.NewNop(), Now: clock.System,
	}, m)
}

var everyday = []string{"kapcsold fel a villanyt a konyhában", "kapcsold le a villanyt a konyhában"}

// BenchmarkSpeak is one request after the other, each with its durable commit.
func BenchmarkSpeak(b *testing.B) {
	s := newBenchService(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.speak(b.Context(), owner, request{Text: everyday[i%2]}, ""); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSpeakParallel shares commits between requests.
func BenchmarkSpeakParallel(b *testing.B) {
	s := newBenchService(b)
	var n atomic.Int64
	b.SetParallelism(25)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			text := everyday[n.Add(1)%2]
			if _, err := s.speak(b.Context(), owner, request{Text: text}, ""); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkPipeline is everything but the commit: a dry run of the same sentence.
func BenchmarkPipeline(b *testing.B) {
	s := newBenchService(b)
	for b.Loop() {
		if _, err := s.speak(b.Context(), owner, request{Text: everyday[0], DryRun: true}, ""); err != nil {
			b.Fatal(err)
		}
	}
}
