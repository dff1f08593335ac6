package intent

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

const unlock = "HassTurnOff name=bejárati_ajtó"

func TestConfirm(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer string
		after  time.Duration
		caller identity.Principal
		talk   string
		status meaning.Status
		speech string
		calls  int
	}{
		"yes":                {answer: "igen", caller: owner, talk: "talk", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1},
		"no":                 {answer: "mégse", caller: owner, talk: "talk", status: meaning.StatusAnswered, speech: "Rendben, hagyom."},
		"too late":           {answer: "igen", after: 31 * time.Second, caller: owner, talk: "talk", status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"another talk":       {answer: "igen", caller: owner, talk: "other", status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"somebody else":      {answer: "igen", caller: other(), talk: "talk", status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"noise":              {answer: "izé", caller: owner, talk: "talk", status: meaning.StatusConfirm, speech: "Biztosan kinyissam a bejárati ajtót?"},
		"another command":    {answer: "HassGetState name=nagy_lámpa", caller: owner, talk: "talk", status: meaning.StatusAnswered, speech: "A nagy lámpa ég."},
		"a right taken away": {answer: "igen", caller: demoted(), talk: "talk", status: meaning.StatusFailed, speech: "Ehhez nincs jogosultságod."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			require.Equal(t, meaning.StatusConfirm, b.say(t, unlock).Status)
			b.clock.jump(tc.after)

			got := b.sayAs(t, tc.caller, request{Text: tc.answer, ConversationID: tc.talk})

			require.Equal(t, tc.status, got.Status)
			require.Equal(t, tc.speech, got.Speech)
			require.Len(t, b.home.Calls(), tc.calls)
		})
	}
}

// TestDoubtfulIsAskedAbout: what is only likely meant waits for a yes, whoever asks for it; a question does not.
func TestDoubtfulIsAskedAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := b.say(t, "HassTurnOff name=kis_lámpa perhaps")
	require.Equal(t, meaning.StatusConfirm, got.Status)
	require.Equal(t, "Biztosan lekapcsoljam a kis lámpát?", got.Speech)
	require.Empty(t, b.home.Calls())
	require.Equal(t, meaning.StatusDone, b.say(t, "igen").Status)
	require.Len(t, b.home.Calls(), 1)

	require.Equal(t, meaning.StatusAnswered, b.say(t, "HassGetState name=nagy_lámpa perhaps").Status)
}

// TestChoiceIsNoYesToWhatIsDoubtful: who says which one has not said that it is to be done.
func TestChoiceIsNoYesToWhatIsDoubtful(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Equal(t, meaning.StatusClarify, b.say(t, "HassTurnOn name=olvasólámpa perhaps").Status)
	got := b.say(t, "a nappaliban")
	require.Equal(t, meaning.StatusConfirm, got.Status, got.Speech)
	require.Empty(t, b.home.Calls())
	require.Equal(t, meaning.StatusDone, b.say(t, "igen").Status)
	require.Len(t, b.home.Calls(), 1)
}

func TestYesCountsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, unlock)

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { b.say(t, "igen") })
	}
	group.Wait()

	require.Len(t, b.home.Calls(), 1)
}

func TestQuestionIsDroppedByAnotherCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, unlock)
	b.say(t, "HassGetState name=nagy_lámpa")

	require.Equal(t, meaning.StatusNotUnderstood, b.say(t, "igen").Status)
	require.Empty(t, b.home.Calls())
}

func TestDeviceAnswersWithoutConversation(t *testing.T) {
	t.Parallel()
	tablet := identity.Principal{Kind: identity.Device, ID: "tablet", HouseholdID: household, Role: identity.RoleDevice}
	b := setup(t)
	asked := b.sayAs(t, tablet, request{Text: "HassTurnOn name=olvasólámpa"})
	require.Equal(t, []choice{{Label: "nappali", EntityID: "light.olvaso_1"}, {Label: "háló", EntityID: "light.olvaso_2"}}, asked.Choices)

	got := b.sayAs(t, tablet, request{Text: "mégse"})

	require.Equal(t, meaning.StatusAnswered, got.Status)
	require.Equal(t, asked.ConversationID, got.ConversationID)
}

func TestRiskWithoutAPlaceToAskFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.kv.Close()

	got := b.say(t, unlock)

	require.Equal(t, meaning.StatusFailed, got.Status)
	require.Equal(t, meaning.ReasonBusy, got.Reason)
	require.Equal(t, meaning.StatusDone, b.say(t, "HassTurnOn name=konyhai_lámpa").Status, "everything else goes on")
}

func other() identity.Principal {
	p := owner
	p.ID = "0191d1f0-0000-7000-8000-000000000002"

	return p
}

func demoted() identity.Principal {
	p := owner
	p.Role = identity.RoleGuest

	return p
}
