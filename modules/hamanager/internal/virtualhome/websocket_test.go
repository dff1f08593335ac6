package virtualhome

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

func TestCommandRules(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{Definition: builtIn(t)})

	for _, tc := range []struct{ send, want string }{
		{`{"id":1,"type":"nope"}`, `{"id":1,"type":"result","success":false,"error":{"code":"unknown_command","message":"Unknown command."}}`},
		{`{"id":1,"type":"ping"}`, `{"id":1,"type":"pong"}`},
		{`{"id":1,"type":"ping"}`, `{"id":1,"type":"result","success":false,"error":{"code":"id_reuse","message":"Identifier values have to increase."}}`},
		{`{"type":"ping"}`, malformed("null")},
		{`{"id":"a","type":"ping"}`, malformed(`"a"`)},
		{`{"id":-1,"type":"ping"}`, malformed("-1")},
		{`{"id":2.5,"type":"ping"}`, malformed("2.5")},
		{`{"id":true,"type":"ping"}`, malformed("true")},
		{`5`, malformed("0")},
		{`{"id":2,"type":5}`, malformed("2")},
		{`{"id":2,"type":"ping","x":1}`, failed("2", "invalid_format", "extra keys not allowed")},
		{`{"id":3,"type":"unsubscribe_events","subscription":77}`, failed("3", "not_found", "Subscription not found.")},
		{`{"id":4,"type":"call_service","domain":"light"}`, failed("4", "invalid_format", "required key not provided @ data['service']. Got None")},
		{`{"id":5,"type":"call_service","domain":"light","service":"x","y":1}`, failed("5", "invalid_format", "extra keys not allowed @ data['y']. Got 1")},
	} {
		s.write(tc.send)
		require.JSONEq(t, tc.want, string(s.readRaw()), tc.send)
	}
}

func malformed(id string) string {
	return failed(id, "invalid_format", "Message incorrectly formatted.")
}

func failed(id, code, message string) string {
	return `{"id":` + id + `,"type":"result","success":false,"error":{"code":"` + code + `","message":"` + message + `"}}`
}

func TestSeveralCommandsInOneFrame(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{})

	s.write(`[{"id":1,"type":"ping"},{"id":2,"type":"ping"}]`)

	require.JSONEq(t, `{"id":1,"type":"pong"}`, string(s.readRaw()))
	require.JSONEq(t, `{"id":2,"type":"pong"}`, string(s.readRaw()))
}

func TestBrokenFramesEndTheConnection(t *testing.T) {
	t.Parallel()
	for name, frame := range map[string]string{"not JSON": "{bad", "two values": "{} {}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, s := connect(t, Options{})

			s.write(frame)

			_, _, err := s.ws.Read(t.Context())
			require.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(err))
		})
	}
}

func TestEventsComeBeforeTheResult(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{Definition: builtIn(t)})
	s.must(`{"type":"subscribe_entities","entity_ids":["light.konyha"]}`, nil)
	require.Contains(t, string(s.readRaw()), `"a":{"light.konyha":{"s":"off"`)

	var answer struct {
		Context struct {
			ID     string `json:"id"`
			UserID string `json:"user_id"`
		} `json:"context"`
	}
	s.must(`{"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.konyha"}}`, &answer)

	require.Len(t, s.events, 1)
	var event struct {
		Changed map[string]struct {
			Added struct {
				State      string         `json:"s"`
				Attributes map[string]any `json:"a"`
				Context    struct {
					ID     string `json:"id"`
					UserID string `json:"user_id"`
				} `json:"c"`
				Changed float64 `json:"lc"`
			} `json:"+"`
		} `json:"c"`
	}
	require.NoError(t, json.Unmarshal(s.events[0], &event))
	added := event.Changed["light.konyha"].Added
	require.Equal(t, "on", added.State)
	require.Equal(t, map[string]any{"brightness": 255.0, "color_mode": "brightness"}, added.Attributes)
	require.Equal(t, answer.Context, added.Context)
	require.NotZero(t, added.Changed)

	s.events = nil
	s.must(`{"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.konyha"}}`, nil)
	require.Empty(t, s.events, "what is so already is no change")
}

