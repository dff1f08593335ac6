package intent

import (
	"context"
	"errors"
	"time"

	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

const (
	maxTimers = 50  // of a household
	maxPlans  = 100 // of a household
	// maxAhead is how far ahead anything may be planned.
	maxAhead = 366 * 24 * time.Hour
)

// keeping is a change of a timer or plan. It commits with the record of the utterance that it is
// about.
type keeping struct {
	result int // that it belongs to
	write  func(ctx context.Context, check rowCheck) error
	why    meaning.Refusal // what it comes to where there is nothing to change, or no room
}

// lostKeepingError: a keeping found its timer or plan gone or changed, or no room for it.
type lostKeepingError struct{ keeping keeping }

func (e *lostKeepingError) Error() string { return "the timer or plan has changed in the meantime" }

func (k keeping) check(rows int64) error {
	if rows == 0 {
		return &lostKeepingError{k}
	}

	return nil
}

// writeKept makes the turn's changes of timers and plans. It joins the transaction in ctx.
func (t *turn) writeKept(ctx context.Context) error {
	for _, k := range t.keepings {
		if err := k.write(ctx, k.check); err != nil {
			return err
		}
	}

	return nil
}

// keepLater notes a change that belongs to result i.
func (t *turn) keepLater(i int, why meaning.Refusal, write func(ctx context.Context, check rowCheck) error) {
	t.keepings = append(t.keepings, keeping{result: i, write: write, why: why})
}

// bindKept finds the timers and plans that the turn's commands mean, or asks which.
func (s *service) bindKept(ctx context.Context, t *turn) error {
	for i := range t.meant.Commands {
		c := &t.meant.Commands[i]
		var err error
		switch {
		case c.Reason != "" || c.Intent == meaning.StartTimer:
		case meaning.IsOfTimers(c.Intent):
			err = s.bindTimers(ctx, t, i)
		case meaning.IsOfPlans(c.Intent):
			err = s.bindPlans(ctx, t, i)
		}
		if err != nil {
			return err
		}
	}

	return nil
}

func (s *service) bindTimers(ctx context.Context, t *turn, i int) error {
	if err := s.loadTimers(ctx, t); err != nil {
		return err
	}
	c := &t.meant.Commands[i]
	all := make([]*meaning.Timer, len(t.timers))
	for k := range t.timers {
		all[k] = t.timers[k].meant(s.now())
		if all[k].ID == c.Chosen {
			c.Timers = []*meaning.Timer{all[k]}

			return nil
		}
	}
	c.Timers = meaning.FindTimers(t.home, t.utterance, t.caller.ID, all, *c)
	switch {
	case meaning.ReachesMany(c.Intent):
	case len(c.Timers) == 0:
		c.Reason, c.Why = meaning.ReasonNoSuchName, meaning.NoSuchTimer
	case len(c.Timers) > 1 && t.meant.Question == nil:
		t.meant.Question = &meaning.Question{Command: i, Choices: speech.TimerChoices(c.Timers, t.home)}
		c.Timers = nil
	}

	return nil
}

func (s *service) bindPlans(ctx context.Context, t *turn, i int) error {
	if err := s.loadPlans(ctx, t); err != nil {
		return err
	}
	c := &t.meant.Commands[i]
	all := make([]*meaning.Plan, len(t.plans))
	for k := range t.plans {
		all[k] = t.plans[k].meant(t.home)
		if all[k].ID == c.Chosen {
			c.Plans = []*meaning.Plan{all[k]}

			return nil
		}
	}
	c.Plans = meaning.FindPlans(all, c.Of)
	switch {
	case meaning.ReachesMany(c.Intent):
	case len(c.Plans) == 0:
		c.Reason, c.Why = meaning.ReasonNoSuchName, meaning.NoSuchPlan
	case len(c.Plans) > 1 && t.meant.Question == nil:
		t.meant.Question = &meaning.Question{Command: i, Choices: speech.PlanChoices(c.Plans, t.utterance)}
		c.Plans = nil
	}

	return nil
}

// ownOnly is whose timers and plans the caller may see and change; empty: those of everybody.
func ownOnly(caller identity.Principal) string {
	if caller.May(identity.Plan) == identity.Yes {
		return ""
	}

	return caller.ID
}

func (s *service) loadTimers(ctx context.Context, t *turn) (err error) {
	if t.timers == nil {
		t.timers, err = s.store.listTimers(ctx, keptQuery{
			householdID: t.caller.HouseholdID, ownerID: ownOnly(t.caller), limit: maxTimers,
		})
	}

	return err
}

func (s *service) loadPlans(ctx context.Context, t *turn) (err error) {
	if t.plans == nil {
		t.plans, err = s.store.listPlans(ctx, keptQuery{householdID: t.caller.HouseholdID, ownerID: ownOnly(t.caller), limit: maxPlans})
	}

	return err
}

// recordKept is record for turns that may have come too late for a timer or plan: those commands
// have then failed, and the others are recorded without them.
func (s *service) recordKept(ctx context.Context, t *turn) error {
	for {
		err := s.record(ctx, t)
		lost, isLost := errors.AsType[*lostKeepingError](err)
		if !isLost {
			if err == nil && len(t.keepings) > 0 {
				s.agenda.ring()
			}

			return err
		}
		t.lose(lost.keeping)
		s.complete(t)
	}
}

// lose fails the command that a lost change belongs to, with all its changes.
func (t *turn) lose(lost keeping) {
	kept := t.keepings[:0]
	for _, k := range t.keepings {
		if k.result != lost.result {
			kept = append(kept, k)
		}
	}
	t.keepings = kept
	r := &t.results[lost.result]
	reason := meaning.ReasonNoSuchName
	if lost.why == meaning.TooManyTimers || lost.why == meaning.TooManyPlans {
		reason = meaning.ReasonOutOfRange
	}
	r.fail(reason)
	r.refusal = lost.why
	r.targets = nil
	t.answer.Status, t.answer.Reason, t.answer.Speech = "", "", ""
}

func timerIDs(c meaning.Command) []string {
	ids := make([]string, len(c.Timers))
	for i, timer := range c.Timers {
		ids[i] = timer.ID
	}

	return ids
}

// planIDs are the plans that a command is about, or has become.
func planIDs(r result) []string {
	if r.planID != "" {
		return []string{r.planID}
	}
	ids := make([]string, len(r.command.Plans))
	for i, p := range r.command.Plans {
		ids[i] = p.ID
	}

	return ids
}
