package intent

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingIsDoneWhileTheRecordIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.db.Close())

	_, first := b.speak(t.Context(), owner, request{Text: "HassTurnOn name=konyhai_lámpa"}, "")
	_, second := b.speak(t.Context(), owner, request{Text: "HassTurnOff name=konyhai_lámpa"}, "")

	require.ErrorIs(t, first, errNotRecorded, "it was done before anybody could know")
	require.Error(t, second)
	require.NotErrorIs(t, second, errNotRecorded)
	require.Len(t, b.home.Calls(), 1)
}
