// Package eventstest stands in for events in the tests of those who publish.
package eventstest

import (
	"context"
	"slices"
	"sync"

	"homehub/platform/events"
)

// Recorder remembers what was published. The zero value is ready to use.
type Recorder struct {
	// Err, when set, is returned by Publish, which then remembers nothing.
	Err error

	mu     sync.Mutex
	events []events.Event
}

// Publish remembers e. Unlike the real one it knows nothing of transactions: an event of a
// change that is rolled back stays.
func (r *Recorder) Publish(_ context.Context, e events.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Err != nil {
		return r.Err
	}
	r.events = append(r.events, e)

	return nil
}

// Events returns what was published so far, oldest first.
func (r *Recorder) Events() []events.Event {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.Clone(r.events)
}

// Find returns the events of one kind, oldest first.
func (r *Recorder) Find(kind string) []events.Event {
	return slices.DeleteFunc(r.Events(), func(e events.Event) bool { return e.Kind != kind })
}
