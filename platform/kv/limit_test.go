package kv_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/kv"
)

func TestContractAllow(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		limit := kv.Limit{Count: 10, Period: 10 * w.moment, Burst: 3} // one each moment

		for want := 2; want >= 0; want-- {
			d, err := s.Allow(ctx, "a", limit)
			require.NoError(t, err)
			require.True(t, d.Allowed)
			require.Equal(t, want, d.Remaining)
			require.Zero(t, d.RetryAfter)
			w.requireNear(t, time.Duration(3-want)*w.moment, d.ResetAfter)
		}
		d, err := s.Allow(ctx, "a", limit)
		require.NoError(t, err)
		require.False(t, d.Allowed)
		require.Zero(t, d.Remaining)
		w.requireNear(t, w.moment, d.RetryAfter)
		w.requireNear(t, 3*w.moment, d.ResetAfter)

		d, err = s.Allow(ctx, "b", limit)
		require.NoError(t, err)
		require.True(t, d.Allowed, "another key is another limit")

		w.advance(w.moment * 11 / 10)
		d, err = s.Allow(ctx, "a", limit)
		require.NoError(t, err)
		require.True(t, d.Allowed)
		d, err = s.Allow(ctx, "a", limit)
		require.NoError(t, err)
		require.False(t, d.Allowed)

		require.NoError(t, s.Delete(ctx, "a"))
		d, err = s.Allow(ctx, "a", limit)
		require.NoError(t, err)
		require.Equal(t, 2, d.Remaining, "deleting the key forgets the events")
	})
}

// requireNear allows for the time that passes while the test runs.
func (w world) requireNear(t *testing.T, want, got time.Duration) {
	t.Helper()
	require.InDelta(t, want.Seconds(), got.Seconds(), w.slack.Seconds())
}

func TestContractAllowAtOnce(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		var allowed atomic.Int32
		together(50, func() {
			if d, err := w.store.Allow(t.Context(), "a", kv.Limit{Count: 20, Period: time.Hour}); err == nil && d.Allowed {
				allowed.Add(1)
			}
		})

		require.EqualValues(t, 20, allowed.Load())
	})
}

func TestContractAllowRefusesImpossibleLimits(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		for _, limit := range []kv.Limit{{}, {Count: -1, Period: time.Second}, {Count: 1}, {Count: 1, Period: 1, Burst: -1}} {
			_, err := w.store.Allow(t.Context(), "a", limit)
			require.Error(t, err)
			require.NotErrorIs(t, err, kv.ErrUnavailable)
		}
	})
}

// The stores judge a long mixed series of events and pauses exactly alike.
func TestMemoryAndRedisJudgeAlike(t *testing.T) {
	t.Parallel()
	memory, redis := worlds()["memory"](t), worlds()["miniredis"](t)
	limits := []kv.Limit{
		{Count: 7, Period: time.Second},
		{Count: 60, Period: time.Minute, Burst: 30},
		{Count: 1, Period: 15 * time.Minute, Burst: 10},
		{Count: 3_000_000, Period: time.Second},
	}
	for i := range 400 {
		limit, key := limits[i%len(limits)], string(rune('a'+i%len(limits)))
		inMemory, err := memory.store.Allow(t.Context(), key, limit)
		require.NoError(t, err)
		inRedis, err := redis.store.Allow(t.Context(), key, limit)
		require.NoError(t, err)
		require.Equal(t, inMemory, inRedis, "event %d", i)

		pause := time.Duration(i*i%977) * time.Millisecond
		memory.advance(pause)
		redis.advance(pause)
	}
}
