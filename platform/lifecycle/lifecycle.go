// Package lifecycle runs the parts of the process and stops them in an orderly way.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// defaultStopTimeout is longer than any part's own, so that it ends only what hangs.
const defaultStopTimeout = 30 * time.Second

// Group runs functions side by side. They are added in the order of their dependencies: what
// others need first. Stopping goes the other way, so that a part's dependencies outlive it.
type Group struct {
	// StopTimeout bounds the wait for one function after its context ended; zero is 30 s.
	StopTimeout time.Duration

	parts []part
}

type part struct {
	name string
	run  func(ctx context.Context) error
}

// Add registers a function that returns soon after its context ends. One that returns nil
// before is simply done; one that returns an error stops the group.
func (g *Group) Add(name string, run func(ctx context.Context) error) {
	g.parts = append(g.parts, part{name: name, run: run})
}

// Run starts every function, waits until ctx ends or one of them breaks, stops them one by one
// from the last to the first, and returns their errors joined. It is called once.
func (g *Group) Run(ctx context.Context) error {
	broken := make(chan struct{}, len(g.parts))
	running := make([]*runningPart, 0, len(g.parts))
	for _, p := range g.parts {
		running = append(running, start(ctx, p, broken))
	}

	select {
	case <-ctx.Done():
	case <-broken:
	}

	var errs []error
	for _, r := range slices.Backward(running) {
		errs = append(errs, r.stop(g.stopTimeout()))
	}

	return errors.Join(errs...)
}

func (g *Group) stopTimeout() time.Duration {
	if g.StopTimeout > 0 {
		return g.StopTimeout
	}

	return defaultStopTimeout
}

type runningPart struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
	err    error // set before done closes
}

// start gives the part a context of its own: the end of ctx must not stop all at once.
func start(ctx context.Context, p part, broken chan<- struct{}) *runningPart {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &runningPart{name: p.name, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		err := p.run(own)
		isStopped := own.Err() != nil && errors.Is(err, context.Canceled)
		if err != nil && !isStopped {
			r.err = fmt.Errorf("%s: %w", p.name, err)
			broken <- struct{}{}
		}
	}()

	return r
}

func (r *runningPart) stop(timeout time.Duration) error {
	r.cancel()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-r.done:
		return r.err
	case <-timer.C:
		return fmt.Errorf("%s did not stop within %s", r.name, timeout)
	}
}
