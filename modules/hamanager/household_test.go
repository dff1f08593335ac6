package hamanager

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
)

func TestAnAbandonedInstanceIsRemovedWithItsData(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	path := b.fleet.virtualPath(b.owner.HouseholdID)
	eventually(t, "the home is there", func() bool {
		_, err := b.Instance(t.Context(), b.owner.HouseholdID)

		return err == nil
	})

	require.NoError(t, b.Abandon(t.Context(), b.owner.HouseholdID))

	eventually(t, "the home is gone", func() bool {
		i, err := b.svc.store.find(t.Context(), b.owner.HouseholdID)
		require.NoError(t, err)

		return i == nil
	})
	require.Nil(t, b.fleet.runner(b.owner.HouseholdID))
	_, err := os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestAbandoningTakesDataThatWasKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	_, err := b.svc.removeInstance(t.Context(), b.owner, true)
	require.NoError(t, err)
	eventually(t, "the home rests", func() bool {
		i, err := b.svc.store.find(t.Context(), b.owner.HouseholdID)
		require.NoError(t, err)

		return i.Desired == desireRemoved
	})

	require.NoError(t, b.Abandon(t.Context(), b.owner.HouseholdID))
	require.NoError(t, b.Abandon(t.Context(), identity.NewID())) // one without an instance

	eventually(t, "the home is gone", func() bool {
		i, err := b.svc.store.find(t.Context(), b.owner.HouseholdID)
		require.NoError(t, err)

		return i == nil
	})
}
