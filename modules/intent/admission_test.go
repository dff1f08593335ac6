package intent

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/meaning"
)

func TestUtteranceIsTurnedAwayBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range maxTurns {
		require.True(t, b.admission.enter(t.Context()))
	}

	away := b.say(t, "HassTurnOn name=konyhai_lámpa")

	require.Equal(t, meaning.StatusFailed, away.Status)
	require.Equal(t, meaning.ReasonBusy, away.Reason)
	require.Equal(t, "Most túl sok a dolgom; semmit sem csináltam, kérlek, mondd újra.", away.Speech)
	require.Empty(t, b.home.Calls())

	b.admission.leave()
	require.Equal(t, meaning.StatusDone, b.say(t, "HassTurnOn name=konyhai_lámpa").Status)
}
