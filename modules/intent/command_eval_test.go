package intent

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
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
	setup := func(t *testing.T, args ...string) (out, notes string, err error) {
		t.Helper()
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "_fixtures.yaml"), nil, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "lights.yaml"), []byte(sentences), 0o600))
		cmd := evalCommand(CommandDeps{OpenHome: func(context.Context, string) (hamanagerapi.Instance, func() error, error) {
			return hamanagertest.NewInstance(hamanagertest.BuiltInHome(t)), func() error { return nil }, nil
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
	t.Run("no model", func(t *testing.T) {
		t.Parallel()
		_, _, err := setup(t, "--understander", "llm")
		require.ErrorIs(t, err, errNoModel)
	})
	t.Run("unknown understander", func(t *testing.T) {
		t.Parallel()
		_, _, err := setup(t, "--understander", "oracle")
		require.ErrorContains(t, err, "oracle")
	})
}
