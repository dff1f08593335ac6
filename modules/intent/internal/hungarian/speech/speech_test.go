package speech_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
)

// told is one case of testdata/speech.yaml.
type told struct {
	Intent  string         `yaml:"intent"`
	Slots   meaning.Slots  `yaml:"slots"`
	Done    []string       `yaml:"done"`
	Already []string       `yaml:"already"`
	Started []string       `yaml:"started"`
	Planned []string       `yaml:"planned"`
	Failed  []string       `yaml:"failed"`
	Reason  meaning.Reason `yaml:"reason"`
	Missing string         `yaml:"missing"`
	Want    string         `yaml:"want"`
}

func TestTell(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/speech.yaml")
	require.NoError(t, err)
	var cases []told
	require.NoError(t, yaml.Unmarshal(content, &cases))
	home := hamanagertest.BuiltInHome(t)
	u := meaning.Utterance{Now: time.Date(2025, 4, 4, 18, 5, 0, 0, time.UTC)}

	for _, tc := range cases {
		t.Run(tc.Want, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.Want, speech.Tell([]speech.Deed{tc.deed(t, home)}, u, home))
		})
	}
}

func (c told) deed(t *testing.T, home *hamanagerapi.Home) speech.Deed {
	t.Helper()
	deed := speech.Deed{Command: meaning.Command{Intent: c.Intent, Slots: c.Slots, Missing: c.Missing}}
	add := func(status meaning.Status, reason meaning.Reason, ids []string) {
		var entities []*hamanagerapi.Entity
		for _, id := range ids {
			require.NotNil(t, home.Entity(id), id)
			entities = append(entities, home.Entity(id))
		}
		if len(entities) > 0 {
			deed.Command.Targets = append(deed.Command.Targets, entities...)
			deed.Parts = append(deed.Parts, speech.Part{Status: status, Reason: reason, Entities: entities})
		}
	}
	add(meaning.StatusDone, "", c.Done)
	add(meaning.StatusStarted, "", c.Started)
	add(meaning.StatusAlready, "", c.Already)
	add(meaning.StatusPlanned, "", c.Planned)
	add(meaning.StatusFailed, c.Reason, c.Failed)
	if len(deed.Parts) == 0 { // a command without any device
		status := meaning.StatusDone
		if c.Reason != "" {
			status = meaning.StatusFailed
		}
		deed.Parts = []speech.Part{{Status: status, Reason: c.Reason}}
	}

	return deed
}

func TestSeveralCommandsAreToldInOrderAndOnce(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	deed := func(id string, reason meaning.Reason) speech.Deed {
		status := meaning.StatusDone
		if reason != "" {
			status = meaning.StatusFailed
		}

		return speech.Deed{
			Command: meaning.Command{Intent: meaning.TurnOn},
			Parts:   []speech.Part{{Status: status, Reason: reason, Entities: []*hamanagerapi.Entity{home.Entity(id)}}},
		}
	}
	const offline = meaning.ReasonHomeOffline

	require.Equal(t, "Bekapcsoltam a tévét. Felkapcsoltam a csillárt.",
		speech.Tell([]speech.Deed{deed("media_player.teve", ""), deed("light.nappali_csillar", "")}, meaning.Utterance{}, home))
	require.Equal(t, "Most nem érem el az otthonodat.",
		speech.Tell([]speech.Deed{deed("media_player.teve", offline), deed("light.konyha", offline)}, meaning.Utterance{}, home))
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	unlock := meaning.Command{Intent: meaning.TurnOff, Targets: []*hamanagerapi.Entity{home.Entity("lock.bejarati_ajto")}}
	gate := meaning.Command{Intent: meaning.TurnOn, Targets: []*hamanagerapi.Entity{home.Entity("cover.kertkapu")}}

	require.Equal(t, "Biztosan kinyissam a bejárati ajtót?", speech.AskYes([]meaning.Command{unlock}, time.Time{}))
	require.Equal(t, "Biztosan kinyissam a bejárati ajtót és kinyissam a kertkaput?", speech.AskYes([]meaning.Command{unlock, gate}, time.Time{}))
	require.Equal(t, "Melyikre gondolsz: csillár vagy állólámpa?", speech.AskWhich([]meaning.Choice{{Label: "csillár"}, {Label: "állólámpa"}}))
	many := make([]meaning.Choice, 6)
	for i := range many {
		many[i].Label = string(rune('a' + i))
	}
	require.Equal(t, "6 ilyen van, például a, b, c, d, e; melyikre gondolsz?", speech.AskWhich(many))
}
