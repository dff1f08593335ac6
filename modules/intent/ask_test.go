package intent

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/platform/events"
	"homehub/platform/identity"
)

// handleIn finds the handle that a prompt gives to a device.
func handleIn(t *testing.T, r llmapi.ChatRequest, name string) string {
	t.Helper()
	last := r.Messages[len(r.Messages)-1].Content
	found := regexp.MustCompile(`(?m)^(e\d+) \| ` + regexp.QuoteMeta(name) + ` \|`).FindStringSubmatch(last)
	require.NotNil(t, found, "%s is not in\n%s", name, last)

	return found[1]
}

// answering lets the model answer, with the names of devices in angle brackets for their handles.
func (b *bench) answering(t *testing.T, answer string) {
	t.Helper()
	b.model.Err = nil
	b.model.Reply = func(_ context.Context, r llmapi.ChatRequest) (string, error) {
		return regexp.MustCompile(`<[^>]+>`).ReplaceAllStringFunc(answer, func(name string) string {
			return handleIn(t, r, strings.Trim(name, "<>"))
		}), nil
	}
}

func TestModelAnswers(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text, answer string
		status       meaning.Status
		reason       meaning.Reason
		speech       string
		calls        int
	}{
		"one command": {
			text: "olvasnék egy kicsit", answer: `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["<konyhai lámpa>"]}]}`,
			status: meaning.StatusDone, speech: "Felkapcsoltam a konyhai lámpát.", calls: 1,
		},
		"several, with values": {
			text:   "romantikus vacsorát szeretnék",
			answer: `{"kind":"do","commands":[{"intent":"HassLightSet","targets":["<konyhai lámpa>"],"brightness":30,"color":"red"},{"intent":"HassTurnOff","targets":["<nagy lámpa>","<kis lámpa>"]}]}`,
			status: meaning.StatusDone, calls: 2,
			speech: "A konyhai lámpát 30 százalékra és pirosra állítottam. Lekapcsoltam a kis lámpát és a nagy lámpát.",
		},
		"a number that the thermostat cannot take": {
			text: "olyan jó lenne szaunázni a nappaliban", answer: `{"kind":"do","commands":[{"intent":"HassClimateSetTemperature","targets":["<nappali termosztát>"],"temperature":35}]}`,
			status: meaning.StatusFailed, reason: meaning.ReasonOutOfRange, speech: "Ezt az értéket nem lehet beállítani.",
		},
		"a question about a state": {
			text: "hogy érzi magát a nagy lámpa", answer: `{"kind":"do","commands":[{"intent":"HassGetState","targets":["<nagy lámpa>"]}]}`,
			status: meaning.StatusAnswered, speech: "A nagy lámpa ég.",
		},
		"in words": {
			text: "te egész ügyes vagy", answer: `{"kind":"answer","text":"**Köszönöm**, igyekszem!\n\nhttps://example.com"}`,
			status: meaning.StatusAnswered, speech: "Köszönöm, igyekszem!",
		},
		"a question back in words": {
			text: "csinálj valami szépet", answer: `{"kind":"ask","text":"Melyik szobában?"}`,
			status: meaning.StatusClarify, speech: "Melyik szobában?",
		},
		"a question back about devices": {
			text: "valami fényt kérek", answer: `{"kind":"ask","text":"Melyiket?","choices":["<nagy lámpa>","<kis lámpa>"],"intent":"HassTurnOff"}`,
			status: meaning.StatusClarify, speech: "Melyikre gondolsz: nagy lámpa vagy kis lámpa?",
		},
		"nothing":  {text: "tegnap moziban voltunk", answer: `{"kind":"nothing"}`, status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"nonsense": {text: "hókuszpókusz", answer: `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e99"]}]}`, status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"a lie":    {text: "hókuszpókusz", answer: `{"kind":"answer","text":"Felkapcsoltam a lámpát."}`, status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"what is risky asks": {
			text: "hazaértem", answer: `{"kind":"do","commands":[{"intent":"HassTurnOff","targets":["<bejárati ajtó>"]}]}`,
			status: meaning.StatusConfirm, speech: "Biztosan kinyissam a bejárati ajtót?",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.answering(t, tc.answer)
			got := b.say(t, tc.text)
			require.Equal(t, tc.speech, got.Speech)
			require.Equal(t, tc.status, got.Status)
			require.Equal(t, tc.reason, got.Reason)
			require.Len(t, b.home.Calls(), tc.calls)
			require.Len(t, b.model.Asked(), 1)
		})
	}
}

func TestModelIsAskedOnceForTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answering(t, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["<konyhai lámpa>"]}]}`)
	first := b.say(t, "olvasnék egy kicsit")
	require.Equal(t, meaning.LLM, first.Source)
	again := b.sayAs(t, owner, request{Text: "Olvasnék egy kicsit!", ConversationID: "another"})
	require.Equal(t, meaning.Cache, again.Source)
	require.Equal(t, meaning.StatusAlready, again.Status)
	require.Len(t, b.model.Asked(), 1)

	b.say(t, "mi újság, olvasnék?") // about states: never kept
	b.say(t, "mi újság, olvasnék?")
	require.Len(t, b.model.Asked(), 3)
}

func TestLateWordsAreToldAndLateCommandsAreNot(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer string
		isTold bool
	}{
		"words":   {`{"kind":"answer","text":"Szívesen."}`, true},
		"command": {`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e1"]}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupHasty(t)
			answered := make(chan struct{})
			b.model.Err = nil
			b.model.Reply = func(ctx context.Context, _ llmapi.ChatRequest) (string, error) {
				until, _ := ctx.Deadline()
				require.Greater(t, time.Until(until), 500*time.Millisecond)
				<-answered

				return tc.answer, nil
			}
			got := b.say(t, "köszi szépen mindent")
			require.Equal(t, meaning.StatusNotUnderstood, got.Status)
			require.Equal(t, meaning.ReasonLLMUnavailable, got.Reason)
			require.Contains(t, got.Speech, "nem felelt időben")
			close(answered)
			b.flights.close()
			require.Empty(t, b.home.Calls())
			if !tc.isTold {
				require.Empty(t, b.told.Events())

				return
			}
			require.Len(t, b.told.Events(), 1)
			require.Equal(t, events.IntentAnswered, b.told.Events()[0].Kind)
			require.Equal(t, "Szívesen.", b.told.Events()[0].Data["speech"])
		})
	}
}

