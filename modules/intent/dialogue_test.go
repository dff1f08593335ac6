package intent

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
)

// talk is one dialogue of testdata/dialogue.yaml.
type talk struct {
	Name  string `yaml:"name"`
	Turns []struct {
		Say    string         `yaml:"say"`
		Status meaning.Status `yaml:"status"`
		Speech string         `yaml:"speech"`
	} `yaml:"turns"`
}

func TestDialogues(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/dialogue.yaml")
	require.NoError(t, err)
	var talks []talk
	require.NoError(t, yaml.Unmarshal(content, &talks))

	for _, talk := range talks {
		t.Run(talk.Name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.home.SetHome(hamanagertest.BuiltInHome(t))
			b.stages = []understander{grammar{}}
			for _, turn := range talk.Turns {
				got := b.say(t, turn.Say)
				require.Equal(t, turn.Speech, got.Speech, turn.Say)
				require.Equal(t, turn.Status, got.Status, turn.Say)
			}
		})
	}
}
