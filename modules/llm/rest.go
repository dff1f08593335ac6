package llm

import (
	"sync"
	"time"

	"homehub/platform/clock"
)

const (
	// restAfter failures in a row, fewer than open a breaker, a model is asked after its fallbacks
	// for restFor: a smaller one may still answer on the same server.
	restAfter = 2
	restFor   = 30 * time.Second
)

// rests are the models that failed lately, by breaking or by being too slow.
type rests struct {
	now clock.Clock

	mu     sync.Mutex
	failed map[string]int       // in a row
	until  map[string]time.Time // when a model is first again
}

func newRests(now clock.Clock) *rests {
	return &rests{now: now, failed: make(map[string]int), until: make(map[string]time.Time)}
}

// note takes in how a call to a model ended.
func (r *rests) note(model string, isFailure bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !isFailure {
		delete(r.failed, model)
		delete(r.until, model)

		return
	}
	r.failed[model]++
	if r.failed[model] >= restAfter {
		r.until[model] = r.now().Add(restFor)
	}
}

// order returns the models as they are asked now: in their order, those that rest at the end.
func (r *rests) order(models []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	ordered := make([]string, 0, len(models))
	var resting []string
	for _, model := range models {
		if now.Before(r.until[model]) {
			resting = append(resting, model)
		} else {
			ordered = append(ordered, model)
		}
	}

	return append(ordered, resting...)
}
