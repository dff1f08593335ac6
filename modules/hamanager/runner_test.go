package hamanager

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"homehub/modules/hamanager/internal/live"
)

// A home that cannot start says so, and is not tried again every few milliseconds.
func TestAHomeThatCannotStartIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	path := b.fleet.virtualPath(b.owner.HouseholdID)
	require.NoError(t, os.Mkdir(b.dataDir+"/homes", 0o700))
	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))
	core, logged := observer.New(zapcore.ErrorLevel)
	b.fleet.log = zap.New(core)
	begun := time.Now()
	run(t, b.Module)

	eventually(t, "failed", func() bool { return b.stored(t, b.owner.HouseholdID).Status == statusFailed })
	require.Equal(t, messageFailed, b.stored(t, b.owner.HouseholdID).Message)
	for logged.Len() < 2 { // it is tried again by itself
		b.fleet.look(b.owner.HouseholdID)
		time.Sleep(time.Millisecond)
	}
	require.GreaterOrEqual(t, time.Since(begun), 250*time.Millisecond)

	require.NoError(t, os.Remove(path))
	b.awaitReady(t, b.owner.HouseholdID)
}

// What is stored already is not stored again in every round.
func TestAReadyHomeIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	b.awaitReady(t, b.owner.HouseholdID)
	eventually(t, "stored", func() bool { return b.stored(t, b.owner.HouseholdID).ReadyAt != nil })
	before := b.stored(t, b.owner.HouseholdID)

	b.fleet.save(t.Context(), b.fleet.runner(b.owner.HouseholdID).apply(before), before)

	require.Equal(t, before.UpdatedAt, b.stored(t, b.owner.HouseholdID).UpdatedAt)
}

// A lost home is told of once, however often it is tried in vain.
func TestALostHomeIsLoggedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	core, logged := observer.New(zapcore.InfoLevel)
	r := &runner{fleet: b.fleet, log: zap.New(core)}
	lost := errors.New("no route")

	r.linked(live.Connecting, "", nil)
	r.linked(live.Connected, "2025.4.4", nil)
	for range 3 {
		r.linked(live.Offline, "", lost)
		r.linked(live.Connecting, "", nil)
	}
	_, link := r.state()
	require.Equal(t, live.Offline, link, "it is offline while it is tried")
	r.linked(live.Connected, "2025.4.4", nil)

	var messages []string
	for _, entry := range logged.All() {
		messages = append(messages, entry.Message)
	}
	require.Equal(t, []string{"the home is connected", "the home cannot be reached", "the home is connected"}, messages)
}
