// Package kv is homehub's short-lived shared memory: sessions, limits, conversations and
// caches. Redis or Valkey in production, the process itself by default; both keep one
// contract, proven by one test. Nothing in it may be the only copy of something that matters.
package kv

import (
	"context"
	"time"
)

// Store is the contract. Values expire after their ttl, which is always positive.
// Every method returns ErrUnavailable (wrapped) when the store does not answer in time.
type Store interface {
	// Get returns the value, or nil where there is none.
	Get(ctx context.Context, key string) ([]byte, error)
	// GetMany returns one value a key, nil where there is none, in one round trip.
	GetMany(ctx context.Context, keys ...string) ([][]byte, error)
	// Set stores, replacing what was there.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// SetIfAbsent stores only where there is nothing; it reports whether it did.
	SetIfAbsent(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error)
	// Take returns the value and removes it in one step, so that only one caller gets it.
	Take(ctx context.Context, key string) ([]byte, error)
	// Delete removes; a missing key is no error.
	Delete(ctx context.Context, keys ...string) error
	// Add adds n, which is positive, to what is there, and returns the sum; ttl starts anew.
	Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error)
	// Allow judges one event against a limit (GCRA), in one round trip.
	Allow(ctx context.Context, key string, limit Limit) (Decision, error)
	// Consult reads keys and judges events against their limits, all in one round trip. It judges
	// only where the last value begins with all the others, in their order, and none is missing:
	// that value then vouches for whom the events are charged to. Each event is judged by itself.
	Consult(ctx context.Context, keys []string, events []Event) (Answer, error)
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Close releases connections.
	Close()
}

// Limit allows Count events per Period on average, and Burst at once (0 means Count).
type Limit struct {
	Count  int
	Period time.Duration
	Burst  int
}

// Event is one to be judged against a limit, under the key that Allow would take.
type Event struct {
	Key   string
	Limit Limit
}

// Answer is what Consult found.
type Answer struct {
	Values    [][]byte   // one a key, nil where there is none
	Decisions []Decision // one an event; nil where nothing was judged
}

// Decision is what Allow found.
type Decision struct {
	Allowed    bool
	Remaining  int           // events possible right now
	RetryAfter time.Duration // until the next one is allowed; zero when allowed
	ResetAfter time.Duration // until all are available again
}
