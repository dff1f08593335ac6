// Package kvtest gives tests a store of their own.
package kvtest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/secret"
)

// New returns an empty store that is closed when the test ends: in memory, or on a real Redis
// where HOMEHUB_TEST_REDIS_URL names one.
func New(t testing.TB) kv.Store {
	t.Helper()
	url := os.Getenv("HOMEHUB_TEST_REDIS_URL")
	if url == "" {
		store := kv.NewMemory(clock.System)
		t.Cleanup(store.Close)

		return store
	}
	store, err := kv.Open(t.Context(), kv.Config{URL: secret.New(url)}, kv.Deps{
		Log:    zap.NewNop(),
		Now:    clock.System,
		Prefix: "homehub-test:" + identity.NewID() + ":",
	})
	require.NoError(t, err)
	t.Cleanup(store.Close)

	return store
}
