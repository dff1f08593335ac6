package meaning_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
)

func TestBind(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	cases := map[string]struct {
		intent  string
		slots   meaning.Slots
		areaID  string
		want    []string
		reason  meaning.Reason
		missing string
	}{
		"by name":             {intent: meaning.TurnOn, slots: meaning.Slots{"name": "Csillár"}, want: []string{"light.nappali_csillar"}},
		"by alias":            {intent: meaning.TurnOn, slots: meaning.Slots{"name": "kávégép"}, want: []string{"switch.kavefozo"}},
		"by id":               {intent: meaning.TurnOn, slots: meaning.Slots{"name": "light.konyha"}, want: []string{"light.konyha"}},
		"area and domain":     {intent: meaning.TurnOff, slots: meaning.Slots{"area": "Konyha", "domain": "light", "name": "all"}, want: []string{"light.konyha"}},
		"area by alias":       {intent: meaning.TurnOff, slots: meaning.Slots{"area": "spájz", "domain": "light"}, want: []string{"light.kamra"}},
		"floor":               {intent: meaning.TurnOff, slots: meaning.Slots{"floor": "emelet", "domain": "cover"}, want: []string{"cover.gyerekszobai_redony", "cover.haloszobai_redony"}},
		"class":               {intent: meaning.TurnOn, slots: meaning.Slots{"device_class": "gate"}, want: []string{"cover.kertkapu"}},
		"class list":          {intent: meaning.TurnOn, slots: meaning.Slots{"device_class": []any{"gate", "garage"}}, want: []string{"cover.garazskapu", "cover.kertkapu"}},
		"no such name":        {intent: meaning.TurnOn, slots: meaning.Slots{"name": "szauna"}, reason: meaning.ReasonNoSuchName, missing: "szauna"},
		"no such area":        {intent: meaning.TurnOn, slots: meaning.Slots{"area": "pince", "domain": "light"}, reason: meaning.ReasonNoSuchName, missing: "pince"},
		"a sensor is no lamp": {intent: meaning.TurnOn, slots: meaning.Slots{"name": "mosógép"}, reason: meaning.ReasonNoSuchName, missing: "mosógép"},
		"too hot":             {intent: meaning.ClimateSet, slots: meaning.Slots{"name": "termosztát", "temperature": 45}, reason: meaning.ReasonOutOfRange},
		"too bright":          {intent: meaning.LightSet, slots: meaning.Slots{"name": "csillár", "brightness": 140}, reason: meaning.ReasonOutOfRange},
		"cannot dim":          {intent: meaning.LightSet, slots: meaning.Slots{"name": "kerti lámpa", "brightness": 50}, reason: meaning.ReasonNotSupported},
		"cannot be blue":      {intent: meaning.LightSet, slots: meaning.Slots{"name": "csillár", "color": "blue"}, reason: meaning.ReasonNotSupported},
		"nobody knows":        {intent: "HassDance", slots: meaning.Slots{}, reason: meaning.ReasonNotSupported},
		"no entity needed":    {intent: meaning.GetCurrentTime},
		"who plays":           {intent: meaning.MediaPause, want: []string{"media_player.konyhai_radio"}},
		"shopping list":       {intent: meaning.ShoppingAddItem, slots: meaning.Slots{"item": "tej"}, want: []string{"todo.bevasarlolista"}},
		"weather":             {intent: meaning.GetWeather, want: []string{"weather.budapest"}},
		"temperature here":    {intent: meaning.ClimateGet, areaID: "konyha", want: []string{"sensor.konyhai_homerseklet"}},
		"one thermostat here": {intent: meaning.ClimateSet, areaID: "haloszoba", slots: meaning.Slots{"temperature": 22}, want: []string{"climate.klima"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, question := meaning.Bind(home, meaning.Utterance{AreaID: tc.areaID}, meaning.Command{Intent: tc.intent, Slots: tc.slots})

			var ids []string
			for _, e := range got.Targets {
				ids = append(ids, e.ID)
			}
			require.Nil(t, question)
			require.Equal(t, tc.want, ids)
			require.Equal(t, tc.reason, got.Reason)
			require.Equal(t, tc.missing, got.Missing)
		})
	}
}

func TestBindAsks(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)

	got, question := meaning.Bind(home, meaning.Utterance{}, meaning.Command{Intent: meaning.ClimateSet, Slots: meaning.Slots{"temperature": 22}})

	require.NotNil(t, question)
	require.Empty(t, got.Targets)
	require.Equal(t, []meaning.Choice{{Label: "klíma", EntityID: "climate.klima"}, {Label: "termosztát", EntityID: "climate.termosztat"}}, question.Choices)
}

func TestNarrowOpensWhatWasChosen(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	open := meaning.Command{Intent: meaning.TurnOn, Slots: meaning.Slots{"domain": "cover", "device_class": []string{"door"}}}

	gate := meaning.Narrow(home, open, meaning.Choice{EntityID: "cover.kertkapu"})
	lock := meaning.Narrow(home, open, meaning.Choice{EntityID: "lock.bejarati_ajto"})

	require.Equal(t, meaning.TurnOn, gate.Intent, "a cover is opened by turning it on")
	require.Equal(t, meaning.TurnOff, lock.Intent, "a lock by turning it off")
	require.Equal(t, meaning.Slots{"domain": "lock", "name": "lock.bejarati_ajto"}, lock.Slots)
	require.NotContains(t, open.Slots, "name", "what was asked about stays as it was")
}
