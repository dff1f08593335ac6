package events

import (
	"sync"
	"time"

	"homehub/platform/apperr"
)

const (
	maxStreamsOfCaller = 5
	maxStreams         = 10_000
)

var (
	errTooManyOfCaller = apperr.New(apperr.RateLimited, "events.too_many_streams",
		"You have too many streams open. Close one first.").WithRetryAfter(beatEvery)
	errTooMany = apperr.New(apperr.Unavailable, "events.busy",
		"Too many streams are open. Please try again later.").WithRetryAfter(time.Minute)
)

// streams counts those that are open in this process.
type streams struct {
	mu    sync.Mutex
	total int
	of    map[string]int // by caller
}

// enter takes a place. What a lost connection has left behind gives its place back within a
// heartbeat or two.
func (s *streams) enter(callerID string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.of[callerID] >= maxStreamsOfCaller:
		return nil, errTooManyOfCaller
	case s.total >= maxStreams:
		return nil, errTooMany
	}
	s.total++
	s.of[callerID]++

	return sync.OnceFunc(func() { s.leave(callerID) }), nil
}

func (s *streams) leave(callerID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	if s.of[callerID]--; s.of[callerID] == 0 {
		delete(s.of, callerID)
	}
}
