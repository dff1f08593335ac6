package kv

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/clock"
)

func TestMemoryDropsWhatExpired(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Unix(1e9, 0))
	m := newMemory(now.Now, maxMemory)
	for i := range 100 {
		require.NoError(t, m.Set(t.Context(), strconv.Itoa(i), []byte("x"), time.Duration(i+1)*time.Second))
	}

	now.Advance(50 * time.Second)
	require.NoError(t, m.Set(t.Context(), "another", nil, time.Second))

	require.Len(t, m.entries, 51)
	require.Len(t, m.queue, 51)
	require.NoError(t, m.Delete(t.Context(), "another"))
	now.Advance(time.Hour)
	require.NoError(t, m.Set(t.Context(), "last", []byte("12345"), time.Second))
	require.Equal(t, len("last")+5+entryOverhead, m.size)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := newMemory(clock.System, 100_000)
	require.NoError(t, m.Set(t.Context(), "lasting", make([]byte, 1000), time.Hour))
	for i := range 10_000 {
		require.NoError(t, m.Set(t.Context(), strconv.Itoa(i), make([]byte, 1000), time.Minute))
		require.LessOrEqual(t, m.size, 100_000)
	}

	got, err := m.Get(t.Context(), "lasting")
	require.NoError(t, err)
	require.NotNil(t, got, "what expires soonest goes first")

	require.NoError(t, m.Set(t.Context(), "too large", make([]byte, 200_000), time.Minute))
	require.LessOrEqual(t, m.size, 100_000)
}

func BenchmarkMemory(b *testing.B) {
	m := newMemory(clock.System, maxMemory)
	keys := make([]string, 1024)
	for i := range keys {
		keys[i] = fmt.Sprint("session:", i)
		require.NoError(b, m.Set(b.Context(), keys[i], []byte("value"), time.Hour))
	}
	b.Run("Get", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, _ = m.Get(b.Context(), keys[i%len(keys)])
		}
	})
	b.Run("Allow", func(b *testing.B) {
		limit := Limit{Count: 1 << 30, Period: time.Second, Burst: 1 << 30}
		for i := 0; b.Loop(); i++ {
			_, _ = m.Allow(b.Context(), keys[i%8]+"limit", limit)
		}
	})
}
