package audit

import (
	"context"
	"time"
)

// fieldText is the personal field that holds an utterance.
const fieldText = "text"

// wordsBatch is how many entries are looked at, and forgotten about, at once.
const wordsBatch = 1000

// ForgetWords deletes the utterances that entries older than a moment hold; the chains stay whole.
// It is for one caller at a time.
func (m *Module) ForgetWords(ctx context.Context, before time.Time) error {
	return m.svc.forgetWords(ctx, before)
}

func (s *service) forgetWords(ctx context.Context, before time.Time) error {
	chains, err := s.store.listChains(ctx)
	if err != nil {
		return err
	}
	for _, householdID := range chains {
		if err := s.forgetWordsOf(ctx, householdID, before); err != nil {
			return err
		}
	}

	return nil
}

// forgetWordsOf goes on where the round before ended; a new process walks each chain once.
func (s *service) forgetWordsOf(ctx context.Context, householdID string, before time.Time) error {
	for {
		done := s.wordless[householdID]
		upTo, n, err := s.store.lastBefore(ctx, householdID, done, before, wordsBatch)
		if err != nil || n == 0 {
			return err
		}
		if err := s.store.deleteField(ctx, householdID, fieldText, done, upTo); err != nil {
			return err
		}
		s.wordless[householdID] = upTo
		if n < wordsBatch {
			return nil
		}
	}
}
