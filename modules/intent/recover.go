package intent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

const (
	sweepEvery = 5 * time.Second
	sweepLimit = 100
	// homePatience is how long a sweep waits for the home of a dead claim, so that its
	// answer can say how things are.
	homePatience = 5 * time.Minute
)

// run does the module's background work until ctx ends.
func (s *service) run(ctx context.Context) error {
	var background sync.WaitGroup
	background.Go(func() { s.runLate(ctx) })
	background.Go(func() { s.runForgetting(ctx) })
	background.Go(func() { s.runAgenda(ctx) })
	background.Go(func() { s.expiry.run(ctx, s.now, s.expire) })
	defer background.Wait()
	defer s.flights.close()

	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("claims not swept", zap.Error(err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// sweep answers for the claims of dead processes, and forgets those that have expired.
func (s *service) sweep(ctx context.Context) error {
	open, err := s.store.listOpenClaims(ctx, sweepLimit)
	if err != nil {
		return err
	}
	var errs []error
	for _, row := range open {
		if !s.claims.isDead(row, s.now()) || s.isWorthWaiting(ctx, row) {
			continue
		}
		if err := s.answerForDead(ctx, row); err != nil && !errors.Is(err, errClaimLost) {
			errs = append(errs, fmt.Errorf("claim %s: %w", row.ID, err)) // the others are not its hostages
		}
	}

	return errors.Join(append(errs, s.store.dropExpired(ctx, s.now()))...)
}

// isWorthWaiting reports whether a claim's home may soon be able to tell how things are.
func (s *service) isWorthWaiting(ctx context.Context, row claimRow) bool {
	if s.now().Sub(row.CreatedAt) > homePatience {
		return false
	}
	instance, err := s.homes.Instance(ctx, row.HouseholdID)

	return err != nil || !instance.IsConnected()
}

// answerForDead answers a claim whose process died with it open: nobody knows what was done,
// so nothing is done again, and the answer says how things are now.
func (s *service) answerForDead(ctx context.Context, row claimRow) error {
	var kept claimedRequest
	if err := json.Unmarshal([]byte(row.Request), &kept); err != nil {
		return fmt.Errorf("decode claim %s: %w", row.ID, err)
	}
	t := &turn{
		caller: identity.Principal{
			Kind: kept.ActorKind, ID: row.CallerID, Name: kept.ActorName, HouseholdID: row.HouseholdID,
		},
		req:            request{Text: kept.Text, DryRun: kept.IsDryRun},
		words:          kept.Text,
		requestID:      row.RequestID,
		conversationID: kept.ConversationID,
		startedAt:      s.now(),
		claim:          claimOf(row),
		timing:         timing{},
		hasActed:       true,
		planID:         kept.PlanID,
	}
	s.lookBack(ctx, t, kept)
	s.complete(t)

	return s.record(ctx, t)
}

// lookBack finds what a dead request was about, and the state that things are in now.
func (s *service) lookBack(ctx context.Context, t *turn, kept claimedRequest) {
	t.answer.Status, t.answer.Reason = meaning.StatusFailed, meaning.ReasonOutcomeUnknown
	t.answer.Speech = speech.TellUnknown(nil)
	instance, err := s.homes.Instance(ctx, t.caller.HouseholdID)
	if err != nil {
		return
	}

	t.instance, t.home = instance, instance.Home()
	area := kept.AreaID
	if found := meaning.FindArea(t.home, area); found != nil {
		area = found.ID
	}
	t.utterance = meaning.Utterance{Text: kept.Text, AreaID: area, Now: s.now().In(s.zones.of(t.home))}
	t.meant.Commands = rebindAll(t.home, kept.Commands)
	if len(kept.Commands) == 0 {
		// Only the first stage is asked: what another made of it then, it need not make now.
		if t.meant, err = s.stages[0].understand(ctx, t.heard()); err != nil {
			s.log.Warn("dead claim not understood", zap.String("request_id", t.requestID), zap.Error(err))
		}
	}

	var seen []*hamanagerapi.Entity
	for _, c := range t.meant.Commands {
		r := result{command: c, status: meaning.StatusFailed, reason: meaning.ReasonOutcomeUnknown}
		for _, e := range c.Targets {
			r.targets = append(r.targets, targetResult{
				entity: e, status: meaning.StatusFailed, reason: meaning.ReasonOutcomeUnknown,
				from: &hamanagerapi.State{Value: hamanagerapi.StateUnknown}, to: e.State(),
			})
		}
		seen = append(seen, c.Targets...)
		t.results = append(t.results, r)
	}
	if instance.IsConnected() {
		t.answer.Speech = speech.TellUnknown(seen)
	}
}
