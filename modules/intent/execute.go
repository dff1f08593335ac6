package intent

import (
	"context"
	"errors"
	"sync"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/fault"
)

// execute carries out the commands in the order they were said, and watches what comes of
// them. It ends when every target is judged, or with the time there is to observe.
func (s *service) execute(ctx context.Context, t *turn) {
	watched := newObservation(t)
	ended := t.measure(stageExecute, s.now)
	for i := range t.results {
		r := &t.results[i]
		switch {
		case r.status == meaning.StatusFailed, r.status == meaning.StatusScheduled:
		case meaning.IsOfTimers(r.command.Intent):
			s.keepTimer(t, i)
		case meaning.IsOfPlans(r.command.Intent):
			s.keepPlan(t, i)
		case meaning.IsQuestion(r.command.Intent):
			look(t, r)
		default:
			perform(ctx, t, r, watched)
		}
	}
	ended()

	ended = t.measure(stageObserve, s.now)
	watched.wait(ctx, s.cfg.ObserveTimeout)
	ended()

	for i := range t.results {
		t.results[i].sum()
	}
	t.late = watched.rest()
}

// look is what a question does: nothing, save that a home out of reach has no answers.
func look(t *turn, r *result) {
	r.status = meaning.StatusDone
	if len(r.command.Targets) > 0 && !t.instance.IsConnected() {
		r.fail(meaning.ReasonHomeOffline)
	}
}

// perform makes the calls of one command. Those of different services go side by side.
func perform(ctx context.Context, t *turn, r *result, watched *observation) {
	switch {
	case len(r.command.Targets) == 0:
		r.fail(meaning.ReasonNotSupported)

		return
	case ctx.Err() != nil: // an earlier command took all the time; this one was never sent
		r.fail(meaning.ReasonDeadline)

		return
	}
	r.open()
	if t.instance.IsConnected() {
		r.dropUnavailable()
	}

	groups := plan(r)
	errs := make([]error, len(groups))
	t.hasActed = t.hasActed || len(groups) > 0
	var calls sync.WaitGroup
	for i := 1; i < len(groups); i++ {
		calls.Go(func() { errs[i] = call(ctx, t.instance, r, groups[i]) })
	}
	if len(groups) > 0 {
		errs[0] = call(ctx, t.instance, r, groups[0])
	}
	calls.Wait()

	for i, g := range groups {
		for j, at := range g.targets {
			watched.called(&r.targets[at], g.wants[j], errs[i])
		}
	}
	watched.drain()
}

func call(ctx context.Context, instance hamanagerapi.Instance, r *result, g group) error {
	ids := make([]string, len(g.targets))
	for i, at := range g.targets {
		ids[i] = r.targets[at].entity.ID
	}
	fault.Point("intent.calling")
	_, err := instance.Call(ctx, hamanagerapi.ServiceCall{
		Domain: g.aim.domain, Service: g.aim.service, EntityIDs: ids, Data: g.aim.data,
	})
	fault.Point("intent.called")

	return err
}

// dropUnavailable fails the targets that cannot be told anything: Home Assistant would leave
// them out without a word.
func (r *result) dropUnavailable() {
	for i := range r.targets {
		if r.targets[i].status != meaning.StatusFailed && !r.targets[i].entity.IsAvailable() {
			r.targets[i].fail(meaning.ReasonUnavailable)
		}
	}
}

// reasonOf is why a call that returned err did nothing; ok is false where it may have done it.
func reasonOf(err error) (reason meaning.Reason, ok bool) {
	switch {
	case errors.Is(err, hamanagerapi.ErrOffline):
		return meaning.ReasonHomeOffline, true
	case errors.Is(err, hamanagerapi.ErrNotSupported):
		return meaning.ReasonNotSupported, true
	case errors.Is(err, hamanagerapi.ErrOutOfRange):
		return meaning.ReasonOutOfRange, true
	case errors.Is(err, hamanagerapi.ErrServiceFailed):
		return meaning.ReasonServiceFailed, true
	default:
		return meaning.ReasonOutcomeUnknown, false
	}
}

// sum makes the command's status of its targets': the least that is true of all of them.
func (r *result) sum() {
	if len(r.targets) == 0 {
		return
	}
	r.status, r.reason = meaning.StatusAlready, ""
	for _, target := range r.targets {
		if target.status == meaning.StatusFailed {
			r.status, r.reason = meaning.StatusFailed, target.reason

			return
		}
		if r.status != meaning.StatusStarted && target.status != meaning.StatusAlready {
			r.status = target.status
		}
	}
}

func (target *targetResult) fail(reason meaning.Reason) {
	target.status, target.reason, target.to = meaning.StatusFailed, reason, nil
}

func (target *targetResult) become(status meaning.Status, to *hamanagerapi.State) {
	target.status, target.reason, target.to = status, "", to
}
