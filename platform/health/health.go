// Package health asks the parts of the process how they are, and sums it up.
package health

import (
	"context"
	"sync"
	"time"

	"homehub/platform/clock"
)

// Status is the state of one part, or of all together.
type Status string

// The states of a part: up, degraded, down, or off (not configured). All together are ok,
// degraded or down.
const (
	Up       Status = "up"
	OK       Status = "ok"
	Degraded Status = "degraded"
	Down     Status = "down"
	Off      Status = "off"
)

// Database is the one check whose failure takes everything down.
const Database = "database"

const (
	maxAge       = 5 * time.Second        // how old a report may be
	checkTimeout = 2 * time.Second        // how long one check may take
	grace        = 100 * time.Millisecond // for a check to say what it missed when its time is up
)

// Result is what a check found. Message is public: no addresses, no internals.
type Result struct {
	Status  Status
	Latency time.Duration // zero: measured by the Checker
	Message string
}

// Check asks one part. It heeds its context.
type Check func(ctx context.Context) Result

// Report is the state of everything.
type Report struct {
	Status Status
	Checks map[string]Result
}

// Checker runs the checks and keeps their last report for a moment, so that any number of
// callers costs the dependencies no more than one.
type Checker struct {
	checks map[string]Check
	now    clock.Clock

	mu      sync.Mutex
	last    Report
	takenAt time.Time
	flight  chan struct{}   // closed when the running round ends; nil when none runs
	hung    map[string]bool // checks of earlier rounds that have not come back
}

// New makes a Checker. The check named Database decides between down and degraded.
func New(checks map[string]Check, now clock.Clock) *Checker {
	return &Checker{checks: checks, now: now, hung: make(map[string]bool), last: Report{Status: Down}}
}

// Report returns the state of everything, at most 5 s old. Callers that arrive while the checks
// run share their result; one whose ctx ends first gets the report before, and Down when there is none.
func (c *Checker) Report(ctx context.Context) Report {
	c.mu.Lock()
	if !c.takenAt.IsZero() && c.now().Sub(c.takenAt) < maxAge {
		defer c.mu.Unlock()

		return c.last
	}
	if c.flight == nil {
		c.flight = make(chan struct{})
		go c.round(context.WithoutCancel(ctx)) // ends by itself: every check has a deadline
	}
	flight := c.flight
	c.mu.Unlock()

	select {
	case <-flight:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.last
}

// round runs every check side by side and publishes what they found.
func (c *Checker) round(ctx context.Context) {
	type named struct {
		name   string
		result Result
	}
	results := make(chan named, len(c.checks))
	for name, check := range c.checks {
		go func() { results <- named{name: name, result: c.ask(ctx, name, check)} }()
	}
	checks := make(map[string]Result, len(c.checks))
	for range c.checks {
		n := <-results
		checks[n.name] = n.result
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = Report{Status: sum(checks), Checks: checks}
	c.takenAt = c.now()
	close(c.flight)
	c.flight = nil
}

// ask runs one check within its deadline. A check that ignores it counts as down, and is not
// started again while it hangs.
func (c *Checker) ask(ctx context.Context, name string, check Check) Result {
	c.mu.Lock()
	isHung := c.hung[name]
	c.hung[name] = true
	c.mu.Unlock()
	if isHung {
		return Result{Status: Down, Message: "no answer"}
	}

	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	answer := make(chan Result, 1)
	start := c.now()
	go func() {
		defer cancel()
		result := check(ctx)
		if result.Latency == 0 {
			result.Latency = c.now().Sub(start)
		}
		c.mu.Lock()
		delete(c.hung, name)
		c.mu.Unlock()
		answer <- result
	}()

	deaf := time.NewTimer(checkTimeout + grace)
	defer deaf.Stop()
	select {
	case result := <-answer:
		return result
	case <-deaf.C:
		return Result{Status: Down, Latency: c.now().Sub(start), Message: "no answer in time"}
	}
}

func sum(checks map[string]Result) Status {
	if checks[Database].Status == Down {
		return Down
	}
	for _, r := range checks {
		if r.Status != Up && r.Status != Off {
			return Degraded
		}
	}

	return OK
}
