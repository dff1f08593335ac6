package intent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/fault"
	"homehub/platform/identity"
)

const (
	actionExecute = "intent.execute"
	actionCorrect = "intent.correct" // what was seen after the reply
	// actionCarryOut is intent.execute of what was planned.
	actionCarryOut = "intent.carry_out"
)

// minRecordTime is what the record gets even where the stages took all the time there was.
const minRecordTime = 250 * time.Millisecond

// record makes the answer durable: history, audit entry and finished claim commit together,
// in one transaction that is shared with other requests (docs/decisions/0062).
func (s *service) record(ctx context.Context, t *turn) error {
	defer t.measure(stageRecord, s.now)()
	left := s.cfg.Deadline - s.now().Sub(t.startedAt)
	ctx, cancel := context.WithTimeout(ctx, max(left, minRecordTime))
	defer cancel()

	if t.claim != nil {
		body, err := bodyOf(t.answer)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		t.claim.body = body
	}

	t.historyID = identity.NewID()
	fault.Point("intent.recording")
	err := s.db.InBatch(ctx, func(ctx context.Context) error { return s.write(ctx, t) })
	fault.Point("intent.recorded")
	var lost *lostKeepingError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errClaimLost), errors.As(err, &lost), !t.hasActed:
		return err
	default:
		s.isRecordAway.Store(true)

		return errNotRecorded.Wrap(err)
	}
}

// checkRecord keeps from being done what could not be recorded: once a record has failed, the
// database has to answer before anything else is carried out.
func (s *service) checkRecord(ctx context.Context) error {
	if !s.isRecordAway.Load() {
		return nil
	}
	if err := s.db.Ping(ctx); err != nil {
		return err
	}
	s.isRecordAway.Store(false)

	return nil
}

func (s *service) write(ctx context.Context, t *turn) error {
	if t.claim != nil {
		if err := s.store.finishClaim(ctx, t.claim); err != nil {
			return err
		}
	}
	if t.req.DryRun {
		return nil
	}
	if err := s.store.addHistory(ctx, t); err != nil {
		return err
	}
	fault.Point("intent.writing")
	if len(t.results) > 0 { // else no command came of it: nothing for the audit log
		e := eventOf(t)
		if !s.history.KeepWords {
			e.Personal = nil
		}
		if err := s.audit.Record(ctx, e); err != nil {
			return err
		}
	}
	if err := t.writeKept(ctx); err != nil {
		return err
	}
	if t.planID == "" {
		return nil
	}

	return s.tellPlanned(ctx, t)
}

// eventOf is the audit entry of an utterance. Slots are left out: they hold names that
// people gave; the utterance itself is personal, and erasable.
func eventOf(t *turn) auditapi.Event {
	commands := make([]map[string]any, len(t.results))
	for i, r := range t.results {
		commands[i] = map[string]any{
			"intent": r.command.Intent, "status": string(r.status), "targets": entityIDs(r.command.Targets),
		}
		if r.reason != "" {
			commands[i]["reason"] = string(r.reason)
		}
		for key, ids := range map[string][]string{"timers": timerIDs(r.command), "plans": planIDs(r)} {
			if len(ids) > 0 {
				commands[i][key] = ids
			}
		}
	}
	action := actionExecute
	if t.planID != "" {
		action = actionCarryOut
	}

	return auditapi.Event{
		HouseholdID: t.caller.HouseholdID,
		Action:      action,
		Outcome:     outcomeOf(t),
		Actor:       auditapi.Actor{Kind: string(t.caller.Kind), ID: t.caller.ID, Name: t.caller.Name},
		Target:      t.historyID,
		Details: map[string]any{
			"status": string(t.answer.Status), "source": string(t.answer.Source), "commands": commands,
		},
		Personal: map[string]string{"text": t.words},
	}
}

func outcomeOf(t *turn) auditapi.Outcome {
	a := t.answer
	switch {
	case t.isRefused, hasReason(a.Commands, meaning.ReasonNotAllowed):
		return auditapi.Refused
	case hasReason(a.Commands, meaning.ReasonOutcomeUnknown):
		return auditapi.Unknown
	case a.Status == meaning.StatusFailed || a.Status == meaning.StatusPartial:
		return auditapi.Failed
	default:
		return auditapi.OK
	}
}

func hasReason(commands []commandAnswer, reason meaning.Reason) bool {
	for _, c := range commands {
		isOfTarget := func(f failure) bool { return f.Reason == reason }
		if c.Reason == reason || slices.ContainsFunc(c.Failures, isOfTarget) {
			return true
		}
	}

	return false
}
