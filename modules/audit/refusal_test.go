package audit

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
)

const (
	// waitAtMost ends a wait for something that never comes.
	waitAtMost = 30 * time.Second // sooner than database.timeout ends who waits
	pollEvery  = 2 * time.Millisecond
)

func refusal() auditapi.Event {
	e := event(home, "lock.front_door")
	e.Outcome = auditapi.Refused

	return e
}

// What was tried and refused is told after everything that the attempt has done is undone.
func TestARefusalOutlivesTheRollback(t *testing.T) {
	t.Parallel()
	s := setup(t)
	refused := errors.New("refused")

	err := s.db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, s.record(ctx, event(home, "light.undone")))
		return refused
	})
	require.ErrorIs(t, err, refused)
	require.NoError(t, s.record(t.Context(), refusal()))

	page, err := s.store.listEntries(t.Context(), home, 100, 10)
	require.NoError(t, err)
	require.Len(t, page, 1)
	require.Equal(t, "refused", page[0].Outcome)
	requireIntact(t, s, home, 1)
}

func TestARefusalIsRecordedForAClientThatHungUp(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	require.Error(t, s.record(ctx, event(home, "light.l")))
	require.NoError(t, s.record(ctx, refusal()))

	requireIntact(t, s, home, 1)
}

// A transaction that holds one household's chain keeps nobody else waiting, and those of the
// same household no longer than they said they would wait. On SQLite writers queue for the one
// file; database.timeout ends whoever holds it for longer (platform/database).
func TestASlowTransactionHoldsUpItsOwnHouseholdOnly(t *testing.T) {
	t.Parallel()
	s := setupOn(databasetest.NewPostgres(t), testKeys()...)
	fill(t, s, home, 1)
	held, release, slow := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		slow <- s.db.InTx(t.Context(), func(ctx context.Context) error {
			if err := s.record(ctx, event(home, "light.slow")); err != nil {
				return err
			}
			held <- struct{}{}
			<-release

			return nil
		})
	}()
	<-held

	ctx, cancel := context.WithTimeout(t.Context(), waitAtMost)
	defer cancel()
	for range 20 {
		require.NoError(t, s.record(ctx, event(neighbour, "light.quick")))
	}
	hurried, cancelHurried := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancelHurried()
	require.ErrorIs(t, s.record(hurried, event(home, "light.hurried")), database.ErrUnavailable)

	close(release)
	require.NoError(t, <-slow)
	require.NoError(t, s.record(ctx, event(home, "light.after")))
	requireIntact(t, s, home, 3)
	requireIntact(t, s, neighbour, 20)
}
