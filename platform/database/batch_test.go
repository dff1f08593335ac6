package database_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
)

func TestInBatch(t *testing.T) {
	t.Parallel()
	errStop := errors.New("stop")

	t.Run("alone, it commits or not", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return write(ctx, db, "a") }))
		require.ErrorIs(t, db.InBatch(t.Context(), func(ctx context.Context) error {
			require.NoError(t, write(ctx, db, "b"))
			return errStop
		}), errStop)
		require.Equal(t, 1, count(t, db))
	})

	t.Run("one's failure or panic is one's own", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		results := together(t, db, 30, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				if err := write(ctx, db, strconv.Itoa(i)); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errStop
				case 2:
					panic(fmt.Sprint("bug ", i))
				}

				return nil
			}
		})
		for i, r := range results {
			switch i % 3 {
			case 0:
				require.NoError(t, r.err)
				require.Nil(t, r.panicked)
			case 1:
				require.ErrorIs(t, r.err, errStop)
			case 2:
				require.Contains(t, r.panicked, fmt.Sprint("bug ", i))
			}
		}
		require.Equal(t, 10, count(t, db))
	})

	t.Run("on SQLite, all run a second time where one has failed, and else once", func(t *testing.T) {
		t.Parallel()
		for failing, wantRuns := range map[int]int64{-1: 10, 9: 20} {
			db := withNotes(t, databasetest.NewSQLite(t))
			var runs atomic.Int64
			results := together(t, db, 10, func(i int) func(ctx context.Context) error {
				return func(ctx context.Context) error {
					runs.Add(1)
					if err := write(ctx, db, strconv.Itoa(i)); err != nil || i == failing {
						return errors.Join(err, errStop)
					}

					return nil
				}
			})
			for i, r := range results {
				require.Equal(t, i == failing, r.err != nil, "job %d: %v", i, r.err)
			}
			if failing >= 0 { // the queue is in no order: it may have been anywhere
				require.GreaterOrEqual(t, runs.Load(), int64(11))
				require.LessOrEqual(t, runs.Load(), wantRuns)
				require.Equal(t, 9, count(t, db))

				continue
			}
			require.Equal(t, wantRuns, runs.Load())
			require.Equal(t, 10, count(t, db))
		}
	})

	t.Run("a broken statement undoes its own savepoint only", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		require.NoError(t, write(t.Context(), db, "taken"))
		results := together(t, db, 10, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				if i%2 == 1 {
					return write(ctx, db, "taken")
				}

				return write(ctx, db, strconv.Itoa(i))
			}
		})
		for i, r := range results {
			if i%2 == 1 {
				require.ErrorIs(t, r.err, database.ErrDuplicate)
				continue
			}
			require.NoError(t, r.err)
		}
		require.Equal(t, 6, count(t, db))
	})

	t.Run("who gives up before the turn comes is not run", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		block, blocked := make(chan struct{}), make(chan struct{})
		var others sync.WaitGroup
		others.Go(func() {
			_ = db.InBatch(t.Context(), func(context.Context) error {
				close(blocked)
				<-block
				return nil
			})
		})
		<-blocked
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false

		err := db.InBatch(ctx, func(context.Context) error { ran = true; return nil })
		close(block)
		others.Wait()

		require.ErrorIs(t, err, context.Canceled)
		require.False(t, ran)
	})

	t.Run("fn keeps its caller's values, not its cancellation", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "mine"))

		err := db.InBatch(ctx, func(ctx context.Context) error {
			cancel()
			require.Equal(t, "mine", ctx.Value(key{}))

			return write(ctx, db, "a")
		})

		require.NoError(t, err)
		require.Equal(t, 1, count(t, db))
	})

	t.Run("who waits for another's lock is not kept beyond the deadline", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, databasetest.NewPostgres(t)) // on SQLite a transaction is the only lock
		require.NoError(t, write(t.Context(), db, "a"))
		lock := func(ctx context.Context) error {
			return db.Conn(ctx).Exec("SELECT 1 FROM notes WHERE id = 'a' FOR UPDATE").Error
		}

		err := db.InTx(t.Context(), func(ctx context.Context) error {
			require.NoError(t, lock(ctx))
			soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			begun := time.Now()
			require.ErrorIs(t, db.InBatch(soon, lock), database.ErrUnavailable)
			require.Less(t, time.Since(begun), 30*time.Second, "sooner than the holder is ended")

			return nil
		})
		require.NoError(t, err)
	})

	t.Run("a lost transaction is everybody's failure", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, databasetest.NewSQLite(t))
		results := together(t, db, 5, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				if i == 3 {
					return db.Conn(ctx).Exec("ROLLBACK").Error
				}

				return write(ctx, db, strconv.Itoa(i))
			}
		})
		for i, r := range results {
			require.Error(t, r.err, "job %d", i)
		}
		require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return write(ctx, db, "after") }))
	})

	t.Run("a goroutine that ends inside takes nobody along", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = db.InBatch(t.Context(), func(context.Context) error { runtime.Goexit(); return nil })
		})
		wg.Wait()

		require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return write(ctx, db, "a") }))
	})
}

type result struct {
	err      error
	panicked any
}

// together makes n callers share one commit: they all wait behind a first one, which ends when
// every one of them is in the queue.
func together(t *testing.T, db *database.DB, n int, fn func(i int) func(ctx context.Context) error) []result {
	t.Helper()
	results := make([]result, n)
	var wg sync.WaitGroup
	first, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		_ = db.InBatch(t.Context(), func(context.Context) error {
			close(first)
			<-release
			return nil
		})
	})
	<-first
	for i := range n {
		wg.Go(func() {
			defer func() { results[i].panicked = recover() }()
			results[i].err = db.InBatch(t.Context(), fn(i))
		})
	}
	db.WaitForQueue(n)
	close(release)
	wg.Wait()

	return results
}

// BenchmarkCommit compares a transaction of one's own with a shared commit. The row is small:
// what is measured is the way to the disk.
func BenchmarkCommit(b *testing.B) {
	dbs := map[string]func(testing.TB) *database.DB{"sqlite": databasetest.NewSQLite, "postgres": databasetest.NewPostgres}
	for dialect, open := range dbs {
		b.Run(dialect, func(b *testing.B) {
			db := withNotes(b, open(b))
			ways := map[string]func(context.Context, func(context.Context) error) error{"tx": db.InTx, "batch": db.InBatch}
			var id atomic.Int64
			for way, run := range ways {
				for _, writers := range []int{1, 16, 64} {
					b.Run(fmt.Sprintf("%s/%d", way, writers), func(b *testing.B) {
						var next atomic.Int64
						var wg sync.WaitGroup
						for range writers {
							wg.Go(func() {
								for next.Add(1) <= int64(b.N) {
									err := run(b.Context(), func(ctx context.Context) error {
										return write(ctx, db, strconv.FormatInt(id.Add(1), 10))
									})
									if err != nil {
										b.Error(err)
										return
									}
								}
							})
						}
						wg.Wait()
					})
				}
			}
		})
	}
}
