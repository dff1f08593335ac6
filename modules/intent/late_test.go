package intent

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/events"
)

// requireTold waits until so much was told, and the history says as much.
func (b *bench) requireTold(t *testing.T, count int, status meaning.Status) {
	t.Helper()
	require.Eventually(t, func() bool { return len(b.told.Events()) == count && b.latest(t).Status == status }, waitLong, tick)
}

// latest is what the history says of the newest utterance.
func (b *bench) latest(t *testing.T) historyItem {
	t.Helper()
	items, _, err := b.listHistory(t.Context(), owner, 1, "")
	require.NoError(t, err)

	return items[0]
}

func TestLateChangeCorrectsTheRecordAndTellsWhoSpoke(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.start(t)
	b.home.SetFault("light.konyha", hamanagertest.Fault{Silent: true})
	said := b.say(t, lampOn)
	require.Equal(t, meaning.ReasonNoResponse, said.Reason)

	b.home.SetState("light.konyha", "on", nil)

	b.requireTold(t, 1, meaning.StatusDone)
	item := b.latest(t)
	require.Empty(t, item.Reason)
	require.Equal(t, "A konyhai lámpa nem válaszolt.", *item.Speech, "that was said, and stays")
	require.Equal(t, []string{actionExecute, actionCorrect}, b.audit.Actions())
	require.Empty(t, b.audit.Events()[1].Personal)
	require.Equal(t, item.ID, b.audit.Events()[1].Target)

	event := b.told.Events()[0]
	require.Equal(t, events.IntentCorrected, event.Kind)
	require.Equal(t, owner.ID, event.Audience)
	require.Equal(t, household, event.HouseholdID)
	require.Equal(t, said.RequestID, event.Data["request_id"])
	require.Equal(t, item.ID, event.Data["id"])
	require.Equal(t, meaning.StatusDone, event.Data["status"])
	told, err := json.Marshal(event.Data["commands"])
	require.NoError(t, err)
	require.JSONEq(t, string(item.Commands), string(told))
}

func TestWhatMovesIsToldWhenItHasArrived(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.start(t)
	b.home.SetFault("cover.redony", hamanagertest.Fault{Silent: true})
	require.Equal(t, meaning.ReasonNoResponse, b.say(t, "HassTurnOn name=nappali_redőny").Reason)

	b.home.SetState("cover.redony", "opening", nil)
	b.home.SetState("cover.redony", "open", map[string]any{"current_position": 100})

	b.requireTold(t, 1, meaning.StatusDone)
}

func TestEachLateTargetIsTold(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.start(t)
	b.home.SetFault("", hamanagertest.Fault{Silent: true})
	require.Equal(t, meaning.StatusFailed, b.say(t, "HassTurnOff name=kis_lámpa; HassTurnOff name=nagy_lámpa").Status)

	b.home.SetState("light.kis", "off", nil)
	b.requireTold(t, 1, meaning.StatusPartial)
	b.home.SetState("light.nagy", "off", nil)

	b.requireTold(t, 2, meaning.StatusDone)
}

func TestWhatIsForgottenIsNotCorrected(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.home.SetFault("light.konyha", hamanagertest.Fault{Silent: true})
	b.say(t, lampOn)
	require.NoError(t, b.db.Conn(t.Context()).Where("household_id = ?", household).Delete(&historyRow{}).Error)
	turn := <-b.late.turns
	b.home.SetState("light.konyha", "on", nil)

	b.follow(t.Context(), turn)

	require.Empty(t, b.told.Events())
	require.Equal(t, []string{actionExecute}, b.audit.Actions())
}

func TestCorrectionSurvivesTheEndOfItsProcess(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	b.home.SetFault("light.kis", hamanagertest.Fault{Silent: true})
	b.home.SetFault("light.nagy", hamanagertest.Fault{Silent: true})
	b.say(t, "HassTurnOff area=nappali domain=light")
	turn := <-b.late.turns
	b.home.SetState("light.kis", "off", nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.follow(ctx, turn)
	}()
	require.Eventually(t, func() bool { return len(b.told.Events()) == 1 }, waitLong, tick)
	cancel()
	<-ended

	require.Equal(t, meaning.StatusPartial, b.latest(t).Status)
}
