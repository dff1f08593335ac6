package modules_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSentenceSwitchesLamp(t *testing.T) {
	t.Parallel()
	p := startHub(t).registerHome("anna")

	first := p.say(t, "kapcsold fel a villanyt a konyhában")
	require.Equal(t, "done", first.Status)
	require.Equal(t, "Felkapcsoltam a konyhai lámpát.", first.Speech)
	require.Equal(t, "grammar", first.Source)
	require.Len(t, first.Commands, 1)
	require.Equal(t, "HassTurnOn", first.Commands[0].Intent)
	require.Len(t, first.Commands[0].Targets, 1)
	lamp := first.Commands[0].Targets[0]
	require.Equal(t, "on", p.state(t, lamp))
	require.Equal(t, lamp, first.Commands[0].Changes[0].EntityID)

	again := p.say(t, "Kapcsold fel a villanyt a konyhában!")
	require.Equal(t, "already", again.Status)
	require.Equal(t, "A konyhai lámpa már fel van kapcsolva.", again.Speech)

	off := p.say(t, "kapcsold le a konyhai lampat")
	require.Equal(t, "done", off.Status)
	require.Equal(t, "off", p.state(t, lamp))
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	p := startHub(t).registerHome("anna")

	a := p.say(t, "kapcsold fel a villanyt a konyhában", map[string]any{"dry_run": true})

	require.Equal(t, "planned", a.Status)
	require.Equal(t, "planned", a.Commands[0].Status)
	require.Equal(t, "off", p.state(t, a.Commands[0].Targets[0]))
	var history struct {
		Items []any `json:"items"`
	}
	p.Get("/api/v1/intents").JSON(&history)
	require.Empty(t, history.Items)
}

func TestRiskyCommandNeedsYes(t *testing.T) {
	t.Parallel()
	p := startHub(t).registerHome("anna")

	asked := p.say(t, "nyisd ki a bejárati ajtót")
	require.Equal(t, "confirm", asked.Status)
	same := map[string]any{"conversation_id": asked.ConversationID}

	dropped := p.say(t, "mégse", same)
	require.NotEqual(t, "done", dropped.Status)

	asked = p.say(t, "nyisd ki a bejárati ajtót")
	same = map[string]any{"conversation_id": asked.ConversationID}
	yes := p.say(t, "igen", same)
	require.Equal(t, "done", yes.Status, yes.Speech)
	lock := yes.Commands[0].Targets[0]
	require.Equal(t, "unlocked", p.state(t, lock))

	p.say(t, "zárd be a bejárati ajtót")
	require.Equal(t, "locked", p.state(t, lock))
	twice := p.say(t, "igen", same)
	require.NotEqual(t, "done", twice.Status, "a yes counts once")
	require.Equal(t, "locked", p.state(t, lock))
}

func TestIdempotencyKeyAnswersTwiceActsOnce(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")
	keyed := p.With("Idempotency-Key", "tablet-1")
	body := map[string]any{"text": "kapcsold fel a villanyt a konyhában"}

	first := keyed.Post("/api/v1/intent", body).Expect(http.StatusOK)
	p.say(t, "kapcsold le a villanyt a konyhában")
	second := keyed.Post("/api/v1/intent", body).Expect(http.StatusOK)
	require.Equal(t, first.Body, second.Body)
	require.Equal(t, first.Header.Get("X-Request-ID"), second.Header.Get("X-Request-ID"))
	require.Equal(t, "true", second.Header.Get("Idempotency-Replayed"))
	require.Equal(t, "off", p.state(t, "light.konyha"))

	keyed.Post("/api/v1/intent", map[string]any{"text": "kapcsold fel a villanyt"}).
		ExpectProblem(http.StatusUnprocessableEntity, "idempotency.mismatch")

	h.restart()
	after := h.As(p.AccessToken).With("Idempotency-Key", "tablet-1").Post("/api/v1/intent", body).Expect(http.StatusOK)
	require.Equal(t, first.Body, after.Body)
}

func TestHomeSurvivesRestart(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")
	p.say(t, "kapcsold fel a villanyt a konyhában")

	h.restart()
	p.Client = h.As(p.AccessToken)
	h.waitForHome(p)

	require.Equal(t, "on", p.state(t, "light.konyha"))
	require.Equal(t, "already", p.say(t, "kapcsold fel a villanyt a konyhában").Status)
}

func TestNeighbourCannotReachHome(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna, bela := h.registerHome("anna"), h.registerHome("bela")

	for name, body := range map[string]map[string]any{
		"a neighbour's household": {"text": "kapcsold le a villanyt", "household_id": anna.Household.ID},
		"no household":            {"text": "kapcsold le a villanyt", "household_id": "0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11"},
	} {
		res := bela.Post("/api/v1/intent", body)
		require.Equal(t, http.StatusNotFound, res.Status, name)
	}
	for _, path := range []string{"/api/v1/home", "/api/v1/intents", "/api/v1/instance", "/api/v1/audit", "/api/v1/audit/verify"} {
		require.Equal(t, http.StatusNotFound, bela.Get(path+"?household_id="+anna.Household.ID).Status, path)
	}

	before := bela.state(t, "light.konyha")
	anna.say(t, "kapcsold fel a villanyt a konyhában")
	require.Equal(t, before, bela.state(t, "light.konyha"))
}
