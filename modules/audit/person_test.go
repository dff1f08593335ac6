package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
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

// Erasing looks into indexes; it does not read millions of entries of others.
func TestAPersonIsFoundThroughAnIndex(t *testing.T) {
	t.Parallel()
	s := setup(t)
	explain, blocks := `EXPLAIN QUERY PLAN `, "PRIMARY KEY"
	if s.db.Dialect() == "postgres" {
		explain, blocks = `EXPLAIN `, "audit_acted_pkey"
	}
	require.Contains(t, planOf(t, s, explain+selectAbout, "u1", "", 0, 5), "audit_entries_target")
	require.Contains(t, planOf(t, s, explain+selectBlocks, "u1", "", 0, 5), blocks)
	require.Regexp(t, "PRIMARY KEY|audit_entries_pkey", planOf(t, s, explain+selectOwn, home, 0, blockSize, "u1"))
}

// actsOf is where a person's own entries stand.
func actsOf(tb testing.TB, s *service, userID string) (seqs []int64) {
	tb.Helper()
	require.NoError(tb, s.eachBlock(tb.Context(), userID, func(_ block, entries []entry) error {
		seqs = append(seqs, seqsOf(entries)...)

		return nil
	}))

	return seqs
}

// The blocks where somebody acted are known after everything that may undo what was written.
func TestWhoActedIsFoundWhateverWasUndone(t *testing.T) {
	t.Parallel()
	at := noon
	later := func() time.Time { at = at.Add(sharedFor); return at } // what was moved is guessed again
	replica := func(db *database.DB) *service {
		return New(Deps{DB: db, Keys: testKeys(), Log: zap.NewNop(), Now: later}).svc
	}
	s := replica(databasetest.New(t))
	other := replica(s.db)
	undone := errors.New("undone")
	say := func(on *service, actor string, then error) {
		e := event(home, "light.l1")
		e.Actor.ID = actor
		require.ErrorIs(t, s.db.InBatch(t.Context(), func(ctx context.Context) error { return errors.Join(on.record(ctx, e), then) }), then)
	}
	fill(t, s, home, 2)
	want := map[string]int{"u1": 2}
	for i, actor := range []string{"u2", "u3", "u2", "u4", "u3", "u2"} {
		say(s, actor, undone)
		say(s, actor, undone)
		on := s
		if i%2 == 1 {
			on = other
		}
		say(on, actor, nil)
		say(on, actor, nil)
		want[actor] += 2
	}

	for actor, n := range want {
		require.Len(t, actsOf(t, s, actor), n, actor)
	}
	requireIntact(t, s, home, 14)
}

// Who acts all the time leaves one mark in each block of a chain, and none when a device acts.
func TestMarksOfWhoActed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 3*blockSize)
	e := event(home, "light.l1")
	e.Actor.Kind, e.Actor.ID = "device", "d1"
	require.NoError(t, s.record(t.Context(), e))

	var marks []int64
	require.NoError(t, s.db.Conn(t.Context()).Raw(`SELECT block FROM audit_acted ORDER BY actor_id, block`).Scan(&marks).Error)
	require.Equal(t, []int64{0, 1, 2, 3}, marks)
	acts := actsOf(t, s, "u1")
	require.Len(t, acts, 3*blockSize)
	for i, seq := range acts {
		require.Equal(t, int64(i+1), seq)
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
