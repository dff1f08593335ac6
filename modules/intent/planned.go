package intent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/apperr"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/fault"
	"homehub/platform/identity"
)

const (
	prefixPlan = "plan:" // the claim of a plan that is carried out
	// latest is how long after its moment a plan is still carried out: somebody may have done
	// otherwise since.
	latest = 10 * time.Minute
	// planPatience is how long a plan waits for a home that is out of reach, or coming back.
	planPatience = time.Minute
)

// decode returns the plan's commands, their targets by id.
func (r *plannedRow) decode() []plainCommand {
	var plain []plainCommand
	if err := json.Unmarshal([]byte(r.Commands), &plain); err != nil {
		return nil // of another version: it has nothing that could be done
	}

	return plain
}

// meant is the plan as the stages of understanding know it.
func (r *plannedRow) meant(home *hamanagerapi.Home) *meaning.Plan {
	return &meaning.Plan{ID: r.ID, OwnerID: r.OwnerID, At: r.DueAt, Commands: rebindAll(home, r.decode())}
}

// schedule keeps the commands that are for later: those of one moment are one plan.
func (s *service) schedule(t *turn) error {
	moments := map[time.Time][]int{}
	for i := range t.results {
		r := &t.results[i]
		switch at := r.command.At; {
		case at.IsZero() || r.status == meaning.StatusFailed:
		case at.Sub(s.now()) > maxAhead:
			r.targets = nil
			r.fail(meaning.ReasonOutOfRange)
			r.refusal = meaning.TooFarAhead
		default:
			r.postpone()
			moments[at.UTC()] = append(moments[at.UTC()], i)
		}
	}
	for at, results := range moments {
		row, err := s.planOf(t, at, results)
		if err != nil {
			return err
		}
		for _, i := range results {
			t.results[i].planID = row.ID
		}
		t.keepLater(results[0], meaning.TooManyPlans, func(ctx context.Context, check rowCheck) error {
			return s.store.addPlan(ctx, row, check)
		})
	}

	return nil
}

// postpone marks what is not to be done now.
func (r *result) postpone() {
	r.status = meaning.StatusScheduled
	for i := range r.targets {
		if r.targets[i].status != meaning.StatusFailed {
			r.targets[i].status = meaning.StatusScheduled
		}
	}
}

func (s *service) planOf(t *turn, at time.Time, results []int) (plannedRow, error) {
	commands := make([]meaning.Command, len(results))
	for k, i := range results {
		commands[k] = t.results[i].command
		commands[k].Targets = t.results[i].reachable()
	}
	encoded, err := json.Marshal(plainCommands(commands))
	if err != nil {
		return plannedRow{}, fmt.Errorf("encode plan: %w", err)
	}

	return plannedRow{
		ID: identity.NewID(), HouseholdID: t.caller.HouseholdID,
		OwnerKind: string(t.caller.Kind), OwnerID: t.caller.ID, OwnerName: t.caller.Name,
		ConversationID: t.conversationID, AreaID: t.utterance.AreaID, Text: database.Text(t.words), Source: string(t.meant.Source),
		Given: string(t.given), Commands: database.JSON(encoded), DueAt: at.Truncate(time.Microsecond), CreatedAt: s.moment(),
	}, nil
}

// keepPlan carries out a command about plans.
func (s *service) keepPlan(t *turn, i int) {
	r := &t.results[i]
	r.status = meaning.StatusDone
	if r.command.Intent == meaning.ListPlans {
		return
	}
	if len(r.command.Plans) == 0 {
		r.status = meaning.StatusAlready
	}
	for _, p := range r.command.Plans {
		t.keepLater(i, meaning.NoSuchPlan, func(ctx context.Context, check rowCheck) error {
			return s.store.deletePlan(ctx, t.caller.HouseholdID, p.ID, check)
		})
	}
}

// isWaiting reports whether a plan that is due should wait a little longer for its home.
func (s *service) isWaiting(ctx context.Context, row plannedRow) bool {
	since := s.now().Sub(row.DueAt)
	if since > latest+planPatience {
		return false
	}
	instance, err := s.homes.Instance(ctx, row.HouseholdID)
	isAway := err != nil || !instance.IsConnected()

	return isAway && (since < planPatience || s.now().Sub(s.startedAt) < planPatience)
}

// claimPlanned makes a plan its own: from here on nobody carries it out but who has the claim,
// and where its process dies nobody does. Nil: somebody else was faster.
func (s *service) claimPlanned(ctx context.Context, row plannedRow) (*turn, error) {
	t := &turn{
		caller: identity.Principal{
			Kind: identity.Kind(row.OwnerKind), ID: row.OwnerID, Name: row.OwnerName, HouseholdID: row.HouseholdID,
		},
		req: request{Text: row.Text}, words: row.Text, requestID: identity.NewID(), conversationID: row.ConversationID,
		startedAt: s.now(), timing: timing{}, planID: row.ID, given: need(row.Given),
	}
	request, err := json.Marshal(claimedRequest{
		Text: row.Text, ConversationID: row.ConversationID, AreaID: row.AreaID,
		ActorKind: t.caller.Kind, ActorName: row.OwnerName, Commands: row.decode(), PlanID: row.ID,
	})
	if err != nil {
		return nil, fmt.Errorf("encode claimed plan: %w", err)
	}
	now := s.now().UTC()
	claim := claimRow{
		ID: identity.NewID(), HouseholdID: row.HouseholdID, CallerID: row.OwnerID, ClaimKey: prefixPlan + row.ID,
		RequestID: t.requestID, BootID: s.claims.bootID, LeaseUntil: now.Add(s.claims.lease), Request: database.JSON(request),
		CreatedAt: now, ExpiresAt: now.Add(claimLife),
	}
	isOurs, err := s.store.claimPlan(ctx, row.HouseholdID, row.ID, claim)
	if err != nil || !isOurs {
		return nil, err
	}
	t.claim = claimOf(claim)
	fault.Point("intent.plan_claimed")

	return t, nil
}

