package hass_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/hamanager/internal/hass"
)

// home is what the suite runs against: a real Home Assistant, or the virtual home. Whatever
// it asserts was seen on the real one; a difference is the virtual home's bug.
type home struct {
	endpoint hass.Endpoint // with a token
	// fresh makes another home of the kind that nobody has onboarded; nil where that takes
	// an installation.
	fresh func(t *testing.T) hass.Endpoint
	// restart ends the server without a word and starts it again; nil where it must not be.
	restart func(t *testing.T)
	owner   hass.Owner

	lamp        string // with brightness
	cover       string // takes seconds, has a position
	simpleCover string // no position; empty where there is none
	lock        string // that cannot be opened
	climate     string // with fan modes
	media       string
	scene       string
}

// list finds the to-do list: a real one is named in the language of the onboarding.
func (h home) list(t *testing.T, conn *hass.Conn) string {
	t.Helper()
	mirror := follow(t, conn)
	for { // onboarding makes it in the background
		for id := range mirror.states {
			if strings.HasPrefix(id, "todo.") {
				return id
			}
		}
		mirror.next(t)
	}
}

// TestRealHomeAssistant is the reference.
func TestRealHomeAssistant(t *testing.T) {
	t.Parallel()
	reference := hamanagertest.RealHass(t)
	suite(t, home{
		endpoint: hass.Endpoint{BaseURL: reference.URL, Token: reference.Token},
		restart:  realRestart(reference),
		owner:    hamanagertest.RealHassOwner(),
		lamp:     "light.teszt_lampa", cover: "cover.hall_window", simpleCover: "cover.garage_door",
		lock: "lock.front_door", climate: "climate.hvac",
		media: "media_player.walkman", scene: "scene.teszt_jelenet",
	})
}

// suite runs every test against one home: side by side, then those that disturb the others.
func suite(t *testing.T, h home) {
	t.Helper()
	tests := map[string]func(*testing.T, home){
		"onboarding of a fresh home":       testFreshOnboarding,
		"onboarding after a crash":         testOnboardingAfterCrash,
		"set up again":                     testSetUpAgain,
		"wrong password":                   testWrongPassword,
		"codes and tokens":                 testCodesAndTokens,
		"long-lived tokens":                testLongLivedTokens,
		"wrong token":                      testWrongToken,
		"status codes":                     testStatusCodes,
		"core configuration":               testConfig,
		"floors and areas":                 testFloorsAndAreas,
		"entries and aliases":              testEntries,
		"registry shapes":                  testRegistryShapes,
		"exposure":                         testExposure,
		"states":                           testStates,
		"state shapes":                     testStateShapes,
		"lamp":                             testLamp,
		"cover":                            testCover,
		"lock":                             testLock,
		"climate":                          testClimate,
		"media":                            testMedia,
		"scene":                            testScene,
		"list":                             testList,
		"unknown entities and services":    testUnknown,
		"values out of range":              testOutOfRange,
		"what a device cannot do":          testNotSupported,
		"responses asked for and not":      testResponseMode,
		"ids":                              testIDs,
		"malformed commands":               testMalformed,
		"several commands in a frame":      testCommandArray,
		"ping and unsubscribe":             testPingAndUnsubscribe,
		"coalesced messages":               testCoalescing,
		"broken frames end the connection": testBrokenFrames,
		"nothing before authentication":    testAuthFirst,
	}
	t.Run("together", func(t *testing.T) {
		t.Parallel()
		for _, name := range slices.Sorted(maps.Keys(tests)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tests[name](t, h)
			})
		}
	})
	t.Cleanup(func() { // after all of the above
		if h.restart != nil && !t.Failed() {
			testRestart(t, h)
		}
	})
}

func connect(t *testing.T, h home) *hass.Conn {
	t.Helper()
	conn, err := hass.Connect(t.Context(), h.endpoint)
	require.NoError(t, err)
	t.Cleanup(conn.Close)

	return conn
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)

	return ctx
}

// requireCode asserts on Home Assistant's own error code.
func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*hass.CommandError](err)
	require.True(t, ok, "not a command's error: %v", err)
	require.Equal(t, code, refusal.Code, refusal.Message)
}

func keysOf(m map[string]json.RawMessage) []string { return slices.Sorted(maps.Keys(m)) }

// follower mirrors states the way the live model does, for the tests to wait on.
type follower struct {
	events chan hass.StateEvent
	states map[string]*hamanagerapi.State
}

func follow(t *testing.T, conn *hass.Conn) *follower {
	t.Helper()
	f := &follower{events: make(chan hass.StateEvent, 4096), states: map[string]*hamanagerapi.State{}}
	require.NoError(t, conn.SubscribeEntities(t.Context(), func(e hass.StateEvent) { f.events <- e }))
	f.next(t)

	return f
}

// next applies one event.
func (f *follower) next(t *testing.T) hass.StateEvent {
	t.Helper()
	select {
	case event := <-f.events:
		for id, s := range event.Added {
			f.states[id] = s.NewState()
		}
		for id, c := range event.Changed {
			f.states[id] = c.Apply(f.states[id])
		}
		for _, id := range event.Removed {
			delete(f.states, id)
		}

		return event
	case <-time.After(time.Minute):
		require.Fail(t, "no event")

		return hass.StateEvent{}
	}
}

// until follows until the entity fits, and returns the values it had on the way.
func (f *follower) until(t *testing.T, id string, fits func(*hamanagerapi.State) bool) []string {
	t.Helper()
	way := []string{f.states[id].Value}
	for !fits(f.states[id]) {
		f.next(t)
		if value := f.states[id].Value; value != way[len(way)-1] {
			way = append(way, value)
		}
	}

	return way
}

// value reads an attribute as a number.
func value(s *hamanagerapi.State, attribute string) float64 {
	var all map[string]any
	_ = json.Unmarshal(s.Attributes, &all)
	n, _ := all[attribute].(float64)

	return n
}

func isIn(states ...string) func(*hamanagerapi.State) bool {
	return func(s *hamanagerapi.State) bool { return slices.Contains(states, s.Value) }
}

func callOn(id, service string, data map[string]any) hamanagerapi.ServiceCall {
	domain, name, _ := cut(service)

	return hamanagerapi.ServiceCall{Domain: domain, Service: name, EntityIDs: []string{id}, Data: data}
}
