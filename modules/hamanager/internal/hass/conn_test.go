package hass_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/hasstest"
)

var lampOn = hamanagerapi.ServiceCall{Domain: "light", Service: "turn_on", EntityIDs: []string{"light.konyha"}}

func dialScripted(t *testing.T, s *hasstest.Server) *hass.Conn {
	t.Helper()
	conn, err := hass.Connect(t.Context(), s.Endpoint())
	require.NoError(t, err)
	t.Cleanup(conn.Close)

	return conn
}

func TestIDsIncreaseUnderConcurrency(t *testing.T) {
	t.Parallel()
	server := hasstest.New(t)
	conn := dialScripted(t, server)
	server.Answer("echo", func(raw json.RawMessage) any { return raw })

	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			var got struct{ Value int }
			err := conn.Do(t.Context(), map[string]any{"type": "echo", "value": i}, &got)
			if err != nil || got.Value != i {
				t.Errorf("echo of %d: %d, %v", i, got.Value, err)
			}
		})
	}
	group.Wait()

	last := 0
	for _, raw := range server.Received("echo") {
		var command struct {
			ID int `json:"id"`
		}
		require.NoError(t, json.Unmarshal(raw, &command))
		require.Greater(t, command.ID, last)
		last = command.ID
	}
}

func TestWhatBecomesOfACall(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer  any
		wantErr error
	}{
		"done":                 {answer: map[string]any{"context": map[string]any{"id": "01CONTEXT"}}},
		"unknown service":      {answer: &hass.CommandError{Code: "not_found"}, wantErr: hamanagerapi.ErrNotSupported},
		"not supported":        {answer: &hass.CommandError{Code: "service_validation_error", TranslationKey: "service_not_supported"}, wantErr: hamanagerapi.ErrNotSupported},
		"out of range":         {answer: &hass.CommandError{Code: "invalid_format"}, wantErr: hamanagerapi.ErrOutOfRange},
		"temperature":          {answer: &hass.CommandError{Code: "service_validation_error", TranslationKey: "temp_out_of_range"}, wantErr: hamanagerapi.ErrOutOfRange},
		"mode":                 {answer: &hass.CommandError{Code: "service_validation_error", TranslationKey: "not_valid_fan_mode"}, wantErr: hamanagerapi.ErrOutOfRange},
		"device failed":        {answer: &hass.CommandError{Code: "home_assistant_error"}, wantErr: hamanagerapi.ErrServiceFailed},
		"failed for no reason": {answer: &hass.CommandError{Code: "unknown_error"}, wantErr: hamanagerapi.ErrServiceFailed},
		"timed out over there": {answer: &hass.CommandError{Code: "timeout"}, wantErr: hamanagerapi.ErrServiceFailed},
		"never answered":       {answer: hasstest.Silence, wantErr: hamanagerapi.ErrOutcomeUnknown},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := hasstest.New(t)
				conn := dialScripted(t, server)
				server.Answer("call_service", tc.answer)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()

				result, err := conn.Call(ctx, lampOn)

				require.ErrorIs(t, err, tc.wantErr)
				if tc.wantErr == nil {
					require.Equal(t, "01CONTEXT", result.ContextID)
				}
				require.JSONEq(t, `{"id": 2, "type": "call_service", "domain": "light", "service": "turn_on",
					"target": {"entity_id": ["light.konyha"]}}`, string(server.Received("call_service")[0]))
			})
		})
	}
}

