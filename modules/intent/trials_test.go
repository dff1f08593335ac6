package intent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/meaning"
)

func TestTrialsAreWhatTheGrammarDeclinesAndCanBeAnsweredRightly(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	trials, err := Trials(home, func(text string) int { return len(text) / 3 }, time.Now())
	require.NoError(t, err)
	require.Greater(t, len(trials), 20)

	known := 0
	for _, trial := range trials {
		require.NotEmpty(t, trial.Request.Schema)
		require.Equal(t, trials[0].Request.Messages[0], trial.Request.Messages[0], "the same beginning for all")
		meant, err := evaluation.Grammar{}.Understand(t.Context(), home, meaning.Utterance{Text: trial.Sentence, Now: time.Now()})
		require.NoError(t, err)
		if meant.IsUnderstood() {
			t.Log("the grammar does this itself: ", trial.Sentence)
			known++
		}
		require.NoError(t, trial.Request.Accept(`{"kind":"nothing"}`))
		require.False(t, trial.IsRight(`{"kind":"do","commands":[{"intent":"HassGetCurrentTime"}]}`), trial.Sentence)
	}
	require.Less(t, known, len(trials)/3, "the sample is of what the grammar declines")
	require.False(t, trials[1].IsRight(`{"kind":"nothing"}`))
	require.Error(t, trials[1].Request.Accept(`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e99"]}]}`))
	require.True(t, trials[17].IsRight(`{"kind":"answer","text":"Ma nem jut eszembe egy sem."}`))
}
