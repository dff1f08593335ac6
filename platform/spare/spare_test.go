package spare_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"homehub/platform/spare"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Parallel()
	n := spare.Slots()
	require.Positive(t, n)
	before := runtime.GOMAXPROCS(0)
	require.Greater(t, before, n)
	require.Equal(t, n, spare.Slots())
	require.Equal(t, before, runtime.GOMAXPROCS(0), "decided once")

	hasRun := false
	spare.Run(func() { hasRun = true })
	require.True(t, hasRun)
	require.PanicsWithValue(t, "bug", func() { spare.Run(func() { panic("bug") }) })
}
