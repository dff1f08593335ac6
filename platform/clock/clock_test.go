package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/clock"
)

func TestClocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("CET", 3600))

	require.Equal(t, time.UTC, clock.System().Location())
	require.WithinDuration(t, time.Now(), clock.System(), time.Minute)
	require.Equal(t, at, clock.Fixed(at)())

	manual := clock.NewManual(at)
	manual.Advance(time.Hour)
	require.Equal(t, at.Add(time.Hour).UTC(), manual.Now())
}
