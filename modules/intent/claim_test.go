package intent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/database/databasetest"
	"homehub/platform/kv"
)

const lampOn = "HassTurnOn name=konyhai_lámpa"

func (b *bench) keyed(t *testing.T, text, key string) (reply, error) {
	t.Helper()

	return b.speak(t.Context(), owner, request{Text: text, ConversationID: "talk"}, key)
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	b := setup(t)

	first, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	again, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	_, err = b.keyed(t, unlock, "key-1")
	require.ErrorIs(t, err, errMismatch)
	_, err = b.speak(t.Context(), other(), request{Text: lampOn}, "key-1")
	require.NoError(t, err, "keys belong to their caller")

	require.False(t, first.isReplayed)
	require.True(t, again.isReplayed)
	require.Equal(t, string(first.body), string(again.body))
	require.Equal(t, first.requestID, again.requestID)
	require.Len(t, b.home.Calls(), 2)
	require.Len(t, b.audit.Events(), 2)
}

func TestKeyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	b.clock.jump(claimLife + time.Second)

	again, err := b.keyed(t, lampOn, "key-1")

	require.NoError(t, err)
	require.False(t, again.isReplayed)
	require.Len(t, b.home.Calls(), 2)
}

func TestKeyInFlight(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.home.SetFault("light.konyha", hamanagertest.Fault{Hang: true})
	ended := make(chan error)
	go func() {
		_, err := b.keyed(t, lampOn, "key-1")
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(b.home.Calls()) == 1 }, waitLong, tick)

	_, err := b.keyed(t, lampOn, "key-1")

	require.ErrorIs(t, err, errInFlight)
	require.NoError(t, <-ended)
	again, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	require.Equal(t, meaning.ReasonOutcomeUnknown, decode(t, again).Reason, "the first answer, whatever it was")
}

func TestReplayAfterRestart(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	first, err := setupOn(t, db, kv.NewMemory).keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	restarted := setupOn(t, db, kv.NewMemory)

	again, err := restarted.keyed(t, lampOn, "key-1")

	require.NoError(t, err)
	require.Equal(t, string(first.body), string(again.body))
	require.True(t, again.isReplayed)
	require.Empty(t, restarted.home.Calls())
}

// die leaves the claim of a request whose process ends right before the home is called.
func (b *bench) die(t *testing.T, text, key string, before func(*turn)) {
	t.Helper()
	turn, err := b.begin(t.Context(), owner, request{Text: text, ConversationID: "talk"})
	require.NoError(t, err)
	first, err := b.claimKey(t.Context(), turn, key)
	require.NoError(t, err)
	require.Nil(t, first)
	if before != nil {
		before(turn)
	}
}

func TestDeadClaimIsAnsweredAndNeverCarriedOut(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	dead := setupOn(t, db, kv.NewMemory)
	dead.die(t, lampOn, "key-1", nil)

	b := setupOn(t, db, kv.NewMemory)
	b.clock.jump(b.claims.lease + time.Second) // a PostgreSQL claim lives as long as its lease
	got, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)
	again, err := b.keyed(t, lampOn, "key-1")
	require.NoError(t, err)

	answered := decode(t, got)
	require.Equal(t, meaning.StatusFailed, answered.Status)
	require.Equal(t, meaning.ReasonOutcomeUnknown, answered.Reason)
	require.Equal(t, []change{{EntityID: "light.konyha", From: "unknown", To: "off"}}, answered.Commands[0].Changes)
	require.Contains(t, answered.Speech, "A konyhai lámpa nem ég.")
	require.Equal(t, string(got.body), string(again.body))
	require.Empty(t, b.home.Calls())
	require.Len(t, b.audit.Events(), 1)
	require.Equal(t, auditapi.Unknown, b.audit.Events()[0].Outcome)
}

