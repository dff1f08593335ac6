package intent

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/meaning"
)

const (
	// lateTimeout is how long a change may still correct the history after the reply.
	lateTimeout = 30 * time.Second
	// maxLate bounds the watches that outlive their request; beyond it late changes are
	// not waited for.
	maxLate = 256
)

// supervisor owns what goes on after a reply: run starts it, and waits for it to end.
type supervisor struct{ turns chan *turn }

func newSupervisor() *supervisor { return &supervisor{turns: make(chan *turn, maxLate/4)} }

// followUp hands over what may still change after the reply.
func (s *service) followUp(t *turn) {
	if t.late == nil {
		return
	}
	select {
	case s.late.turns <- t:
	default:
		t.late.close()
	}
}

// runLate follows turns until ctx ends, and returns when the last one is let go.
func (s *service) runLate(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, maxLate)
	for {
		select {
		case t := <-s.late.turns:
			select {
			case slots <- struct{}{}:
				running.Go(func() {
					defer func() { <-slots }()
					s.follow(ctx, t)
				})
			default:
				t.late.close()
			}
		case <-ctx.Done():
			return
		}
	}
}

// follow waits for what the reply could not wait for, and corrects the history.
func (s *service) follow(ctx context.Context, t *turn) {
	defer t.late.close()
	ctx, cancel := context.WithTimeout(ctx, lateTimeout)
	defer cancel()

	isCorrected := false
	for len(t.late.later) > 0 {
		select {
		case change := <-t.late.watch.Changes():
			isCorrected = t.late.correct(change.EntityID) || isCorrected
			continue
		case <-ctx.Done():
		}

		break
	}
	if !isCorrected {
		return
	}

	for i := range t.results {
		t.results[i].sum()
	}
	status, reason := overall(t.results)
	if err := s.store.correctHistory(context.WithoutCancel(ctx), t.caller.HouseholdID, t.historyID, status, reason, commandAnswers(t.results)); err != nil {
		s.log.Warn("history not corrected", zap.String("request_id", t.requestID), zap.Error(err))
	}
}

// correct takes in a late state of an entity; it reports whether that changed any target.
func (o *observation) correct(entityID string) (isChanged bool) {
	kept := o.later[:0]
	for _, x := range o.later {
		if x.target.entity.ID != entityID {
			kept = append(kept, x)
			continue
		}

		now := x.target.entity.State()
		switch x.want.of(now) {
		case reached:
			x.target.become(meaning.StatusDone, now)
			isChanged = true
		case moving:
			isChanged = isChanged || x.target.status != meaning.StatusStarted
			x.target.become(meaning.StatusStarted, now)
			kept = append(kept, x)
		case notYet:
			kept = append(kept, x)
		}
	}
	o.later = kept

	return isChanged
}
