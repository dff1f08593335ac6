package intent

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian/pin"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

var panel = tablet(func(p *identity.Principal) { p.HasPIN = true })

// hearAt says a sentence at the wall panel.
func (b *bench) hearAt(t *testing.T, text string) answer {
	t.Helper()

	return b.sayAs(t, panel, request{Text: text})
}

func TestPIN(t *testing.T) {
	t.Parallel()
	const wrong = "Ez nem a PIN-kód; kérem még egyszer, vagy mondd, hogy mégse."
	cases := map[string]struct {
		answer string
		after  time.Duration
		caller identity.Principal
		status meaning.Status
		speech string
		calls  int
		tried  int
	}{
		"digits":          {answer: "1234", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1, tried: 1},
		"digits apart":    {answer: "1 2 3 4", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1, tried: 1},
		"words":           {answer: "egy kettő három négy", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1, tried: 1},
		"numbers":         {answer: "Tizenkettő harmincnégy.", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1, tried: 1},
		"a sentence":      {answer: "a kód 1234", status: meaning.StatusDone, speech: "Kinyitottam a bejárati ajtót.", calls: 1, tried: 1},
		"wrong":           {answer: "4321", status: meaning.StatusConfirm, speech: wrong, tried: 1},
		"too short":       {answer: "123", status: meaning.StatusConfirm, speech: wrong},
		"too long":        {answer: "123412341", status: meaning.StatusConfirm, speech: wrong},
		"a yes":           {answer: "igen", status: meaning.StatusConfirm, speech: "Kérem a PIN-kódot, hogy kinyissam a bejárati ajtót."},
		"noise":           {answer: "izé 1234 bigyó", status: meaning.StatusConfirm, speech: "Kérem a PIN-kódot, hogy kinyissam a bejárati ajtót."},
		"no":              {answer: "mégse", status: meaning.StatusAnswered, speech: "Rendben, hagyom."},
		"another command": {answer: "HassGetState name=nagy_lámpa", status: meaning.StatusAnswered, speech: "A nagy lámpa ég."},
		"too late":        {answer: "1234", after: questionWindow, status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"another device":  {answer: "1234", caller: anotherTablet(), status: meaning.StatusNotUnderstood, speech: "Ezt nem értettem."},
		"the PIN was taken away": {
			answer: "1234", caller: tablet(func(*identity.Principal) {}), status: meaning.StatusFailed,
			speech: "Ezt innen csak PIN-kóddal lehet, de az otthonodnak még nincs PIN-kódja.",
		},
		"narrowed since": {
			answer: "1234", caller: tablet(func(p *identity.Principal) { p.HasPIN, p.AllowedDomains = true, []string{"light"} }), tried: 1,
			status: meaning.StatusFailed, speech: "Ennek az eszköznek ehhez nincs engedélye: bejárati ajtó.",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			asked := b.hearAt(t, unlock)
			require.Equal(t, meaning.StatusConfirm, asked.Status)
			require.Equal(t, needsPIN, asked.Needs)
			require.Equal(t, "Kérem a PIN-kódot, hogy kinyissam a bejárati ajtót.", asked.Speech)
			b.clock.jump(tc.after)
			caller := panel
			if tc.caller.ID != "" {
				caller = tc.caller
			}

			got := b.sayAs(t, caller, request{Text: tc.answer})

			require.Equal(t, tc.status, got.Status)
			require.Equal(t, tc.speech, got.Speech)
			require.Len(t, b.home.Calls(), tc.calls)
			require.Len(t, b.pins.guesses, tc.tried)
			if tc.status == meaning.StatusConfirm {
				require.Equal(t, needsPIN, got.Needs)
				require.Equal(t, needsPIN, got.Commands[0].Needs)
			}
			b.requireNoWords(t, "1234", "4321", "egy kettő", "harmincnégy")
		})
	}
}

func anotherTablet() identity.Principal {
	return tablet(func(p *identity.Principal) { p.ID, p.HasPIN = "0191d1f0-0000-7000-8000-0000000000d2", true })
}