// carryOut does what was planned, by the rights and in the home of this moment, and records it as
// the act of whoever planned it. Once begun it is not ended by the end of ctx.
func (s *service) carryOut(ctx context.Context, t *turn, row plannedRow) {
	ctx = context.WithoutCancel(ctx)
	working, cancel := context.WithTimeout(ctx, s.cfg.Deadline-reserve(s.cfg.Deadline))
	defer cancel()
	s.tryPlanned(working, t, row)
	s.complete(t)
	if err := s.record(ctx, t); err != nil && !errors.Is(err, errClaimLost) {
		s.log.Error("planned commands not recorded", zap.String("request_id", t.requestID), zap.Error(err))
	}
	s.metrics.count(t)
	s.followUp(t)
}

func (s *service) tryPlanned(ctx context.Context, t *turn, row plannedRow) {
	plain := row.decode()
	t.meant.Source = meaning.Source(row.Source)
	instance, err := s.homes.Instance(ctx, row.HouseholdID)
	if err != nil {
		t.failPlanned(plain, meaning.ReasonHomeOffline, "")

		return
	}
	t.instance, t.home = instance, instance.Home()
	t.utterance = meaning.Utterance{Text: row.Text, AreaID: row.AreaID, Now: s.now().In(s.zones.of(t.home))}
	if s.now().Sub(row.DueAt) > latest {
		t.failPlanned(plain, meaning.ReasonDeadline, meaning.TooLate)

		return
	}
	caller, err := s.callers.Caller(ctx, row.HouseholdID, t.caller.Kind, row.OwnerID)
	var refused *apperr.Error
	switch {
	case errors.As(err, &refused) && refused.Kind != apperr.Internal && refused.Kind != apperr.Unavailable:
		t.failPlanned(plain, meaning.ReasonNotAllowed, "") // who planned it is not of the household any more

		return
	case err != nil:
		s.log.Warn("rights of a plan not read", zap.String("request_id", t.requestID), zap.Error(err))
		t.failPlanned(plain, meaning.ReasonBusy, meaning.NotNow)

		return
	}
	t.caller = caller
	t.meant.Commands = bindAgain(t.home, t.utterance, plain)
	s.guard(t)
	for i := range t.results {
		if t.results[i].needs != needsNothing { // it was no risk when it was planned
			t.results[i].targets = nil
			t.results[i].refuse("")
		}
	}
	s.execute(ctx, t)
}

// failPlanned is a plan of which nothing is done.
func (t *turn) failPlanned(plain []plainCommand, reason meaning.Reason, why meaning.Refusal) {
	for _, p := range plain {
		c := meaning.Command{Intent: p.Intent, Slots: p.Slots}
		if t.home != nil {
			c.Targets = rebindAll(t.home, []plainCommand{p})[0].Targets
		}
		t.results = append(t.results, result{command: c, status: meaning.StatusFailed, reason: reason, refusal: why})
	}
	if t.home == nil {
		t.answer.Status, t.answer.Reason = meaning.StatusFailed, reason
		t.answer.Speech = speech.SayNotUnderstood(reason)
	}
}

// bindAgain binds kept commands to the home as it is now. Where only the speaker could tell what
// is meant, it is what it was.
func bindAgain(home *hamanagerapi.Home, u meaning.Utterance, plain []plainCommand) []meaning.Command {
	same := rebindAll(home, plain)
	commands := make([]meaning.Command, len(plain))
	for i, p := range plain {
		bound, question := meaning.Bind(home, u, meaning.Command{Intent: p.Intent, Slots: maps.Clone(p.Slots)})
		isWider := p.Slots.Name() != "" && !slices.Equal(entityIDs(bound.Targets), p.Targets)
		if commands[i] = bound; question != nil || isWider {
			commands[i] = same[i]
		}
	}

	return commands
}

// tellPlanned publishes what became of a plan. It joins the transaction in ctx.
func (s *service) tellPlanned(ctx context.Context, t *turn) error {
	data := map[string]any{
		"plan_id": t.planID, "id": t.historyID, "request_id": t.requestID, "status": t.answer.Status, "reason": t.answer.Reason,
		"commands": plainAnswers(t.answer.Commands),
	}
	if s.history.KeepWords {
		data["speech"] = t.answer.Speech
	}

	return s.events.Publish(ctx, events.Event{
		HouseholdID: t.caller.HouseholdID, Kind: events.PlanCarriedOut, Audience: t.caller.ID, Data: data,
	})
}
