package auth

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/platform/log"
)

// keepSightingsEvery bounds how late a device's last_seen_at is: no request waits for it.
const keepSightingsEvery = 3 * time.Minute

// sightings remembers which devices have called since they were last kept. The zero value is
// ready to use.
type sightings struct {
	mu   sync.Mutex
	seen map[string]time.Time // by the device's id: no more than there are devices
}

func (s *sightings) note(deviceID string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = make(map[string]time.Time)
	}
	s.seen[deviceID] = at
}

// take returns what was noted and forgets it.
func (s *sightings) take() map[string]time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil

	return seen
}

// sight writes down at once that a device is here. It is called outside of transactions: whoever
// removes a device locks it before its tokens.
func (s *service) sight(ctx context.Context, deviceID string) {
	if err := s.store.touchDevice(ctx, deviceID, s.moment()); err != nil {
		log.For(ctx, s.log).Warn("when a device was last seen was not kept", zap.Error(err))
	}
}

// keepSightings writes down when devices were last seen. What fails is seen again.
func (s *service) keepSightings(ctx context.Context) {
	for id, at := range s.sightings.take() {
		if err := s.store.touchDevice(ctx, id, at); err != nil {
			s.log.Warn("when devices were last seen was not kept", zap.Error(err))

			return
		}
	}
}
