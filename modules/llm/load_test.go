package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
)

const (
	loadHouseholds = 100
	loadTime       = time.Minute
	loadDeadline   = 2 * time.Second
	// loadPause is how long somebody who is told that the model is busy waits before asking again.
	loadPause = time.Second
)

// tally is what one household got.
type tally struct {
	served []time.Duration
	told   []time.Duration // how long it took to be told that the model is busy
	failed int
}

// ask makes one call and notes how it ended.
func (y *tally) ask(ctx context.Context, m *Module, household string) (isBusy bool) {
	limited, cancel := context.WithTimeout(ctx, loadDeadline)
	defer cancel()
	r := question()
	r.HouseholdID = household
	began := time.Now()
	_, err := m.Chat(limited, r)
	took := time.Since(began)
	switch {
	case err == nil:
		y.served = append(y.served, took)
	case errors.Is(err, llmapi.ErrBusy):
		y.told = append(y.told, took)

		return true
	case ctx.Err() == nil:
		y.failed++
	}

	return false
}

// jain is Jain's fairness index: 1 where all have the same.
func jain(values []float64) float64 {
	var sum, squares float64
	for _, v := range values {
		sum += v
		squares += v * v
	}

	return sum * sum / (float64(len(values)) * squares)
}

func percentile(of []time.Duration, p float64) time.Duration {
	slices.Sort(of)
	if len(of) == 0 {
		return 0
	}

	return of[int(p*float64(len(of)-1))]
}

// load lets every household ask as fast as it is answered, the first one over many connections at once.
func load(t *testing.T, m *Module, flood int, think time.Duration) (flooding tally, others []tally) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loadTime)
	defer cancel()
	var wg sync.WaitGroup
	loop := func(y *tally, household string) {
		time.Sleep(rand.N(time.Second)) // they do not begin at once
		for ctx.Err() == nil {
			pause := think
			if y.ask(ctx, m, household) {
				pause = loadPause
			}
			time.Sleep(pause/2 + rand.N(pause+1))
		}
	}
	floods := make([]tally, flood)
	for i := range floods {
		wg.Go(func() { loop(&floods[i], "flooding") })
	}
	others = make([]tally, loadHouseholds-1)
	for i := range others {
		wg.Go(func() { loop(&others[i], fmt.Sprintf("household-%d", i)) })
	}
	wg.Wait()
	for _, f := range floods {
		flooding.served, flooding.told = append(flooding.served, f.served...), append(flooding.told, f.told...)
		flooding.failed += f.failed
	}

	return flooding, others
}

// TestOneFloodingHouseholdHurtsNobody is the measure of a full house: 100 households against a
// model of 300 ms and 8 slots for a minute, in a test bubble's time.
func TestOneFloodingHouseholdHurtsNobody(t *testing.T) {
	t.Parallel()
	for name, think := range map[string]time.Duration{"without a pause": 0, "with a thought between": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &ollamatest.Server{Delay: 300 * time.Millisecond, Slots: 8}
				cfg := settings()
				cfg.Concurrency = 8
				m := wire(t, cfg, ollamatest.Fleet{"a": a})

				flooding, others := load(t, m, 50, think)

				var served, told []time.Duration
				var each []float64
				failed := flooding.failed
				for _, y := range others {
					served, told = append(served, y.served...), append(told, y.told...)
					each = append(each, float64(len(y.served)))
					failed += y.failed
				}
				share := float64(len(flooding.served)) / float64(len(served)) * float64(len(others))
				t.Logf("served %d (p50 %s, p95 %s, max %s), busy %d (p95 told after %s, max %s), failed %d, Jain %.3f, %.1f to %.1f each, flooding %d (%.1f shares, p95 %s), told %d (max %s); ollama saw %+v",
					len(served), percentile(served, .5), percentile(served, .95), percentile(served, 1),
					len(told), percentile(told, .95), percentile(told, 1), failed, jain(each), slices.Min(each), slices.Max(each),
					len(flooding.served), share, percentile(flooding.served, .95), len(flooding.told), percentile(flooding.told, 1), a.Stats())
				require.Less(t, percentile(served, .95), 2*time.Second)
				require.GreaterOrEqual(t, jain(each), .95)
				require.LessOrEqual(t, percentile(told, .95), time.Millisecond)
				require.Zero(t, failed)
				require.LessOrEqual(t, a.Stats().Most, 8)
			})
		})
	}
}
