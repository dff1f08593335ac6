package intent

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/events"
)

const (
	// lateTimeout is how long a change may still correct the history after the reply: as long
	// as a gate or a heavy blind takes.
	lateTimeout = 2 * time.Minute
	// correctTimeout bounds a correction, also while the process ends.
	correctTimeout = 5 * time.Second
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

// follow waits for what the reply could not wait for, and corrects the record whenever a target
// has got where it was sent.
func (s *service) follow(ctx context.Context, t *turn) {
	defer t.late.close()
	ctx, cancel := context.WithTimeout(ctx, lateTimeout)
	defer cancel()

	isChanged := false
	for len(t.late.later) > 0 && ctx.Err() == nil {
		open := len(t.late.later)
		select {
		case change := <-t.late.watch.Changes():
			isChanged = t.late.correct(change.EntityID) || isChanged
		case <-ctx.Done():
		}
		if len(t.late.later) < open {
			s.correct(ctx, t)
			isChanged = false
		}
	}
	if isChanged {
		s.correct(ctx, t)
	}
}

// correct puts right what became of an utterance: the history, the audit log and whoever spoke
// learn of it together. Its speech stays: that was said. An utterance that is forgotten by now
// stays so.
func (s *service) correct(ctx context.Context, t *turn) {
	for i := range t.results {
		t.results[i].sum()
	}
	t.answer.Status, t.answer.Reason = overall(t.results)
	t.answer.Commands = commandAnswers(t.results)

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), correctTimeout)
	defer cancel()
	err := s.db.InBatch(ctx, func(ctx context.Context) error {
		isThere, err := s.store.correctHistory(ctx, t)
		if err != nil || !isThere {
			return err
		}
		if err := s.audit.Record(ctx, correctionOf(t)); err != nil {
			return err
		}

		return s.events.Publish(ctx, events.Event{
			HouseholdID: t.caller.HouseholdID, Kind: events.IntentCorrected, Audience: t.caller.ID,
			Data: map[string]any{
				"id": t.historyID, "request_id": t.requestID, "status": t.answer.Status, "reason": t.answer.Reason,
				"commands": plainAnswers(t.answer.Commands),
			},
		})
	})
	if err != nil {
		s.log.Warn("history not corrected", zap.String("request_id", t.requestID), zap.Error(err))
	}
}

// correctionOf is the audit entry of what came late: the utterance's own, without the words.
func correctionOf(t *turn) auditapi.Event {
	e := eventOf(t)
	e.Action, e.Personal = actionCorrect, nil

	return e
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