func TestModelKnowsTheConversation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answering(t, `{"kind":"ask","text":"Melyik szobában?"}`)
	b.say(t, "csinálj valami szépet")
	b.answering(t, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["<konyhai lámpa>"]}]}`)
	require.Equal(t, meaning.StatusDone, b.say(t, "hát a konyhában gondoltam").Status)
	asked := b.model.Asked()
	require.Len(t, asked, 2)
	require.Len(t, asked[1].Messages, 4)
	require.Equal(t, llmapi.Message{Role: llmapi.User, Content: `Said: "csinálj valami szépet"`}, asked[1].Messages[1])
	require.Equal(t, llmapi.Message{Role: llmapi.Assistant, Content: "Melyik szobában?"}, asked[1].Messages[2])

	b.sayAs(t, owner, request{Text: "és az én szobámban?", ConversationID: "another"})
	require.Len(t, b.model.Asked()[2].Messages, 2, "of another conversation")
	b.clock.jump(2 * time.Minute)
	b.say(t, "na és most mi lesz?")
	require.Len(t, b.model.Asked()[3].Messages, 2, "the window is over")
}

func TestChoiceCompletesWhatTheModelAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answering(t, `{"kind":"ask","text":"Melyiket?","choices":["<nagy lámpa>","<kis lámpa>"],"intent":"HassTurnOff"}`)
	require.Len(t, b.say(t, "valami zavarja a szememet").Choices, 2)
	got := b.say(t, "a kicsit")
	require.Equal(t, "Lekapcsoltam a kis lámpát.", got.Speech)
	require.Equal(t, meaning.LLM, got.Source)
	require.Len(t, b.model.Asked(), 1)
}

func TestWhyTheModelDidNotAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err    error
		reason meaning.Reason
		speech string
	}{
		"busy":        {llmapi.ErrBusy, meaning.ReasonBusy, "sokan várnak"},
		"spent":       {llmapi.ErrSpent, meaning.ReasonLLMUnavailable, "kerete"},
		"unavailable": {llmapi.ErrUnavailable, meaning.ReasonLLMUnavailable, "nem érhető el"},
		"too slow":    {llmapi.ErrUnavailable.Wrap(context.DeadlineExceeded), meaning.ReasonLLMUnavailable, "nem felelt időben"},
		"nonsense":    {llmapi.ErrNonsense, "", "Ezt nem értettem."},
		"absent":      {llmapi.ErrAbsent, "", "Ezt nem értettem."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.model.Err = tc.err
			got := b.say(t, "olvasnék egy kicsit")
			require.Equal(t, meaning.StatusNotUnderstood, got.Status)
			require.Equal(t, tc.reason, got.Reason)
			require.Contains(t, got.Speech, tc.speech)
		})
	}
}

func TestModelNeverHearsAPIN(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answering(t, `{"kind":"nothing"}`)
	b.hearAt(t, "HassTurnOff name=bejárati_ajtó")
	b.hearAt(t, "azt hiszem hogy 9 8 7 6 volt vagy valami ilyesmi")
	b.hearAt(t, "4321")
	require.Empty(t, b.model.Asked())
}

func TestScriptOfTheModelAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.home.SetHome(guardedHome("lámpa", "off"))
	b.answering(t, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["<érkezés>"]}]}`)
	for _, caller := range []string{"owner", "child", "device without PIN"} {
		who := callers[caller]
		asked := b.sayAs(t, who, request{Text: "hazaértem végre", ConversationID: "talk"})
		require.Equal(t, meaning.StatusConfirm, asked.Status, caller)
		before := len(b.home.Calls())
		require.Equal(t, meaning.StatusDone, b.sayAs(t, who, request{Text: "igen", ConversationID: "talk"}).Status, caller)
		require.Len(t, b.home.Calls(), before+1)
	}
}

