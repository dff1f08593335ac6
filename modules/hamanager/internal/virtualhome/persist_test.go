package virtualhome

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStateOutlivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	o := Options{Definition: builtIn(t), StatePath: path}
	h, b, s := connect(t, o)
	for _, command := range []string{
		`{"type":"call_service","domain":"light","service":"turn_on","service_data":{"brightness":77},"target":{"entity_id":"light.konyha"}}`,
		`{"type":"call_service","domain":"light","service":"turn_off","target":{"entity_id":"light.nappali_ledszalag"}}`,
		`{"type":"call_service","domain":"todo","service":"add_item","service_data":{"item":"vaj"},"target":{"entity_id":"todo.bevasarlolista"}}`,
		`{"type":"call_service","domain":"cover","service":"open_cover","target":{"entity_id":"cover.kertkapu"}}`,
		`{"type":"config/area_registry/create","name":"Pince","aliases":["borospince"]}`,
		`{"type":"config/entity_registry/update","entity_id":"light.konyha","aliases":["mosogató feletti"],"area_id":"pince"}`,
		`{"type":"config/entity_registry/update","entity_id":"switch.bojler","new_entity_id":"switch.vizmelegito"}`,
		`{"type":"config/entity_registry/remove","entity_id":"switch.szokokut"}`,
		`{"type":"config/entity_registry/update","entity_id":"fan.nappali","disabled_by":"user"}`,
		`{"type":"homeassistant/expose_entity","assistants":["conversation"],"entity_ids":["light.konyha"],"should_expose":false}`,
		`{"type":"config/core/update","time_zone":"Europe/Budapest","country":"HU"}`,
	} {
		s.must(command, nil)
	}
	require.NoError(t, h.Close())

	h = open(t, o)
	again := newBrowser(t, h)
	again.token = b.token
	s = again.dial()
	require.Equal(t, "on", stateOf(t, h, "light.konyha").Value)
	require.InDelta(t, 77, stateOf(t, h, "light.konyha").Attrs.get("brightness"), 0)
	require.Equal(t, "3", stateOf(t, h, "todo.bevasarlolista").Value)
	require.Contains(t, []string{stateClosed, stateOpen}, stateOf(t, h, "cover.kertkapu").Value, "what moved has stopped")
	require.Equal(t, "on", stateOf(t, h, "switch.vizmelegito").Value)
	_, err := perform(t, h, "light.turn_on", map[string]any{"entity_id": "light.nappali_ledszalag"})
	require.NoError(t, err)
	require.InDelta(t, 128, stateOf(t, h, "light.nappali_ledszalag").Attrs.get("brightness"), 0, "a lamp remembers")

	states := string(s.command(`{"type":"get_states"}`).Result)
	for _, gone := range []string{"switch.bojler", "switch.szokokut", "fan.nappali"} {
		require.NotContains(t, states, `"`+gone+`"`)
	}
	var row struct {
		AreaID  string                    `json:"area_id"`
		Aliases []string                  `json:"aliases"`
		Options map[string]map[string]any `json:"options"`
	}
	s.must(`{"type":"config/entity_registry/get","entity_id":"light.konyha"}`, &row)
	require.Equal(t, "pince", row.AreaID)
	require.Equal(t, []string{"mosogató feletti"}, row.Aliases)
	require.Equal(t, false, row.Options["conversation"]["should_expose"])
	_, config := again.request("GET", "/api/config", nil)
	require.Contains(t, config, `"time_zone":"Europe/Budapest"`)
}

// TestStateOutlivesAKill looks at the file while the home still runs, as after a kill.
func TestStateOutlivesAKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	o := Options{Definition: builtIn(t), StatePath: path}
	_, b, s := connect(t, o)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds secrets")
	s.must(`{"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.konyha"}}`, nil)

	require.Eventually(t, func() bool {
		copied := filepath.Join(t.TempDir(), "copy.json")
		for _, suffix := range []string{"", statesSuffix} {
			data, err := os.ReadFile(path + suffix)
			if err != nil {
				return false
			}
			require.NoError(t, os.WriteFile(copied+suffix, data, 0o600))
		}
		h, err := New(Options{Definition: o.Definition, StatePath: copied})
		require.NoError(t, err)

		return stateOf(t, h, "light.konyha").Value == "on"
	}, time.Minute, 50*time.Millisecond)

	other := newBrowser(t, open(t, Options{Definition: o.Definition, StatePath: path}))
	other.token = b.token
	status, _ := other.request("GET", "/api/", nil)
	require.Equal(t, http.StatusOK, status)
	leftovers, err := filepath.Glob(path + ".*.tmp")
	require.NoError(t, err)
	require.Empty(t, leftovers)
}

func TestAnUntouchedHomeIsNotWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	h, err := New(Options{Definition: builtIn(t), StatePath: path})
	require.NoError(t, err)

	require.NoError(t, h.Close())

	require.NoFileExists(t, path)
}

func TestOnlyDifferencesAreWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	h, _, s := connect(t, Options{Definition: builtIn(t), StatePath: path})
	s.must(`{"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.konyha"}}`, nil)
	require.NoError(t, h.Close())

	d := document{Auth: &authStore{}}
	var states statesDocument
	for name, v := range map[string]any{path: &d, path + statesSuffix: &states} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, v))
	}
	require.Contains(t, states.States, "light.konyha")
	require.NotContains(t, states.States, "light.etkezo")
	require.NotContains(t, d.Entries, "light.konyha")
}

func TestADamagedFileIsAnError(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"not JSON": "{", "another format": `{"format":99}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "home.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

			_, err := New(Options{StatePath: path})

			require.ErrorContains(t, err, path)
		})
	}
}

func TestDamagedStatesCostOnlyThemselves(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.json")
	o := Options{Definition: builtIn(t), StatePath: path}
	h, b, _ := connect(t, o)
	require.NoError(t, h.Close())
	require.NoError(t, os.WriteFile(path+statesSuffix, nil, 0o600))

	again := newBrowser(t, open(t, o))
	again.token = b.token

	status, _ := again.request("GET", "/api/", nil)
	require.Equal(t, http.StatusOK, status)
}

func TestAFolderThatCannotBeWrittenIsReported(t *testing.T) {
	t.Parallel()
	h, err := New(Options{Definition: builtIn(t), StatePath: filepath.Join(t.TempDir(), "none", "home.json")})
	require.NoError(t, err)
	_, err = perform(t, h, "light.turn_on", map[string]any{"entity_id": "light.konyha"})
	require.NoError(t, err)

	err = h.Close()

	require.ErrorContains(t, err, "save virtual home")
	require.NotContains(t, err.Error(), "%!")
}
