package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/metrics"
)

func TestNewHasTheRuntimeTheProcessAndTheBuild(t *testing.T) {
	t.Parallel()
	families, err := metrics.New().Gather()
	require.NoError(t, err)
	labels := make(map[string]int)
	for _, family := range families {
		labels[family.GetName()] = len(family.GetMetric()[0].GetLabel())
	}

	require.Contains(t, labels, "go_goroutines")
	require.Contains(t, labels, "process_resident_memory_bytes")
	require.Equal(t, 3, labels["homehub_build_info"])
}
