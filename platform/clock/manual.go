package clock

import (
	"sync"
	"time"
)

// Manual is a clock for tests that moves only when told to. It is safe for concurrent use.
type Manual struct {
	mu sync.Mutex
	at time.Time
}

// NewManual returns a clock that shows at.
func NewManual(at time.Time) *Manual { return &Manual{at: at.UTC()} }

// Now is the Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.at
}

// Advance moves the clock on.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}
