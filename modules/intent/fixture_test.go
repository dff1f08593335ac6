package intent

import (
	"context"
	"encoding/json"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"homehub/modules/audit/audittest"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/modules/llm/llmtest"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/events/eventstest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

const household = "0191d1f0-0000-7000-8000-00000000000a"

var owner = identity.Principal{
	Kind: identity.User, ID: "0191d1f0-0000-7000-8000-000000000001", Name: "Anna", HouseholdID: household, Role: identity.RoleOwner,
}

// bench is a service over a scripted home and a real database.
type bench struct {
	*service

	home  *hamanagertest.Fake
	audit *audittest.Recorder
	pins  *fakePINs
	told  *eventstest.Recorder
	clock *movableClock
	homes *fakeHomes

	callers *fakeCallers
	model   *llmtest.Fake
}

// What else a machine has to do must not decide a test. Who waits for what never comes waits less.
const (
	patient = 20 * time.Second
	hasty   = 4 * time.Second
)

func setup(t *testing.T) *bench {
	t.Helper()

	return setupOn(t, databasetest.New(t), kv.NewMemory)
}

// setupHasty is for a home or a model that says nothing.
func setupHasty(t *testing.T) *bench {
	t.Helper()

	return setupWithin(t, databasetest.New(t), kv.NewMemory, hasty)
}

func setupOn(t *testing.T, db *database.DB, openKV func(clock.Clock) kv.Store) *bench {
	t.Helper()

	return setupWithin(t, db, openKV, patient)
}

// setupWithin has that deadline, and gives a home a quarter of it to change.
func setupWithin(t *testing.T, db *database.DB, openKV func(clock.Clock) kv.Store, deadline time.Duration) *bench {
	t.Helper()
	now := &movableClock{at: time.Date(2025, 4, 4, 12, 0, 0, 0, time.UTC), ticks: clock.System}
	b := &bench{home: hamanagertest.NewInstance(smallHome()), audit: new(audittest.Recorder), clock: now}
	b.pins, b.told = &fakePINs{pin: "1234"}, new(eventstest.Recorder)
	b.homes = &fakeHomes{instance: b.home}
	b.callers = new(fakeCallers)
	b.model = &llmtest.Fake{Err: llmapi.ErrAbsent}
	m, err := newMetrics(nil)
	require.NoError(t, err)
	store := openKV(now.now)
	t.Cleanup(store.Close)
	b.service = newService(Deps{
		History: DefaultHistory(),
		Config:  Config{Deadline: deadline, ObserveTimeout: deadline / 4, FollowUpWindow: time.Minute, PromptTokens: 1500},
		DB:      db, KV: store, Homes: b.homes, LLM: b.model, Audit: b.audit, PINs: b.pins, Callers: b.callers, Events: b.told, Log: zaptest.NewLogger(t), Now: now.now,
	}, m)
	b.stages[0] = script{}
	t.Cleanup(b.flights.close)

	return b
}

// say speaks as the owner and returns the answer.
func (b *bench) say(t *testing.T, text string) answer {
	t.Helper()

	return b.sayAs(t, owner, request{Text: text, ConversationID: "talk"})
}

func (b *bench) sayAs(t *testing.T, caller identity.Principal, req request) answer {
	t.Helper()
	got, err := b.speak(t.Context(), caller, req, "")
	require.NoError(t, err)

	return decode(t, got)
}

func decode(t *testing.T, r reply) answer {
	t.Helper()
	var a answer
	require.NoError(t, json.Unmarshal(r.body, &a))

	return a
}

// movableClock goes on by itself, and jumps when told to.
type movableClock struct {
	mu    sync.Mutex
	at    time.Time
	begin time.Time
	ticks clock.Clock
}

func (c *movableClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begin.IsZero() {
		c.begin = c.ticks()
	}

	return c.at.Add(c.ticks().Sub(c.begin))
}

func (c *movableClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type fakeHomes struct {
	instance hamanagerapi.Instance
	err      error
}

func (f *fakeHomes) Instance(context.Context, string) (hamanagerapi.Instance, error) {
	return f.instance, f.err
}

// fakePINs knows one PIN, and counts the guesses.
type fakePINs struct {
	pin string

	mu      sync.Mutex
	guesses []string
	err     error
}

func (f *fakePINs) CheckPIN(_ context.Context, _ identity.Principal, pin string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.guesses = append(f.guesses, pin)

	return pin == f.pin, f.err
}

// fakeCallers knows the owner and the wall panel, unless they are told otherwise.
type fakeCallers struct {
	mu  sync.Mutex
	now *identity.Principal
	err error
}

func (f *fakeCallers) Caller(_ context.Context, _ string, kind identity.Kind, _ string) (identity.Principal, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.now != nil:
		return *f.now, f.err
	case kind == identity.Device:
		return panel, f.err
	default:
		return owner, f.err
	}
}

// script understands sentences of the form "Intent slot=value ...; Intent ...", doubtfully with the word
// "perhaps", so that the pipeline is tested apart from the grammar.
type script struct{}

func (script) understand(_ context.Context, h heard) (meaning.Understanding, error) {
	home, u := h.home, h.utterance
	var meant meaning.Understanding
	for i, text := range strings.Split(u.Text, ";") {
		words := strings.Split(strings.TrimSpace(text), " ")
		if !strings.HasPrefix(words[0], "Hass") && !strings.HasPrefix(words[0], "Homehub") {
			return meaning.Understanding{}, nil
		}
		c := meaning.Command{Intent: words[0], Slots: meaning.Slots{}}
		for _, word := range words[1:] {
			slot, value, _ := strings.Cut(word, "=")
			if slot == "perhaps" {
				meant.IsDoubtful = true
				continue
			}
			if after, err := time.ParseDuration(value); slot == "after" && err == nil {
				c.At = u.Now.Add(after)
				continue
			}
			c.Slots[slot] = valueOf(strings.ReplaceAll(value, "_", " "))
		}
		bound, question := meaning.Bind(home, u, c)
		meant.Commands = append(meant.Commands, bound)
		if question != nil {
			question.Command = i
			meant.Question = question
		}
	}
	meant.Source = meaning.Grammar

	return meant, nil
}

func valueOf(text string) any {
	var n float64
	if json.Unmarshal([]byte(text), &n) == nil {
		return n
	}

	return text
}

// entity is one that is off.
func entity(id, name, area, attributes string) *hamanagerapi.Entity {
	domain, _, _ := strings.Cut(id, ".")
	if attributes == "" {
		attributes = "{}"
	}
	e := &hamanagerapi.Entity{ID: id, Name: name, AreaID: area, Domain: domain, Exposed: true, Cell: new(hamanagerapi.StateCell)}
	e.Cell.Store(&hamanagerapi.State{Value: "off", Attributes: json.RawMessage(attributes)})

	return e
}

func smallHome() *hamanagerapi.Home {
	var entities []*hamanagerapi.Entity
	add := func(id, name, area, class, state, attributes string) {
		e := entity(id, name, area, attributes)
		e.DeviceClass = class
		e.Cell.Store(&hamanagerapi.State{Value: state, Attributes: e.State().Attributes})
		entities = append(entities, e)
	}
	add("light.konyha", "konyhai lámpa", "konyha", "", "off", `{"supported_color_modes":["rgb"]}`)
	add("light.nagy", "nagy lámpa", "nappali", "", "on", "")
	add("light.kis", "kis lámpa", "nappali", "", "on", "")
	add("light.olvaso_1", "olvasólámpa", "nappali", "", "off", "")
	add("light.olvaso_2", "olvasólámpa", "halo", "", "off", "")
	add("cover.redony", "nappali redőny", "nappali", "shutter", "closed", `{"current_position":0,"supported_features":15}`)
	add("cover.garazs", "garázskapu", "garazs", "garage", "closed", "")
	add("lock.bejarat", "bejárati ajtó", "eloszoba", "", "locked", "")
	add("climate.nappali", "nappali termosztát", "nappali", "", "heat", `{"temperature":21,"current_temperature":21.5,"min_temp":7,"max_temp":30}`)
	add("scene.mozi", "mozi", "nappali", "", "unknown", "")
	add("switch.kazan", "kazán", "", "", "unavailable", "")
	add("todo.bevasarlolista", "bevásárlólista", "konyha", "", "0", "")
	add("sensor.terasz", "terasz hőmérő", "terasz", "temperature", "8.5", `{"unit_of_measurement":"°C"}`)
	sort.Slice(entities, func(i, j int) bool { return entities[i].ID < entities[j].ID })

	return hamanagerapi.NewHome(hamanagerapi.Home{
		Version: 1, TimeZone: "Europe/Budapest",
		Areas: []hamanagerapi.Area{
			{ID: "konyha", Name: "konyha"},
			{ID: "nappali", Name: "nappali"},
			{ID: "halo", Name: "háló"},
			{ID: "garazs", Name: "garázs"},
			{ID: "eloszoba", Name: "előszoba"},
			{ID: "terasz", Name: "terasz"},
		},
	}, entities)
}
