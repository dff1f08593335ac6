package intent

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/platform/database/databasetest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

func TestSpeak(t *testing.T) {
	t.Parallel()
	offline := func(b *bench) { b.home.SetOffline(true) }
	fault := func(entity string, f hamanagertest.Fault) func(*bench) {
		return func(b *bench) { b.home.SetFault(entity, f) }
	}
	cases := map[string]struct {
		before     func(*bench)
		text       string
		status     meaning.Status
		reason     meaning.Reason
		speech     string
		calls      int
		isUnlogged bool // no audit entry
	}{
		"done": {
			text: "HassTurnOn area=konyha domain=light", status: meaning.StatusDone, speech: "Felkapcsoltam a konyhai lámpát.", calls: 1,
		},
		"already, and called all the same": {
			text: "HassTurnOn name=nagy_lámpa", status: meaning.StatusAlready, speech: "A nagy lámpa már fel van kapcsolva.", calls: 1,
		},
		"done where some were already": {
			text: "HassTurnOn area=nappali domain=light", status: meaning.StatusDone, speech: "Felkapcsoltam az olvasólámpát.", calls: 1,
		},
		"brightness and colour": {
			text: "HassLightSet name=konyhai_lámpa brightness=40 color=red", status: meaning.StatusDone,
			speech: "A konyhai lámpát 40 százalékra és pirosra állítottam.", calls: 1,
		},
		"temperature": {
			text: "HassClimateSetTemperature name=nappali_termosztát temperature=22.5", status: meaning.StatusDone,
			speech: "A nappali termosztátot 22,5 fokra állítottam.", calls: 1,
		},
		"scene": {text: "HassTurnOn name=mozi", status: meaning.StatusDone, speech: "Beállítottam: mozi.", calls: 1},
		"several commands": {
			text: "HassTurnOn name=konyhai_lámpa; HassTurnOff area=nappali domain=light", status: meaning.StatusDone,
			speech: "Felkapcsoltam a konyhai lámpát. Lekapcsoltam a kis lámpát és a nagy lámpát.", calls: 2,
		},
		"no response": {
			before: fault("light.konyha", hamanagertest.Fault{Silent: true}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonNoResponse, speech: "A konyhai lámpa nem válaszolt.", calls: 1,
		},
		"partly": {
			before: fault("light.kis", hamanagertest.Fault{Silent: true}), text: "HassTurnOff area=nappali domain=light",
			status: meaning.StatusPartial, reason: meaning.ReasonNoResponse, speech: "Lekapcsoltam a nagy lámpát, de a kis lámpa nem válaszolt.", calls: 1,
		},
		"home offline": {
			before: offline, text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonHomeOffline, speech: "Most nem érem el az otthonodat.",
		},
		"question while offline": {
			before: offline, text: "HassGetState name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonHomeOffline, speech: "Most nem érem el az otthonodat.",
		},
		"no instance": {
			before: func(b *bench) { b.homes.err = hamanagerapi.ErrNoInstance }, text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonHomeOffline, speech: "Az otthonod még nem áll készen.", isUnlogged: true,
		},
		"instance not seen yet": {
			before: func(b *bench) { b.homes.err = hamanagerapi.ErrOffline }, text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonHomeOffline, speech: "Most nem érem el az otthonodat.", isUnlogged: true,
		},
		"value refused": {
			before: fault("light.konyha", hamanagertest.Fault{Err: hamanagerapi.ErrOutOfRange}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonOutOfRange, speech: "Ezt az értéket nem lehet beállítani.", calls: 1,
		},
		"entity unavailable": {
			text: "HassTurnOn name=kazán", status: meaning.StatusFailed, reason: meaning.ReasonUnavailable, speech: "A kazán most nem elérhető.",
		},
		"service failed": {
			before: fault("light.konyha", hamanagertest.Fault{Err: hamanagerapi.ErrServiceFailed}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonServiceFailed, speech: "Nem sikerült felkapcsolni a konyhai lámpát.", calls: 1,
		},
		"not supported": {
			before: fault("light.konyha", hamanagertest.Fault{Err: hamanagerapi.ErrNotSupported}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonNotSupported, speech: "A konyhai lámpa erre nem képes.", calls: 1,
		},
		"outcome unknown": {
			before: fault("light.konyha", hamanagertest.Fault{Err: hamanagerapi.ErrOutcomeUnknown}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonOutcomeUnknown, speech: "Nem tudom, hogy sikerült-e felkapcsolni a konyhai lámpát.", calls: 1,
		},
		"outcome unknown, yet seen": {
			before: fault("light.konyha", hamanagertest.Fault{Err: hamanagerapi.ErrOutcomeUnknown, Applies: true}), text: "HassTurnOn name=konyhai_lámpa",
			status: meaning.StatusDone, speech: "Felkapcsoltam a konyhai lámpát.", calls: 1,
		},
		"deadline": {
			before: fault("light.konyha", hamanagertest.Fault{Hang: true}), text: "HassTurnOn name=konyhai_lámpa; HassTurnOff name=nagy_lámpa",
			status: meaning.StatusFailed, reason: meaning.ReasonOutcomeUnknown, calls: 1,
			speech: "Nem tudom, hogy sikerült-e felkapcsolni a konyhai lámpát. Kifutottam az időből, ezért meg sem próbáltam lekapcsolni a nagy lámpát.",
		},
		"no such name": {
			text: "HassTurnOn name=szauna", status: meaning.StatusFailed, reason: meaning.ReasonNoSuchName, speech: "Nincs ilyen eszköz: szauna.",
		},
		"out of range": {
			text: "HassClimateSetTemperature name=nappali_termosztát temperature=45", status: meaning.StatusFailed,
			reason: meaning.ReasonOutOfRange, speech: "Ezt az értéket nem lehet beállítani.",
		},
		"what homehub cannot do": {
			text: "HassBroadcast message=ebéd", status: meaning.StatusFailed, reason: meaning.ReasonNotSupported, speech: "Ezt még nem tudom megtenni.",
		},
		"two of one name": {
			text: "HassTurnOn name=olvasólámpa", status: meaning.StatusClarify, speech: "Melyikre gondolsz: nappali vagy háló?",
		},
		"risky": {
			text: "HassTurnOff name=bejárati_ajtó", status: meaning.StatusConfirm, speech: "Biztosan kinyissam a bejárati ajtót?",
		},
		"garage": {text: "HassTurnOn name=garázskapu", status: meaning.StatusConfirm, speech: "Biztosan kinyissam a garázskaput?"},
		"state":  {text: "HassGetState name=nagy_lámpa", status: meaning.StatusAnswered, speech: "A nagy lámpa ég."},
		"state asked": {
			text: "HassGetState name=konyhai_lámpa state=on", status: meaning.StatusAnswered, speech: "Nem, a konyhai lámpa nem ég.",
		},
		"count": {
			text: "HassGetState domain=light state=on", status: meaning.StatusAnswered, speech: "2 lámpa ég: kis lámpa és nagy lámpa.",
		},
		"room temperature": {
			text: "HassClimateGetTemperature area=nappali", status: meaning.StatusAnswered, speech: "A nappaliban 21,5 fok van.",
		},
		"outside temperature": {
			text: "HassClimateGetTemperature area=terasz", status: meaning.StatusAnswered, speech: "A teraszon 8,5 fok van.",
		},
		"time": {text: "HassGetCurrentTime", status: meaning.StatusAnswered, speech: "14 óra van."},
		"date": {text: "HassGetCurrentDate", status: meaning.StatusAnswered, speech: "Ma 2025. április 4., péntek van."},
		"not understood": {
			text: "mi a véleményed?", status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem.", isUnlogged: true,
		},
		"no model": {
			before: func(b *bench) { b.model.Err = llmapi.ErrUnavailable }, text: "mi a véleményed?",
			status: meaning.StatusNotUnderstood, reason: meaning.ReasonLLMUnavailable, isUnlogged: true,
			speech: "Ezt nem értettem, a nyelvi modell pedig most nem érhető el.",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deadline := patient
			if tc.before != nil {
				deadline = hasty
			}
			b := setupWithin(t, databasetest.New(t), kv.NewMemory, deadline)
			if tc.before != nil {
				tc.before(b)
			}

			got := b.say(t, tc.text)

			require.Equal(t, tc.speech, got.Speech)
			require.Equal(t, tc.status, got.Status)
			require.Equal(t, tc.reason, got.Reason)
			require.Len(t, b.home.Calls(), tc.calls)
			require.Equal(t, tc.isUnlogged, len(b.audit.Events()) == 0)
			items, _, err := b.listHistory(t.Context(), owner, 10, "")
			require.NoError(t, err)
			require.Len(t, items, 1)
			require.Equal(t, tc.text, *items[0].Text)
			require.Equal(t, got.RequestID, items[0].RequestID)
		})
	}
}

func TestSpeakTellsWhatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)

	got := b.say(t, "HassTurnOff area=nappali domain=light")

	require.Equal(t, []string{"light.kis", "light.nagy", "light.olvaso_1"}, got.Commands[0].Targets)
	require.Equal(t, []change{{EntityID: "light.kis", From: "on", To: "off"}, {EntityID: "light.nagy", From: "on", To: "off"}}, got.Commands[0].Changes)
	require.Contains(t, got.Timing, stageTotal)
	event := b.audit.Events()[0]
	require.Equal(t, auditapi.OK, event.Outcome)
	require.Equal(t, map[string]string{"text": "HassTurnOff area=nappali domain=light"}, event.Personal)
}

func TestCoverThatTakesItsTimeHasStarted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.home.SetFault("cover.redony", hamanagertest.Fault{Silent: true})
	moved := make(chan struct{})
	go func() {
		defer close(moved)
		for len(b.home.Calls()) == 0 {
			time.Sleep(time.Millisecond)
		}
		b.home.SetState("cover.redony", "opening", nil)
	}()

	got := b.say(t, "HassTurnOn name=nappali_redőny")

	<-moved
	require.Equal(t, meaning.StatusStarted, got.Status)
	require.Equal(t, "Húzom fel a nappali redőnyt.", got.Speech)
	require.Equal(t, []change{{EntityID: "cover.redony", From: "closed", To: "opening"}}, got.Commands[0].Changes)
}

func TestDryRunChangesAndKeepsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)

	got := b.sayAs(t, owner, request{Text: "HassTurnOff name=bejárati_ajtó", DryRun: true})
	lamp := b.sayAs(t, owner, request{Text: "HassTurnOn area=konyha domain=light", DryRun: true})

	require.Equal(t, meaning.StatusPlanned, got.Status)
	require.Equal(t, needsConfirm, got.Commands[0].Needs)
	require.Equal(t, []string{"lock.bejarat"}, got.Commands[0].Targets)
	require.Equal(t, "Felkapcsolnám a konyhai lámpát.", lamp.Speech)
	require.Empty(t, b.home.Calls())
	require.Empty(t, b.audit.Events())
	items, _, err := b.listHistory(t.Context(), owner, 10, "")
	require.NoError(t, err)
	require.Empty(t, items)
}

