package kv_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/kv"
	"homehub/platform/kv/kvtest"
	"homehub/platform/secret"
)

func TestConfigNamesItsKey(t *testing.T) {
	t.Parallel()
	for url, isGood := range map[string]bool{
		"memory:": true, "redis://127.0.0.1:6379": true, "redis://:hunter2@h/3": true, "rediss://u:hunter2@h:1": true,
		"": false, "hunter2": false, "http://u:hunter2@h": false, "redis://h/hunter2": false, "redis://u:hunter2@h:%zz": false,
	} {
		err := kv.Config{URL: secret.New(url)}.Validate()
		if isGood {
			require.NoError(t, err, url)

			continue
		}
		require.ErrorContains(t, err, "kv.url")
		require.NotContains(t, err.Error(), "hunter2")
		_, err = kv.Open(t.Context(), kv.Config{URL: secret.New(url)}, kv.Deps{Log: zap.NewNop(), Now: clock.System})
		require.Error(t, err)
	}
}

// freeAddress returns an address that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close() //nolint:errcheck // nothing was written

	return listener.Addr().String()
}

func TestRedisThatIsAwayAtFirst(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	registry := prometheus.NewRegistry()
	store, err := kv.Open(t.Context(), kv.Config{URL: secret.New("redis://" + address)},
		kv.Deps{Log: zap.NewNop(), Now: clock.System, Metrics: registry})
	require.NoError(t, err, "a dead Redis does not stop homehub")
	t.Cleanup(store.Close)

	start, tried := time.Now(), 0
	for range 100 {
		err := store.Set(t.Context(), "a", []byte("x"), time.Minute)
		require.ErrorIs(t, err, kv.ErrUnavailable)
		if !errors.Is(err, circuitbreaker.ErrOpen) {
			tried++
		}
	}
	require.LessOrEqual(t, tried, 3+int(time.Since(start).Seconds()), "after a few failures calls fail at once, but for one a second")
	require.ErrorIs(t, store.Ping(t.Context()), kv.ErrUnavailable)

	server := miniredis.NewMiniRedis()
	require.NoError(t, server.StartAddr(address))
	t.Cleanup(server.Close)
	require.Eventually(t, func() bool {
		return store.Set(t.Context(), "a", []byte("x"), time.Minute) == nil
	}, patience, 20*time.Millisecond)

	server.Close()
	require.Eventually(t, func() bool { return store.Ping(t.Context()) != nil }, patience, 20*time.Millisecond)
	require.NoError(t, server.Restart())
	require.Eventually(t, func() bool {
		got, err := store.Get(t.Context(), "a")

		return err == nil && string(got) == "x"
	}, patience, 20*time.Millisecond)
	require.True(t, server.Exists("homehub:a"), "keys have homehub's prefix")
	count, err := testutil.GatherAndCount(registry, "homehub_kv_errors_total", "homehub_kv_operation_seconds")
	require.NoError(t, err)
	require.Positive(t, count)
}

func TestRedisThatHangs(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	store, err := kv.Open(t.Context(), kv.Config{URL: secret.New("redis://" + listener.Addr().String())},
		kv.Deps{Log: zap.NewNop(), Now: clock.System})
	require.NoError(t, err)
	t.Cleanup(store.Close)

	_, err = store.Get(t.Context(), "a")

	require.ErrorIs(t, err, kv.ErrUnavailable)
	require.ErrorIs(t, err, context.DeadlineExceeded, "of the call, sooner than that of the connection")
}

func TestRedisThatForgotItsScripts(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	store := openRedis(t, "redis://"+server.Addr())
	limit := kv.Limit{Count: 5, Period: time.Minute}
	_, err := store.Allow(t.Context(), "a", limit)
	require.NoError(t, err)
	server.FlushAll()
	server.Restart() //nolint:errcheck // it listens where it did
	_, err = store.Add(t.Context(), "n", 1, time.Minute)
	require.NoError(t, err)
}

func TestKVTestGivesEmptyStores(t *testing.T) {
	t.Parallel()
	one, other := kvtest.New(t), kvtest.New(t)
	require.NoError(t, one.Set(t.Context(), "a", []byte("x"), time.Minute))

	got, err := other.Get(t.Context(), "a")

	require.NoError(t, err)
	require.Nil(t, got)
}
