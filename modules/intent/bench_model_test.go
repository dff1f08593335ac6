package intent

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/llm/llmapi"
	"homehub/modules/llm/llmtest"
)

// bigHome has so many lamps, and what else a home has.
func bigHome(n int) *hamanagerapi.Home {
	small := smallHome()
	entities := slices.Clone(small.Entities)
	for i := len(entities); i < n; i++ {
		entities = append(entities, entity(fmt.Sprintf("switch.z%03d", i), fmt.Sprintf("konnektor %d", i), small.Areas[i%len(small.Areas)].ID, `{"friendly_name":"konnektor"}`))
	}
	home := hamanagerapi.NewHome(*small, entities)
	home.Index = hungarian.NewIndex(home)

	return home
}

// BenchmarkSpeakModel is homehub's own share of what the model understands, in a home of 300
// entities: the model answers at once, each sentence is a new one.
func BenchmarkSpeakModel(b *testing.B) {
	s := newBenchService(b)
	instance := hamanagertest.NewInstance(bigHome(300))
	s.homes = &fakeHomes{instance: instance}
	s.stages[1].(*model).llm = &llmtest.Fake{Answer: `{"kind":"answer","text":"Szívesen."}`}
	b.Cleanup(s.flights.close)
	took := make([]time.Duration, 0, 10000)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		if _, err := s.speak(b.Context(), owner, request{Text: fmt.Sprintf("olyan hangulatot kérek, mint a moziban %d", i)}, ""); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-us")
}

// BenchmarkGrammarBesideModel compares the grammar's path with and without a flood of sentences
// that wait for a model which never answers, in turns within one run: the ratio of the medians.
func BenchmarkGrammarBesideModel(b *testing.B) {
	s := newBenchService(b)
	var waiting atomic.Int64
	s.stages[1].(*model).llm = &llmtest.Fake{Reply: func(ctx context.Context, _ llmapi.ChatRequest) (string, error) {
		waiting.Add(1)
		<-ctx.Done()

		return "", llmapi.ErrUnavailable.Wrap(ctx.Err())
	}}
	b.Cleanup(s.flights.close)
	measure := func() time.Duration {
		began := time.Now()
		if _, err := s.speak(b.Context(), owner, request{Text: everyday[0], DryRun: true}, ""); err != nil {
			b.Fatal(err)
		}

		return time.Since(began)
	}
	var alone, beside []time.Duration
	for round := 0; b.Loop(); round++ {
		for range 200 {
			alone = append(alone, measure())
		}
		ctx, cancel := context.WithCancel(b.Context())
		var flood sync.WaitGroup
		waiting.Store(0)
		for i := range 600 { // more than there are turns
			flood.Go(func() {
				_, _ = s.speak(ctx, owner, request{Text: fmt.Sprintf("mesélj %d %d", round, i), DryRun: true}, "")
			})
		}
		for range 200 { // until they all wait
			if time.Sleep(5 * time.Millisecond); waiting.Load() == 600 {
				break
			}
		}
		for range 200 {
			beside = append(beside, measure())
		}
		cancel()
		flood.Wait()
	}
	slices.Sort(alone)
	slices.Sort(beside)
	b.ReportMetric(float64(beside[len(beside)/2])/float64(alone[len(alone)/2]), "p50-ratio")
}
