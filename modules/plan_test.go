package modules_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
	"homehub/platform/identity"
)

type plan struct {
	ID    string    `json:"id"`
	DueAt time.Time `json:"due_at"`
	Text  *string   `json:"text"`
}

func (p *person) plans(t *testing.T) []plan {
	t.Helper()
	var list struct {
		Items []plan `json:"items"`
	}
	p.For(t).Get("/api/v1/plans").Expect(http.StatusOK).JSON(&list)

	return list.Items
}

func TestATimerRingsWhereItWasSet(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	bela := h.join(t, anna, identity.RoleAdult, "bela")
	own, others := anna.follow(t), bela.follow(t)

	var rang told
	for took, first := time.Hour, time.Now(); took > 3*time.Second; { // no machine is busy every time
		require.Less(t, time.Since(first), patience, "rang after %s", took)
		began := time.Now()
		set := anna.say(t, "indíts egy 2 másodperces időzítőt")
		require.Equal(t, "A kétmásodperces időzítő elindult.", set.Speech)

		rang = await(t, own, events.TimerFinished)
		require.Equal(t, "Lejárt a kétmásodperces időzítő.", rang.Data["speech"])
		took = time.Since(began)
		require.GreaterOrEqual(t, took, 2*time.Second)
	}
	bela.say(t, "indíts egy 1 másodperces időzítőt")
	require.NotEqual(t, rang.Data["timer_id"], await(t, others, events.TimerFinished).Data["timer_id"], "the other one's was not told")
}

func TestAPlanSurvivesARestart(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	anna.say(t, "kapcsold le a villanyt a konyhában")

	planned := anna.say(t, "kapcsold fel a villanyt a konyhában három másodperc múlva")
	require.Equal(t, "scheduled", planned.Status)
	require.Len(t, anna.plans(t), 1)
	require.Equal(t, "kapcsold fel a villanyt a konyhában három másodperc múlva", *anna.plans(t)[0].Text)
	require.Equal(t, "off", anna.state(t, "light.konyha"))
	h.restart()
	anna.Client = h.As(anna.AccessToken)
	h.waitForHome(anna)

	eventually(t, func() (bool, string) { return len(anna.plans(t)) == 0, "still planned" })
	eventually(t, func() (bool, string) { return anna.state(t, "light.konyha") == "on", "not done" })
}

func TestAPlanIsCancelled(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	anna.say(t, "kapcsold le a villanyt a konyhában fél óra múlva")
	anna.say(t, "holnap reggel hétkor húzd fel a nappali redőnyt")
	require.Contains(t, anna.say(t, "milyen tervek vannak?").Speech, "holnap 7 órakor felhúzom a nappali redőnyt")
	require.Equal(t, "Rendben, töröltem a tervet.", anna.say(t, "mégse kapcsold le a villanyt a konyhában").Speech)
	left := anna.plans(t)
	require.Len(t, left, 1)
	anna.Delete("/api/v1/plans/" + left[0].ID).Expect(http.StatusNoContent)
	anna.Delete("/api/v1/plans/"+left[0].ID).ExpectProblem(http.StatusNotFound, "intent.plan_not_found")
	require.Equal(t, "Nincs semmi tervben.", anna.say(t, "milyen tervek vannak?").Speech)
}

// TestWhatSomebodyPlannedGoesWithThem removes a device with a timer, and then the person with one.
func TestWhatSomebodyPlannedGoesWithThem(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	bela := h.join(t, anna, identity.RoleAdult, "bela")
	id, tablet := h.pair(t, anna, "tablet")
	tablet.Post("/api/v1/intent", map[string]any{"text": "indíts egy ötven perces időzítőt"}).Expect(http.StatusOK)
	bela.say(t, "indíts egy tíz perces időzítőt")
	bela.say(t, "kapcsold le a villanyt a konyhában fél óra múlva")
	db := h.lookInto(t)
	count := func(table string) (n int64) {
		require.NoError(t, db.Conn(t.Context()).Table(table).Count(&n).Error)

		return n
	}
	require.Equal(t, int64(2), count("intent_timers"))

	anna.Delete("/api/v1/devices/" + id).Expect(http.StatusNoContent)
	require.Equal(t, int64(1), count("intent_timers"))
	bela.Do(bela.Request(http.MethodDelete, "/api/v1/users/me", map[string]any{"password": testPassword})).Expect(http.StatusNoContent)
	require.Zero(t, count("intent_timers"))
	require.Zero(t, count("intent_planned"))
}

// TestAKilledPlanIsNotCarriedOutAgain kills a server between its call and the home's answer.
func TestAKilledPlanIsNotCarriedOutAgain(t *testing.T) {
	t.Parallel()
	dir, home := t.TempDir(), startVirtualHome(t)
	target, err := url.Parse(home.URL)
	require.NoError(t, err)
	between := startProxy(t, target.Host)
	client, kill := startChild(t, dir)
	h := &hub{tb: t, Client: client}
	p := h.registerHome("anna")
	p.Put("/api/v1/instance/link", map[string]string{"url": "http://" + between.address, "token": home.Token}).
		Expect(http.StatusOK)
	h.waitForHome(p)
	require.Contains(t, []string{"done", "already"}, p.say(t, "kapcsold le a villanyt a konyhában").Status)

	require.Equal(t, "scheduled", p.say(t, "kapcsold fel a villanyt a konyhában egy másodperc múlva").Status)
	between.hold()
	between.waitForHeld(t)
	kill()
	http.DefaultClient.CloseIdleConnections()
	between.cut()
	between.restore(t)

	client, _ = startChild(t, dir)
	h.Client, p.Client = client, client.As(p.AccessToken)
	h.waitForHome(p)
	var history struct {
		Items []struct {
			Status string `json:"status"`
			Reason string `json:"reason"`
		} `json:"items"`
	}
	eventually(t, func() (bool, string) {
		p.Get("/api/v1/intents").Expect(http.StatusOK).JSON(&history)

		return len(history.Items) == 3, "the plan's end is not recorded"
	})
	require.Equal(t, "failed", history.Items[0].Status)
	require.Equal(t, "outcome_unknown", history.Items[0].Reason)
	require.Equal(t, "off", p.state(t, "light.konyha"), "it was not done a second time")
	require.Empty(t, p.plans(t))
}
