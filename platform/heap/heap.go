// Package heap lets the garbage collector run less often while there is much to do, and gives the memory
// back afterwards (docs/decisions/0093).
package heap

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// RestPercent lets the heap grow by little more than half before it is swept, where Go alone would let
// it double: a tenth less memory with a hundred homes in the process, for a hundredth of the time.
const RestPercent = 55

const (
	every = time.Second
	// busyCycles is how many collections in such a while are worth a larger heap.
	busyCycles = 2
	// calmRounds without any collection end that.
	calmRounds = 5

	// The heap may then double, but by no more than busyGrowth: a large one is collected seldom enough.
	busyPercent = 110
	busyGrowth  = 64 << 20
)

// Run watches how often the heap is collected, until ctx ends. Where the operator has set GOGC, that stays.
func Run(ctx context.Context) error {
	samples := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	if samples[0].Value.Uint64() != RestPercent {
		return nil
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	p := pace{cycles: samples[1].Value.Uint64()}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		metrics.Read(samples)
		percent, isOver := p.next(samples[1].Value.Uint64(), samples[2].Value.Uint64())
		if percent != 0 {
			debug.SetGCPercent(percent)
		}
		if isOver {
			debug.FreeOSMemory()
		}
	}
}

// pace is what Run remembers.
type pace struct {
	cycles uint64 // so far
	isBusy bool
	calm   int // rounds without a collection, one after the other
}

// next takes in how many collections there were so far, and what was left after the last one. It
// returns the percentage to set, 0 for none, and whether a busy time is over.
func (p *pace) next(cycles, live uint64) (percent int, isOver bool) {
	since := cycles - p.cycles
	p.cycles = cycles
	p.calm++
	if since > 0 {
		p.calm = 0
	}
	switch {
	case !p.isBusy && since >= busyCycles:
		p.isBusy = true

		return percentFor(live), false
	case p.isBusy && p.calm >= calmRounds:
		p.isBusy = false

		return RestPercent, true
	default:
		return 0, false
	}
}

func percentFor(live uint64) int {
	growth := busyGrowth * 100 / max(live, 1)

	return int(min(max(growth, RestPercent), busyPercent))
}
