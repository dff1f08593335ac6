package evaluation_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
)

// score runs tests, written as in a file, in the built-in home.
func score(t *testing.T, tests string) []evaluation.Result {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, evaluation.FixturesFile), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "some_test.yaml"), []byte("tests:\n"+tests), 0o600))
	suite, err := evaluation.Load(dir)
	require.NoError(t, err)
	results, err := evaluation.Run(t.Context(), hamanagertest.BuiltInHome(t), suite, evaluation.Grammar{}, time.Unix(0, 0))
	require.NoError(t, err)

	return results
}

func TestScore(t *testing.T) {
	t.Parallel()
	right := evaluation.Verdict{IsUnderstood: true, IsEffect: true}
	exact := evaluation.Verdict{IsUnderstood: true, IsEffect: true, IsExact: true}
	cases := map[string]struct {
		test string
		want evaluation.Verdict
	}{
		"the only lamp equals the room's lamps": {`
  - sentences: [kapcsold fel a konyhai lámpát]
    intent: {name: HassTurnOn, slots: {area: konyha, domain: light}}`, right},
		"exact": {`
  - sentences: [kapcsold fel a villanyt a konyhában]
    intent: {name: HassTurnOn, slots: {area: konyha, domain: light, name: all}}`, exact},
		"another lamp is wrong": {`
  - sentences: [kapcsold fel a konyhai lámpát]
    intent: {name: HassTurnOn, slots: {name: csillár}}`, evaluation.Verdict{IsUnderstood: true, IsWrong: true}},
		"another question is not": {`
  - sentences: ["ég a villany a konyhában?"]
    intent: {name: HassTurnOn, slots: {name: csillár}}`, evaluation.Verdict{IsUnderstood: true}},
		"nothing meant, nothing done": {`
  - sentences: [szép napunk van]
    intent: null`, evaluation.Verdict{IsEffect: true, IsExact: true}},
		"nothing meant, something done": {`
  - sentences: [kapcsold fel a konyhai lámpát]
    intent: null`, evaluation.Verdict{IsUnderstood: true, IsWrong: true}},
		"an unknown name does nothing": {`
  - sentences: [kapcsold be a szaunát]
    intent: null`, right},
		"entities decide": {`
  - sentences: [kapcsold fel a villanyt a konyhában]
    intent: {name: HassTurnOn, slots: {name: whatever}, entities: [light.konyha]}`, right},
		"accepted reading": {`
  - sentences: [kapcsold fel a villanyt a konyhában]
    intent: {name: HassTurnOn, slots: {name: csillár}, accept: [{slots: {area: konyha, domain: light}}]}`, exact},
		"relative": {`
  - sentences: [vedd lejjebb a fűtést]
    intent: {name: HassClimateSetTemperature, slots: {temperature: 18}, entities: [climate.termosztat], relative: true}`, right},
		"relative, the other way": {`
  - sentences: [vedd feljebb a fűtést]
    intent: {name: HassClimateSetTemperature, slots: {temperature: 18}, entities: [climate.termosztat], relative: true}`, evaluation.Verdict{IsUnderstood: true, IsWrong: true}},
		"several": {`
  - sentences: [kapcsold ki a tévét és a rádiót]
    intents: [{name: HassTurnOff, slots: {name: tévé}}, {name: HassTurnOff, slots: {name: rádió}}]`, right},
		"several, one missing": {`
  - sentences: [kapcsold ki a tévét]
    intents: [{name: HassTurnOff, slots: {name: tévé}}, {name: HassTurnOff, slots: {name: rádió}}]`, evaluation.Verdict{IsUnderstood: true}},
		"clarify": {`
  - sentences: [állítsd 22 fokra a hőmérsékletet]
    clarify: {candidates: [klíma, climate.termosztat]}`, exact},
		"clarify, a candidate missing": {`
  - sentences: [állítsd 22 fokra a hőmérsékletet]
    clarify: {candidates: [klíma, kazán]}`, evaluation.Verdict{IsUnderstood: true}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results := score(t, tc.test)
			require.Len(t, results, 1)
			got := results[0].Verdict
			if !tc.want.IsExact && tc.want.IsEffect {
				got.IsExact = false // how it was put does not matter here
			}
			require.Equal(t, tc.want, got, results[0].Got)
		})
	}
}

