package kv

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

var errTTL = errors.New("a ttl must be positive")

// gcra is a limit in the terms of the generic cell rate algorithm: each event moves a theoretical
// arrival time on by interval, and one is refused that would move it further than window from
// now. All in whole microseconds, which Lua's numbers hold exactly, so that the store in memory
// and the script in Redis judge alike.
type gcra struct{ interval, window int64 }

func (l Limit) gcra() (gcra, error) {
	burst := l.Burst
	if burst == 0 {
		burst = l.Count
	}
	if l.Count <= 0 || l.Period <= 0 || burst < 0 {
		return gcra{}, fmt.Errorf("impossible limit %d/%s with bursts of %d", l.Count, l.Period, l.Burst)
	}
	interval := max(l.Period.Microseconds()/int64(l.Count), 1)

	return gcra{interval: interval, window: interval * int64(burst)}, nil
}

// judge takes the present and the stored arrival time (0: none) and returns the next one to
// store; 0 means that the event is refused and nothing changes.
func (g gcra) judge(now, arrival int64) (next int64, d Decision) {
	arrival = max(arrival, now)
	next = arrival + g.interval
	if wait := next - now - g.window; wait > 0 {
		return 0, g.decision(-1, wait, arrival-now)
	}

	return next, g.decision((now+g.window-next)/g.interval, 0, next-now)
}

// decision translates microseconds; remaining is negative for a refusal.
func (g gcra) decision(remaining, retry, reset int64) Decision {
	return Decision{
		Allowed:    remaining >= 0,
		Remaining:  int(max(remaining, 0)),
		RetryAfter: time.Duration(retry) * time.Microsecond,
		ResetAfter: time.Duration(reset) * time.Microsecond,
	}
}

// gcras are the events' limits.
func gcras(events []Event) ([]gcra, error) {
	all := make([]gcra, len(events))
	for i, e := range events {
		var err error
		if all[i], err = e.Limit.gcra(); err != nil {
			return nil, err
		}
	}

	return all, nil
}

// vouches reports whether the last value begins with all the others, none of them missing.
func vouches(values [][]byte) bool {
	if len(values) == 0 {
		return false
	}
	rest := values[len(values)-1]
	for _, v := range values[:len(values)-1] {
		if v == nil || !bytes.HasPrefix(rest, v) {
			return false
		}
		rest = rest[len(v):]
	}

	return rest != nil
}

// milliseconds rounds a ttl up to what Redis keeps.
func milliseconds(ttl time.Duration) (int64, error) {
	if ttl <= 0 {
		return 0, errTTL
	}

	return int64((ttl + time.Millisecond - 1) / time.Millisecond), nil
}
