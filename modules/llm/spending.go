package llm

import (
	"context"
	"strconv"
	"time"

	"go.uber.org/zap"

	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/kv"
)

// spendingTTL outlives the day that a count is for.
const spendingTTL = 48 * time.Hour

// spending counts the tokens of each household and day, for all processes together. Without kv
// nobody is refused: the count is about cost, not about rights.
type spending struct {
	kv    kv.Store // nil: nothing is counted
	limit int64    // of a day; 0: none
	now   clock.Clock
	log   *zap.Logger
}

// check returns llmapi.ErrSpent when the household's day is used up.
func (s *spending) check(ctx context.Context, household string) error {
	if s.kv == nil || s.limit == 0 {
		return nil
	}
	value, err := s.kv.Get(ctx, s.key(household))
	if err != nil {
		s.log.Debug("tokens of the day not read", zap.Error(err))

		return nil
	}
	spent, _ := strconv.ParseInt(string(value), 10, 64) // nothing there is nothing spent
	if spent < s.limit {
		return nil
	}
	refused := *llmapi.ErrSpent
	now := s.now().UTC()
	refused.RetryAfter = now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)

	return &refused
}

// add counts tokens that were used, also for a caller who is gone.
func (s *spending) add(ctx context.Context, household string, tokens int) {
	if s.kv == nil || s.limit == 0 || tokens <= 0 {
		return
	}
	if _, err := s.kv.Add(context.WithoutCancel(ctx), s.key(household), int64(tokens), spendingTTL); err != nil {
		s.log.Debug("tokens of the day not counted", zap.Error(err))
	}
}

func (s *spending) key(household string) string {
	return "llm:tokens:" + household + ":" + s.now().UTC().Format(time.DateOnly)
}
