package intent

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/database/databasetest"
	"homehub/platform/events"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// pass lets time go by, and does what is due then.
func (b *bench) pass(t *testing.T, d time.Duration) {
	t.Helper()
	b.clock.jump(d)
	b.attendNow(t)
}

func (b *bench) timersOf(t *testing.T, caller identity.Principal) []timerItem {
	t.Helper()
	items, _, err := b.listTimerItems(t.Context(), caller, 50, "")
	require.NoError(t, err)

	return items
}

func TestTimers(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		before []string
		text   string
		status meaning.Status
		speech string
		left   []int64 // seconds, newest first
	}{
		"start":         {text: "HassStartTimer minutes=5", status: meaning.StatusDone, speech: "Az ötperces időzítő elindult.", left: []int64{300}},
		"start named":   {text: "HassStartTimer name=pizza minutes=12", status: meaning.StatusDone, speech: "A pizza időzítő elindult.", left: []int64{720}},
		"start odd":     {text: "HassStartTimer hours=1 minutes=30", status: meaning.StatusDone, speech: "Az 1 óra 30 perces időzítő elindult.", left: []int64{5400}},
		"start nothing": {text: "HassStartTimer seconds=0", status: meaning.StatusFailed, speech: "Ezt az értéket nem lehet beállítani.", left: []int64{}},
		"start too far": {text: "HassStartTimer hours=9000", status: meaning.StatusFailed, speech: "Egy évnél távolabbra nem tudok előre tervezni.", left: []int64{}},
		"cancel": {
			before: []string{"HassStartTimer minutes=5"}, text: "HassCancelTimer", status: meaning.StatusDone,
			speech: "Töröltem az ötperces időzítőt.", left: []int64{},
		},
		"cancel none": {text: "HassCancelTimer", status: meaning.StatusFailed, speech: "Nincs ilyen időzítő.", left: []int64{}},
		"cancel by length": {
			before: []string{"HassStartTimer minutes=5", "HassStartTimer minutes=10"}, text: "HassCancelTimer start_minutes=5",
			status: meaning.StatusDone, speech: "Töröltem az ötperces időzítőt.", left: []int64{600},
		},
		"cancel by name": {
			before: []string{"HassStartTimer minutes=5 name=Pizza", "HassStartTimer minutes=10"}, text: "HassCancelTimer name=pizza",
			status: meaning.StatusDone, speech: "Töröltem a Pizza időzítőt.", left: []int64{600},
		},
		"which": {
			before: []string{"HassStartTimer minutes=5", "HassStartTimer name=pizza minutes=10"}, text: "HassCancelTimer",
			status: meaning.StatusClarify, speech: "Melyikre gondolsz: pizza időzítő vagy ötperces időzítő?", left: []int64{600, 300},
		},
		"cancel all": {
			before: []string{"HassStartTimer minutes=5", "HassStartTimer minutes=10"}, text: "HassCancelAllTimers",
			status: meaning.StatusDone, speech: "2 időzítőt töröltem.", left: []int64{},
		},
		"cancel all of none": {text: "HassCancelAllTimers", status: meaning.StatusAlready, speech: "Nincs időzítő.", left: []int64{}},
		"increase": {
			before: []string{"HassStartTimer minutes=5"}, text: "HassIncreaseTimer minutes=3", status: meaning.StatusDone,
			speech: "Az ötperces időzítő 3 perccel hosszabb lett, még 8 perc van hátra.", left: []int64{480},
		},
		"decrease": {
			before: []string{"HassStartTimer minutes=5"}, text: "HassDecreaseTimer minutes=3", status: meaning.StatusDone,
			speech: "Az ötperces időzítő 3 perccel rövidebb lett, még 2 perc van hátra.", left: []int64{120},
		},
		"pause": {
			before: []string{"HassStartTimer minutes=5"}, text: "HassPauseTimer", status: meaning.StatusDone,
			speech: "Az ötperces időzítő áll, még 5 perc van hátra.", left: []int64{300},
		},
		"pause again": {
			before: []string{"HassStartTimer minutes=5", "HassPauseTimer"}, text: "HassPauseTimer", status: meaning.StatusAlready,
			speech: "Az ötperces időzítő már áll.", left: []int64{300},
		},
		"go on": {
			before: []string{"HassStartTimer minutes=5", "HassPauseTimer"}, text: "HassUnpauseTimer", status: meaning.StatusDone,
			speech: "Az ötperces időzítő megy tovább, még 5 perc van hátra.", left: []int64{300},
		},
		"status": {
			before: []string{"HassStartTimer minutes=3 seconds=20"}, text: "HassTimerStatus", status: meaning.StatusAnswered,
			speech: "Még 3 perc 20 másodperc van hátra.", left: []int64{200},
		},
		"status of none": {text: "HassTimerStatus", status: meaning.StatusAnswered, speech: "Nincs időzítő.", left: []int64{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.stop(t)
			for _, text := range tc.before {
				require.NotEqual(t, meaning.StatusFailed, b.say(t, text).Status, text)
			}

			got := b.say(t, tc.text)

			require.Equal(t, tc.speech, got.Speech)
			require.Equal(t, tc.status, got.Status)
			left := []int64{}
			for _, item := range b.timersOf(t, owner) {
				left = append(left, item.RemainingSeconds)
			}
			require.Equal(t, tc.left, left)
		})
	}
}

