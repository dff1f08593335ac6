package llm

import (
	"errors"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/platform/clock"
)

const (
	// After this many failures in a row a server is left alone for a moment: what a dead one costs
	// is better spent with the others, or answered at once.
	breakerFailures = 3
	breakerPause    = 3 * time.Second
	// missingFor is how long a model counts as missing after the server said so.
	missingFor = 5 * time.Second
	// fairTime is what a call must have had for its end by the deadline to speak against the server.
	fairTime = 500 * time.Millisecond
)

// server is one Ollama, and how it does.
type server struct {
	name    string // its host and path, for logs and metrics
	client  *ollama.Client
	breaker circuitbreaker.CircuitBreaker[any]
	probe   *probe
	now     clock.Clock
	log     *zap.Logger

	running int // calls that it works on; the queue's

	mu      sync.Mutex
	missing map[string]time.Time // models that it said it lacks, and when
	isCold  bool                 // it may have lost the model or the shared prefix

	told     string // why the last warm-up failed; empty: it did not
	pulling  string // how far a pull is; empty: none runs
	pulledAt time.Time
}

func newServer(name string, client *ollama.Client, now clock.Clock, log *zap.Logger) *server {
	s := &server{
		name: name, client: client, probe: newProbe(client, now), now: now,
		log: log.With(zap.String("server", name)), missing: make(map[string]time.Time), isCold: true,
	}
	s.breaker = circuitbreaker.NewBuilder[any]().
		WithFailureThreshold(breakerFailures).
		WithSuccessThreshold(1). // one call at a time finds out whether it is over
		WithDelay(breakerPause).
		OnOpen(func(e circuitbreaker.StateChangedEvent) {
			if e.OldState == circuitbreaker.ClosedState { // said once, not at each attempt
				s.log.Warn("ollama fails; it is left alone for a moment")
			}
		}).
		OnClose(func(circuitbreaker.StateChangedEvent) { s.log.Info("ollama answers again") }).
		Build()

	return s
}

// isOpen reports whether calls are kept from the server now.
func (s *server) isOpen() bool { return s.breaker.IsOpen() && s.breaker.RemainingDelay() > 0 }

// lacks reports whether the server said a moment ago that it does not have the model.
func (s *server) lacks(model string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, isKnown := s.missing[model]

	return isKnown && s.now().Sub(at) < missingFor
}

// settle takes in how a call ended that lasted for so long.
func (s *server) settle(model string, lasted time.Duration, err error) {
	switch {
	case err == nil, errors.Is(err, ollama.ErrRefused):
		s.breaker.RecordSuccess()
	case errors.Is(err, ollama.ErrMissing):
		s.breaker.RecordSuccess()
		s.miss(model)
	case errors.Is(err, ollama.ErrFault), isDeadline(err) && lasted >= fairTime:
		s.breaker.RecordFailure()
		s.chill()
	default: // what its caller ended has shown nothing
		s.abandon()
	}
}

// abandon settles a call that was never made.
func (s *server) abandon() {
	if !s.breaker.IsClosed() {
		s.breaker.RecordFailure()
	}
}

// miss remembers that the model is not there, and says so once.
func (s *server) miss(model string) {
	s.mu.Lock()
	_, isKnown := s.missing[model]
	s.missing[model] = s.now()
	s.mu.Unlock()
	if !isKnown {
		s.log.Warn("the model is missing; get it with: ollama pull " + model)
	}
}

// isNews reports whether a warm-up fails for another reason than the one before: it is tried often,
// and told once.
func (s *server) isNews(why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	isNew := s.told != why
	s.told = why

	return isNew
}

// found takes in what the server has, as a look at it found.
func (s *server) found(models ollama.Models) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for model := range s.missing {
		if models.Has(model) {
			delete(s.missing, model)
			s.isCold = true
		}
	}
}

// chill marks the server as one that may need its warm-up again; warm unmarks it.
func (s *server) chill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isCold = true
}

// takeCold reports whether the server needs its warm-up, and takes that on.
func (s *server) takeCold() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.isCold
	s.isCold = false

	return was
}

// mayPull reports whether a pull may begin, and takes that on: a failed one is repeated after a while.
func (s *server) mayPull(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.pulledAt.IsZero() && now.Sub(s.pulledAt) < pullPause {
		return false
	}
	s.pulledAt, s.pulling = now, "0 %"

	return true
}

// tellPull keeps how far a pull is.
func (s *server) tellPull(done string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulling = done
}

// endPull notes that a pull is over; the next begins a while after it.
func (s *server) endPull(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pulledAt, s.pulling = now, ""
}

func (s *server) pullTold() string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.pulling
}
