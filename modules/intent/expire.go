package intent

import (
	"context"
	"time"

	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/events"
)

// maxAskings bounds the questions whose end is watched; beyond it they end unannounced.
const maxAskings = 1024

// asking is an open question as its watcher knows it.
type asking struct {
	key                                   string
	householdID, callerID, conversationID string
	at                                    time.Time // its end
}

// expiry announces questions that nobody answered. It lives with its process: after a restart
// nothing is announced, and a question that kv still has is open for the rest of its time.
type expiry struct{ asked chan asking }

func newExpiry() *expiry { return &expiry{asked: make(chan asking, maxAskings/4)} }

// add takes a question on, unless too many are open already.
func (x *expiry) add(a asking) {
	select {
	case x.asked <- a:
	default:
	}
}

// run watches questions until ctx ends. All of them wait equally long, so that the first one
// asked is the first to end; one that was kept again after an error may be announced late.
func (x *expiry) run(ctx context.Context, now clock.Clock, expire func(context.Context, asking)) {
	var open []asking
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		for len(open) > 0 && !now().Before(open[0].at) {
			expire(ctx, open[0])
			open = open[1:]
		}
		if len(open) > 0 {
			timer.Reset(open[0].at.Sub(now()))
		}
		select {
		case a := <-x.asked:
			if len(open) < maxAskings {
				open = append(open, a)
			}
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// expire tells the one who was asked that no answer counts any more. Whoever answers, drops or
// announces a question takes it first, on whichever replica.
func (s *service) expire(ctx context.Context, a asking) {
	value, err := s.kv.Take(ctx, a.key)
	if err == nil && value != nil {
		err = s.events.Publish(ctx, events.Event{
			HouseholdID: a.householdID, Kind: events.QuestionExpired, Audience: a.callerID,
			Data: map[string]any{"conversation_id": a.conversationID},
		})
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("end of a question not told", zap.Error(err))
	}
}
