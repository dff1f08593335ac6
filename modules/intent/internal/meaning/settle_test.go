package meaning_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestSettle: what alone can stop was meant; of what is to begin it is asked.
func TestSettle(t *testing.T) {
	t.Parallel()
	player := func(id, state string) *hamanagerapi.Entity {
		e := &hamanagerapi.Entity{ID: id, Name: id, Domain: "media_player", Exposed: true}
		e.Cell = new(hamanagerapi.StateCell)
		e.Cell.Store(&hamanagerapi.State{Value: state, Attributes: json.RawMessage(`{}`)})

		return e
	}
	cases := []struct {
		intent, first, second, want string
	}{
		{meaning.TurnOff, "playing", "off", "media_player.a"},
		{meaning.TurnOff, "playing", "playing", ""},
		{meaning.TurnOn, "off", "playing", ""},
		{meaning.SetVolumeRelative, "off", "playing", "media_player.b"},
		{meaning.SetVolumeRelative, "paused", "playing", ""},
	}
	for _, c := range cases {
		both := []*hamanagerapi.Entity{player("media_player.a", c.first), player("media_player.b", c.second)}
		home := hamanagerapi.NewHome(hamanagerapi.Home{}, both)

		got, question := meaning.Settle(home, meaning.Command{Intent: c.intent, Slots: meaning.Slots{}}, meaning.Ask(home, both))

		assert.Equal(t, c.want == "", question != nil, c)
		if c.want != "" && assert.Len(t, got.Targets, 1) {
			assert.Equal(t, c.want, got.Targets[0].ID)
		}
	}
}
