package intent

import (
	"context"
	"fmt"
	"runtime/debug"
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
	panicked any // what the call panicked with; nil: it did not

	cancel  context.CancelCauseFunc
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

// join waits for the call's answer until ctx ends, which is errLate, or nobody wants it any more, which is
// context.Canceled.
// The call goes on for whoever still waits, or would take it late.
func (f *flights) join(ctx context.Context, plan flightPlan) (answered llmapi.ChatResponse, isShared bool, err error) {
	x, isShared := f.board(ctx, plan)
	if x == nil {
		return llmapi.ChatResponse{}, false, llmapi.ErrUnavailable
	}
	select {
	case <-x.landed:
	case <-ctx.Done():
		if !f.leave(plan, x, leaving{late: plan.late, why: context.DeadlineExceeded}) {
			return llmapi.ChatResponse{}, isShared, errLate
		}
	case <-plan.gone:
		f.leave(plan, x, leaving{why: context.Canceled})

		return llmapi.ChatResponse{}, isShared, context.Canceled
	}
	if x.panicked != nil {
		panic(x.panicked) // in the request that it belongs to, rather than in a goroutine that would end the process
	}

	return x.answered, isShared, x.err
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
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	ctx, stop := context.WithDeadline(ctx, plan.until)
	x = &flight{landed: make(chan struct{}), cancel: cancel, waiting: 1}
	f.open[plan.key] = x
	f.running.Go(func() {
		defer cancel(nil)
		defer stop()
		x.make(ctx, plan.call)
		f.land(context.WithoutCancel(ctx), plan.key, x)
	})

	return x, false
}

// make makes the call, and keeps its panic for those who wait.
func (x *flight) make(ctx context.Context, call func(context.Context) (llmapi.ChatResponse, error)) {
	defer func() {
		if value := recover(); value != nil {
			x.panicked = fmt.Sprintf("%v\n%s", value, debug.Stack())
			x.err = llmapi.ErrUnavailable
		}
	}()
	x.answered, x.err = call(ctx)
}

// leaving is why somebody waits no more, and who takes the answer nevertheless; nil: nobody.
type leaving struct {
	why  error
	late func(context.Context, llmapi.ChatResponse)
}

// leave is the end of somebody's waiting; isLanded: the answer came at the same moment. A call that
// nobody wants any more is ended: a call that took too long speaks against the model, one whose caller
// went away does not.
func (f *flights) leave(plan flightPlan, x *flight, as leaving) (isLanded bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-x.landed:
		return true
	default:
	}
	x.waiting--
	if as.late != nil {
		x.late = append(x.late, as.late)
	}
	if x.waiting == 0 && len(x.late) == 0 {
		x.cancel(as.why)
		if f.open[plan.key] == x {
			delete(f.open, plan.key)
		}
	}

	return false
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
		x.cancel(context.Canceled)
	}
	f.mu.Unlock()
	f.running.Wait()
}
