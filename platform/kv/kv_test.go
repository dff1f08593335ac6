package kv_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/secret"
)

// patience bounds what is waited for; nothing takes nearly so long.
const patience = time.Minute

// world is a store and a way to let time pass for it.
type world struct {
	store   kv.Store
	advance func(d time.Duration)
	// moment is far longer than the calls that a clause makes within it: where time passes by
	// itself, it passes on a busy machine, too.
	moment time.Duration
	// slack is what may pass meanwhile.
	slack time.Duration
}

// worlds are the stores that keep the contract. The real one passes time by waiting.
func worlds() map[string]func(t *testing.T) world {
	return map[string]func(t *testing.T) world{
		"memory": func(t *testing.T) world {
			t.Helper()
			now := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC))
			store, err := kv.Open(t.Context(), kv.Defaults(), kv.Deps{
				Log: zap.NewNop(), Now: now.Now, Metrics: prometheus.NewRegistry(),
			})
			require.NoError(t, err)
			t.Cleanup(store.Close)

			return world{store: store, advance: now.Advance, moment: 500 * time.Millisecond, slack: time.Millisecond}
		},
		"miniredis": func(t *testing.T) world {
			t.Helper()
			server := miniredis.RunT(t)
			now := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
			server.SetTime(now.Now())

			advance := func(d time.Duration) {
				now.Advance(d)
				server.SetTime(now.Now())
				server.FastForward(d)
			}

			return world{
				store: openRedis(t, "redis://"+server.Addr()), advance: advance,
				moment: 500 * time.Millisecond, slack: time.Millisecond,
			}
		},
		"redis": func(t *testing.T) world {
			t.Helper()
			url := os.Getenv("HOMEHUB_TEST_REDIS_URL")
			if url == "" {
				if os.Getenv("HOMEHUB_TEST_REQUIRED") != "" {
					t.Fatal("HOMEHUB_TEST_REDIS_URL is not set")
				}
				t.Skip("no real Redis: HOMEHUB_TEST_REDIS_URL is not set")
			}

			return world{
				store: openRedis(t, url), advance: func(d time.Duration) { <-time.After(d) },
				moment: 3 * time.Second, slack: 2500 * time.Millisecond,
			}
		},
	}
}

func openRedis(t *testing.T, url string) kv.Store {
	t.Helper()
	store, err := kv.Open(t.Context(), kv.Config{URL: secret.New(url)}, kv.Deps{
		Log: zap.NewNop(), Now: clock.System, Prefix: "homehub-test:" + identity.NewID() + ":", Metrics: prometheus.NewRegistry(),
		CallTimeout: patience,
	})
	require.NoError(t, err)
	t.Cleanup(store.Close)

	return store
}

// contract runs one clause on every store.
func contract(t *testing.T, clause func(t *testing.T, w world)) {
	t.Helper()
	for name, setup := range worlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clause(t, setup(t))
		})
	}
}

func TestContractValues(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		require.NoError(t, s.Ping(ctx))
		got, err := s.Get(ctx, "a")
		require.NoError(t, err)
		require.Nil(t, got)

		for _, value := range []string{"", "x", "árvíztűrő", "\x00\xff\r\n", strings.Repeat("x", 1<<20)} {
			require.NoError(t, s.Set(ctx, "a", []byte(value), time.Minute))
			got, err = s.Get(ctx, "a")
			require.NoError(t, err)
			require.NotNil(t, got, "an empty value is not a missing one")
			require.Equal(t, value, string(got))
		}
		require.NoError(t, s.Set(ctx, "b", nil, time.Minute))

		many, err := s.GetMany(ctx, "b", "missing", "a")
		require.NoError(t, err)
		require.Len(t, many, 3)
		require.Equal(t, []byte{}, many[0])
		require.Nil(t, many[1])
		require.Len(t, many[2], 1<<20)
		many, err = s.GetMany(ctx)
		require.NoError(t, err)
		require.Empty(t, many)

		require.NoError(t, s.Delete(ctx))
		require.NoError(t, s.Delete(ctx, "a", "missing", "b"))
		many, err = s.GetMany(ctx, "a", "b")
		require.NoError(t, err)
		require.Equal(t, [][]byte{nil, nil}, many)
	})
}