func TestSpeakRefuses(t *testing.T) {
	t.Parallel()
	device := identity.Principal{Kind: identity.Device, ID: "tablet", HouseholdID: household, Role: identity.RoleDevice}
	cases := map[string]struct {
		caller identity.Principal
		req    request
		want   error
	}{
		"nothing":             {caller: owner, req: request{Text: " "}, want: errInvalidText},
		"501 characters":      {caller: owner, req: request{Text: strings.Repeat("á", 501)}, want: errInvalidText},
		"invalid UTF-8":       {caller: owner, req: request{Text: "\xff"}, want: errInvalidText},
		"another language":    {caller: owner, req: request{Text: "hi", Language: "en"}, want: errLanguage},
		"another user":        {caller: owner, req: request{Text: "hi", UserID: "somebody"}, want: errNotYourUser},
		"a device as user":    {caller: device, req: request{Text: "hi", UserID: "tablet"}, want: errNotYourUser},
		"another device":      {caller: device, req: request{Text: "hi", DeviceID: "phone"}, want: errNotYourDevice},
		"a conversation path": {caller: owner, req: request{Text: "hi", ConversationID: "a:b"}, want: errInvalidConversation},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)

			_, err := b.speak(t.Context(), tc.caller, tc.req, "")

			require.ErrorIs(t, err, tc.want)
			require.Empty(t, b.home.Calls())
		})
	}
}
