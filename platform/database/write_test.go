package database_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

var errNoSuch = errors.New("no such note")

// add notes a row that is the caller's own.
func add(ctx context.Context, db *database.DB, id string) error {
	return db.Write(ctx, database.Write{SQL: "INSERT INTO notes (id, text) VALUES (?, ?)", Args: []any{id, "x"}})
}

// rename changes a row that others may want, too.
func rename(ctx context.Context, db *database.DB, id, text string) error {
	return db.Write(ctx, database.Write{
		SQL: "UPDATE notes SET text = ? WHERE id = ?", Args: []any{text, id}, Lock: id,
		Check: func(rows int64) error {
			if rows == 0 {
				return errNoSuch
			}

			return nil
		},
	})
}

func TestWrite(t *testing.T) {
	t.Parallel()

	t.Run("outside of a transaction, in one, and in a batch", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		require.NoError(t, add(t.Context(), db, "a"))
		require.ErrorIs(t, add(t.Context(), db, "a"), database.ErrDuplicate)
		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error { return add(ctx, db, "b") }))
		require.ErrorIs(t, db.InTx(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, "c"))

			return errNoSuch
		}), errNoSuch)
		require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return add(ctx, db, "d") }))
		require.ErrorIs(t, rename(t.Context(), db, "none", "y"), errNoSuch)
		require.NoError(t, rename(t.Context(), db, "a", "y"))
		require.Equal(t, 3, count(t, db))
	})

	t.Run("one that is in the way fails alone", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		require.NoError(t, add(t.Context(), db, "taken"))
		results := together(t, db, 12, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				switch i % 4 {
				case 1:
					return add(ctx, db, "taken")
				case 2:
					return errors.Join(add(ctx, db, strconv.Itoa(i)), rename(ctx, db, "none", "y"))
				case 3:
					_ = add(ctx, db, strconv.Itoa(i))
					panic(fmt.Sprint("bug ", i))
				}

				return add(ctx, db, strconv.Itoa(i))
			}
		})
		for i, r := range results {
			switch i % 4 {
			case 0:
				require.NoError(t, r.err)
			case 1:
				require.ErrorIs(t, r.err, database.ErrDuplicate)
			case 2:
				require.ErrorIs(t, r.err, errNoSuch)
			case 3:
				require.Contains(t, r.panicked, fmt.Sprint("bug ", i))
			}
		}
		require.Equal(t, 4, count(t, db))
	})

	t.Run("a batch calls AfterCommit once, however often fn ran", func(t *testing.T) {
		t.Parallel()
		db := setup(t)
		var mu sync.Mutex
		called := make(map[int]int)
		results := together(t, db, 4, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				db.AfterCommit(ctx, func() {
					mu.Lock()
					defer mu.Unlock()
					called[i]++
				})

				return add(ctx, db, strconv.Itoa(i/2)) // two of four are in the way of the others
			}
		})
		failed := 0
		for _, r := range results {
			if r.err != nil {
				require.ErrorIs(t, r.err, database.ErrDuplicate)
				failed++
			}
		}
		require.Equal(t, 2, failed)
		require.Len(t, called, 2)
		for _, n := range called {
			require.Equal(t, 1, n)
		}
	})
}

func TestWriteTogetherOnPostgres(t *testing.T) {
	t.Parallel()

	t.Run("the writes of many are one transaction", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, databasetest.NewPostgres(t))
		for _, r := range together(t, db, 20, func(i int) func(ctx context.Context) error {
			return func(ctx context.Context) error { return add(ctx, db, strconv.Itoa(i)) }
		}) {
			require.NoError(t, r.err)
		}
		var transactions int
		require.NoError(t, db.Conn(t.Context()).Raw("SELECT count(DISTINCT xmin::text) FROM notes").Scan(&transactions).Error)
		require.Equal(t, 1, transactions)
	})

	t.Run("a lock that somebody holds stalls nobody else", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, databasetest.NewPostgres(t))
		require.NoError(t, add(t.Context(), db, "held"))
		var holder sync.WaitGroup
		held, release := make(chan struct{}), make(chan struct{})
		holder.Go(func() {
			_ = db.InTx(t.Context(), func(ctx context.Context) error {
				err := rename(ctx, db, "held", "y")
				close(held)
				<-release

				return err
			})
		})
		<-held
		waiting := make(chan error, 1)
		holder.Go(func() {
			waiting <- db.InBatch(t.Context(), func(ctx context.Context) error { return rename(ctx, db, "held", "z") })
		})
		for i := range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // sooner than the holder is ended
			require.NoError(t, db.InBatch(ctx, func(ctx context.Context) error { return add(ctx, db, strconv.Itoa(i)) }))
			cancel()
		}
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, db.InBatch(soon, func(ctx context.Context) error { return rename(ctx, db, "held", "late") }),
			database.ErrUnavailable)
		close(release)
		require.NoError(t, <-waiting)
		holder.Wait()
		require.Equal(t, 6, count(t, db))
	})

	t.Run("locks are taken in one order, whoever comes first", func(t *testing.T) {
		t.Parallel()
		db, other := replicas(t)
		for i := range 8 {
			require.NoError(t, add(t.Context(), db, strconv.Itoa(i)))
		}
		var writers sync.WaitGroup
		for at, replica := range []*database.DB{db, other} {
			for i := range 8 {
				writers.Go(func() {
					id := strconv.Itoa(i)
					if at == 1 {
						id = strconv.Itoa(7 - i)
					}
					for range 20 {
						if err := replica.InBatch(t.Context(), func(ctx context.Context) error { return rename(ctx, replica, id, "y") }); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		writers.Wait()
	})

	t.Run("a connection that was lost is nobody's loss", func(t *testing.T) {
		t.Parallel()
		db, cut := replicas(t)
		require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return add(ctx, db, "a") }))
		require.NoError(t, cut.Conn(t.Context()).Exec(
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").Error)
		for i := range 4 {
			require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return add(ctx, db, strconv.Itoa(i)) }))
		}
		require.Equal(t, 5, count(t, db))
	})
}

// replicas are two processes' handles on one database.
func replicas(t *testing.T) (a, b *database.DB) {
	t.Helper()
	cfg := database.Config{URL: secret.New(databasetest.NewPostgresURL(t))}

	return withNotes(t, databasetest.Open(t, cfg)), databasetest.Open(t, cfg)
}
