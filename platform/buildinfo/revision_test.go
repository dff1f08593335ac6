package buildinfo

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRevisionOf(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "abc"}

	require.Empty(t, revisionOf(nil))
	require.Empty(t, revisionOf([]debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}))
	require.Equal(t, "abc", revisionOf([]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}))
	require.Equal(t, "abc-modified", revisionOf([]debug.BuildSetting{revision, {Key: "vcs.modified", Value: "true"}}))
}
