package intent

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func countRows(tb testing.TB, b *bench, table string) (n int) {
	tb.Helper()
	require.NoError(tb, b.db.Conn(tb.Context()).Raw(`SELECT count(*) FROM `+table).Scan(&n).Error)

	return n
}

func TestEraseForgetsWhatAPersonSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, lampOn)
	_, err := b.speak(t.Context(), owner, request{Text: lampOn}, "one")
	require.NoError(t, err)
	asked := b.say(t, unlock)
	require.Equal(t, "confirm", string(asked.Status))
	b.sayAs(t, other(), request{Text: lampOn})

	require.NoError(t, b.erase(t.Context(), owner.ID))

	require.Equal(t, 1, countRows(t, b, "intent_history"))
	require.Zero(t, countRows(t, b, "intent_claims"))
	said := b.sayAs(t, owner, request{Text: "igen", ConversationID: asked.ConversationID})
	require.NotEqual(t, "done", string(said.Status), "the question is forgotten, too")
}

func TestEraseForgetsWhatTheModelWasToldAndSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.model.Err, b.model.Answer = nil, `{"kind":"answer","text":"Szívesen mesélek."}`
	tell := request{Text: "mesélj valami szépet", ConversationID: "talk"}
	b.sayAs(t, owner, tell)
	again := tell
	again.ConversationID = "another"
	require.Equal(t, "cache", string(b.sayAs(t, owner, again).Source))

	require.NoError(t, b.erase(t.Context(), owner.ID))

	fresh := tell
	fresh.ConversationID = "third"
	require.Equal(t, "llm", string(b.sayAs(t, owner, fresh).Source), "no answer is kept")
	tell.Text = "és még egyet"
	b.sayAs(t, owner, tell)
	asked := b.model.Asked()
	for _, message := range asked[len(asked)-1].Messages {
		require.NotContains(t, message.Content, "mesélj", "nothing of the conversation is")
	}
}

// Who is erased among many households is looked for where they spoke alone.
func TestOnlyHouseholdsThatAPersonSpokeIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, household := range []string{"a", "b", "c", "c", "d"} {
		row := historyRow{ID: strconv.Itoa(i), HouseholdID: household, At: b.clock.now(), ActorKind: "user", ActorID: "other", Commands: "[]"}
		if household != "d" && i%2 == 1 {
			row.ActorID = owner.ID
		}
		require.NoError(t, b.db.Conn(t.Context()).Create(&row).Error)
	}

	found, err := b.store.listSpoken(t.Context(), owner.ID)

	require.NoError(t, err)
	require.Equal(t, []string{"b", "c"}, found)
	found, err = b.store.listSpoken(t.Context(), "nobody")
	require.NoError(t, err)
	require.Empty(t, found)
}

// A claim that a living process may still answer for stays: its answer would be done twice.
func TestEraseWaitsForClaimsInHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	turn, err := b.begin(t.Context(), owner, request{Text: lampOn})
	require.NoError(t, err)
	_, err = b.claimKey(t.Context(), turn, "one")
	require.NoError(t, err)

	require.NoError(t, b.erase(t.Context(), owner.ID))
	require.Equal(t, 1, countRows(t, b, "intent_claims"))
	b.clock.jump(b.claims.lease + time.Second)
	require.NoError(t, b.erase(t.Context(), owner.ID))

	require.Zero(t, countRows(t, b, "intent_claims"))
}

func TestClaimsAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.speak(t.Context(), owner, request{Text: lampOn}, "one")
	require.NoError(t, err)

	b.clock.jump(claimLife - time.Minute)
	require.NoError(t, b.sweep(t.Context()))
	require.Equal(t, 1, countRows(t, b, "intent_claims"))
	b.clock.jump(2 * time.Minute)
	require.NoError(t, b.sweep(t.Context()))

	require.Zero(t, countRows(t, b, "intent_claims"))
}

func TestWhatIsOlderThanTheRetentionGoes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.history.Retention = 48 * time.Hour
	row := historyRow{HouseholdID: owner.HouseholdID, ActorKind: "user", ActorID: owner.ID, Commands: "[]", Text: "x"}
	add := func(age time.Duration, n int) {
		row.At = b.clock.now().Add(-age)
		row.ID = idAt(row.At)[:24] + strconv.Itoa(100_000_000_000+n) // so many in one millisecond
		require.NoError(t, b.db.Conn(t.Context()).Create(&row).Error)
	}
	for n := range forgetBatch + 2 {
		add(49*time.Hour, n)
	}
	for n := range 3 {
		add(47*time.Hour, n)
	}

	require.NoError(t, b.forgetOld(t.Context()))

	require.Equal(t, 3, countRows(t, b, "intent_history"))
}

func TestHistorySettingsNameTheirKey(t *testing.T) {
	t.Parallel()
	require.NoError(t, DefaultHistory().Validate())
	require.ErrorContains(t, History{Retention: time.Hour}.Validate(), "history.retention")
}

func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	require.Equal(t, "019cb73d-3218-0000-0000-000000000000", idAt(at))
	require.Less(t, idAt(at), idAt(at.Add(time.Millisecond)))
	require.Equal(t, "00000000-0000-0000-0000-000000000000", idAt(time.Time{}))
}
