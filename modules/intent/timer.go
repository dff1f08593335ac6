package intent

import (
	"context"
	"slices"
	"time"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// meant is the timer as the stages of understanding know it.
func (r *timerRow) meant(now time.Time) *meaning.Timer {
	return &meaning.Timer{
		ID: r.ID, OwnerID: r.OwnerID, Name: r.Name, AreaID: r.AreaID, Length: time.Duration(r.LengthMs) * time.Millisecond,
		Left: r.left(now), IsPaused: r.EndsAt == nil,
	}
}

// keepTimer carries out a command about timers.
func (s *service) keepTimer(t *turn, i int) {
	r := &t.results[i]
	r.status = meaning.StatusDone
	switch c := r.command; c.Intent {
	case meaning.StartTimer:
		s.startTimer(t, i)
	case meaning.CancelTimer, meaning.CancelAllTimers:
		if len(c.Timers) == 0 {
			r.status = meaning.StatusAlready
		}
		for _, timer := range c.Timers {
			row := t.timer(timer.ID)
			t.keepLater(i, meaning.NoSuchTimer, func(ctx context.Context, check rowCheck) error { return s.store.deleteTimer(ctx, row, check) })
		}
	default:
		if len(c.Timers) == 1 {
			s.changeTimer(t, i)
		}
	}
}

func (s *service) startTimer(t *turn, i int) {
	r := &t.results[i]
	length, _ := meaning.DurationOf(r.command.Slots, "")
	if length < time.Second || length > maxAhead {
		r.fail(meaning.ReasonOutOfRange)
		if length > maxAhead {
			r.refusal = meaning.TooFarAhead
		}

		return
	}
	now := s.moment()
	end := now.Add(length)
	row := timerRow{
		ID: identity.NewID(), HouseholdID: t.caller.HouseholdID,
		OwnerKind: string(t.caller.Kind), OwnerID: t.caller.ID, OwnerName: t.caller.Name,
		AreaID: t.utterance.AreaID, Name: r.command.Slots.Name(),
		LengthMs: length.Milliseconds(), LeftMs: length.Milliseconds(), EndsAt: &end, CreatedAt: now,
	}
	if area := meaning.FindArea(t.home, r.command.Slots.Text("area")); area != nil && r.command.Slots.Text("area") != "" {
		row.AreaID = area.ID
	}
	r.command.Timers = []*meaning.Timer{row.meant(now)}
	t.keepLater(i, meaning.TooManyTimers, func(ctx context.Context, check rowCheck) error { return s.store.addTimer(ctx, row, check) })
}

// changeTimer makes a timer longer or shorter, pauses it, or lets it go on.
func (s *service) changeTimer(t *turn, i int) {
	r := &t.results[i]
	row, now := t.timer(r.command.Timers[0].ID), s.moment()
	left, by := row.left(now), time.Duration(0)
	isPaused := row.EndsAt == nil
	switch r.command.Intent {
	case meaning.IncreaseTimer:
		by, _ = meaning.DurationOf(r.command.Slots, "")
	case meaning.DecreaseTimer:
		by, _ = meaning.DurationOf(r.command.Slots, "")
		by = -min(by, left)
	case meaning.PauseTimer, meaning.UnpauseTimer:
		if isPaused == (r.command.Intent == meaning.PauseTimer) {
			r.status = meaning.StatusAlready

			return
		}
		isPaused = !isPaused
	default:
		return // a question
	}
	if left += by; left > maxAhead {
		r.fail(meaning.ReasonOutOfRange)
		r.refusal = meaning.TooFarAhead

		return
	}
	row.LeftMs, row.EndsAt = left.Milliseconds(), nil
	if !isPaused {
		end := now.Add(left)
		row.EndsAt = &end
	}
	r.command.Timers = []*meaning.Timer{row.meant(now)}
	t.keepLater(i, meaning.NoSuchTimer, func(ctx context.Context, check rowCheck) error { return s.store.changeTimer(ctx, row, check) })
}

// timer is one that was loaded.
func (t *turn) timer(id string) timerRow {
	at := slices.IndexFunc(t.timers, func(row timerRow) bool { return row.ID == id })

	return t.timers[at]
}

// moment is now as the database keeps it.
func (s *service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
