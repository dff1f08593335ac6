package heap

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	t.Parallel()
	const live = 40 << 20
	var p pace
	var cycles uint64
	round := func(collections uint64) (int, bool) {
		cycles += collections

		return p.next(cycles, live)
	}
	set := func(wantPercent int, wantOver bool, collections uint64) {
		t.Helper()
		percent, isOver := round(collections)
		require.Equal(t, wantPercent, percent)
		require.Equal(t, wantOver, isOver)
	}

	set(0, false, 1)
	set(busyPercent, false, 3)
	for range 3 { // less often now, and still busy
		set(0, false, 1)
		for range calmRounds - 1 {
			set(0, false, 0)
		}
	}
	set(RestPercent, true, 0)
	set(0, false, 0)
	set(0, false, 1)
	set(busyPercent, false, 2)
}

func TestPercentFor(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 110, 1 << 20: 110, 64 << 20: 100, 100 << 20: 64, 1 << 30: RestPercent} {
		require.Equal(t, want, percentFor(live), live)
	}
}

// What it does to the process is seen from outside: a test alone sets it.
func TestRun(t *testing.T) { //nolint:paralleltest // the percentage is the process's
	before := debug.SetGCPercent(RestPercent)
	defer debug.SetGCPercent(before)
	percent := func() int {
		now := debug.SetGCPercent(RestPercent)
		debug.SetGCPercent(now)

		return now
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan error)
		go func() { done <- Run(ctx) }()
		synctest.Wait()
		for range 3 {
			runtime.GC()
		}
		time.Sleep(every)
		synctest.Wait()
		require.Equal(t, busyPercent, percent())
		time.Sleep((calmRounds + 1) * every)
		synctest.Wait()
		require.Equal(t, RestPercent, percent())
		cancel()
		require.NoError(t, <-done)
	})
	debug.SetGCPercent(80)
	require.NoError(t, Run(t.Context()), "what the operator has set stays")
	require.Equal(t, 80, percent())
}
