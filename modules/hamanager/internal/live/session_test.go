package live

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/hasstest"
	"homehub/platform/clock"
)

type object = map[string]any

func entityState(state, name string) object {
	return object{"s": state, "a": object{"friendly_name": name}, "c": "01A", "lc": 1755000000}
}

// script answers like a small home: a lamp with a place of its own, a sensor whose device has
// one, a plug whose device's parent has, and a zone without an entry.
func script(s *hasstest.Server) {
	s.Answer("get_config", object{"time_zone": "Europe/Budapest", "state": "RUNNING"})
	s.Answer("config/floor_registry/list", []object{{"floor_id": "fold", "name": "földszint", "aliases": []string{"lent"}, "level": 0}})
	s.Answer("config/area_registry/list", []object{
		{"area_id": "konyha", "name": "konyha", "aliases": []string{}, "floor_id": "fold", "temperature_entity_id": "sensor.ho"},
		{"area_id": "kert", "name": "kert", "aliases": []string{"udvar"}, "floor_id": nil, "temperature_entity_id": nil},
	})
	s.Answer("config/device_registry/list", []object{
		{"id": "d1", "area_id": "kert"}, {"id": "d2", "area_id": nil, "parent_device_id": "d1"},
	})
	s.Answer("config/entity_registry/list", []object{
		{"entity_id": "light.konyha", "area_id": "konyha"},
		{"entity_id": "sensor.ho", "device_id": "d1", "entity_category": "diagnostic"},
		{"entity_id": "switch.dugalj", "device_id": "d2"},
		{"entity_id": "light.letiltott", "area_id": "nincs"},
	})
	s.Answer("config/entity_registry/get_entries", object{
		"light.konyha": object{"entity_id": "light.konyha", "aliases": []any{"mosogatófény", nil, " "}},
		"sensor.ho":    object{"entity_id": "sensor.ho", "aliases": []any{}, "original_device_class": "temperature"},
	})
	s.Answer("homeassistant/expose_entity/list", object{"exposed_entities": object{
		"light.konyha": object{"conversation": true}, "sensor.ho": object{"cloud.alexa": true}, "zone.home": object{},
	}})
	s.Answer("subscribe_entities", object{"a": object{
		"light.konyha":  entityState("off", "konyhai lámpa"),
		"sensor.ho":     entityState("21.5", "hőmérő"),
		"switch.dugalj": object{"s": "on", "a": object{"friendly_name": "dugalj", "device_class": "outlet"}, "c": "01A", "lc": 1755000000},
		"zone.home":     object{"s": "0", "a": object{}, "c": "01A", "lc": 1755000000},
	}})
}

// probe is a session that runs against a script, and what it reported.
type probe struct {
	*Session

	server *hasstest.Server
	mu     sync.Mutex
	links  []Link
	built  int
}

func (p *probe) seen() []Link {
	p.mu.Lock()
	defer p.mu.Unlock()

	return append([]Link(nil), p.links...)
}

func (p *probe) rebuilds() int {
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.built
}

func start(t *testing.T, edit ...func(*Options)) *probe {
	t.Helper()
	p := &probe{server: hasstest.New(t)}
	script(p.server)
	options := Options{
		Endpoint: p.server.Endpoint(), CallTimeout: time.Minute, Log: zap.NewNop(), Now: clock.System,
		Observer: Observer{
			Linked: func(link Link, _ string, _ error) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.links = append(p.links, link)
			},
			Rebuilt: func(time.Duration) {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.built++
			},
		},
	}
	for _, change := range edit {
		change(&options)
	}
	p.Session = NewSession(options)

	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { p.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})

	return p
}

