package virtualhome

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// inTime runs a test with a home whose time goes by without waiting.
func inTime(t *testing.T, test func(t *testing.T, h *Home)) {
	t.Helper()
	f := builtIn(t)
	synctest.Test(t, func(t *testing.T) {
		h, err := New(Options{Definition: f})
		require.NoError(t, err)
		test(t, h)
		require.NoError(t, h.Close())
	})
}

const gate = "cover.kertkapu"

func TestACoverTakesSecondsToOpen(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, h *Home) {
		t.Helper()
		_, err := perform(t, h, "cover.open_cover", map[string]any{"entity_id": gate})
		require.NoError(t, err)
		require.Equal(t, stateOpening, stateOf(t, h, gate).Value)
		require.Equal(t, 0, stateOf(t, h, gate).Attrs.get("current_position"))

		time.Sleep(3*time.Second + time.Millisecond)
		require.Equal(t, stateOpening, stateOf(t, h, gate).Value)
		require.Equal(t, 30, stateOf(t, h, gate).Attrs.get("current_position"))

		time.Sleep(7 * time.Second)
		require.Equal(t, stateOpen, stateOf(t, h, gate).Value)
		require.Equal(t, 100, stateOf(t, h, gate).Attrs.get("current_position"))
	})
}

func TestACoverStopsTurnsRoundAndGoesToAPosition(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, h *Home) {
		t.Helper()
		id := map[string]any{"entity_id": gate}
		must := func(action string, data map[string]any) {
			_, err := perform(t, h, action, data)
			require.NoError(t, err)
		}

		must("cover.open_cover", id)
		time.Sleep(2*time.Second + time.Millisecond)
		must("cover.stop_cover", id)
		time.Sleep(time.Minute)
		require.Equal(t, stateOpen, stateOf(t, h, gate).Value)
		require.Equal(t, 20, stateOf(t, h, gate).Attrs.get("current_position"))

		must("cover.toggle", id)
		require.Equal(t, stateClosingMove, stateOf(t, h, gate).Value, "it was opening last")
		must("cover.toggle", id)
		require.Equal(t, stateOpen, stateOf(t, h, gate).Value, "what moves is stopped")
		must("cover.toggle", id)
		require.Equal(t, stateOpening, stateOf(t, h, gate).Value)

		must("cover.set_cover_position", map[string]any{"entity_id": gate, "position": 5})
		time.Sleep(time.Minute)
		require.Equal(t, 5, stateOf(t, h, gate).Attrs.get("current_position"))
		must("cover.close_cover", id)
		time.Sleep(time.Minute)
		require.Equal(t, stateClosed, stateOf(t, h, gate).Value)
		must("cover.close_cover", id)
		require.Equal(t, stateClosed, stateOf(t, h, gate).Value)
	})
}

func TestAHomeClosesWhileThingsMove(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, h *Home) {
		t.Helper()
		_, err := perform(t, h, "cover.open_cover", map[string]any{"entity_id": "all"})
		require.NoError(t, err)
		time.Sleep(time.Second)
	})
}

func TestRobotsDriveHome(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, h *Home) {
		t.Helper()
		const robot = "vacuum.robotporszivo"
		id := map[string]any{"entity_id": robot}
		_, err := perform(t, h, "vacuum.start", id)
		require.NoError(t, err)
		_, err = perform(t, h, "vacuum.return_to_base", id)
		require.NoError(t, err)
		require.Equal(t, "returning", stateOf(t, h, robot).Value)

		time.Sleep(returnTime + time.Second)

		require.Equal(t, "docked", stateOf(t, h, robot).Value)
	})
}

func TestATimerPausesGoesOnAndEnds(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, h *Home) {
		t.Helper()
		const timer = "timer.tojas"
		id := map[string]any{"entity_id": timer}
		for _, action := range []string{"timer.start", "timer.pause"} {
			_, err := perform(t, h, action, id)
			require.NoError(t, err)
			time.Sleep(time.Minute)
		}
		require.Equal(t, "paused", stateOf(t, h, timer).Value)
		require.Equal(t, "0:04:00", stateOf(t, h, timer).Attrs.get("remaining"))

		_, err := perform(t, h, "timer.start", id)
		require.NoError(t, err)
		time.Sleep(4*time.Minute - time.Second)
		require.Equal(t, "active", stateOf(t, h, timer).Value)
		time.Sleep(2 * time.Second)

		require.Equal(t, "idle", stateOf(t, h, timer).Value)
		require.False(t, stateOf(t, h, timer).Attrs.has("remaining"))
	})
}
