package audit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

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
			explain = `EXPLAIN `
		}
		plan := planOf(t, s, explain+`SELECT household_id, seq FROM audit_entries WHERE `+where+
			` AND (household_id, seq) > ('', 0) ORDER BY household_id, seq LIMIT 5`, "u1")
		require.Contains(t, plan, index)
	}
}

// planOf is how the database goes about a query.
func planOf(tb testing.TB, s *service, query string, args ...any) string {
	tb.Helper()
	rows, err := s.db.Conn(tb.Context()).Raw(query, args...).Rows()
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(tb, err)
	var plan []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(into...))
		plan = append(plan, fmt.Sprint(values[len(values)-1]))
	}
	require.NoError(tb, rows.Err())

	return strings.Join(plan, "\n")
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

func TestOldWordsAreForgottenAndNamesStay(t *testing.T) {
	t.Parallel()
	s := setup(t)
	at := noon
	s.now = func() time.Time { return at }
	fill(t, s, home, wordsBatch+1)
	at = at.Add(time.Hour)
	fill(t, s, home, 1)
	fill(t, s, neighbour, 1)

	require.NoError(t, s.forgetWords(t.Context(), noon.Add(time.Minute)))
	requireWords(t, s, home, 1)
	require.NoError(t, s.forgetWords(t.Context(), at.Add(time.Minute)))

	requireWords(t, s, home, 0)
	requireWords(t, s, neighbour, 0)
	require.Len(t, personalLeft(t, s, home), wordsBatch+2)
	requireIntact(t, s, home, wordsBatch+2)
}

func requireWords(tb testing.TB, s *service, householdID string, want int) {
	tb.Helper()
	var n int
	require.NoError(tb, s.db.Conn(tb.Context()).Raw(
		`SELECT count(*) FROM audit_personal WHERE household_id = ? AND field = ?`, householdID, fieldText).Scan(&n).Error)
	require.Equal(tb, want, n)
}
