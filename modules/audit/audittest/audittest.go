// Package audittest stands in for audit in the tests of other modules.
package audittest

import (
	"context"
	"slices"
	"sync"

	"homehub/modules/audit/auditapi"
)

// Recorder remembers what it was told. The zero value is ready to use.
type Recorder struct {
	// Err, when set, is returned by Record, which then remembers nothing.
	Err error

	mu     sync.Mutex
	events []auditapi.Event
}

// Record remembers e. Unlike the real one it knows nothing of transactions: an event of a
// change that is rolled back stays.
func (r *Recorder) Record(_ context.Context, e auditapi.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Err != nil {
		return r.Err
	}
	r.events = append(r.events, e)

	return nil
}

// Events returns what was recorded so far, oldest first.
func (r *Recorder) Events() []auditapi.Event {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.Clone(r.events)
}

// Find returns the events of one action, oldest first.
func (r *Recorder) Find(action string) []auditapi.Event {
	return slices.DeleteFunc(r.Events(), func(e auditapi.Event) bool { return e.Action != action })
}

// Actions returns the actions recorded so far, oldest first.
func (r *Recorder) Actions() []string {
	events := r.Events()
	actions := make([]string, 0, len(events))
	for _, e := range events {
		actions = append(actions, e.Action)
	}

	return actions
}