func TestTheFirstModel(t *testing.T) {
	t.Parallel()
	p := start(t)
	<-p.Ready()
	home := p.Home()

	require.Equal(t, uint64(1), home.Version)
	require.Len(t, home.Hash, 32)
	require.Equal(t, "Europe/Budapest", home.TimeZone)
	level := 0
	require.Equal(t, []hamanagerapi.Floor{{ID: "fold", Name: "földszint", Aliases: []string{"lent"}, Level: &level}}, home.Floors)
	require.Equal(t, []hamanagerapi.Area{
		{ID: "konyha", Name: "konyha", Aliases: []string{}, FloorID: "fold", TemperatureEntityID: "sensor.ho"},
		{ID: "kert", Name: "kert", Aliases: []string{"udvar"}},
	}, home.Areas)
	var got []hamanagerapi.Entity
	for _, e := range home.Entities {
		plain := *e
		plain.Cell = nil
		got = append(got, plain)
	}
	require.Equal(t, []hamanagerapi.Entity{
		{ID: "light.konyha", Name: "konyhai lámpa", Aliases: []string{"mosogatófény"}, AreaID: "konyha", Domain: "light", Exposed: true},
		{ID: "sensor.ho", Name: "hőmérő", AreaID: "kert", DeviceID: "d1", Domain: "sensor", DeviceClass: "temperature", Category: "diagnostic"},
		{ID: "switch.dugalj", Name: "dugalj", AreaID: "kert", DeviceID: "d2", Domain: "switch", DeviceClass: "outlet"},
		{ID: "zone.home", Name: "home", Domain: "zone"},
	}, got)
	require.Equal(t, "21.5", home.Entity("sensor.ho").State().Value)
}

func TestStatesChangeInPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		<-p.Ready()
		home := p.Home()
		watch := p.Watch([]string{"sensor.ho", "light.konyha"})
		defer watch.Close()

		p.server.Fire("subscribe_entities", object{"c": object{
			"light.konyha":  object{"+": object{"s": "on", "a": object{"brightness": 7}, "c": "01B", "lc": 1755000009}},
			"switch.dugalj": object{"+": object{"s": "off", "lc": 1755000009}},
		}})

		change := <-watch.Changes()
		require.Equal(t, "light.konyha", change.EntityID)
		require.Equal(t, "off", change.From.Value)
		require.Equal(t, "on", change.To.Value)
		require.Equal(t, "01B", change.To.ContextID)
		time.Sleep(time.Minute)
		require.Empty(t, watch.Changes(), "not watched: not told")
		require.Same(t, home, p.Home(), "the structure is the same")
		require.Equal(t, "on", home.Entity("light.konyha").State().Value)
		require.Equal(t, "off", home.Entity("switch.dugalj").State().Value)
	})
}

func TestStructureFollows(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		happens func(*hasstest.Server)
		want    func(*testing.T, *hamanagerapi.Home)
	}{
		"an area is renamed": {
			happens: func(s *hasstest.Server) {
				s.Answer("config/area_registry/list", []object{{"area_id": "konyha", "name": "étkezőkonyha", "aliases": []string{}}})
				for range 50 { // one change brings many events
					s.Fire("area_registry_updated", object{})
				}
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Equal(t, "étkezőkonyha", home.Area("konyha").Name)
				require.Empty(t, home.Entity("sensor.ho").AreaID, "its area is gone")
			},
		},
		"an entity is exposed": {
			happens: func(s *hasstest.Server) {
				s.Answer("homeassistant/expose_entity/list", object{"exposed_entities": object{"sensor.ho": object{"conversation": true}}})
				s.Fire("entity_registry_updated", object{})
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.True(t, home.Entity("sensor.ho").Exposed)
				require.False(t, home.Entity("light.konyha").Exposed)
			},
		},
		"an entity is renamed": {
			happens: func(s *hasstest.Server) {
				s.Fire("subscribe_entities", object{"c": object{"light.konyha": object{"+": object{"a": object{"friendly_name": "pultfény"}}}}})
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Equal(t, "pultfény", home.Entity("light.konyha").Name)
			},
		},
		"an entity loses its class": {
			happens: func(s *hasstest.Server) {
				s.Fire("subscribe_entities", object{"c": object{"switch.dugalj": object{"+": object{}, "-": object{"a": []string{"device_class"}}}}})
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Empty(t, home.Entity("switch.dugalj").DeviceClass)
			},
		},
		"an entity appears": {
			happens: func(s *hasstest.Server) {
				s.Fire("subscribe_entities", object{"a": object{"fan.uj": entityState("off", "új ventilátor")}})
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Equal(t, "új ventilátor", home.Entity("fan.uj").Name)
			},
		},
		"an entity goes": {
			happens: func(s *hasstest.Server) { s.Fire("subscribe_entities", object{"r": []string{"light.konyha"}}) },
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Nil(t, home.Entity("light.konyha"))
			},
		},
		"an entity goes and comes back": {
			happens: func(s *hasstest.Server) {
				s.Fire("subscribe_entities", object{"r": []string{"light.konyha"}})
				s.Fire("subscribe_entities", object{"a": object{"light.konyha": entityState("on", "konyhai lámpa")}})
			},
			want: func(t *testing.T, home *hamanagerapi.Home) {
				t.Helper()
				require.Equal(t, "on", home.Entity("light.konyha").State().Value)
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := start(t)
				<-p.Ready()
				before := p.Home()
				lamp := before.Entity("light.konyha")
				synctest.Wait()

				tc.happens(p.server)
				time.Sleep(10 * time.Second)

				home := p.Home()
				require.Equal(t, before.Version+1, home.Version)
				require.Equal(t, 2, p.rebuilds(), "once for all events")
				tc.want(t, home)
				if home.Entity("light.konyha") == nil {
					require.False(t, lamp.IsAvailable(), "whoever still holds it sees that it is gone")
				}
			})
		})
	}
}

