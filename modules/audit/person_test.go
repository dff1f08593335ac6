package audit

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
)

func personalLeft(tb testing.TB, s *service, householdID string) []string {
	tb.Helper()
	var left []string
	require.NoError(tb, s.db.Conn(tb.Context()).Raw(
		`SELECT field || '=' || text FROM audit_personal WHERE household_id = ? ORDER BY seq, field`, householdID).Scan(&left).Error)

	return left
}

func TestEraseLeavesNothingOfAPersonAndAllOfTheOthers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, personBatch+1) // more than one batch
	fill(t, s, neighbour, 2)
	others := event(home, "light.l1")
	others.Actor = auditapi.Actor{Kind: "user", ID: "u2", Name: "Nagy Nóra"}
	require.NoError(t, s.record(t.Context(), others))
	about := auditapi.Event{
		HouseholdID: auditapi.OperatorChain, Action: "auth.create_user", Outcome: auditapi.OK, Target: "u1",
		Actor: auditapi.Actor{Kind: "user", ID: "u2", Name: "Nagy Nóra"}, Personal: map[string]string{"email": "kata@example.org"},
	}
	require.NoError(t, s.record(t.Context(), about))

	for range 2 { // it may be repeated
		require.NoError(t, s.erase(t.Context(), "u1"))
	}

	require.Equal(t, []string{"actor_name=Nagy Nóra", "text=kapcsold fel a villanyt a konyhában"}, personalLeft(t, s, home))
	require.Empty(t, personalLeft(t, s, neighbour))
	require.Equal(t, []string{"actor_name=Nagy Nóra"}, personalLeft(t, s, auditapi.OperatorChain))
	requireIntact(t, s, home, personBatch+2)
	requireIntact(t, s, neighbour, 2)
	requireIntact(t, s, auditapi.OperatorChain, 1)
}

// Erasing looks into an index; it does not read millions of entries of others.
func TestAPersonIsFoundThroughAnIndex(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for where, index := range map[string]string{whereActor: "audit_entries_actor", whereTarget: "audit_entries_target"} {
		explain := `EXPLAIN QUERY PLAN `
		if s.db.Dialect() == "postgres" {
			require.NoError(t, s.db.Conn(t.Context()).Exec(`ALTER TABLE audit_entries SET (autovacuum_enabled = off)`).Error)
			explain = `EXPLAIN `
		}
		rows, err := s.db.Conn(t.Context()).Raw(
			explain+`SELECT household_id, seq FROM audit_entries WHERE `+where+` AND (household_id, seq) > ('', 0) ORDER BY household_id, seq LIMIT 5`, "u1").Rows()
		require.NoError(t, err)
		plan := ""
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			require.NoError(t, rows.Scan(values...))
			plan += fmt.Sprintln(*values[len(values)-1].(*any))
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
		require.Contains(t, plan, index)
	}
}

func TestExportHoldsOnesOwnEntries(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, personBatch+1)
	fill(t, s, neighbour, 1)
	others := event(home, "light.l1")
	others.Actor.ID = "u2"
	require.NoError(t, s.record(t.Context(), others))

	var items []ownEntry
	require.NoError(t, s.export(t.Context(), "u1", func(item any) error {
		items = append(items, item.(ownEntry)) //nolint:forcetypeassert // a test

		return nil
	}))

	require.Len(t, items, personBatch+2)
	require.Equal(t, map[string]string{"actor_name": "Kovács Kata", "text": "kapcsold fel a villanyt a konyhában"}, items[0].Personal)
	require.JSONEq(t, `{"status": "done", "changes": ["on", "off"], "n": 1.5}`, string(items[0].Details))
	failure := errors.New("the connection is gone")
	require.ErrorIs(t, s.export(t.Context(), "u1", func(any) error { return failure }), failure)
}