func TestContractValuesAreTheStoresOwn(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, value := t.Context(), []byte("abc")
		require.NoError(t, w.store.Set(ctx, "a", value, time.Minute))
		value[0] = 'X'
		got, err := w.store.Get(ctx, "a")
		require.NoError(t, err)
		got[1] = 'X'

		many, err := w.store.GetMany(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, "abc", string(many[0]))
		many[0][2] = 'X'
		got, err = w.store.Take(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, "abc", string(got))
	})
}

func TestContractExpiry(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		require.NoError(t, s.Set(ctx, "short", []byte("x"), 100*time.Millisecond))
		require.NoError(t, s.Set(ctx, "long", []byte("x"), time.Minute))
		require.NoError(t, s.Set(ctx, "tiny", []byte("x"), time.Nanosecond))
		w.advance(150 * time.Millisecond)

		many, err := s.GetMany(ctx, "short", "long", "tiny")
		require.NoError(t, err)
		require.Equal(t, [][]byte{nil, []byte("x"), nil}, many)
		got, err := s.Take(ctx, "short")
		require.NoError(t, err)
		require.Nil(t, got)
		isSet, err := s.SetIfAbsent(ctx, "short", []byte("y"), time.Minute)
		require.NoError(t, err)
		require.True(t, isSet)

		for _, ttl := range []time.Duration{0, -time.Second} {
			require.Error(t, s.Set(ctx, "a", nil, ttl))
			_, err = s.SetIfAbsent(ctx, "a", nil, ttl)
			require.Error(t, err)
			_, err = s.Add(ctx, "a", 1, ttl)
			require.Error(t, err)
		}
	})
}

func TestContractOnlyOneWins(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		var set, taken atomic.Int32
		together(16, func() {
			if isSet, err := s.SetIfAbsent(ctx, "claim", []byte("x"), time.Minute); err == nil && isSet {
				set.Add(1)
			}
		})
		together(16, func() {
			if got, err := s.Take(ctx, "claim"); err == nil && got != nil {
				taken.Add(1)
			}
		})

		require.EqualValues(t, 1, set.Load())
		require.EqualValues(t, 1, taken.Load())
	})
}

func TestContractAdd(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		together(10, func() { _, _ = s.Add(ctx, "n", 1, time.Minute) })
		sum, err := s.Add(ctx, "n", 1, 2*w.moment)
		require.NoError(t, err)
		require.EqualValues(t, 11, sum)
		got, err := s.Get(ctx, "n")
		require.NoError(t, err)
		require.Equal(t, "11", string(got))

		w.advance(w.moment * 11 / 10)
		_, err = s.Add(ctx, "n", 1, 2*w.moment)
		require.NoError(t, err)
		w.advance(w.moment * 11 / 10)
		sum, err = s.Add(ctx, "n", 1, 100*time.Millisecond)
		require.NoError(t, err)
		require.EqualValues(t, 13, sum, "each time the ttl starts anew")
		w.advance(150 * time.Millisecond)
		sum, err = s.Add(ctx, "n", 1, time.Minute)
		require.NoError(t, err)
		require.EqualValues(t, 1, sum)

		for _, value := range []string{"word", "9223372036854775807"} {
			require.NoError(t, s.Set(ctx, "w", []byte(value), time.Minute))
			_, err = s.Add(ctx, "w", 1, time.Minute)
			require.Error(t, err)
			require.NotErrorIs(t, err, kv.ErrUnavailable)
		}
		require.NoError(t, s.Set(ctx, "w", []byte("word"), time.Minute))
		_, err = s.Allow(ctx, "w", kv.Limit{Count: 1, Period: time.Second})
		require.Error(t, err)
		require.NotErrorIs(t, err, kv.ErrUnavailable)
	})
}

func TestContractHeedsItsContext(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()

		_, err := w.store.Get(ctx, "a")

		require.ErrorIs(t, err, kv.ErrUnavailable)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestContractAfterClose(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		w.store.Close()

		require.ErrorIs(t, w.store.Set(t.Context(), "a", nil, time.Minute), kv.ErrUnavailable)
		require.ErrorIs(t, w.store.Ping(t.Context()), kv.ErrUnavailable)
	})
}

// together runs fn n times at once and waits.
func together(n int, fn func()) {
	var group sync.WaitGroup
	for range n {
		group.Go(fn)
	}
	group.Wait()
}