// stop holds the clock, so that what is left is what was said.
func (b *bench) stop(t *testing.T) {
	t.Helper()
	b.clock.mu.Lock()
	defer b.clock.mu.Unlock()
	b.clock.begin, b.clock.ticks = b.clock.at, func() time.Time { return b.clock.begin }
}

func TestWhichTimerIsAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, "HassStartTimer minutes=5")
	b.say(t, "HassStartTimer name=pizza minutes=10")
	require.Equal(t, meaning.StatusClarify, b.say(t, "HassCancelTimer").Status)

	got := b.say(t, "a pizzát")

	require.Equal(t, "Töröltem a pizza időzítőt.", got.Speech)
	require.Len(t, b.timersOf(t, owner), 1)
}

func TestATimerIsAnnouncedToWhoSetIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sayAs(t, panel, request{Text: "HassStartTimer minutes=5"})
	b.pass(t, 4*time.Minute)
	require.Empty(t, b.told.Find(events.TimerFinished))

	b.pass(t, time.Minute)

	told := b.told.Find(events.TimerFinished)
	require.Len(t, told, 1)
	require.Equal(t, panel.ID, told[0].Audience)
	require.Equal(t, "Lejárt az ötperces időzítő.", told[0].Data["speech"])
	b.pass(t, time.Hour)
	require.Len(t, b.told.Find(events.TimerFinished), 1)
	require.Empty(t, b.timersOf(t, owner))
}

func TestAPausedTimerWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, "HassStartTimer minutes=5")
	b.say(t, "HassPauseTimer")
	b.pass(t, time.Hour)
	require.Empty(t, b.told.Find(events.TimerFinished))
	b.say(t, "HassUnpauseTimer")
	b.pass(t, 4*time.Minute)
	require.Empty(t, b.told.Find(events.TimerFinished))
	b.pass(t, time.Minute)
	require.Len(t, b.told.Find(events.TimerFinished), 1)
}