func TestCoalescedMessagesComeAsOneArray(t *testing.T) {
	t.Parallel()
	h, _, s := connect(t, Options{Definition: builtIn(t)})
	s.must(`{"type":"supported_features","features":{"coalesce_messages":1}}`, nil)
	s.must(`{"type":"subscribe_events","event_type":"state_changed"}`, nil)

	h.mu.Lock() // three messages are queued before the writer can look
	for c := range h.conns {
		c.mu.Lock()
		for range 3 {
			c.queue = append(c.queue, []byte(`{"id":9}`))
		}
		c.mu.Unlock()
		c.send([]byte(`{"id":10}`))
	}
	h.mu.Unlock()

	require.Equal(t, `[{"id":9},{"id":9},{"id":9},{"id":10}]`, string(s.readRaw()))
}

func TestASlowReaderIsCutOff(t *testing.T) {
	t.Parallel()
	h, _, s := connect(t, Options{Definition: builtIn(t)})
	s.must(`{"type":"subscribe_events"}`, nil)

	long := strings.Repeat("x", 200)
	for range 3 * maxPending {
		h.mu.Lock()
		h.fire("test", h.newContext(""), func() any { return long })
		h.mu.Unlock()
	}

	for {
		if _, _, err := s.ws.Read(t.Context()); err != nil {
			break
		}
	}
}

func TestRegistriesTellWhatChanged(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{Definition: builtIn(t)})
	s.must(`{"type":"subscribe_events"}`, nil)

	s.must(`{"type":"config/floor_registry/create","name":"Padlás","level":2,"aliases":["tetőtér"]}`, nil)
	require.Contains(t, s.lastEvent(), `"event_type":"floor_registry_updated","data":{"action":"create","floor_id":"padlas"}`)
	s.must(`{"type":"config/area_registry/create","name":"Kisszoba","floor_id":"padlas"}`, nil)
	require.Contains(t, s.lastEvent(), `"event_type":"area_registry_updated","data":{"action":"create","area_id":"kisszoba"}`)
	s.must(`{"type":"config/entity_registry/update","entity_id":"light.konyha","name":"nagylámpa","area_id":"kisszoba"}`, nil)
	require.Contains(t, s.lastEvent(), `"friendly_name":"nagylámpa"`)
	s.must(`{"type":"config/entity_registry/update","entity_id":"light.konyha","new_entity_id":"light.nagy"}`, nil)
	require.Contains(t, s.lastEvent(), `"old_entity_id":"light.konyha"`)
	s.must(`{"type":"homeassistant/expose_entity","assistants":["conversation"],"entity_ids":["light.nagy"],"should_expose":false}`, nil)
	require.Contains(t, s.lastEvent(), `"changes":{"options":{"conversation":{"should_expose":true}}}`)

	s.must(`{"type":"config/area_registry/delete","area_id":"kisszoba"}`, nil)
	var row struct {
		AreaID *string `json:"area_id"`
	}
	s.must(`{"type":"config/entity_registry/get","entity_id":"light.nagy"}`, &row)
	require.Nil(t, row.AreaID, "an area that is gone is nobody's")

	s.must(`{"type":"config/entity_registry/update","entity_id":"light.nagy","disabled_by":"user"}`, nil)
	require.NotContains(t, string(s.command(`{"type":"get_states"}`).Result), "light.nagy")
	s.must(`{"type":"config/entity_registry/update","entity_id":"light.nagy","disabled_by":null}`, nil)
	require.Contains(t, string(s.command(`{"type":"get_states"}`).Result), "light.nagy")
	s.must(`{"type":"config/entity_registry/remove","entity_id":"light.nagy"}`, nil)
	require.Equal(t, codeNotFound, s.command(`{"type":"config/entity_registry/get","entity_id":"light.nagy"}`).Error.Code)
}

func (s *socket) lastEvent() string {
	s.t.Helper()
	require.NotEmpty(s.t, s.events)

	return string(s.events[len(s.events)-1])
}