func TestAnswersAreNotSharedBeyondTheirSpeaker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answering(t, `{"kind":"nothing"}`)
	say := func(change func(*request), rights func() int) {
		r := request{Text: "olvasnék egy kicsit", ConversationID: "talk"}
		change(&r)
		b.sayAs(t, owner, r)
		require.Len(t, b.model.Asked(), rights())
	}
	say(func(*request) {}, func() int { return 1 })
	say(func(*request) {}, func() int { return 1 })
	say(func(r *request) { r.DeviceArea = "konyha" }, func() int { return 2 }) // said elsewhere
	b.sayAs(t, as("child"), request{Text: "olvasnék egy kicsit"})              // who can say less
	require.Len(t, b.model.Asked(), 3)
	other := owner
	other.HouseholdID = "0191d1f0-0000-7000-8000-00000000000b"
	b.sayAs(t, other, request{Text: "olvasnék egy kicsit"})
	require.Len(t, b.model.Asked(), 4)
	for i, area := range []string{"konyha", "nappali"} { // devices that reach less, and not the same
		less := tablet(func(p *identity.Principal) { p.AllowedAreas = []string{area} })
		b.sayAs(t, less, request{Text: "olvasnék egy kicsit"})
		require.Len(t, b.model.Asked(), 5+i)
	}
	b.model.Made = "anew"
	b.sayAs(t, owner, request{Text: "olvasnék egy kicsit", ConversationID: "talk"})
	require.Len(t, b.model.Asked(), 7)
}

func TestWhatAModelSaidIsNotLogged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	core, logs := observer.New(zap.DebugLevel)
	b.log = zap.New(core)
	b.answering(t, `{"kind":"titkos szavak"}`)
	b.say(t, "olvasnék egy kicsit")
	require.NotEmpty(t, logs.All())
	require.NotContains(t, fmt.Sprint(logs.All()), "titkos")
}

// broken is a stage that panics.
type broken struct{}

func (broken) understand(context.Context, heard) (meaning.Understanding, error) { panic("broken") }

func TestPanicOfAStageKeepsTheTurnsCounted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.stages[1] = broken{}
	require.PanicsWithValue(t, "broken", func() { _, _ = b.speak(t.Context(), owner, request{Text: "olvasnék egy kicsit"}, "") })
	require.Empty(t, b.admission.slots)
}

func TestWhoHangsUpIsNoFaultOfTheModel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.model.Err = nil
	ctx, hangUp := context.WithCancel(t.Context())
	b.model.Reply = func(ctx context.Context, _ llmapi.ChatRequest) (string, error) {
		hangUp()
		<-ctx.Done()

		return "", ctx.Err()
	}

	_, err := b.speak(ctx, owner, request{Text: "olvasnék egy kicsit"}, "")

	require.NoError(t, err)
	require.InDelta(t, 1, testutil.ToFloat64(b.metrics.asked.WithLabelValues("gone")), 0)
	require.Zero(t, testutil.ToFloat64(b.metrics.asked.WithLabelValues("unavailable")))
}
