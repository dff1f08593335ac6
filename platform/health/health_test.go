package health_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/clock"
	"homehub/platform/health"
)

func always(s health.Status) health.Check {
	return func(context.Context) health.Result { return health.Result{Status: s, Latency: time.Millisecond} }
}

func TestReportSumsUp(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		database, other health.Status
		want            health.Status
	}{
		"all well":                 {database: health.Up, other: health.Up, want: health.OK},
		"what is off counts well":  {database: health.Up, other: health.Off, want: health.OK},
		"another one is down":      {database: health.Up, other: health.Down, want: health.Degraded},
		"another one is degraded":  {database: health.Up, other: health.Degraded, want: health.Degraded},
		"the database is degraded": {database: health.Degraded, other: health.Up, want: health.Degraded},
		"the database is down":     {database: health.Down, other: health.Up, want: health.Down},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checker := health.New(map[string]health.Check{health.Database: always(tc.database), "kv": always(tc.other)}, clock.System)

			got := checker.Report(t.Context())

			require.Equal(t, tc.want, got.Status)
			require.Equal(t, map[string]health.Result{
				health.Database: {Status: tc.database, Latency: time.Millisecond},
				"kv":            {Status: tc.other, Latency: time.Millisecond},
			}, got.Checks)
		})
	}
}

func TestReportIsSharedAndKeptForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		checker := health.New(map[string]health.Check{"kv": func(context.Context) health.Result {
			calls.Add(1)
			time.Sleep(time.Second)

			return health.Result{Status: health.Up}
		}}, clock.System)

		for range 10 {
			go checker.Report(t.Context())
		}
		got := checker.Report(t.Context())
		require.Equal(t, time.Second, got.Checks["kv"].Latency)
		require.EqualValues(t, 1, calls.Load())

		time.Sleep(4 * time.Second)
		checker.Report(t.Context())
		require.EqualValues(t, 1, calls.Load())

		time.Sleep(time.Second)
		checker.Report(t.Context())
		require.EqualValues(t, 2, calls.Load())
	})
}

func TestReportDoesNotWaitForWhatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls atomic.Int32
		checker := health.New(map[string]health.Check{
			health.Database: always(health.Up),
			"llm": func(context.Context) health.Result {
				calls.Add(1)
				<-release // deaf to its context

				return health.Result{Status: health.Up}
			},
		}, clock.System)

		start := time.Now()
		got := checker.Report(t.Context())
		require.Equal(t, 2100*time.Millisecond, time.Since(start))
		require.Equal(t, health.Degraded, got.Status)
		require.Equal(t, health.Down, got.Checks["llm"].Status)
		require.Equal(t, health.Up, got.Checks[health.Database].Status)

		time.Sleep(6 * time.Second)
		got = checker.Report(t.Context())
		require.Equal(t, health.Down, got.Checks["llm"].Status)
		require.EqualValues(t, 1, calls.Load(), "a check that hangs is not started again")

		close(release)
		synctest.Wait()
		time.Sleep(6 * time.Second)
		require.Equal(t, health.OK, checker.Report(t.Context()).Status)
	})
}

func TestReportHeedsItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		checker := health.New(map[string]health.Check{"kv": func(ctx context.Context) health.Result {
			<-ctx.Done()

			return health.Result{Status: health.Down, Message: "cancelled"}
		}}, clock.System)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		got := checker.Report(ctx)

		require.Equal(t, health.Down, got.Status, "nothing is known yet")
		time.Sleep(time.Minute)
		require.Equal(t, "cancelled", checker.Report(t.Context()).Checks["kv"].Message, "a round outlives who asked for it")
	})
}
