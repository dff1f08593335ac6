package auth

import (
	"context"

	"go.uber.org/zap"

	"homehub/platform/apperr"
	"homehub/platform/kv"
	"homehub/platform/log"
)

// count judges one more try against a limit, refused being the error beyond it; the zero limit is
// none. Tries count before it is known what comes of them, so that many at once are not more than
// one after the other.
func (s *service) count(ctx context.Context, key string, limit kv.Limit, refused *apperr.Error) error {
	if limit.Count == 0 {
		return nil
	}
	decision, err := s.kv.Allow(ctx, key, limit)
	if err != nil { // neither open nor shut while kv is away: each replica counts for itself
		if decision, err = s.local.Allow(ctx, key, limit); err != nil {
			return err
		}
	}
	if !decision.Allowed {
		return refused.WithRetryAfter(decision.RetryAfter)
	}

	return nil
}

// forgetCount begins to count anew.
func (s *service) forgetCount(ctx context.Context, keys ...string) {
	for _, store := range []kv.Store{s.kv, s.local} {
		if err := store.Delete(ctx, keys...); err != nil {
			log.For(ctx, s.log).Debug("tries stay counted", zap.Error(err))
		}
	}
}
