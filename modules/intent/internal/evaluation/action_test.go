package evaluation_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/meaning"
)

const (
	actionHome = `
areas: [{name: konyha, id: konyha}]
devices: [{name: Konyhai tábla, id: tabla, area: konyha}]
entities:
  - {name: lámpa, id: light.lampa, area: konyha, state: "off"}
  - {name: ventilátor, id: fan.ventilator, area: konyha, state: "on"}
  - {name: érzékelő, id: sensor.erzekelo, device: tabla, state: "1"}
`
	actionTests = `
tests:
  - sentences: [kapcsold fel a lámpát]
    context_device: tabla
    expect_changes: {light.lampa: {state: "on"}}
  - sentences: [kapcsold le a lámpát]
    setup: {light.lampa: {state: "on"}}
    expect_changes: {fan.ventilator: {state: "off"}}
    ignore_changes: {sensor.erzekelo: [state]}
`
)

// switchAll carries out HassTurnOn and HassTurnOff at once.
func switchAll(_ context.Context, instance hamanagerapi.Instance, u meaning.Utterance) error {
	for _, c := range evaluation.IndexOf(instance.Home()).Understand(u).Commands {
		state := map[string]string{meaning.TurnOn: "on", meaning.TurnOff: "off"}[c.Intent]
		for _, e := range c.Targets {
			e.Cell.Store(&hamanagerapi.State{Value: state, Attributes: json.RawMessage(`{}`)})
		}
	}

	return nil
}

func TestActions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, evaluation.FixturesFile), []byte(actionHome), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kitchen.yaml"), []byte(actionTests), 0o600))
	suite, err := evaluation.Load(dir)
	require.NoError(t, err)
	open := func(_ context.Context, path string) (hamanagerapi.Instance, func() error, error) {
		return hamanagertest.NewInstance(hamanagertest.HomeFromFile(t, path)), func() error { return nil }, nil
	}

	results, err := evaluation.RunActions(t.Context(), suite, open, switchAll, time.Unix(0, 0))

	require.NoError(t, err)
	require.Len(t, results, 2)
	require.Equal(t, evaluation.Verdict{IsUnderstood: true, IsEffect: true, IsExact: true}, results[0].Verdict)
	require.Equal(t, evaluation.Verdict{IsUnderstood: true, IsWrong: true}, results[1].Verdict, "the lamp went off, the fan did not")
}
