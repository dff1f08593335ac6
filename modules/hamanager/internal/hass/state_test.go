package hass_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
)

func decode(t *testing.T, raw string) hass.StateEvent {
	t.Helper()
	var event hass.StateEvent
	require.NoError(t, json.Unmarshal([]byte(raw), &event))

	return event
}

func TestAddedStates(t *testing.T) {
	t.Parallel()
	event := decode(t, `{"a":{"light.konyha":{"s":"on","a":{"brightness":120},"c":"01A","lc":1755000000.25},
		"sensor.ho":{"s":"21.5","a":{},"c":{"id":"01B","parent_id":null,"user_id":"u"},"lc":1755000000,"lu":1755000009.5}}}`)

	require.Equal(t, &hamanagerapi.State{
		Value: "on", Attributes: json.RawMessage(`{"brightness":120}`), ContextID: "01A",
		ChangedAt: time.Unix(1755000000, 250_000_000).UTC(), UpdatedAt: time.Unix(1755000000, 250_000_000).UTC(),
	}, event.Added["light.konyha"].NewState())
	require.Equal(t, &hamanagerapi.State{
		Value: "21.5", Attributes: json.RawMessage(`{}`), ContextID: "01B",
		ChangedAt: time.Unix(1755000000, 0).UTC(), UpdatedAt: time.Unix(1755000009, 500_000_000).UTC(),
	}, event.Added["sensor.ho"].NewState())
}

func TestChangedStates(t *testing.T) {
	t.Parallel()
	at := time.Unix(1755000000, 0).UTC()
	before := hamanagerapi.State{
		Value: "on", Attributes: json.RawMessage(`{"brightness":120,"effect":null,"friendly_name":"lámpa, \"nagy\""}`),
		ChangedAt: at, UpdatedAt: at, ContextID: "01A",
	}
	cases := map[string]struct {
		change string
		want   hamanagerapi.State
	}{
		"nothing": {change: `{"+":{}}`, want: before},
		"state, and attributes gone": {
			change: `{"+":{"s":"off","lc":1755000009,"c":{"id":"01C","user_id":"u1"}},"-":{"a":["brightness","effect"]}}`,
			want: hamanagerapi.State{
				Value: "off", Attributes: json.RawMessage(`{"friendly_name":"lámpa, \"nagy\""}`),
				ChangedAt: at.Add(9 * time.Second), UpdatedAt: at.Add(9 * time.Second), ContextID: "01C",
			},
		},
		"attributes only": {
			change: `{"+":{"a":{"brightness":7,"new":[1,{"x":"}"}]},"lu":1755000001}}`,
			want: hamanagerapi.State{
				Value: "on", Attributes: json.RawMessage(`{"brightness":7,"effect":null,"friendly_name":"lámpa, \"nagy\"","new":[1,{"x":"}"}]}`),
				ChangedAt: at, UpdatedAt: at.Add(time.Second), ContextID: "01A",
			},
		},
		"a context without an id": {
			change: `{"+":{"c":{"user_id":"u1"}}}`,
			want:   before,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := decode(t, `{"c":{"light.konyha":`+tc.change+`}}`)
			present := before

			got := event.Changed["light.konyha"].Apply(&present)

			require.Equal(t, &tc.want, got)
			require.Equal(t, before, present, "a state never changes")
		})
	}
}

func TestMembersKeepValuesAsTheyAre(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(` { "a" : 1 , "b\"" : { "c" : [ "}" , 2 ] } , "d":"\\" , "e" : null } `)

	got := maps.Collect(hass.Members(raw))

	require.Equal(t, map[string]json.RawMessage{
		`"a"`: json.RawMessage(`1`), `"b\""`: json.RawMessage(`{ "c" : [ "}" , 2 ] }`),
		`"d"`: json.RawMessage(`"\\"`), `"e"`: json.RawMessage(`null`),
	}, got)
	for _, none := range []string{``, `null`, `[]`, `{}`, ` { } `, `7`, `"x"`} {
		require.Empty(t, maps.Collect(hass.Members(json.RawMessage(none))), none)
	}
}

// FuzzStateEvent feeds the decoder whatever a home might send. What it accepts must merge into
// valid JSON with exactly the members that Home Assistant's rules give.
func FuzzStateEvent(f *testing.F) {
	f.Add([]byte(`{"a":{"light.a":{"s":"on","a":{"x":1},"c":"01","lc":1.5}},"r":["light.b"]}`))
	f.Add([]byte(`{"c":{"light.a":{"+":{"s":"off","a":{"y":[{"z":"}\\\""}]},"c":{"id":"2"},"lu":1e300},"-":{"a":["x"]}}}}`))
	f.Add([]byte(`{"c":{"light.a":{"+":{},"-":{"a":["\"q\""]}}}}`))
	f.Add([]byte(`{"c":{"light.a":{"+":{"a":{"x":1e999}}}}}`))
	f.Add([]byte(`{"c":{"light.a":{"+":{"a":{"x":1,"x":2,"\u0079":3}},"-":{"a":["y",""]}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var event hass.StateEvent
		if json.Unmarshal(raw, &event) != nil {
			return
		}
		for _, added := range event.Added {
			requireObject(t, added.NewState().Attributes)
		}
		base := &hamanagerapi.State{Value: "on", Attributes: json.RawMessage(`{"x":"old","y":{"deep":[1,2]},"z":null,"\"q\"":1}`)}
		for _, change := range event.Changed {
			after := change.Apply(base)
			requireObject(t, after.Attributes)
			requireMerged(t, base.Attributes, change, after.Attributes)
		}
	})
}

func requireObject(t *testing.T, raw json.RawMessage) {
	t.Helper()
	if len(raw) > 0 && !json.Valid(raw) {
		t.Fatalf("not JSON: %q", raw)
	}
}

// requireMerged compares with the plain way over maps.
func requireMerged(t *testing.T, base json.RawMessage, change hass.StateChange, got json.RawMessage) {
	t.Helper()
	want := object(base)
	maps.DeleteFunc(want, func(key string, _ any) bool { return slices.Contains(change.Minus.Attributes, key) })
	maps.Copy(want, object(change.Plus.Attributes))
	require.Equal(t, want, object(got))
}

// object decodes members, nil where raw is no object. Numbers stay as they are written: JSON
// allows some that no float64 holds.
func object(raw json.RawMessage) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var members map[string]any
	if decoder.Decode(&members) != nil {
		return nil
	}

	return members
}
