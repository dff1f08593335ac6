package database

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCompany(t *testing.T) {
	t.Parallel()
	const pace = 3 * time.Millisecond
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	// after lets callers come, so far apart, and then a batch of size begin.
	after := func(apart time.Duration, size int) (c *company, now time.Time) {
		c, now = &company{pace: pace}, start
		for range 2 * busyCallers {
			now = now.Add(apart)
			c.came(now)
		}
		c.begin(now, size)

		return c, now.Add(time.Millisecond)
	}

	for _, tt := range []struct {
		name    string
		apart   time.Duration
		size    int // of the batch before
		waiting int
		want    time.Duration
	}{
		{"many callers: what is left of the pace", 700 * time.Microsecond, 3, 1, pace - time.Millisecond},
		{"many callers, who have not met yet", 700 * time.Microsecond, 1, 2, pace - time.Millisecond},
		{"one who calls without end", 300 * time.Microsecond, 1, 1, 0},
		{"few callers", 2 * time.Millisecond, 3, 2, 0},
		{"so many that they need no more company", 100 * time.Microsecond, 20, enoughCompany, 0},
	} {
		c, now := after(tt.apart, tt.size)
		require.Equal(t, tt.want, c.pause(now, tt.waiting), tt.name)
	}

	c, now := after(700*time.Microsecond, 3)
	require.LessOrEqual(t, c.pause(now.Add(pace), 2), time.Duration(0), "a batch that took long is followed at once")
	require.Zero(t, c.pause(now.Add(time.Second), 2), "it was busy, and is no more")
	require.Zero(t, (&company{pace: pace}).pause(start, 2), "the first of all")
	c.pace = 0
	require.Zero(t, c.pause(now, 2), "a database that is as quick without")
}

func TestEnoughCompanyEndsThePause(t *testing.T) {
	t.Parallel()
	b := batcher{company: company{pace: time.Hour, isShared: true, begunAt: time.Now()}}
	for i := range b.company.arrived {
		b.company.arrived[i] = time.Now().Add(time.Hour) // however slow this machine is
	}
	newJob := func() *batchJob { return &batchJob{wake: make(chan bool, 1)} }
	leader := newJob()
	b.join(leader)
	require.True(t, <-leader.wake)
	taken := make(chan []*batchJob)
	go func() { taken <- b.take() }()
	for isWaiting := false; !isWaiting; runtime.Gosched() {
		b.mu.Lock()
		isWaiting = b.enough != nil
		b.mu.Unlock()
	}

	for range enoughCompany - 1 {
		b.join(newJob())
	}

	batch := <-taken
	require.Len(t, batch, enoughCompany)
	require.Same(t, leader, batch[0])
	require.False(t, b.leave(leader), "who leads is not let go")
}
