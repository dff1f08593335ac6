package hamanager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
)

// told returns the statuses that a household was told of, oldest first.
func (b *bench) told(householdID string) []Status {
	var statuses []Status
	for _, e := range b.events.Find(events.InstanceChanged) {
		if e.HouseholdID == householdID {
			statuses = append(statuses, e.Data["status"].(Status)) //nolint:forcetypeassert // a failed test either way
		}
	}

	return statuses
}

func TestAHouseholdIsToldOfItsInstance(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	b.awaitTold(t, statusReady)

	e := b.events.Find(events.InstanceChanged)[len(b.told(b.owner.HouseholdID))-1]
	require.Equal(t, events.Everybody, e.Audience)
	require.Equal(t, map[string]any{"kind": kindVirtual, "status": statusReady, "message": "", "is_simulated": true}, e.Data)

	_, err := b.svc.stopInstance(t.Context(), b.owner)
	require.NoError(t, err)
	b.awaitTold(t, statusStopped)
	_, err = b.svc.stopInstance(t.Context(), b.owner) // which it is
	require.NoError(t, err)
	_, err = b.svc.startInstance(t.Context(), b.owner)
	require.NoError(t, err)
	b.awaitTold(t, statusReady)
	_, err = b.svc.removeInstance(t.Context(), b.owner, false)
	require.NoError(t, err)

	told := b.told(b.owner.HouseholdID)
	for i := 1; i < len(told); i++ {
		require.NotEqual(t, told[i-1], told[i], "only changes are told: %v", told)
	}
	require.Equal(t, statusRemoving, told[len(told)-1])
	require.Subset(t, told, []Status{statusStopping, statusStarting})
}

// awaitTold waits until the last thing the household was told is that status.
func (b *bench) awaitTold(t *testing.T, want Status) {
	t.Helper()
	eventually(t, string(want), func() bool {
		told := b.told(b.owner.HouseholdID)

		return len(told) > 0 && told[len(told)-1] == want
	})
}
