package intent

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/apperr"
	"homehub/platform/database/databasetest"
	"homehub/platform/events"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// attendNow does what is due, and waits until it is done.
func (b *bench) attendNow(t *testing.T) {
	t.Helper()
	var running sync.WaitGroup
	_, err := b.attend(t.Context(), &running)
	require.NoError(t, err)
	running.Wait()
}

func (b *bench) plansOf(t *testing.T, caller identity.Principal) []planItem {
	t.Helper()
	items, _, err := b.listPlanItems(t.Context(), caller, 50, "")
	require.NoError(t, err)

	return items
}

func (b *bench) carriedOut(t *testing.T) []events.Event {
	t.Helper()

	return b.told.Find(events.PlanCarriedOut)
}

func TestAPlanIsCarriedOutWhenItIsDue(t *testing.T) {
	t.Parallel()
	b := setup(t)

	got := b.say(t, "HassTurnOff after=30m name=nagy_lámpa")

	require.Equal(t, meaning.StatusScheduled, got.Status)
	require.Equal(t, "30 perc múlva lekapcsolom a nagy lámpát.", got.Speech)
	require.Equal(t, meaning.StatusScheduled, got.Commands[0].Status)
	require.Len(t, got.Commands[0].Plans, 1)
	require.NotNil(t, got.Commands[0].DueAt)
	require.Empty(t, b.home.Calls())
	b.pass(t, 29*time.Minute)
	require.Empty(t, b.home.Calls())

	b.pass(t, time.Minute)

	require.Len(t, b.home.Calls(), 1)
	told := b.carriedOut(t)
	require.Len(t, told, 1)
	require.Equal(t, owner.ID, told[0].Audience)
	require.Equal(t, meaning.StatusDone, told[0].Data["status"])
	require.Equal(t, got.Commands[0].Plans[0], told[0].Data["plan_id"])
	require.Equal(t, "Lekapcsoltam a nagy lámpát.", told[0].Data["speech"])
	recorded := b.audit.Events()
	last := recorded[len(recorded)-1]
	require.Equal(t, actionCarryOut, last.Action)
	require.Equal(t, owner.ID, last.Actor.ID)
	require.Equal(t, auditapi.OK, last.Outcome)
	items, _, err := b.listHistory(t.Context(), owner, 10, "")
	require.NoError(t, err)
	require.Len(t, items, 2)
	require.Equal(t, meaning.StatusDone, items[0].Status)
	require.Equal(t, meaning.StatusScheduled, items[1].Status)

	b.pass(t, time.Hour)
	require.Len(t, b.home.Calls(), 1)
	require.Empty(t, b.plansOf(t, owner))
}

func TestPlansOfOneSentence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.say(t, "HassTurnOff name=nagy_lámpa; HassTurnOff after=30m name=kis_lámpa; HassTurnOn after=30m name=konyhai_lámpa")
	require.Len(t, b.home.Calls(), 1)
	require.Equal(t, meaning.StatusScheduled, got.Status)
	require.Len(t, b.plansOf(t, owner), 1, "one moment is one plan")
	b.pass(t, 30*time.Minute)
	require.Len(t, b.home.Calls(), 3)
	require.Len(t, b.carriedOut(t), 1)
}

func TestADryRunPlansNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.sayAs(t, owner, request{Text: "HassTurnOff after=30m name=nagy_lámpa", DryRun: true})
	require.Equal(t, meaning.StatusPlanned, got.Status)
	require.Equal(t, "30 perc múlva lekapcsolnám a nagy lámpát.", got.Speech)
	require.Empty(t, b.plansOf(t, owner))
	require.Equal(t, meaning.StatusPlanned, b.sayAs(t, owner, request{Text: "HassStartTimer minutes=5", DryRun: true}).Status)
	require.Empty(t, b.timersOf(t, owner))
}

func TestRiskyPlansAreConfirmedWhenTheyArePlanned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := b.say(t, "HassTurnOff after=30m name=bejárati_ajtó")
	require.Equal(t, "Biztosan 30 perc múlva kinyissam a bejárati ajtót?", asked.Speech)
	require.Empty(t, b.plansOf(t, owner))

	require.Equal(t, meaning.StatusScheduled, b.say(t, "igen").Status)
	b.pass(t, 30*time.Minute)
	require.Len(t, b.home.Calls(), 1)
	require.Equal(t, "unlock", b.home.Calls()[0].Service)

	require.Equal(t, meaning.StatusConfirm, b.hearAt(t, "HassTurnOff after=30m name=bejárati_ajtó").Status)
	require.Equal(t, meaning.StatusScheduled, b.hearAt(t, "1234").Status)
	b.pass(t, 30*time.Minute)
	require.Len(t, b.home.Calls(), 2)
	b.requireNoWords(t, "1234")
}

func TestPlansGoByTheRightsOfTheirMoment(t *testing.T) {
	t.Parallel()
	child := owner
	child.Role = identity.RoleChild
	cases := map[string]struct {
		text   string
		now    *identity.Principal
		err    error
		reason meaning.Reason
	}{
		"a child by then": {text: unlock + " after=30m", now: &child, reason: meaning.ReasonNotAllowed},
		"left":            {text: "HassTurnOff after=30m name=nagy_lámpa", err: apperr.New(apperr.NotFound, "x", "x"), reason: meaning.ReasonNotAllowed},
		"nobody can tell": {text: "HassTurnOff after=30m name=nagy_lámpa", err: errMismatchOfTest, reason: meaning.ReasonBusy},
		"still a right":   {text: "HassTurnOff after=30m name=nagy_lámpa", now: &child},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if b.say(t, tc.text).Status == meaning.StatusConfirm {
				require.Equal(t, meaning.StatusScheduled, b.say(t, "igen").Status)
			}
			b.callers.now, b.callers.err = tc.now, tc.err

			b.pass(t, 30*time.Minute)

			told := b.carriedOut(t)
			require.Len(t, told, 1)
			require.Equal(t, tc.reason, told[0].Data["reason"])
			require.Equal(t, tc.reason == "", len(b.home.Calls()) == 1)
		})
	}
}