func TestDeadYesIsRecordedBySweep(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	dead := setupOn(t, db, kv.NewMemory)
	dead.say(t, unlock)
	dead.die(t, "igen", "key-1", func(turn *turn) {
		isAnswered, err := dead.hear(t.Context(), turn)
		require.NoError(t, err)
		require.False(t, isAnswered)
		require.NoError(t, dead.claimRisk(t.Context(), turn))
	})

	b := setupOn(t, db, kv.NewMemory)
	b.clock.jump(b.claims.lease + time.Second)
	require.NoError(t, b.sweep(t.Context()))

	items, _, err := b.listHistory(t.Context(), owner, 10, "")
	require.NoError(t, err)
	require.Equal(t, meaning.ReasonOutcomeUnknown, items[0].Reason)
	require.Contains(t, string(items[0].Commands), "lock.bejarat")
	require.Equal(t, []string{actionExecute}, b.audit.Actions())
	require.Empty(t, b.home.Calls())
}

// One that nobody can answer for must not keep the sweep from all that came after it.
func TestSweepGoesOnAfterAClaimItCannotRead(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	dead := setupOn(t, db, kv.NewMemory)
	for _, key := range []string{"key-1", "key-2"} {
		dead.die(t, lampOn, key, nil)
	}
	first, err := dead.store.findClaim(t.Context(), household, owner.ID, prefixKey+"key-1")
	require.NoError(t, err)
	require.NoError(t, dead.store.setClaimRequest(t.Context(), claimID{household, first.ID}, `"unreadable"`))

	b := setupOn(t, db, kv.NewMemory)
	b.clock.jump(b.claims.lease + time.Second)
	require.ErrorContains(t, b.sweep(t.Context()), first.ID)

	second, err := b.store.findClaim(t.Context(), household, owner.ID, prefixKey+"key-2")
	require.NoError(t, err)
	require.NotZero(t, second.StatusCode)
}

func TestLivingClaimIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.die(t, lampOn, "key-1", nil)

	require.NoError(t, b.sweep(t.Context()))
	_, err := b.keyed(t, lampOn, "key-1")

	require.ErrorIs(t, err, errInFlight, "this process may still be at it")
}

func TestErrorGivesTheKeyBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.homes.err = errNotYourDevice // any error will do
	_, err := b.keyed(t, lampOn, "key-1")
	require.Error(t, err)
	b.homes.err = nil

	again, err := b.keyed(t, lampOn, "key-1")

	require.NoError(t, err)
	require.False(t, again.isReplayed)
	require.Equal(t, meaning.StatusDone, decode(t, again).Status)
}

func TestUnrecordedActIsNoAnswerAndNeverRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.audit.Err = errNotYourDevice
	_, err := b.keyed(t, lampOn, "key-1")
	require.ErrorIs(t, err, errNotRecorded)
	b.audit.Err = nil

	_, err = b.keyed(t, lampOn, "key-1")

	require.ErrorIs(t, err, errInFlight)
	require.Len(t, b.home.Calls(), 1)
	items, _, err := b.listHistory(t.Context(), owner, 10, "")
	require.NoError(t, err)
	require.Empty(t, items, "history and audit live and die together")
}

func TestAnswerOfAnotherProcessStands(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	slow, fast := setupWithin(t, db, kv.NewMemory, hasty), setupOn(t, db, kv.NewMemory)
	slow.home.SetFault("light.konyha", hamanagertest.Fault{Hang: true})
	answered := make(chan reply)
	go func() {
		r, _ := slow.keyed(t, lampOn, "key-1") // an error would leave the reply empty
		answered <- r
	}()
	require.Eventually(t, func() bool { return len(slow.home.Calls()) == 1 }, waitLong, tick)
	fast.clock.jump(fast.claims.lease + time.Second)
	first, err := fast.keyed(t, lampOn, "key-1")
	require.NoError(t, err)

	got := <-answered

	require.True(t, got.isReplayed)
	require.Equal(t, string(first.body), string(got.body))
	require.Empty(t, fast.home.Calls())
}

func TestDryRunKeepsItsKeyOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dry := request{Text: lampOn, DryRun: true}
	first, err := b.speak(t.Context(), owner, dry, "key-1")
	require.NoError(t, err)
	again, err := b.speak(t.Context(), owner, dry, "key-1")
	require.NoError(t, err)

	require.Equal(t, string(first.body), string(again.body))
	require.Empty(t, b.audit.Events())
	require.Empty(t, b.home.Calls())
}
