package llm

import (
	"context"
	"sync"
	"time"

	"homehub/modules/llm/internal/ollama"
	"homehub/platform/clock"
)

const (
	// probeAge is how long a look at Ollama counts.
	probeAge = 5 * time.Second
	// probeTimeout bounds one look: a request that waits for it has little time.
	probeTimeout = 500 * time.Millisecond
)

// probe looks at Ollama, at most once in probeAge, however many ask.
type probe struct {
	client *ollama.Client
	now    clock.Clock
	turn   chan struct{} // holds one token: who has it looks

	mu      sync.Mutex
	takenAt time.Time
	found   []string
	err     error
}

func newProbe(client *ollama.Client, now clock.Clock) *probe {
	return &probe{client: client, now: now, turn: make(chan struct{}, 1)}
}

// models returns the names of the models that are there, as last seen.
func (p *probe) models(ctx context.Context) ([]string, error) {
	if found, err, ok := p.last(); ok {
		return found, err
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if found, err, ok := p.last(); ok { // somebody looked while we waited
		return found, err
	}

	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	found, err := p.client.Models(limited)
	if ctx.Err() != nil {
		return nil, ctx.Err() // the caller gave up: that says nothing of Ollama
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.takenAt, p.found, p.err = p.now(), found, err

	return found, err
}

// forget makes the next asker look again.
func (p *probe) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.takenAt = time.Time{}
}

//nolint:revive // ok says whether err means anything
func (p *probe) last() (found []string, err error, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.found, p.err, !p.takenAt.IsZero() && p.now().Sub(p.takenAt) < probeAge
}
