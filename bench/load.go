package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// measureLoad sends utterances of many households at a steady pace, each to its own virtual
// home. A latency counts from the moment the request was due, so a server that falls behind
// cannot hide it. The bare server (/livez) at the same pace is the other side of the ratio.
func measureLoad(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	p, err := serve(ctx, o.binary, dir)
	if err != nil {
		return err
	}
	callers, err := households(ctx, p, o.households)
	if err != nil {
		return errors.Join(err, p.stop())
	}

	// Every household switches its own lamp on and off in turns.
	texts := [2]string{"kapcsold fel a villanyt a konyhában", "kapcsold le a villanyt a konyhában"}
	utter := func(i int) error {
		c := callers[i%len(callers)]

		_, err := c.say(ctx, texts[i/len(callers)%2], "done", "already")

		return err
	}
	bare := func(i int) error { return callers[i%len(callers)].do(ctx, http.MethodGet, "/livez", nil, nil) }

	if _, _, err := paced(ctx, o.rate/10, 2, utter); err != nil { // warm up
		return errors.Join(err, p.stop())
	}
	for _, kind := range []struct {
		label string
		send  func(int) error
	}{{"GET /livez", bare}, {"POST /api/v1/intent", utter}} {
		took, failed, err := paced(ctx, o.rate, o.seconds, kind.send)
		if err != nil && failed == 0 {
			return errors.Join(err, p.stop())
		}
		fmt.Println(took.row(fmt.Sprintf("%s at %d/s, %d households", kind.label, o.rate, len(callers))))
		if failed > 0 {
			fmt.Printf("%d requests failed, the first: %v\n", failed, err)
		}
	}
	memory, err := p.residentMB()
	fmt.Printf("resident memory after the load: %.1f MB\n", memory)

	return errors.Join(err, p.stop())
}

// households registers n of them and waits until their homes are there.
func households(ctx context.Context, p *process, n int) ([]*caller, error) {
	callers := make([]*caller, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range callers {
		group.Go(func() (err error) {
			if callers[i], err = p.register(ctx, i); err != nil {
				return err
			}

			return callers[i].waitForHome(ctx)
		})
	}

	return callers, group.Wait()
}

// paced sends rate requests a second and returns how long each took from when it was due, how
// many failed, and the first failure.
func paced(ctx context.Context, rate, seconds int, send func(int) error) (sample, int, error) {
	took := make(sample, rate*seconds)
	var failed atomic.Int64
	var firstErr error
	var once sync.Once
	var pending sync.WaitGroup
	begin := time.Now()
	for i := range took {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
				return nil, 0, ctx.Err()
			case <-time.After(wait):
			}
		}
		pending.Go(func() {
			if err := send(i); err != nil {
				failed.Add(1)
				once.Do(func() { firstErr = err })
			}
			took[i] = time.Since(due)
		})
	}
	pending.Wait()

	return took, int(failed.Load()), firstErr
}
