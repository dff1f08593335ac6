package intent

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
)

const (
	// forgetEvery is how often what is too old is looked for.
	forgetEvery = time.Minute
	// forgetBatch is how many utterances go at once: writers wait no longer than that takes.
	forgetBatch = 500
	// minRetention leaves the history of a day to whoever asks what has just happened.
	minRetention = 24 * time.Hour
)

// History is the history section of config.yaml.
type History struct {
	// KeepWords lets what people said, and what they were answered, stand in the history and the
	// audit log. Without it only what was done is kept.
	KeepWords bool `koanf:"keep_words"`
	// Retention is how long an utterance is remembered.
	Retention time.Duration `koanf:"retention"`
}

// DefaultHistory is what holds where nothing is set.
func DefaultHistory() History { return History{KeepWords: true, Retention: 8760 * time.Hour} }

// Validate reports every problem at once.
func (h History) Validate() error {
	if h.Retention < minRetention {
		return fmt.Errorf("history.retention must be at least 24h, got %s", h.Retention)
	}

	return nil
}

// runForgetting forgets what is older than the history's retention, until ctx ends.
func (s *service) runForgetting(ctx context.Context) {
	ticker := time.NewTicker(forgetEvery)
	defer ticker.Stop()
	for {
		if err := s.forgetOld(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("old utterances not forgotten", zap.Error(err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// forgetOld deletes in small batches, each in a transaction of its own.
func (s *service) forgetOld(ctx context.Context) error {
	before := s.now().Add(-s.history.Retention)
	for {
		n, err := s.store.deleteHistoryBefore(ctx, idAt(before), forgetBatch)
		if err != nil {
			return err
		}
		if n < forgetBatch {
			break
		}
	}
	if s.words == nil {
		return nil
	}

	return s.words.ForgetWords(ctx, before)
}

// idAt is the lowest id that can have been made at a moment: they are UUIDv7, which begin with
// the milliseconds since 1970.
func idAt(at time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(max(at.UnixMilli(), 0))<<16)

	return id.String()
}
