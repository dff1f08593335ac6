package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/platform/database"
)

const (
	// headsPerRead bounds a page of heads, and the lines that are written at once.
	headsPerRead = 500
	// lastAnchorsTimeout bounds the round that ends a server.
	lastAnchorsTimeout = 5 * time.Second
)

// anchoring is what a server knows of the anchors of its file.
type anchoring struct {
	file     anchorFile
	interval time.Duration // zero: heads are not anchored

	mu  sync.RWMutex
	set anchorSet
}

func (a *anchoring) of(householdID string) []anchor {
	a.mu.RLock()
	defer a.mu.RUnlock()

	return a.set.of(householdID)
}

func (a *anchoring) newest(householdID string) (anchor, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()

	return a.set.newest(householdID)
}

func (a *anchoring) add(anchors []anchor) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range anchors {
		a.set.add(one)
	}
}

// unseen names the chains that have an anchor and are not among seen.
func (a *anchoring) unseen(seen map[string]bool) []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var ids []string
	for id := range a.set {
		if !seen[id] {
			ids = append(ids, id)
		}
	}

	return ids
}

// runAnchors anchors at its start, so that an old database is noticed at once, then every
// interval, and when it ends. A round that fails is made up for by the next.
func (s *service) runAnchors(ctx context.Context) error {
	if s.anchors.interval == 0 {
		return nil
	}
	if err := s.loadAnchors(); err != nil {
		return err
	}
	ticker := time.NewTicker(s.anchors.interval)
	defer ticker.Stop()
	for {
		s.tryAnchorHeads(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnchorsTimeout)
			defer cancel()
			s.tryAnchorHeads(last)

			return nil
		}
	}
}

func (s *service) loadAnchors() error {
	set, forged, err := s.anchors.file.read(s.keys)
	if err != nil {
		return err
	}
	if len(forged) > 0 {
		s.log.Error("the file of anchors was changed from outside; run homehub audit verify",
			zap.String("file", string(s.anchors.file)), zap.Ints("lines", forged))
	}
	s.anchors.mu.Lock()
	defer s.anchors.mu.Unlock()
	s.anchors.set = set

	return nil
}

func (s *service) tryAnchorHeads(ctx context.Context) {
	if err := s.anchorHeads(ctx); err != nil && ctx.Err() == nil {
		s.metrics.anchorErrors.Inc()
		s.log.Error("the heads of the audit chains could not be anchored", zap.Error(err))
	}
}

// anchorHeads writes down the head of every chain that has moved, and looks whether the chain
// still holds what was written down before.
func (s *service) anchorHeads(ctx context.Context) error {
	seen := map[string]bool{}
	for after := ""; ; {
		heads, err := s.store.listHeads(ctx, after, headsPerRead)
		if err != nil {
			return err
		}
		var moved []anchor
		for i := range heads {
			h := &heads[i]
			seen[h.HouseholdID], after = true, h.HouseholdID
			a, hasMoved, err := s.anchorOf(ctx, h)
			if err != nil {
				return err
			}
			if hasMoved {
				moved = append(moved, a)
			}
		}
		if err := s.keepAnchors(moved); err != nil {
			return err
		}
		if len(heads) < headsPerRead {
			break
		}
	}
	for _, id := range s.anchors.unseen(seen) {
		s.reportBroken(id, broken{Seq: 1, Reason: reasonBehind})
	}

	return nil
}

// anchorOf is the new anchor of a chain; false where it stands as it stood.
func (s *service) anchorOf(ctx context.Context, h *head) (_ anchor, hasMoved bool, _ error) {
	before := s.anchors.of(h.HouseholdID)
	if len(before) > 1 {
		s.reportBroken(h.HouseholdID, broken{Seq: before[0].Seq, Reason: reasonBehind})
	}
	last, isKnown := s.anchors.newest(h.HouseholdID)
	switch {
	case !s.keys.isGenuine(h):
		s.reportBroken(h.HouseholdID, broken{Seq: h.Seq, Reason: reasonHead})
		return anchor{}, false, nil
	case isKnown && last.Seq == h.Seq && hmac.Equal(last.Hash, h.Hash), !isKnown && h.Seq == 0:
		return anchor{}, false, nil
	case !isKnown:
		return s.keys.newAnchor(h, s.now(), false), true, nil
	}

	hash, err := s.store.findHash(ctx, h.HouseholdID, last.Seq)
	if err != nil && !errors.Is(err, database.ErrNoRow) {
		return anchor{}, false, err
	}
	follows := last.Seq <= h.Seq && hmac.Equal(hash, last.Hash)
	if !follows {
		s.reportBroken(h.HouseholdID, broken{Seq: min(last.Seq, h.Seq+1), Reason: reasonBehind})
	}

	return s.keys.newAnchor(h, s.now(), follows), h.Seq > 0, nil // of an empty chain there is nothing to write down
}

// keepAnchors writes anchors to the file and then to the log: whoever removes one place has not
// removed the other.
func (s *service) keepAnchors(anchors []anchor) error {
	if err := s.anchors.file.append(anchors); err != nil {
		return err
	}
	s.anchors.add(anchors)
	s.metrics.anchors.Add(float64(len(anchors)))
	for i := range anchors {
		l := anchors[i].line()
		s.log.Info("audit anchor",
			zap.String("at", l.At.Format(time.RFC3339Nano)), zap.String("household_id", l.HouseholdID), zap.Int64("seq", l.Seq),
			zap.String("hash", l.Hash), zap.String("key_id", l.KeyID), zap.Bool("follows", l.Follows), zap.String("seal", l.Seal))
	}

	return nil
}

func (s *service) reportBroken(householdID string, b broken) {
	s.metrics.brokenChains.WithLabelValues(b.Reason).Inc()
	s.log.Error("an audit chain is not what it was; run homehub audit verify",
		zap.String("household_id", householdID), zap.Int64("seq", b.Seq), zap.String("reason", b.Reason))
}

// anchorsNow seals every head as it is, for a backup or for whoever keeps anchors elsewhere.
func (s *service) anchorsNow(ctx context.Context, visit func([]anchor) error) error {
	for after := ""; ; {
		heads, err := s.store.listHeads(ctx, after, headsPerRead)
		if err != nil || len(heads) == 0 {
			return err
		}
		anchors := make([]anchor, 0, len(heads))
		for i := range heads {
			h := &heads[i]
			after = h.HouseholdID
			if !s.keys.isGenuine(h) {
				return fmt.Errorf("%w: %s: %s", ErrBroken, h.HouseholdID, reasonHead)
			}
			if h.Seq > 0 {
				anchors = append(anchors, s.keys.newAnchor(h, s.now(), false))
			}
		}
		if err := visit(anchors); err != nil {
			return err
		}
	}
}
