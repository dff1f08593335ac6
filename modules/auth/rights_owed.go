package auth

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// settleEvery is how soon the other replicas hear of a change once kv is back.
const settleEvery = time.Second

// owedMarks are those that kv has not removed yet, because it did not answer. This process
// believes no entry that relies on one of them.
type owedMarks struct {
	mu    sync.Mutex
	until map[string]time.Time // then whatever relied on the mark has ended by itself
}

func newOwedMarks() *owedMarks { return &owedMarks{until: make(map[string]time.Time)} }

func (o *owedMarks) add(until time.Time, keys []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range keys {
		o.until[key] = until
	}
}

func (o *owedMarks) hasAny(keys []string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()

	return len(o.until) > 0 && slices.ContainsFunc(keys, func(key string) bool { return !o.until[key].IsZero() })
}

// list leaves out, and forgets, what need not be removed any more.
func (o *owedMarks) list(now time.Time) map[string]time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.until, func(_ string, until time.Time) bool { return until.Before(now) })

	return maps.Clone(o.until)
}

// settled forgets what was removed, unless it is owed once more since.
func (o *owedMarks) settled(removed map[string]time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.until, func(key string, until time.Time) bool { return removed[key].Equal(until) })
}

// run settles what is owed until ctx ends.
func (a *authorizer) run(ctx context.Context) {
	ticker := time.NewTicker(settleEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			a.settle(ctx)
		}
	}
}

// settle removes the marks that are owed, as soon as kv answers again.
func (a *authorizer) settle(ctx context.Context) {
	owed := a.owed.list(a.now())
	if len(owed) == 0 {
		return
	}
	if err := a.kv.Delete(ctx, slices.Collect(maps.Keys(owed))...); err != nil {
		a.log.Debug("cached rights are still not dropped", zap.Error(err))
		return
	}
	a.owed.settled(owed)
}
