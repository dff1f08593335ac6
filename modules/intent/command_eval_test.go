package intent

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/modules/llm/llmtest"
)

func TestEval(t *testing.T) {
	t.Parallel()
	const sentences = `
tests:
  - sentences: [kapcsold fel a villanyt a konyhában, kapcsold fel a konyhai lámpát]
    intent: {name: HassTurnOn, slots: {area: konyha, domain: light}}
  - sentences: [kapcsold fel a szauna lámpáját]
    intent: {name: HassTurnOn, slots: {name: szaunalámpa}, entities: [light.szauna]}
  - sentences: [szép napunk van]
    intent: null
`
	model := &llmtest.Fake{Reply: func(_ context.Context, r llmapi.ChatRequest) (string, error) {
		said := r.Messages[len(r.Messages)-1].Content
		if lamp := regexp.MustCompile(`(?m)^(e\d+) \| konyhai lámpa`).FindStringSubmatch(said); lamp != nil && strings.Contains(said, "konyhai lámpát\"") {
			return `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["` + lamp[1] + `"]}]}`, nil
		}

		return `{"kind":"answer","text":"Az bizony szép."}`, nil
	}}
	setup := func(t *testing.T, args ...string) (out, notes string, err error) {
		t.Helper()
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "_fixtures.yaml"), nil, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "lights.yaml"), []byte(sentences), 0o600))
		cmd := evalCommand(CommandDeps{OpenHome: func(context.Context, string) (hamanagerapi.Instance, func() error, error) {
			return hamanagertest.NewInstance(hamanagertest.BuiltInHome(t)), func() error { return nil }, nil
		}, OpenModel: func(context.Context) (Model, func() error, error) {
			return model, func() error { return nil }, nil
		}})
		var stdout, stderr bytes.Buffer
		cmd.SetOut(&stdout)
		cmd.SetErr(&stderr)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		cmd.SetArgs(append([]string{dir}, args...))
		err = cmd.ExecuteContext(t.Context())

		return stdout.String(), stderr.String(), err
	}

	t.Run("json and failures", func(t *testing.T) {
		t.Parallel()
		out, notes, err := setup(t, "--json", "--failures")
		require.NoError(t, err)
		var score struct {
			Sentences int                `json:"sentences"`
			Effect    float64            `json:"effect"`
			Wrong     float64            `json:"wrong_action"`
			Latency   map[string]float64 `json:"latency_us"`
			Files     map[string]any     `json:"files"`
			Intents   map[string]any     `json:"intents"`
		}
		require.NoError(t, json.Unmarshal([]byte(out), &score))
		require.Equal(t, 4, score.Sentences)
		require.InDelta(t, 0.75, score.Effect, 0.001)
		require.Zero(t, score.Wrong)
		require.Contains(t, score.Latency, "p99")
		require.Contains(t, score.Files, "lights")
		require.Contains(t, score.Intents, "HassTurnOn")
		require.Contains(t, notes, "szauna")
	})
	t.Run("gate", func(t *testing.T) {
		t.Parallel()
		_, _, err := setup(t, "--min-effect", "0.9")
		require.ErrorIs(t, err, errBelowGate)
	})
	t.Run("table", func(t *testing.T) {
		t.Parallel()
		out, _, err := setup(t, "--min-effect", "0.7", "--max-wrong", "0")
		require.NoError(t, err)
		require.Contains(t, out, "lights")
		require.Contains(t, out, "latency: p50")
	})
	t.Run("explain", func(t *testing.T) {
		t.Parallel()
		out, _, err := setup(t, "--explain", "kapcsold le a tévét")
		require.NoError(t, err)
		require.Contains(t, out, "media_player.teve")
	})
	t.Run("the model alone", func(t *testing.T) {
		t.Parallel()
		out, _, err := setup(t, "--understander", "llm", "--json")
		require.NoError(t, err)
		require.Contains(t, out, `"effect": 0.5`) // the lamp, and nothing where nothing is meant
		require.Contains(t, out, `"wrong_action": 0`)
	})
	t.Run("all stages", func(t *testing.T) {
		t.Parallel()
		out, _, err := setup(t, "--understander", "full", "--json")
		require.NoError(t, err)
		require.Contains(t, out, `"effect": 0.75`)
	})
	t.Run("explain with the model", func(t *testing.T) {
		t.Parallel()
		out, _, err := setup(t, "--understander", "full", "--explain", "kápráztass el valami csodával")
		require.NoError(t, err)
		for _, part := range []string{"tokens by the estimate", "e1 | ", "what may be answered", `answered: {"kind":"answer"`, "Az bizony szép."} {
			require.Contains(t, out, part)
		}
	})
	t.Run("no model", func(t *testing.T) {
		t.Parallel()
		for name, open := range map[string]func(context.Context) (Model, func() error, error){
			"none opened": nil,
			"none there": func(context.Context) (Model, func() error, error) {
				return &llmtest.Fake{Err: llmapi.ErrAbsent}, func() error { return nil }, nil
			},
		} {
			j, stop, err := newJudged(t.Context(), CommandDeps{OpenModel: open}, evalOptions{understander: byLLM, timeout: time.Minute})
			if err == nil {
				_, err = j.Warm(t.Context(), smallHome(), meaning.Utterance{Text: "szia"})
				require.NoError(t, stop())
			}
			require.ErrorIs(t, err, errNoModel, name)
		}
	})
	t.Run("unknown understander", func(t *testing.T) {
		t.Parallel()
		_, _, err := setup(t, "--understander", "oracle")
		require.ErrorContains(t, err, "oracle")
	})
}
