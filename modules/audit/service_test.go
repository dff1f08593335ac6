package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/identity"
	"homehub/platform/log"
	"homehub/platform/secret"
)

const (
	home      = "0199c2f0-0000-7000-8000-000000000001"
	neighbour = "0199c2f0-0000-7000-8000-000000000002"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

func testKeys() []secret.Key {
	return []secret.Key{{ID: "k1", Value: []byte("an audit key that is not in the database")}}
}

func setup(tb testing.TB) *service {
	tb.Helper()

	return setupOn(databasetest.New(tb), testKeys()...)
}

func setupOn(db *database.DB, keys ...secret.Key) *service {
	return New(Deps{DB: db, Keys: keys, Log: zap.NewNop(), Now: clock.Fixed(noon)}).svc
}

// event is a typical one: an utterance that switched something.
func event(householdID, target string) auditapi.Event {
	return auditapi.Event{
		HouseholdID: householdID,
		Action:      "intent.execute",
		Outcome:     auditapi.OK,
		Actor:       auditapi.Actor{Kind: "user", ID: "u1", Name: "Kovács Kata"},
		Target:      target,
		Details:     map[string]any{"status": "done", "changes": []string{"on", "off"}, "n": 1.5},
		Personal:    map[string]string{"text": "kapcsold fel a villanyt a konyhában"},
	}
}

func fill(tb testing.TB, s *service, householdID string, n int) {
	tb.Helper()
	for i := range n {
		require.NoError(tb, s.record(tb.Context(), event(householdID, fmt.Sprintf("light.l%d", i+1))))
	}
}

func requireIntact(tb testing.TB, s *service, householdID string, entries int64) {
	tb.Helper()
	r, err := s.verify(tb.Context(), householdID, verification{})
	require.NoError(tb, err)
	require.Nil(tb, r.Broken)
	require.Equal(tb, entries, r.Entries)
}

func TestRecordKeepsWhatItWasTold(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ctx := log.WithRequestID(t.Context(), "req-1")
	ctx = identity.With(ctx, identity.Principal{Kind: identity.Device, ID: "d1", Name: "Konyhai tablet"})

	require.NoError(t, s.record(ctx, auditapi.Event{
		HouseholdID: home, Action: "a.first", Outcome: auditapi.Refused, Target: "t\x00\xff",
		Details: map[string]any{"b": "<é>", "a": 1},
	}))
	fill(t, s, home, 1)

	page, err := s.store.listEntries(t.Context(), home, 100, 10)
	require.NoError(t, err)
	require.Len(t, page, 2)
	first, second := page[1], page[0]
	require.Equal(t, "req-1", first.RequestID)
	require.Equal(t, []string{"device", "d1", "Konyhai tablet"}, []string{first.ActorKind, first.ActorID, first.ActorName})
	require.JSONEq(t, `{"a":1,"b":"<é>"}`, first.Details)
	require.Equal(t, "t\uFFFD\uFFFD", first.Target)
	require.Equal(t, noon.Truncate(time.Microsecond), first.At.UTC())
	require.Equal(t, make([]byte, 32), first.PrevHash)
	require.Equal(t, first.Hash, second.PrevHash)
	require.Equal(t, "Kovács Kata", second.ActorName)
	requireIntact(t, s, home, 2)
}

func TestAnEventWithoutItsPartsIsRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)

	require.Error(t, s.record(t.Context(), auditapi.Event{Action: "a.b", Outcome: auditapi.OK}))
	require.Error(t, s.record(t.Context(), auditapi.Event{HouseholdID: home, Outcome: auditapi.OK}))
	require.Error(t, s.record(t.Context(), auditapi.Event{HouseholdID: home, Action: "a.b"}))
}

func TestRecordSharesTheFateOfItsTransaction(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 1)
	failure := errors.New("the change failed")

	err := s.db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, s.record(ctx, event(home, "light.gone")))
		return failure
	})

	require.ErrorIs(t, err, failure)
	requireIntact(t, s, home, 1)
	fill(t, s, home, 1)
	requireIntact(t, s, home, 2)
}

func TestParallelWritersLeaveNoGap(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const writers, each = 16, 8

	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				e := event(home, fmt.Sprintf("light.l%d", w*each+i))
				record := s.record
				if i%2 == 0 { // half of them in transactions of their own, half grouped
					record = func(ctx context.Context, e auditapi.Event) error {
						return s.db.InTx(ctx, func(ctx context.Context) error { return s.record(ctx, e) })
					}
				}
				if err := record(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()

	requireIntact(t, s, home, writers*each)
}

func TestANewKeySignsAndTheOldOneStillVerifies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 2)

	rotated := setupOn(s.db, secret.Key{ID: "k2", Value: []byte("the next audit key")}, testKeys()[0])
	fill(t, rotated, home, 2)

	requireIntact(t, rotated, home, 4)
	r, err := s.verify(t.Context(), home, verification{}) // knows the old key only
	require.NoError(t, err)
	require.Equal(t, &broken{Seq: 3, Reason: reasonUnknownKey}, r.Broken)
}

func TestErasedValuesLeaveTheChainValid(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 3)

	require.NoError(t, s.db.Conn(t.Context()).Exec(`DELETE FROM audit_personal WHERE seq = 2`).Error)

	requireIntact(t, s, home, 3)
	page, err := s.store.listEntries(t.Context(), home, 3, 1)
	require.NoError(t, err)
	require.Empty(t, page[0].ActorName)
}

func TestPersonalValuesAreNotInTheChain(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 1)

	var found int
	err := s.db.Conn(t.Context()).Raw(`SELECT COUNT(*) FROM audit_entries
		WHERE details || commitments || target || actor_id LIKE '%Kata%' OR details || commitments LIKE '%villany%'`).
		Row().Scan(&found)
	require.NoError(t, err)
	require.Zero(t, found)
}

func TestEmptyChainIsValid(t *testing.T) {
	t.Parallel()
	requireIntact(t, setup(t), home, 0)
}

func TestVerifyCrossesPages(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.pageSize = 4
	fill(t, s, home, 10)

	var seen []int64
	r, err := s.verify(t.Context(), home, verification{progress: func(done, _ int64) { seen = append(seen, done) }})
	require.NoError(t, err)
	require.Nil(t, r.Broken)
	require.Equal(t, []int64{4, 8, 10}, seen)
}

// BenchmarkRecord measures an entry without its commit, a thousand to a transaction.
func BenchmarkRecord(b *testing.B) {
	s := setup(b)
	for b.Loop() {
		require.NoError(b, s.db.InTx(b.Context(), func(ctx context.Context) error {
			for range 1000 {
				if err := s.record(ctx, event(home, "light.l")); err != nil {
					return err
				}
			}

			return nil
		}))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(1000*b.N), "us/entry")
}
