package intent

import (
	"context"
	"sync"
	"time"

	"homehub/modules/llm/llmapi"
)

// flights are the calls to the model that are under way: equal ones are one.
type flights struct {
	mu      sync.Mutex
	open    map[string]*flight
	closed  bool
	running sync.WaitGroup
}

func newFlights() *flights { return &flights{open: map[string]*flight{}} }

// flight is one call.
type flight struct {
	landed   chan struct{} // closed when answered and err are there
	answered llmapi.ChatResponse
	err      error

	cancel  context.CancelFunc
	waiting int // for it, in time
	late    []func(context.Context, llmapi.ChatResponse)
}

// flightPlan is a call to be made, unless an equal one is under way.
type flightPlan struct {
	key   string
	until time.Time // the call ends then
	gone  <-chan struct{}
	call  func(context.Context) (llmapi.ChatResponse, error)
	// late gets an answer that comes after ctx has ended; nil: nobody wants it.
	late func(context.Context, llmapi.ChatResponse)
}

// join waits for the call's answer until ctx ends, which is errLate, or nobody wants it any more.
// The call goes on for whoever still waits, or would take it late.
func (f *flights) join(ctx context.Context, plan flightPlan) (answered llmapi.ChatResponse, isShared bool, err error) {
	x, isShared := f.board(ctx, plan)
	if x == nil {
		return llmapi.ChatResponse{}, false, llmapi.ErrUnavailable
	}
	select {
	case <-x.landed:
		return x.answered, isShared, x.err
	case <-ctx.Done():
		f.leave(plan, x, plan.late)

		return llmapi.ChatResponse{}, isShared, errLate
	case <-plan.gone:
		f.leave(plan, x, nil)

		return llmapi.ChatResponse{}, isShared, llmapi.ErrUnavailable.Wrap(context.Canceled)
	}
}

// board finds the flight of the key, or begins it; nil once they are closed.
func (f *flights) board(ctx context.Context, plan flightPlan) (x *flight, isShared bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false
	}
	if x = f.open[plan.key]; x != nil {
		x.waiting++

		return x, true
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), plan.until)
	x = &flight{landed: make(chan struct{}), cancel: cancel, waiting: 1}
	f.open[plan.key] = x
	f.running.Go(func() {
		defer cancel()
		x.answered, x.err = plan.call(ctx)
		f.land(context.WithoutCancel(ctx), plan.key, x)
	})

	return x, false
}

// leave is the end of somebody's waiting. A call that nobody wants any more is ended.
func (f *flights) leave(plan flightPlan, x *flight, late func(context.Context, llmapi.ChatResponse)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x.waiting--
	if late != nil {
		x.late = append(x.late, late)
	}
	if x.waiting == 0 && len(x.late) == 0 {
		x.cancel()
		if f.open[plan.key] == x {
			delete(f.open, plan.key)
		}
	}
}

// land hands the answer to all who wait for it, and to those who would take it late.
func (f *flights) land(ctx context.Context, key string, x *flight) {
	f.mu.Lock()
	if f.open[key] == x {
		delete(f.open, key)
	}
	late := x.late
	x.late = nil
	close(x.landed)
	f.mu.Unlock()
	if x.err != nil {
		return
	}
	for _, tell := range late {
		tell(ctx, x.answered)
	}
}

// close ends all calls, and waits for them.
func (f *flights) close() {
	f.mu.Lock()
	f.closed = true
	for _, x := range f.open {
		x.cancel()
	}
	f.mu.Unlock()
	f.running.Wait()
}
