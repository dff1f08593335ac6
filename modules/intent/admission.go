package intent

import (
	"context"
	"time"

	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
)

// maxTurns is how many utterances are under way at once. More of them would finish no sooner:
// they would only queue for the record, behind lamps that are on already.
const maxTurns = 512

// admission turns utterances away before anything is done for them, rather than after. Its
// zero value admits nobody.
type admission struct {
	slots    chan struct{} // holds a token for each turn under way
	patience time.Duration // how long one may wait for its turn
}

func newAdmission(deadline time.Duration) admission {
	return admission{slots: make(chan struct{}, maxTurns), patience: deadline / 4}
}

// enter waits for a turn; false: there was none in time. leave ends it.
func (a admission) enter(ctx context.Context) bool {
	select {
	case a.slots <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(a.patience)
	defer timer.Stop()
	select {
	case a.slots <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}

	return false
}

func (a admission) leave() { <-a.slots }

// comeBack takes a turn up again that has left for a while. It waits for as long as it takes: all
// turns end.
func (a admission) comeBack() { a.slots <- struct{}{} }

// turnAway answers an utterance that nothing was done for. It leaves no record: that is where
// the time went.
func (s *service) turnAway(t *turn) (reply, error) {
	t.answer.Status, t.answer.Reason = meaning.StatusFailed, meaning.ReasonBusy
	t.answer.Speech = speech.SayCrowded()
	s.complete(t)
	s.metrics.count(t)
	body, err := bodyOf(t.answer)

	return reply{body: body, requestID: t.requestID}, err
}
