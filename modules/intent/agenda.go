package intent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/platform/events"
)

const (
	// lookAgainEvery is how soon a replica notices what others have set, which matters only once
	// they are gone.
	lookAgainEvery = 5 * time.Second
	// waitAgain is how soon what could not be done is tried again.
	waitAgain = time.Second
	// agendaBatch bounds what is read at once.
	agendaBatch = 100
	// maxCarriedOut is how many plans are carried out at once.
	maxCarriedOut = 16
)

// agenda owns the moments that timers end and plans are due at: one goroutine sleeps until the
// next one. All of it is in the database, so that a restart loses nothing.
type agenda struct {
	bell  chan struct{} // holds one: something has changed
	slots chan struct{} // holds a token for each plan under way
}

func newAgenda() *agenda {
	return &agenda{bell: make(chan struct{}, 1), slots: make(chan struct{}, maxCarriedOut)}
}

// ring makes the agenda look at once; it never waits.
func (a *agenda) ring() {
	select {
	case a.bell <- struct{}{}:
	default:
	}
}

// runAgenda ends timers and carries out plans until ctx ends, and returns when what it has begun
// is over.
func (s *service) runAgenda(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.agenda.bell:
		case <-ctx.Done():
			return
		}
		wait, err := s.attend(ctx, &running)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("timers and plans not looked after; it is tried again", zap.Error(err))
			wait = waitAgain
		}
		timer.Reset(wait)
	}
}

// attend does what is due, and returns how long nothing will be.
func (s *service) attend(ctx context.Context, running *sync.WaitGroup) (time.Duration, error) {
	if err := s.endTimers(ctx); err != nil {
		return 0, err
	}
	now := s.now()
	mustWait, err := s.beginPlans(ctx, now, running)
	if err != nil {
		return 0, err
	}
	wait := lookAgainEvery
	if mustWait {
		wait = waitAgain
	}
	end, err := s.store.nextEnd(ctx)
	if err != nil {
		return 0, err
	}
	due, err := s.store.nextDue(ctx, now)
	if err != nil {
		return 0, err
	}
	for _, next := range []*time.Time{end, due} {
		if next != nil {
			wait = min(wait, max(next.Sub(s.now()), 0))
		}
	}

	return wait, nil
}

// endTimers announces the timers that have ended. One that fails is no hostage-taker: the others
// go on, and it is tried again.
func (s *service) endTimers(ctx context.Context) error {
	for {
		ended, err := s.store.listEnded(ctx, s.now(), agendaBatch)
		if err != nil {
			return err
		}
		var errs []error
		for _, row := range ended {
			if err := s.endTimer(ctx, row); err != nil {
				errs = append(errs, fmt.Errorf("timer %s: %w", row.ID, err))
			}
		}
		if len(ended) < agendaBatch || len(errs) > 0 {
			return errors.Join(errs...)
		}
	}
}

// endTimer tells the one who set a timer that it has ended, and forgets it: one replica does both.
func (s *service) endTimer(ctx context.Context, row timerRow) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		isOurs, err := s.store.takeTimer(ctx, row)
		if err != nil || !isOurs {
			return err
		}
		data := map[string]any{
			"timer_id": row.ID, "area_id": row.AreaID, "length_seconds": row.LengthMs / 1000, "ended_at": row.EndsAt.UTC(),
		}
		timer := row.meant(s.now())
		if !s.history.KeepWords {
			timer.Name = ""
		}
		data["name"], data["speech"] = timer.Name, speech.TellTimerEnded(timer)

		return s.events.Publish(ctx, events.Event{
			HouseholdID: row.HouseholdID, Kind: events.TimerFinished, Audience: row.OwnerID, Data: data,
		})
	})
}

// beginPlans begins to carry out the plans that are due; mustWait: some are left for later.
func (s *service) beginPlans(ctx context.Context, now time.Time, running *sync.WaitGroup) (mustWait bool, err error) {
	due, err := s.store.listDue(ctx, now, agendaBatch)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, row := range due {
		if s.isWaiting(ctx, row) {
			mustWait = true
			continue
		}
		select {
		case s.agenda.slots <- struct{}{}:
		default:
			return true, errors.Join(errs...)
		}
		t, err := s.claimPlanned(ctx, row)
		if err != nil || t == nil {
			<-s.agenda.slots
			if err != nil {
				errs = append(errs, fmt.Errorf("plan %s: %w", row.ID, err))
			}

			continue
		}
		running.Go(func() {
			defer func() { <-s.agenda.slots }()
			s.carryOut(ctx, t, row)
		})
	}

	return mustWait || len(due) == agendaBatch, errors.Join(errs...)
}
