package events

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

// kept returns all that a household's table holds.
func (b *bench) kept(householdID string) []stored {
	b.tb.Helper()
	_, page, err := b.store.read(b.tb.Context(), householdID, 0, 10_000)
	require.NoError(b.tb, err)

	return page
}

func TestAnEventLivesAndDiesWithItsTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	errStop := errors.New("stop")
	l, stop := b.listen(household)
	defer stop()
	publish := func(ctx context.Context) error {
		return b.Publish(ctx, Event{HouseholdID: household, Kind: "timer.finished"})
	}

	err := b.db.InTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(publish(ctx), errStop)
	})
	require.ErrorIs(t, err, errStop)
	require.Empty(t, b.kept(household))
	require.Empty(t, l.wake, "nobody is woken for what has not happened")

	require.NoError(t, b.db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, publish(ctx))
		require.Empty(t, l.wake, "nobody is woken before it has happened")

		return publish(ctx)
	}))
	require.Len(t, l.wake, 1)
	events := b.kept(household)
	require.Len(t, events, 2)
	require.Equal(t, int64(1), events[0].Seq, "what was rolled back leaves no gap")
	require.Equal(t, "{}", string(events[0].Data))
	require.Equal(t, b.clock.Now().Truncate(time.Microsecond), events[0].At)
}

func TestWhatCannotBeToldIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, e := range map[string]Event{
		"no household":  {Kind: "timer.finished"},
		"no kind":       {HouseholdID: household},
		"too much data": {HouseholdID: household, Kind: "timer.finished", Data: map[string]any{"text": strings.Repeat("a", maxDataBytes)}},
		"data not JSON": {HouseholdID: household, Kind: "timer.finished", Data: map[string]any{"f": func() {}}},
	} {
		require.Error(t, b.Publish(t.Context(), e), name)
	}
	require.Empty(t, b.kept(household))
}

func TestOldEventsAreForgotten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell("timer.finished", Everybody)
	b.tellIn("another", "timer.finished", Everybody)
	b.clock.Advance(keepFor + time.Second)
	b.tell("timer.finished", Everybody)

	require.NoError(t, b.clean(t.Context()))

	events := b.kept(household)
	require.Len(t, events, 1)
	require.Equal(t, int64(2), events[0].Seq)
	require.Empty(t, b.kept("another"))
}

func TestAHouseholdKeepsAThousandEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const told, each = 2345, 35
	most := 0
	for range told / each {
		require.NoError(t, b.db.InTx(t.Context(), func(ctx context.Context) error {
			for range each {
				if err := b.Publish(ctx, Event{HouseholdID: household, Kind: "timer.finished"}); err != nil {
					return err
				}
			}

			return nil
		}))
		most = max(most, len(b.kept(household)))
	}
	events := b.kept(household)
	require.Equal(t, int64(told), events[len(events)-1].Seq)
	require.LessOrEqual(t, max(most, len(events)), keepCount)
	require.Greater(t, len(events), keepCount-2*trimEvery)
}

func TestForgetHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell("timer.finished", Everybody)
	b.tellIn("another", "timer.finished", Everybody)

	require.NoError(t, b.ForgetHousehold(t.Context(), household))

	require.Empty(t, b.kept(household))
	require.Len(t, b.kept("another"), 1)
}

// replicas are two buses on one database: on PostgreSQL each with connections of its own.
func replicas(t *testing.T) (a, b *bench) {
	t.Helper()
	if os.Getenv(databasetest.PostgresURL) == "" {
		db := databasetest.New(t)
		return on(t, db), on(t, db)
	}
	cfg := database.Config{URL: secret.New(databasetest.NewPostgresURL(t))}

	return on(t, databasetest.Open(t, cfg)), on(t, databasetest.Open(t, cfg))
}

// TestFiftyPublishersKeepTheOrder: two replicas publish at once, each has a listener, and both
// hear every number, one after the other.
func TestFiftyPublishersKeepTheOrder(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	const publishers, each = 50, 10
	streams := []*httpxtest.Stream{a.listenAs("adult"), b.listenAs("child")}

	var wait sync.WaitGroup
	failures := make(chan error, publishers*each)
	for i := range publishers {
		bus := []*bench{a, b}[i%2]
		wait.Go(func() {
			for range each {
				failures <- bus.Publish(t.Context(), Event{HouseholdID: household, Kind: "timer.finished"})
			}
		})
	}
	for n := range publishers * each {
		for _, s := range streams {
			require.Equal(t, formatID(int64(n+1)), s.Next().ID)
		}
	}
	wait.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
}

// TestAnotherReplicaHearsWithinASecond, unless the machine has other things to do, which it has not
// every time.
func TestAnotherReplicaHearsWithinASecond(t *testing.T) {
	t.Parallel()
	a, b := replicas(t)
	s := b.listenAs("owner")
	require.Eventually(t, func() bool { return len(b.listened()) == 1 }, patience, time.Millisecond)

	for fastest, first := time.Hour, time.Now(); fastest > time.Second; {
		begun := time.Now()
		a.tell("timer.finished", Everybody)
		require.Equal(t, "timer.finished", s.Next().Name)
		fastest = min(fastest, time.Since(begun))
		require.Less(t, time.Since(first), patience, "the fastest took %s", fastest)
	}
}

func BenchmarkPublish(b *testing.B) {
	bus := New(Deps{DB: databasetest.New(b), Log: zap.NewNop(), Now: clock.System})
	e := Event{HouseholdID: household, Kind: InstanceChanged, Data: map[string]any{"status": "ready"}}

	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			if err := bus.Publish(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("many households", func(b *testing.B) {
		b.SetParallelism(25)
		b.RunParallel(func(pb *testing.PB) {
			own := e
			own.HouseholdID = identity.NewID()
			for pb.Next() {
				if err := bus.Publish(b.Context(), own); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