func TestBackups(t *testing.T) {
	t.Parallel()
	_, _, s := connect(t, Options{Definition: builtIn(t)})
	s.must(`{"type":"backup/subscribe_events"}`, nil)
	s.events = nil

	var job struct {
		ID string `json:"backup_job_id"`
	}
	s.must(`{"type":"backup/generate","agent_ids":["backup.local"],"name":"próba"}`, &job)
	for message := ""; !strings.Contains(message, `"completed"`); {
		message = string(s.readRaw())
	}
	require.Contains(t, string(s.readRaw()), `"manager_state":"idle"`)
	var info struct {
		Backups []backup `json:"backups"`
		State   string   `json:"state"`
	}
	s.must(`{"type":"backup/info"}`, &info)

	require.Equal(t, "idle", info.State)
	require.Len(t, info.Backups, 1)
	require.Equal(t, job.ID, info.Backups[0].ID)
	require.Equal(t, codeHomeAssistant, s.command(`{"type":"backup/generate","agent_ids":["nope"]}`).Error.Code)
	require.JSONEq(t, `{"agent_errors":{},"backup":null}`, string(s.command(`{"type":"backup/details","backup_id":"x"}`).Result))
}

func TestReleasesDiffer(t *testing.T) {
	t.Parallel()
	for release, want := range map[string]struct {
		aliases            string
		hasSensor, hasNull bool
		hasConfigEntry     bool
	}{
		"2024.8.1": {aliases: `["nappali lámpa","nappali csillár"]`},
		"2025.4.4": {aliases: `["nappali lámpa","nappali csillár"]`, hasSensor: true},
		"2026.4.0": {aliases: `[null,"nappali lámpa","nappali csillár"]`, hasSensor: true},
		"2026.9.0": {aliases: `[null,"nappali lámpa","nappali csillár"]`, hasSensor: true, hasConfigEntry: true},
	} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			_, _, s := connect(t, Options{Definition: builtIn(t), Version: release})

			row := s.command(`{"type":"config/entity_registry/get","entity_id":"light.nappali_csillar"}`)
			require.Contains(t, string(row.Result), `"aliases":`+want.aliases)
			areas := s.command(`{"type":"config/area_registry/list"}`)
			require.Equal(t, want.hasSensor, strings.Contains(string(areas.Result), "temperature_entity_id"))
			devices := s.command(`{"type":"config/device_registry/list"}`)
			require.Equal(t, want.hasConfigEntry, strings.Contains(string(devices.Result), "config_entry_id"))
		})
	}
	_, err := New(Options{Version: "next"})
	require.ErrorContains(t, err, `"next" is not like 2025.4.4`)
}

func FuzzCommands(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"type":"get_states"}`,
		`[{"id":1,"type":"call_service","domain":"light","service":"turn_on","service_data":{"brightness":1},"target":{"entity_id":"all"}}]`,
		`{"id":1,"type":"subscribe_entities","include":{"domains":["light"],"entity_globs":["*["]}}`,
		`{"id":1,"type":"config/entity_registry/update","entity_id":"light.konyha","aliases":[null],"options_domain":"x","options":null}`,
		`{"id":1e3,"type":"ping"}`, `[]`, `null`, `{"id":9007199254740993,"type":"ping"}`,
		`{"id":1,"type":"call_service","domain":"timer","service":"start","service_data":{"duration":"-9:99:99","entity_id":"all"}}`,
		`{"id":1,"type":"call_service","domain":"script","service":"elmegyunk","service_data":{"x":[]}}`,
		`{"id":1,"type":"backup/generate","agent_ids":["backup.local"],"password":null}`,
	} {
		f.Add([]byte(seed))
	}
	definition := builtIn(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		h, err := New(Options{Definition: definition})
		require.NoError(t, err)
		defer h.Close() //nolint:errcheck // nothing to save
		c := newConn(h, nil)
		c.user = &user{ID: "u"}
		messages, err := decodeMessages(frame)
		if err != nil {
			return
		}
		for _, m := range messages {
			c.handle(m)
		}
		for _, m := range c.queue {
			require.True(t, json.Valid(m), "%s", m)
		}
	})
}
