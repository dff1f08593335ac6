package live

import (
	"math/rand/v2"
	"time"
)

// The pauses between attempts to connect. They grow to a minute, and each is drawn from its
// whole range, so that the homes of a village do not all return in the same second.
const (
	shortestPause = 250 * time.Millisecond
	firstRange    = time.Second
	longestRange  = time.Minute
	// refusedPause follows a refused token: only a person can heal that, and Home Assistant
	// counts every attempt as a failed login.
	refusedPause = 15 * time.Minute
	// settledAfter is how long an attempt must have lasted to count as a good one.
	settledAfter = 30 * time.Second
)

// Backoff is the policy; the zero value begins with the shortest range.
type Backoff struct{ failures int }

// Next returns the pause after an attempt that lasted for so long.
func (b *Backoff) Next(lasted time.Duration) time.Duration {
	if lasted > settledAfter {
		b.failures = 0
	}
	limit := firstRange << min(b.failures, 6)
	b.failures++

	return shortestPause + rand.N(min(limit, longestRange)) //nolint:gosec // spreads load, hides nothing
}