// TestTimersAreOnTime lets the schedule run by itself.
func TestTimersAreOnTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	told := make(chan time.Time, 1)
	b.events = tellTo(func(e events.Event) {
		if e.Kind == events.TimerFinished {
			told <- time.Now()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { defer close(over); b.runAgenda(ctx) }()
	b.say(t, "HassStartTimer minutes=10")
	began := time.Now()
	b.say(t, "HassStartTimer seconds=1")

	select {
	case at := <-told:
		require.GreaterOrEqual(t, at.Sub(began), time.Second, "not before its time")
	case <-time.After(time.Minute): // long before the other one
		t.Fatal("not announced")
	}
	cancel()
	<-over
}

type tellTo func(events.Event)

func (f tellTo) Publish(_ context.Context, e events.Event) error { f(e); return nil }

// TestTimersThatEndedWhileAway are announced by the process that comes next, once.
func TestTimersThatEndedWhileAway(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	before := setupOn(t, db, kv.NewMemory)
	before.say(t, "HassStartTimer minutes=5")

	after := setupOn(t, db, kv.NewMemory)
	after.pass(t, time.Hour)
	before.pass(t, time.Hour)

	require.Len(t, after.told.Find(events.TimerFinished), 1)
	require.Empty(t, before.told.Find(events.TimerFinished))
}

// TestTwoReplicasAnnounceOnce lets two of them look at the same timers at once.
func TestTwoReplicasAnnounceOnce(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	a, b := setupOn(t, db, kv.NewMemory), setupOn(t, db, kv.NewMemory)
	const timers = 20
	for range timers {
		a.say(t, "HassStartTimer minutes=5")
	}
	a.clock.jump(time.Hour)
	b.clock.jump(time.Hour)
	errs := make(chan error, 2)
	for _, replica := range []*bench{a, b} {
		go func() { errs <- replica.endTimers(t.Context()) }()
	}
	require.NoError(t, <-errs)
	require.NoError(t, <-errs)

	// The recorder keeps what a transaction that lost its row has not published.
	require.Equal(t, timers, len(a.told.Find(events.TimerFinished))+len(b.told.Find(events.TimerFinished)))
}

func TestWhoseTimers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	child := identity.Principal{
		Kind: identity.User, ID: "0191d1f0-0000-7000-8000-00000000000c", Name: "Csaba", HouseholdID: household, Role: identity.RoleChild,
	}
	b.say(t, "HassStartTimer minutes=5")
	b.sayAs(t, child, request{Text: "HassStartTimer minutes=10"})

	require.Len(t, b.timersOf(t, owner), 2)
	require.Len(t, b.timersOf(t, panel), 2)
	own := b.timersOf(t, child)
	require.Len(t, own, 1)
	require.Equal(t, "Nincs ilyen időzítő.", b.sayAs(t, child, request{Text: "HassCancelTimer start_minutes=5"}).Speech)
	for _, item := range b.timersOf(t, owner) {
		if item.ID != own[0].ID {
			require.ErrorIs(t, b.cancelTimer(t.Context(), child, item.ID), errNoTimer)
		}
	}
	require.NoError(t, b.cancelTimer(t.Context(), owner, own[0].ID))
	require.Empty(t, b.timersOf(t, child))
}

func TestTheSpeakersOwnTimerIsMeant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sayAs(t, panel, request{Text: "HassStartTimer minutes=5"})
	b.say(t, "HassStartTimer minutes=10")

	require.Equal(t, "Töröltem az ötperces időzítőt.", b.sayAs(t, panel, request{Text: "HassCancelTimer"}).Speech)
}

func TestTooManyTimers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	texts := strings.Repeat("HassStartTimer minutes=5;", 5)
	for range maxTimers / 5 {
		require.Equal(t, meaning.StatusDone, b.say(t, texts[:len(texts)-1]).Status)
	}
	got := b.say(t, "HassStartTimer minutes=5")
	require.Equal(t, "Már ötven időzítő van, ennél többet nem tudok elindítani.", got.Speech)
	require.Equal(t, meaning.ReasonOutOfRange, got.Reason)
	require.Equal(t, meaning.StatusFailed, got.Commands[0].Status)
	require.Len(t, b.timersOf(t, owner), maxTimers)
}

func TestErasingTimersAndPlans(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, caller := range []identity.Principal{owner, panel} {
		b.sayAs(t, caller, request{Text: "HassStartTimer minutes=" + strconv.Itoa(i+1)})
		b.sayAs(t, caller, request{Text: "HassTurnOn after=1h name=nagy_lámpa"})
	}
	m := &Module{svc: b.service}
	var exported []any
	add := func(item any) error { exported = append(exported, item); return nil }
	require.NoError(t, m.ExportTimers(t.Context(), owner.ID, add))
	require.NoError(t, m.ExportPlans(t.Context(), owner.ID, add))
	require.Len(t, exported, 2)

	require.NoError(t, m.EraseKept(t.Context(), owner.ID))
	require.Len(t, b.timersOf(t, owner), 1)
	require.NoError(t, m.ForgetDevice(t.Context(), household, panel.ID))
	require.Empty(t, b.timersOf(t, owner))
	plans, _, err := b.listPlanItems(t.Context(), owner, 50, "")
	require.NoError(t, err)
	require.Empty(t, plans)
}