// numbersOfOurs are digits that nobody said, and that may be anything: ids, hashes and times.
var numbersOfOurs = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|"timing_ms":\{[^}]*\}`)

// requireNoWords looks for words wherever intent keeps any: its tables, the audit log, kv.
func (b *bench) requireNoWords(t *testing.T, words ...string) {
	t.Helper()
	var history []historyRow
	var claims []claimRow
	require.NoError(t, b.db.Conn(t.Context()).Find(&history).Error)
	require.NoError(t, b.db.Conn(t.Context()).Find(&claims).Error)
	var bodies []string
	for i, c := range claims { // bytes would be base64
		bodies, claims[i].Body = append(bodies, string(c.Body)), nil
	}
	kept, err := json.Marshal([]any{history, claims, b.audit.Events(), b.told.Events()})
	require.NoError(t, err)
	plain := numbersOfOurs.ReplaceAllString(string(kept)+strings.Join(bodies, ""), "")
	for _, word := range words {
		require.NotContains(t, plain, word)
	}
}

func TestPINIsNeverKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	keyed := func(text, key string) answer {
		r, err := b.speak(t.Context(), panel, request{Text: text}, key)
		require.NoError(t, err)

		return decode(t, r)
	}
	keyed("9876", "no-question")
	keyed("a kódom talán kilenc nyolc hét meg hat", "no-question-in-words")
	keyed(unlock, "ask")
	keyed("9876", "wrong")
	keyed("hm, 9876 volt talán", "noise")
	require.Equal(t, meaning.StatusDone, keyed("tizenkettő harmincnégy", "right").Status)
	b.sayAs(t, owner, request{Text: "a kód 9876"})

	b.requireNoWords(t, "9876", "1234", "kilenc", "harmincnégy")
	items, _, err := b.listHistory(t.Context(), panel, 10, "")
	require.NoError(t, err)
	require.Len(t, items, 6)
	require.Equal(t, pin.Hidden, *items[0].Text)
}

// A claim outlives its process: what it keeps of a PIN must not give the PIN away.
func TestClaimOfAPINTellsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hearAt(t, unlock)
	turn, err := b.begin(t.Context(), panel, request{Text: "a kód 1234"})
	require.NoError(t, err)
	first, err := b.claimKey(t.Context(), turn, "key-1")
	require.NoError(t, err)
	require.Nil(t, first)

	b.requireNoWords(t, "1234")
	other := b.claims
	other.key = []byte("another installation's")
	here, err := b.claims.fingerprintOf(turn)
	require.NoError(t, err)
	there, err := other.fingerprintOf(turn)
	require.NoError(t, err)
	require.NotEqual(t, here, there, "all PINs tried without the key find nothing")
}

func TestPINIsAskedForThreeTimes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hearAt(t, unlock)
	for range maxPINTries - 1 {
		require.Equal(t, meaning.StatusConfirm, b.hearAt(t, "4321").Status)
	}

	last := b.hearAt(t, "4321")

	b.requireRefused(t, last)
	require.Equal(t, "Ez sem a PIN-kód, ezért semmit sem csinálok.", last.Speech)
	require.Equal(t, meaning.StatusNotUnderstood, b.hearAt(t, "1234").Status, "the question is over")
	require.Empty(t, b.home.Calls())
	refused := 0
	for _, e := range b.audit.Events() {
		if e.Outcome == auditapi.Refused {
			refused++
		}
	}
	require.Equal(t, maxPINTries, refused, "every wrong PIN is in the record")
}

func TestPINsThatAreNotTakenNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hearAt(t, unlock)
	b.pins.err = apperr.New(apperr.RateLimited, "auth.too_many_failures", "Too many failures.")

	got := b.hearAt(t, "1234")

	b.requireRefused(t, got)
	require.Equal(t, "Most nem fogadok el PIN-kódot, próbáld meg később; semmit sem csináltam.", got.Speech)
}

func TestPINThatCouldNotBeCheckedMayBeSaidAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hearAt(t, unlock)
	b.pins.err = apperr.New(apperr.Unavailable, "database.unavailable", "Away.")
	_, err := b.speak(t.Context(), panel, request{Text: "1234"}, "")
	require.Error(t, err)
	b.pins.err = nil

	require.Equal(t, meaning.StatusDone, b.hearAt(t, "1234").Status)
}

func TestPINCountsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hearAt(t, unlock)

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { b.hearAt(t, "1234") })
	}
	group.Wait()

	require.Len(t, b.home.Calls(), 1)
	require.Len(t, b.pins.guesses, 1, "one question takes one guess at a time")
}

func TestDryRunTriesNoPIN(t *testing.T) {
	t.Parallel()
	b := setup(t)
	planned := b.sayAs(t, panel, request{Text: unlock, DryRun: true})
	require.Equal(t, meaning.StatusPlanned, planned.Status)
	require.Equal(t, needsPIN, planned.Needs)
	require.Equal(t, needsPIN, planned.Commands[0].Needs)
	b.hearAt(t, unlock)

	for _, pin := range []string{"1234", "4321"} {
		got := b.sayAs(t, panel, request{Text: pin, DryRun: true})
		require.Equal(t, meaning.StatusPlanned, got.Status)
		require.Equal(t, needsPIN, got.Needs)
	}

	require.Empty(t, b.pins.guesses)
	require.Equal(t, meaning.StatusDone, b.hearAt(t, "1234").Status)
}

func TestPINOpensOnlyWhatTheDeviceMayReach(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.home.SetHome(homeWith(entity("cover.kapu", "kertkapu", "eloszoba", "")))
	b.home.Home().Entity("cover.kapu").DeviceClass = "gate"
	hall := panel
	hall.AllowedAreas = []string{"eloszoba"}

	asked := b.sayAs(t, hall, request{Text: "HassTurnOn domain=cover device_class=gate name=all; HassTurnOn name=garázskapu"})
	require.Equal(t, "Kérem a PIN-kódot, hogy kinyissam a kertkaput.", asked.Speech)
	got := b.sayAs(t, hall, request{Text: "1234"})

	require.Equal(t, meaning.StatusPartial, got.Status)
	require.Len(t, b.home.Calls(), 1)
	require.Equal(t, []string{"cover.kapu"}, b.home.Calls()[0].EntityIDs)
}

// What people say of themselves is theirs, numbers and all; a PIN alone is nobody's sentence.
func TestPeopleKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	require.Equal(t, "vegyél 1000 forintért kenyeret", wordsOf(owner, "vegyél 1000 forintért kenyeret"))
	require.Equal(t, pin.Hidden, wordsOf(owner, "a kód 1234"))
	require.Equal(t, "vegyél •••• forintért kenyeret", wordsOf(panel, "vegyél 1000 forintért kenyeret"))
	require.Equal(t, pin.Hidden, wordsOf(panel, strings.Repeat("1 ", 200)))
}

func TestQuestionThatNobodyAnsweredIsToldToItsAsker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := b.hearAt(t, unlock)
	answered := b.say(t, unlock)
	require.Equal(t, meaning.StatusConfirm, answered.Status)
	b.say(t, "mégse")
	b.sayAs(t, other(), request{Text: unlock, ConversationID: "dropped"})
	b.sayAs(t, other(), request{Text: lampOn, ConversationID: "dropped"})
	b.clock.jump(questionWindow)
	b.start(t)

	require.Eventually(t, func() bool { return len(b.told.Events()) > 0 }, waitLong, tick)
	event := b.told.Events()[0]
	require.Equal(t, "question.expired", event.Kind)
	require.Equal(t, household, event.HouseholdID)
	require.Equal(t, panel.ID, event.Audience)
	require.Equal(t, map[string]any{"conversation_id": asked.ConversationID}, event.Data)
	require.Never(t, func() bool { return len(b.told.Events()) > 1 }, 50*time.Millisecond, tick)
}

// start runs the service's background work until the test ends.
func (b *bench) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
}

func TestPINOverTheWholeGrammar(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.home.SetHome(hamanagertest.BuiltInHome(t))
	b.stages = []understander{grammar{}}

	require.Equal(t, needsPIN, b.hearAt(t, "nyisd ki a bejárati ajtót").Needs)
	require.Equal(t, meaning.StatusConfirm, b.hearAt(t, "négy három kettő egy").Status)
	got := b.hearAt(t, "a kód egy kettő három négy")

	require.Equal(t, "Kinyitottam a bejárati ajtót.", got.Speech)
	b.requireNoWords(t, "kettő", "1234")
}
