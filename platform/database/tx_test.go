package database_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
)

// note is a table of these tests only.
type note struct {
	ID   string `gorm:"primaryKey"`
	Text string
}

// setup gives a database with an empty table of notes.
func setup(tb testing.TB) *database.DB {
	tb.Helper()
	return withNotes(tb, databasetest.New(tb))
}

func withNotes(tb testing.TB, db *database.DB) *database.DB {
	tb.Helper()
	require.NoError(tb, db.Conn(tb.Context()).Exec("CREATE TABLE notes (id varchar(64) NOT NULL PRIMARY KEY, text text NOT NULL)").Error)

	return db
}

func write(ctx context.Context, db *database.DB, id string) error {
	return db.Conn(ctx).Create(&note{ID: id, Text: "x"}).Error
}

func count(tb testing.TB, db *database.DB) int {
	tb.Helper()
	var n int64
	require.NoError(tb, db.Conn(tb.Context()).Model(&note{}).Count(&n).Error)

	return int(n)
}

func TestInTx(t *testing.T) {
	t.Parallel()
	errStop := errors.New("stop")

	t.Run("commits", func(t *testing.T) {
		t.Parallel()
		db := setup(t)

		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error { return write(ctx, db, "a") }))

		require.Equal(t, 1, count(t, db))
	})
	t.Run("an inner one joins and fails with the outer", func(t *testing.T) {
		t.Parallel()
		db := setup(t)

		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := db.InTx(ctx, func(ctx context.Context) error { return write(ctx, db, "a") }); err != nil {
				return err
			}
			if err := db.InBatch(ctx, func(ctx context.Context) error { return write(ctx, db, "b") }); err != nil {
				return err
			}

			return errStop
		})

		require.ErrorIs(t, err, errStop)
		require.Zero(t, count(t, db))
	})
	t.Run("a panic rolls back and frees the writer's turn", func(t *testing.T) {
		t.Parallel()
		db := setup(t)

		require.Panics(t, func() {
			_ = db.InTx(t.Context(), func(ctx context.Context) error {
				_ = write(ctx, db, "a")
				panic("bug")
			})
		})

		require.NoError(t, write(t.Context(), db, "b"))
		require.Equal(t, 1, count(t, db))
	})
	t.Run("a caller that gives up waiting writes nothing", func(t *testing.T) {
		t.Parallel()
		db := setup(t)

		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(t.Context(), func(context.Context) error {
			cancel()
			return db.InTx(ctx, func(ctx context.Context) error { return write(ctx, db, "a") })
		})

		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, count(t, db))
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	db := setup(t)
	require.NoError(t, write(t.Context(), db, "a"))

	require.ErrorIs(t, write(t.Context(), db, "a"), database.ErrDuplicate)
	require.ErrorIs(t, db.Conn(t.Context()).Take(&note{}, "id = ?", "none").Error, database.ErrNoRow)
	require.Equal(t, 1, count(t, db), "the database is of use after an error")
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	errStop := errors.New("stop")
	for name, in := range map[string]func(*database.DB, context.Context, func(context.Context) error) error{
		"in a transaction": (*database.DB).InTx, "in a batch": (*database.DB).InBatch,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := setup(t)
			seen := -1
			look := func() { seen = count(t, db) } // would wait for the transaction if it were not over

			require.NoError(t, in(db, t.Context(), func(ctx context.Context) error {
				return db.InTx(ctx, func(ctx context.Context) error { // joins
					db.AfterCommit(ctx, look)
					return write(ctx, db, "a")
				})
			}))
			require.Equal(t, 1, seen)

			seen = -1
			require.ErrorIs(t, in(db, t.Context(), func(ctx context.Context) error {
				db.AfterCommit(ctx, look)
				return errStop
			}), errStop)
			require.Equal(t, -1, seen, "what was rolled back calls nobody")
		})
	}

	t.Run("outside of a transaction", func(t *testing.T) {
		t.Parallel()
		isCalled := false
		setup(t).AfterCommit(t.Context(), func() { isCalled = true })
		require.True(t, isCalled)
	})
}

// TestVictimsTryAgain lets two transactions wait for each other, until PostgreSQL ends one of them.
func TestVictimsTryAgain(t *testing.T) {
	t.Parallel()
	db := withNotes(t, databasetest.NewPostgres(t))
	require.NoError(t, write(t.Context(), db, "a"))
	require.NoError(t, write(t.Context(), db, "b"))
	var ended sync.WaitGroup
	var tries, committed, holders atomic.Int32
	bothHold := make(chan struct{})
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		ended.Go(func() {
			isFirst := true
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				tries.Add(1)
				db.AfterCommit(ctx, func() { committed.Add(1) })
				for i, id := range order {
					err := db.Conn(ctx).Exec("UPDATE notes SET text = text || 'x' WHERE id = ?", id).Error
					if err != nil {
						return fmt.Errorf("wrapped: %w", err)
					}
					if i > 0 || !isFirst {
						continue
					}
					isFirst = false
					if holders.Add(1) == 2 {
						close(bothHold)
					}
					select {
					case <-bothHold:
					case <-ctx.Done():
						return ctx.Err()
					}
				}

				return nil
			})
			assert.NoError(t, err)
		})
	}
	ended.Wait()

	require.GreaterOrEqual(t, tries.Load(), int32(3))
	require.EqualValues(t, 2, committed.Load(), "nobody is called for a transaction that was undone")
	var texts []string
	require.NoError(t, db.Conn(t.Context()).Model(&note{}).Pluck("text", &texts).Error)
	require.Equal(t, []string{"xxx", "xxx"}, texts)
}
