package audit

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// benchRows sets the length of BenchmarkVerify's chain: docs/performance.md has a million.
const benchRows = "HOMEHUB_BENCH_ROWS"

// BenchmarkVerify verifies a chain of entries with two personal values each.
func BenchmarkVerify(b *testing.B) {
	entries := 50_000
	if n, err := strconv.Atoi(os.Getenv(benchRows)); err == nil {
		entries = n
	}
	s := setup(b)
	grow(b, s, home, entries)

	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run("workers="+strconv.Itoa(workers), func(b *testing.B) {
			b.ReportAllocs()
			var peak uint64
			for b.Loop() {
				r, err := s.verify(b.Context(), home, verification{workers: workers, progress: func(done, _ int64) {
					if done%(50*defaultPageSize) == 0 {
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						peak = max(peak, m.HeapAlloc)
					}
				}})
				require.NoError(b, err)
				require.Nil(b, r.Broken)
			}
			b.ReportMetric(float64(entries*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
		})
	}
}

// grow gives a household without a chain one of n genuine entries, many to a statement.
func grow(tb testing.TB, s *service, householdID string, n int) {
	tb.Helper()
	const perStatement, statements = 50, 100
	h := head{HouseholdID: householdID}
	for h.Seq < int64(n) {
		require.NoError(tb, s.db.InTx(tb.Context(), func(ctx context.Context) error {
			for range statements {
				count := min(perStatement, n-int(h.Seq))
				if count == 0 {
					break
				}
				if err := growBy(ctx, s, &h, count); err != nil {
					return err
				}
			}

			return nil
		}))
	}
	require.NoError(tb, s.db.InTx(tb.Context(), func(ctx context.Context) error {
		if _, err := s.store.lockHead(ctx, householdID, noon); err != nil {
			return err
		}

		return s.store.updateHead(ctx, &h, noon)
	}))
}

func growBy(ctx context.Context, s *service, h *head, count int) error {
	var entries, personal []any
	for range count {
		e, values, err := s.draft(ctx, event(h.HouseholdID, "light.l"+strconv.FormatInt(h.Seq%100, 10)))
		if err != nil {
			return err
		}
		e.At = e.At.Add(time.Duration(h.Seq) * time.Second)
		s.keys.extend(h, &e)
		entries = append(entries, e.HouseholdID, e.Seq, e.At, e.Action, e.Outcome, e.RequestID, e.ActorKind, e.ActorID, e.Target,
			e.Details, e.Commitments, e.KeyID, e.PrevHash, e.Hash)
		for _, v := range values {
			personal = append(personal, e.HouseholdID, e.Seq, v.Field, v.Salt, v.Text)
		}
	}
	if err := insertRows(ctx, s, `audit_entries (`+entryColumns+`)`, 14, entries); err != nil {
		return err
	}

	return insertRows(ctx, s, `audit_personal (household_id, seq, field, salt, text)`, 5, personal)
}

func insertRows(ctx context.Context, s *service, into string, width int, values []any) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
	rows := strings.TrimSuffix(strings.Repeat(row+", ", len(values)/width), ", ")

	return s.db.Conn(ctx).Exec(`INSERT INTO `+into+` VALUES `+rows, values...).Error
}
