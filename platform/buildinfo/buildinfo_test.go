package buildinfo_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/buildinfo"
)

func TestRead(t *testing.T) {
	t.Parallel()
	info := buildinfo.Read()

	require.NotEmpty(t, info.Version)
	require.Equal(t, runtime.Version(), info.GoVersion)
}