var errMismatchOfTest = apperr.New(apperr.Unavailable, "x", "x")

func TestAPlanThatIsMuchTooLateIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, "HassTurnOff after=30m name=nagy_lámpa")
	b.pass(t, 30*time.Minute+latest+time.Second)
	require.Empty(t, b.home.Calls())
	require.Equal(t, meaning.ReasonDeadline, b.carriedOut(t)[0].Data["reason"])
	require.Equal(t, "Elkéstem vele, ezért már nem próbáltam meg lekapcsolni a nagy lámpát.", b.carriedOut(t)[0].Data["speech"])
}

func TestAPlanWaitsForItsHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, "HassTurnOff after=30m name=nagy_lámpa")
	b.home.SetOffline(true)
	b.pass(t, 30*time.Minute)
	require.Empty(t, b.carriedOut(t))
	b.home.SetOffline(false)
	b.pass(t, 10*time.Second)
	require.Len(t, b.carriedOut(t), 1)
	require.Len(t, b.home.Calls(), 1)
}

// TestAPlanIsCarriedOutOnce lets two replicas look at the same plans at once.
func TestAPlanIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	a, b := setupOn(t, db, kv.NewMemory), setupOn(t, db, kv.NewMemory)
	const plans = 10
	for range plans {
		a.say(t, "HassTurnOff after=30m name=nagy_lámpa")
	}
	a.clock.jump(30 * time.Minute)
	b.clock.jump(30 * time.Minute)
	var both, running sync.WaitGroup
	for _, replica := range []*bench{a, b} {
		both.Go(func() {
			_, err := replica.attend(t.Context(), &running)
			require.NoError(t, err)
		})
	}
	both.Wait()
	running.Wait()
	require.Equal(t, plans, len(a.home.Calls())+len(b.home.Calls()))
	require.Empty(t, a.plansOf(t, owner))
}

// TestAPlanWhoseProcessDied is never carried out twice: nobody knows whether it was.
func TestAPlanWhoseProcessDied(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	before := setupOn(t, db, kv.NewMemory)
	planned := before.say(t, "HassTurnOff after=30m name=nagy_lámpa")
	before.clock.jump(30 * time.Minute)
	rows, err := before.store.listDue(t.Context(), before.now(), 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	died, err := before.claimPlanned(t.Context(), rows[0])
	require.NoError(t, err)
	require.NotNil(t, died)

	after := setupOn(t, db, kv.NewMemory)
	after.clock.jump(31 * time.Minute)
	after.attendNow(t)
	require.NoError(t, after.sweep(t.Context()))

	require.Empty(t, after.home.Calls())
	told := after.carriedOut(t)
	require.Len(t, told, 1)
	require.Equal(t, meaning.ReasonOutcomeUnknown, told[0].Data["reason"])
	require.Equal(t, planned.Commands[0].Plans[0], told[0].Data["plan_id"])
	last := after.audit.Events()[0]
	require.Equal(t, actionCarryOut, last.Action)
	require.Equal(t, auditapi.Unknown, last.Outcome)
}

func TestPlansAreToldAndCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.stop(t)
	require.Equal(t, "Nincs semmi tervben.", b.say(t, "HomehubListPlans").Speech)
	b.say(t, "HassTurnOff after=30m name=nagy_lámpa")
	require.Equal(t, "30 perc múlva lekapcsolom a nagy lámpát.", b.say(t, "HomehubListPlans").Speech)
	b.say(t, "HassTurnOn after=20h name=nappali_redőny")
	require.Equal(t, "2 terv van: 30 perc múlva lekapcsolom a nagy lámpát; holnap 10 órakor felhúzom a nappali redőnyt.",
		b.say(t, "HomehubListPlans").Speech)

	asked := b.say(t, "HomehubCancelPlan")
	require.Equal(t, meaning.StatusClarify, asked.Status)
	require.Equal(t, "Rendben, töröltem a tervet.", b.say(t, "az elsőt").Speech)
	left := b.plansOf(t, owner)
	require.Len(t, left, 1)
	require.Equal(t, "1 tervet töröltem.", b.say(t, "HomehubCancelAllPlans").Speech)
	require.Equal(t, "Nincs terv.", b.say(t, "HomehubCancelAllPlans").Speech)
	require.Equal(t, "Nincs ilyen terv.", b.say(t, "HomehubCancelPlan").Speech)
	require.ErrorIs(t, b.cancelPlan(t.Context(), owner, left[0].ID), errNoPlan)
}

func TestTooManyPlans(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range maxPlans {
		require.Equal(t, meaning.StatusScheduled, b.say(t, "HassTurnOff after=30m name=nagy_lámpa").Status)
	}
	require.Equal(t, "Már száz terv van, ennél többet nem tudok megjegyezni.", b.say(t, "HassTurnOff after=30m name=nagy_lámpa").Speech)
	require.Equal(t, "Egy évnél távolabbra nem tudok előre tervezni.", b.say(t, "HassTurnOff after=9000h name=nagy_lámpa").Speech)
	require.Len(t, b.plansOf(t, owner), 50) // a page
}
