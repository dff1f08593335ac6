package intent

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/hungarian/pin"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/apperr"
	"homehub/platform/identity"
	"homehub/platform/log"
)

const (
	// maxPINTries is how often one question takes a PIN; CheckPIN bounds the guesses of a day.
	maxPINTries    = 3
	minPIN, maxPIN = 4, 8
)

// wordsOf is what may be kept of an utterance before anybody knows what it means. A device's
// numbers of a PIN's length are left out, whatever they were said for; of people only what
// can be nothing but a PIN.
func wordsOf(caller identity.Principal, text string) string {
	if caller.Kind == identity.Device {
		return pin.Hide(text)
	}
	if digits, ok := pin.Read(text); ok && len(digits) >= minPIN {
		return pin.Hidden
	}

	return text
}

// tryPIN takes the utterance for the PIN that was asked for.
func (s *service) tryPIN(ctx context.Context, t *turn, digits string) error {
	t.words = pin.Hidden
	t.meant = meaning.Understanding{Commands: rebindAll(t.home, t.asked.Commands), Source: t.asked.Source}
	if t.req.DryRun || t.caller.May(identity.Risky) != identity.WithPIN {
		return nil // a PIN is not tried for nothing; the guard says what is needed now
	}

	isRight, err := s.checkPIN(ctx, t.caller, digits)
	var failure *apperr.Error
	switch {
	case errors.As(err, &failure) && failure.Kind == apperr.RateLimited:
		t.refuseAll(speech.SayNoPINsNow())
	case err != nil:
		if err := s.keep(ctx, t, *t.asked); err != nil { // nobody knows whether it was right: the question stays
			log.For(ctx, s.log).Warn("question not kept", zap.Error(err))
		}

		return err
	case isRight:
		t.given = needsPIN
	case t.asked.Tries+1 >= maxPINTries:
		t.refuseAll(speech.SayPINWrong())
	default:
		s.askPINAgain(ctx, t)
	}

	return nil
}

func (s *service) checkPIN(ctx context.Context, caller identity.Principal, digits string) (bool, error) {
	if len(digits) < minPIN || len(digits) > maxPIN {
		return false, nil
	}

	return s.pins.CheckPIN(ctx, caller, digits)
}

// askPINAgain asks anew, with one try less.
func (s *service) askPINAgain(ctx context.Context, t *turn) {
	t.isRefused = true
	s.guard(t)
	t.answer.Status, t.answer.Speech = meaning.StatusConfirm, speech.AskPINAgain()
	s.remember(ctx, t, question{Needs: needsPIN, Tries: t.asked.Tries + 1})
}

// refuseAll ends the turn with nothing done.
func (t *turn) refuseAll(said string) {
	t.isRefused = true
	t.results = plannedResults(t.meant.Commands)
	for i := range t.results {
		t.results[i].refuse("")
	}
	t.answer.Status, t.answer.Reason, t.answer.Speech = meaning.StatusFailed, meaning.ReasonNotAllowed, said
}
