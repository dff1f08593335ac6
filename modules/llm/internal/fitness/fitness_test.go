package fitness

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/clock"
)

func TestOlderVersions(t *testing.T) {
	t.Parallel()
	for version, isOld := range map[string]bool{"0.4.9": true, "0.5.0": false, "0.17.4": false, "0.17.4-rc1": false, "1.0": false, "0.4": true, "dev": false} {
		require.Equal(t, isOld, isOlder(version, oldestVersion), version)
	}
}

func TestQuantileTakesTheNearestRank(t *testing.T) {
	t.Parallel()
	require.Zero(t, quantile(nil, 0.5))
	require.Equal(t, 2*time.Second, quantile([]time.Duration{3 * time.Second, time.Second, 2 * time.Second}, 0.5))
	require.Equal(t, 3*time.Second, quantile([]time.Duration{3 * time.Second, time.Second, 2 * time.Second}, 0.95))
}

func TestReadsWhatTheGPUsDid(t *testing.T) {
	t.Parallel()
	require.Nil(t, read(strings.NewReader("[N/A], [N/A]\n")))
	require.Equal(t, &GPU{Utilisation: 75, Memory: 3100}, read(strings.NewReader("50, 3000\n100, 3100\n")))
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	report := Check(t.Context(), Target{URL: "http://127.0.0.1:1", Model: "m", Now: clock.System}, nil, nil)

	require.False(t, report.IsFit())
	require.Len(t, report.Points, 1)
	require.Contains(t, report.Points[0].Text, "no Ollama answers at http://127.0.0.1:1")
}
