package intent

import (
	"context"
	"slices"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// observation watches the targets of a turn's commands until each one is judged.
type observation struct {
	instance hamanagerapi.Instance
	watch    hamanagerapi.Watch // nil: nothing will be watched
	open     []observed         // not judged yet
	later    []observed         // judged, but may still come to more
}

// observed is one target on its way to what was wanted of it.
type observed struct {
	target *targetResult
	want   expectation
	// isUnknown: the call's own end was not seen.
	isUnknown bool
}

// newObservation begins to watch before anything is called, so that no change is missed.
func newObservation(t *turn) *observation {
	o := &observation{instance: t.instance}
	var ids []string
	for _, r := range t.results {
		if r.status == meaning.StatusFailed || meaning.IsQuestion(r.command.Intent) {
			continue
		}
		ids = append(ids, entityIDs(r.reachable())...)
	}
	if len(ids) > 0 {
		slices.Sort(ids)
		o.watch = t.instance.Watch(slices.Compact(ids))
	}

	return o
}

// called takes in how the call for a target ended.
func (o *observation) called(target *targetResult, want expectation, err error) {
	now := target.entity.State()
	wasReached := want.held(target.from)
	isReached := want.isChecked && want.of(now) == reached

	if err != nil {
		reason, isKnown := reasonOf(err)
		switch {
		case isReached && !wasReached: // what was seen outweighs what was said
			target.become(meaning.StatusDone, now)
		case isKnown || !want.isChecked:
			target.fail(reason)
		default:
			o.open = append(o.open, observed{target: target, want: want, isUnknown: true})
		}

		return
	}

	switch {
	case wasReached:
		target.become(meaning.StatusAlready, now)
	case isReached, !want.isChecked:
		target.become(meaning.StatusDone, now)
	default:
		o.open = append(o.open, observed{target: target, want: want})
		o.see(now, target.entity.ID)
	}
}

// drain takes in what has arrived so far.
func (o *observation) drain() {
	for o.watch != nil {
		select {
		case change := <-o.watch.Changes():
			o.see(change.To, change.EntityID)
		default:
			return
		}
	}
}

// wait takes in changes until every target is judged, or the time is over.
func (o *observation) wait(ctx context.Context, timeout time.Duration) {
	if len(o.open) > 0 {
		o.listen(ctx, timeout)
	}
	for _, x := range o.open { // the mirror has the last word: a watch may drop changes
		x.giveUp(o.instance)
		o.later = append(o.later, x)
	}
	o.open = nil
}

func (o *observation) listen(ctx context.Context, timeout time.Duration) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for len(o.open) > 0 {
		select {
		case change := <-o.watch.Changes():
			o.see(change.To, change.EntityID)
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// see judges the open targets of an entity by one of its states.
func (o *observation) see(state *hamanagerapi.State, entityID string) {
	if state == nil {
		return
	}
	o.open = slices.DeleteFunc(o.open, func(x observed) bool {
		if x.target.entity.ID != entityID {
			return false
		}
		switch x.want.of(state) {
		case reached:
			x.target.become(meaning.StatusDone, state)
		case moving:
			x.target.become(meaning.StatusStarted, state)
			o.later = append(o.later, x)
		case notYet:
			return false
		}

		return true
	})
}

// giveUp says what is true of a target that did not get there in time.
func (x observed) giveUp(instance hamanagerapi.Instance) {
	now := x.target.entity.State()
	switch {
	case x.want.of(now) == reached && x.want.held(x.target.from):
		x.target.become(meaning.StatusAlready, now)
	case x.want.of(now) == reached:
		x.target.become(meaning.StatusDone, now)
	case x.want.of(now) == moving, x.want.approaches(x.target.from, now):
		x.target.become(meaning.StatusStarted, now)
	case x.isUnknown, !instance.IsConnected():
		x.target.fail(meaning.ReasonOutcomeUnknown)
	case now.Value == hamanagerapi.StateUnavailable:
		x.target.fail(meaning.ReasonUnavailable)
	default:
		x.target.fail(meaning.ReasonNoResponse)
	}
}

// rest returns the observation where something may still come of it; else it is closed.
func (o *observation) rest() *observation {
	o.later = slices.DeleteFunc(o.later, func(x observed) bool {
		return x.target.status == meaning.StatusDone || x.target.status == meaning.StatusAlready
	})
	if len(o.later) == 0 {
		o.close()

		return nil
	}

	return o
}

// close ends the watch. It may be called on a nil observation.
func (o *observation) close() {
	if o != nil && o.watch != nil {
		o.watch.Close()
	}
}
