// Package kvtest gives tests a store of their own.
package kvtest

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/secret"
)

// New returns an empty store that is closed when the test ends: in memory, or on a real Redis
// where HOMEHUB_TEST_REDIS_URL names one.
func New(tb testing.TB) kv.Store {
	tb.Helper()
	url := os.Getenv("HOMEHUB_TEST_REDIS_URL")
	if url == "" {
		store := kv.NewMemory(clock.System)
		tb.Cleanup(store.Close)

		return store
	}
	store, err := kv.Open(tb.Context(), kv.Config{URL: secret.New(url)}, kv.Deps{
		Log:         zap.NewNop(),
		Now:         clock.System,
		Prefix:      "homehub-test:" + identity.NewID() + ":",
		CallTimeout: time.Minute,
	})
	require.NoError(tb, err)
	tb.Cleanup(store.Close)

	return store
}