func TestAnEqualStructureIsNotPublished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		<-p.Ready()
		home := p.Home()
		synctest.Wait()

		p.server.Fire("entity_registry_updated", object{})
		time.Sleep(10 * time.Second)

		require.Same(t, home, p.Home())
		require.Len(t, p.server.Received("config/entity_registry/list"), 2, "it looked")
	})
}

// Legacy entities are exposed and hidden without an event.
func TestExposureIsReadNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		<-p.Ready()
		p.server.Answer("homeassistant/expose_entity/list", object{"exposed_entities": object{"zone.home": object{"conversation": true}}})

		time.Sleep(2 * refreshEvery)

		require.True(t, p.Home().Entity("zone.home").Exposed)
	})
}

func TestItComesBackByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t)
		<-p.Ready()
		synctest.Wait()
		home := p.Home()
		lamp, thermometer := home.Entity("light.konyha"), home.Entity("sensor.ho")
		require.True(t, p.IsConnected())

		p.server.SetDown(true)
		p.server.Drop()
		time.Sleep(10 * time.Minute)
		require.False(t, p.IsConnected())
		require.Same(t, home, p.Home(), "the last model stays")
		require.Equal(t, "off", lamp.State().Value)
		_, err := p.Call(t.Context(), hamanagerapi.ServiceCall{})
		require.ErrorIs(t, err, hamanagerapi.ErrOffline)
		require.Less(t, p.server.Dials(), 40, "and it is not in a hurry")
		require.Greater(t, p.server.Dials(), 10)

		p.server.SetDown(false)
		p.server.Answer("subscribe_entities", object{"a": object{"light.konyha": entityState("on", "konyhai lámpa")}})
		time.Sleep(2 * time.Minute)
		require.True(t, p.IsConnected())
		require.Equal(t, "on", lamp.State().Value, "cells live on")
		require.False(t, thermometer.IsAvailable(), "what is gone is gone")
		require.Nil(t, p.Home().Entity("sensor.ho"))
	})
}

func TestARefusedTokenIsNotTriedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t, func(o *Options) { o.Endpoint.Token = "wrong" })
		time.Sleep(time.Hour)

		require.Contains(t, p.seen(), Refused)
		require.LessOrEqual(t, p.server.Dials(), 5)
		require.Nil(t, p.Home())
	})
}

func TestAHomeThatAnswersHalfIsNotTrusted(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"subscribe_entities", "config/area_registry/list", "get_config"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := start(t, func(o *Options) {})
				p.server.Answer(command, &hass.CommandError{Code: "unauthorized"})
				p.server.Drop()
				time.Sleep(time.Minute)
				dials := p.server.Dials()
				require.Less(t, dials, 20)

				script(p.server)
				time.Sleep(2 * time.Minute)
				require.True(t, p.IsConnected())
			})
		})
	}
}

func TestAPanickingIndexHurtsOneHomeOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t, func(o *Options) {
			o.BuildIndex = func(*hamanagerapi.Home) any { panic("a name nobody thought of") }
		})
		time.Sleep(time.Minute)

		require.Nil(t, p.Home())
		require.Contains(t, p.seen(), Offline)
	})
}

func TestPausesAreSpreadAndBounded(t *testing.T) {
	t.Parallel()
	for attempt := range 100 {
		b := Backoff{failures: attempt}
		limit := min(firstRange<<min(attempt, 6), longestRange)
		for range 100 {
			b.failures = attempt
			pause := b.Next(0)
			require.GreaterOrEqual(t, pause, shortestPause)
			require.LessOrEqual(t, pause, shortestPause+limit)
		}
	}
}
