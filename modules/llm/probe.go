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
	found   ollama.Models
	known   ollama.Models // what the last look found that found anything
	err     error
}

func newProbe(client *ollama.Client, now clock.Clock) *probe {
	return &probe{client: client, now: now, turn: make(chan struct{}, 1)}
}

// models returns the models that are there, as last seen.
func (p *probe) models(ctx context.Context) (ollama.Models, error) {
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
	if p.takenAt, p.found, p.err = p.now(), found, err; err == nil {
		p.known = found
	}

	return found, err
}

// forget makes the next asker look again.
func (p *probe) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.takenAt = time.Time{}
}

// digest is what a model was made of when the server was last there; empty: nobody has looked, or it lacks the model.
func (p *probe) digest(model string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	digest, _ := p.known.Digest(model)

	return digest
}

//nolint:revive // ok says whether err means anything
func (p *probe) last() (found ollama.Models, err error, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.found, p.err, !p.takenAt.IsZero() && p.now().Sub(p.takenAt) < probeAge
}