func TestDialog(t *testing.T) {
	t.Parallel()
	results := score(t, `
  - turns:
      - {sentence: állítsd 22 fokra a hőmérsékletet, clarify: {candidates: [klíma, termosztát]}}
      - {sentence: a klímát, intents: [{name: HassClimateSetTemperature, slots: {name: klíma, temperature: 22}}]}`)

	require.Len(t, results, 2)
	require.True(t, results[0].Verdict.IsEffect, results[0].Got)
	require.True(t, results[1].Verdict.IsEffect, results[1].Got)
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"no home":             {"a.yaml": "tests: []"},
		"no tests":            {evaluation.FixturesFile: ""},
		"not YAML":            {evaluation.FixturesFile: "", "a.yaml": "tests: ["},
		"nothing is expected": {evaluation.FixturesFile: "", "a.yaml": "tests: [{sentences: [a]}]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, text := range files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
			}
			_, err := evaluation.Load(dir)
			require.Error(t, err)
		})
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	report := evaluation.NewReport([]evaluation.Result{
		{File: "a", Intent: "HassTurnOn", Latency: 10 * time.Microsecond, Verdict: evaluation.Verdict{IsUnderstood: true, IsEffect: true}},
		{File: "a", Intent: "HassTurnOn", Latency: 30 * time.Microsecond, Verdict: evaluation.Verdict{IsUnderstood: true, IsWrong: true}},
		{File: "b", Intent: "none", Latency: 20 * time.Microsecond, Verdict: evaluation.Verdict{IsEffect: true}},
	})

	require.Equal(t, 3, report.Sentences)
	require.InDelta(t, 2.0/3, report.Effect, 1e-9)
	require.InDelta(t, 1.0/3, report.Wrong, 1e-9)
	require.Equal(t, evaluation.Latency{P50: 20, P95: 30, P99: 30}, report.Latency)
	require.Equal(t, 2, report.Files["a"].Sentences)
	require.Equal(t, 1, report.Intents["none"].Sentences)
}

func TestTimersAndMoments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, evaluation.FixturesFile), []byte(`timers:
  - {name: pizza, start_minutes: 30, total_seconds_left: 1505}
  - {start_hours: 1, is_active: false, total_seconds_left: 100}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "some_test.yaml"), []byte(`tests:
  - sentences: [töröld ki a 30 perces időzítőt]
    intent: {name: HassCancelTimer, slots: {name: pizza}}
  - sentences: [kapcsold le a konyhai lámpát fél óra múlva]
    intent: {name: HassTurnOff, slots: {area: konyha, domain: light}, after: 30m}
  - sentences: [kapcsold le a konyhai lámpát fél óra múlva]
    intent: {name: HassStartTimer, slots: {minutes: 30, conversation_command: kapcsold le a konyhai lámpát}}
  - sentences: [kapcsold le a konyhai lámpát este tízkor]
    intent: {name: HassTurnOff, slots: {area: konyha, domain: light}, at: "22:00"}
  - sentences: [kapcsold le a konyhai lámpát este tízkor]
    intent: {name: HassTurnOff, slots: {area: konyha, domain: light}, at: "21:00"}
  - sentences: [töröld ki a 30 perces időzítőt]
    intent: {name: HassCancelTimer, slots: {start_hours: 1}}
  - turns:
      - {sentence: indíts egy tízperces időzítőt, intents: [{name: HassStartTimer, slots: {minutes: 10}}]}
      - {sentence: adj hozzá öt percet, intents: [{name: HassIncreaseTimer, slots: {minutes: 5}}]}
      - {sentence: adj hozzá öt percet, intents: [{name: HassIncreaseTimer, slots: {minutes: 5, name: pizza}}]}
`), 0o600))
	suite, err := evaluation.Load(dir)
	require.NoError(t, err)
	results, err := evaluation.Run(t.Context(), hamanagertest.BuiltInHome(t), suite, evaluation.Grammar{}, time.Unix(0, 0))
	require.NoError(t, err)
	for i, want := range []bool{true, true, true, true, false, false, true, true, false} {
		require.Equal(t, want, results[i].Verdict.IsEffect, "%s: %s", results[i].Sentence, results[i].Got)
		require.Equal(t, !want, results[i].Verdict.IsWrong)
	}
}
