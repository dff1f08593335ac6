package modules_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/identity"
)

// openDatabase reads what the hub has written, beside it.
func (h *hub) openDatabase(t *testing.T) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), h.cfg.Database, database.Deps{DataDir: h.cfg.DataDir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	return db
}

func TestADeletedHouseholdLeavesItsRecordAlone(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	kata, nora := h.registerHome("kata"), h.registerHome("nora")
	id := kata.Household.ID
	child := h.join(t, kata, identity.RoleChild, "csaba")
	for _, p := range []*person{kata, nora} {
		p.say(t, "kapcsold fel a villanyt a konyhában")
	}
	home := filepath.Join(h.cfg.DataDir, "homes", id+".json")

	kata.Delete("/api/v1/households/" + id).Expect(http.StatusNoContent)

	for _, p := range []*person{kata, child} {
		p.Get("/api/v1/instance").ExpectProblem(http.StatusNotFound, "auth.household_not_found")
		p.Post("/api/v1/intent", map[string]any{"text": "kapcsold le a villanyt a konyhában"}).
			ExpectProblem(http.StatusNotFound, "auth.household_not_found")
		p.Get("/api/v1/users/me").Expect(http.StatusOK)
	}
	require.Equal(t, "done", nora.say(t, "kapcsold le a villanyt a konyhában").Status, "the neighbour's goes on")

	db := h.openDatabase(t)
	count := func(table string) (n int64) {
		require.NoError(t, db.Conn(t.Context()).Table(table).Where("household_id = ?", id).Count(&n).Error)

		return n
	}
	eventually(t, func() (bool, string) { return count("hamanager_instances") == 0, "the instance is there" })
	for _, table := range []string{
		"intent_history", "intent_claims", "intent_timers", "intent_planned", "audit_personal", "auth_memberships", "auth_invitations", "auth_devices",
	} {
		require.Zero(t, count(table), table)
	}
	require.NotZero(t, count("audit_entries"))
	_, err := os.Stat(home)
	require.ErrorIs(t, err, os.ErrNotExist)
	h.command(t, "audit", "verify") // its chain is whole without what it said about people
}

func TestANewHomeIsWhereItsHouseholdIs(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	kata := h.register("kata")
	var made struct {
		ID string `json:"id"`
	}
	kata.Post("/api/v1/households", map[string]any{
		"name": "Nyaraló", "time_zone": "Pacific/Auckland", "country": "NZ", "latitude": -36.85, "longitude": 174.76,
	}).Expect(http.StatusCreated).JSON(&made)

	eventually(t, func() (bool, string) {
		state, err := os.ReadFile(filepath.Join(h.cfg.DataDir, "homes", made.ID+".json"))
		if err != nil {
			return false, err.Error()
		}

		return strings.Contains(string(state), "Pacific/Auckland") && strings.Contains(string(state), "174.76"), string(state)
	})
}