func TestLostWhileWaiting(t *testing.T) {
	t.Parallel()
	server := hasstest.New(t)
	conn := dialScripted(t, server)
	server.Answer("call_service", func(json.RawMessage) any {
		server.Drop()

		return hasstest.Silence
	})

	_, err := conn.Call(t.Context(), lampOn)
	require.ErrorIs(t, err, hamanagerapi.ErrOutcomeUnknown, "it was sent")

	requireDone(t, conn)
	_, err = conn.Call(t.Context(), lampOn)
	require.ErrorIs(t, err, hamanagerapi.ErrOffline, "it was not sent")
	require.ErrorIs(t, conn.Err(), hass.ErrOffline)
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	server := hasstest.New(t)
	conn := dialScripted(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := conn.Call(ctx, lampOn)

	require.ErrorIs(t, err, hamanagerapi.ErrOffline)
	require.NoError(t, conn.Ping(t.Context()), "and the connection lives on")
	require.Empty(t, server.Received("call_service"))
}

// A home that stops reading blocks the writer; callers leave at their deadlines all the same.
func TestADeafHomeKeepsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := hasstest.New(t)
		conn := dialScripted(t, server)
		server.Answer("ping", func(json.RawMessage) any {
			server.SetDeaf(true) // after the last thing it hears

			return nil
		})
		require.NoError(t, conn.Ping(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		errs := make(chan error)
		for range 2 {
			go func() {
				_, err := conn.Call(ctx, lampOn)
				errs <- err
			}()
		}

		first, second := <-errs, <-errs
		require.NotEqual(t, first.Error(), second.Error())
		for _, err := range []error{first, second} { // one got as far as the writer
			if !strings.HasPrefix(err.Error(), hamanagerapi.ErrOutcomeUnknown.Code) {
				require.ErrorIs(t, err, hamanagerapi.ErrOffline)
			}
		}
		requireDone(t, conn) // the writer gave up, too
	})
}

func TestASilentHomeIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := hasstest.New(t)
		endpoint := server.Endpoint()
		endpoint.KeepAlive = 10 * time.Second
		conn, err := hass.Connect(t.Context(), endpoint)
		require.NoError(t, err)
		defer conn.Close()

		time.Sleep(time.Minute)
		require.NoError(t, conn.Err(), "pings are answered")
		require.GreaterOrEqual(t, len(server.Received("ping")), 5)

		server.Answer("ping", hasstest.Silence)
		begun := time.Now()
		requireDone(t, conn)
		require.LessOrEqual(t, time.Since(begun), 20*time.Second)
		require.ErrorContains(t, conn.Err(), "silent")
	})
}

func TestCoalescedMessages(t *testing.T) {
	t.Parallel()
	server := hasstest.New(t)
	conn := dialScripted(t, server)
	got := make(chan string, 10)
	require.NoError(t, conn.SubscribeEvents(t.Context(), "próba", func(e json.RawMessage) { got <- string(e) }))

	server.SendRaw(` [{"id":2,"type":"event","event":1},{"id":2,"type":"event","event":2},{"id":99,"type":"event","event":3}]`)
	server.SendRaw(`{"id":2,"type":"event","event":4}`)
	server.SendRaw(`{"id":2,"type":"event","event":"a\u0000b\\u0000"}`)

	require.Equal(t, "1", receive(t, got))
	require.Equal(t, "2", receive(t, got))
	require.Equal(t, "4", receive(t, got))
	require.Equal(t, `"a\ufffdb\\ufffd"`, receive(t, got), "no NUL, and valid JSON also where one is only spelt")
}

func TestWhatCannotBeDecodedEndsTheConnection(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{`{"id":`, `[{"id":2},`, `"text"`, `{"id":3,"type":"event","event":{"a":7}}`} {
		t.Run(frame, func(t *testing.T) {
			t.Parallel()
			server := hasstest.New(t)
			server.Answer("subscribe_entities", map[string]any{"a": map[string]any{}})
			conn := dialScripted(t, server)
			require.NoError(t, conn.Ping(t.Context()))
			require.NoError(t, conn.SubscribeEntities(t.Context(), func(hass.StateEvent) {}))

			server.SendRaw(frame)

			requireDone(t, conn)
			require.ErrorIs(t, conn.Err(), hass.ErrOffline)
		})
	}
}

func TestALateAnswerHasNoTaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := hasstest.New(t)
		conn := dialScripted(t, server)
		server.Answer("slow", hasstest.Silence)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, conn.Do(ctx, map[string]string{"type": "slow"}, nil), hass.ErrNoAnswer)

		server.SendRaw(`{"id":2,"type":"result","success":true,"result":null}`)

		require.NoError(t, conn.Ping(t.Context()))
	})
}

func TestConnectRefusals(t *testing.T) {
	t.Parallel()
	server := hasstest.New(t)

	wrong := server.Endpoint()
	wrong.Token = "wrong"
	_, err := hass.Connect(t.Context(), wrong)
	require.ErrorIs(t, err, hass.ErrInvalidAuth)

	server.SetDown(true)
	_, err = hass.Connect(t.Context(), server.Endpoint())
	require.ErrorIs(t, err, hass.ErrOffline)
}

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"http://homeassistant.local:8123": "http://homeassistant.local:8123",
		"https://ha.example.org/\n":       "https://ha.example.org",
		"http://[fd00::1]:8123/":          "http://[fd00::1]:8123",
		"homeassistant.local:8123":        "",
		"ftp://ha":                        "",
		"http://":                         "",
		"http://:8123":                    "",
		"http://user:pass@ha:8123":        "",
		"http://ha:8123/lovelace":         "",
		"http://ha:8123/?x=1":             "",
		"http://ha:8123/#x":               "",
		"http://ha:port":                  "",
		"":                                "",
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, err := hass.ParseBaseURL(raw)

			require.Equal(t, want, got)
			require.Equal(t, want == "", err != nil)
		})
	}
}

func TestAnEndpointHidesItsToken(t *testing.T) {
	t.Parallel()
	e := hass.Endpoint{BaseURL: "http://ha", Token: "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		require.NotContains(t, fmt.Sprintf(verb, e), "hunter2", verb)
		require.NotContains(t, fmt.Sprintf(verb, struct{ E hass.Endpoint }{e}), "hunter2", verb)
	}
}

// BenchmarkCall is the client's own share of a service call: the home answers at once, in memory.
func BenchmarkCall(b *testing.B) {
	server := hasstest.New(b)
	server.Answer("call_service", map[string]any{"context": map[string]any{"id": "01CONTEXT"}})
	conn, err := hass.Connect(b.Context(), server.Endpoint())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	call := lampOn
	call.Data = map[string]any{"brightness_pct": 40}

	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Call(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStateEvent is the cost of one change of one entity's state, decoding included.
func BenchmarkStateEvent(b *testing.B) {
	before := &hamanagerapi.State{Value: "on", Attributes: json.RawMessage(lampAttributes)}
	frames := [2][]byte{}
	for i := range frames {
		frames[i] = []byte(`{"c":{"light.konyha":{"+":{"s":"o` + []string{"n", "ff"}[i] + `","a":{"brightness":` +
			strconv.Itoa(100+i) + `},"c":"01M821RK204BW4QZJYQAKZP3C5","lc":1795365293.1203997}}}}`)
	}

	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var event hass.StateEvent
		if err := json.Unmarshal(frames[i%2], &event); err != nil {
			b.Fatal(err)
		}
		for _, change := range event.Changed {
			before = change.Apply(before)
		}
	}
}

const lampAttributes = `{"min_color_temp_kelvin":2000,"max_color_temp_kelvin":6535,"min_mireds":153,"max_mireds":500,` +
	`"supported_color_modes":["color_temp","hs"],"color_mode":"hs","brightness":180,"color_temp_kelvin":null,"color_temp":null,` +
	`"hs_color":[345,75],"rgb_color":[255,64,112],"xy_color":[0.588,0.274],"friendly_name":"Konyhai lámpa","supported_features":0}`

func requireDone(t *testing.T, conn *hass.Conn) {
	t.Helper()
	select {
	case <-conn.Done():
	case <-time.After(time.Minute): // longer than every deadline of the connection's own
		require.Fail(t, "the connection lives on")
	}
}
