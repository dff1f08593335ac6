package database_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
)

func TestKeptStatements(t *testing.T) {
	t.Parallel()
	ids := func(t *testing.T, ctx context.Context, db *database.DB) []string {
		t.Helper()
		var found []string
		require.NoError(t, db.Conn(ctx).Raw("SELECT id FROM notes ORDER BY id").Scan(&found).Error)

		return found
	}
	fill := func(t *testing.T) *database.DB {
		t.Helper()
		db := withNotes(t, databasetest.NewSQLite(t))
		for _, id := range []string{"a", "b", "c"} {
			require.NoError(t, write(t.Context(), db, id))
		}

		return db
	}

	t.Run("one that is being read can be begun again", func(t *testing.T) {
		t.Parallel()
		db := fill(t)
		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
			rows, err := db.Conn(ctx).Raw("SELECT id FROM notes ORDER BY id").Rows()
			require.NoError(t, err)
			defer func() { require.NoError(t, rows.Close()) }()
			var outer []string
			for rows.Next() {
				var id string
				require.NoError(t, rows.Scan(&id))
				outer = append(outer, id)
				require.Equal(t, []string{"a", "b", "c"}, ids(t, ctx, db))
			}
			require.NoError(t, rows.Err())
			require.Equal(t, []string{"a", "b", "c"}, outer)

			return nil
		}))
		require.Equal(t, []string{"a", "b", "c"}, ids(t, t.Context(), db))
	})

	t.Run("more than are kept", func(t *testing.T) {
		t.Parallel()
		db := fill(t)
		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
			for range 2 {
				for i := range 200 {
					var n int
					require.NoError(t, db.Conn(ctx).Raw(fmt.Sprintf("SELECT %d + count(*) FROM notes", i)).Scan(&n).Error)
					require.Equal(t, i+3, n)
				}
			}

			return nil
		}))
	})

	t.Run("they learn of a changed table", func(t *testing.T) {
		t.Parallel()
		db := fill(t)
		read := func() (note struct{ ID, Colour string }) {
			require.NoError(t, db.Conn(t.Context()).Raw("SELECT * FROM notes WHERE id = 'a'").Scan(&note).Error)

			return note
		}
		require.Empty(t, read().Colour)
		require.NoError(t, db.Conn(t.Context()).Exec("ALTER TABLE notes ADD COLUMN colour text NOT NULL DEFAULT 'red'").Error)
		require.Equal(t, "red", read().Colour)
	})

	t.Run("one that failed is of use again", func(t *testing.T) {
		t.Parallel()
		db := fill(t)
		require.ErrorIs(t, write(t.Context(), db, "a"), database.ErrDuplicate)
		require.NoError(t, write(t.Context(), db, "d"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.Error(t, write(ctx, db, "e"))
		require.NoError(t, write(t.Context(), db, "f"))
		require.Equal(t, []string{"a", "b", "c", "d", "f"}, ids(t, t.Context(), db))
	})

	t.Run("times are kept as text that sorts, in UTC", func(t *testing.T) {
		t.Parallel()
		db := fill(t)
		at := time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.FixedZone("", 3600))
		var text string
		require.NoError(t, db.Conn(t.Context()).Raw("SELECT ? || ''", at).Scan(&text).Error)
		require.Equal(t, "2026-03-04 04:06:07.123456+00:00", text)
	})
}
