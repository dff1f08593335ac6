package database_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

// Rows of many households, written in turns, split pages often: each split may leave a copy behind.
func TestWhatIsScrubbedIsInNoFile(t *testing.T) {
	t.Parallel()
	const word = "kakaóscsiga"
	path := filepath.Join(t.TempDir(), "homehub.db")
	db := databasetest.Open(t, database.Config{URL: secret.New("sqlite:" + path)})
	exec := func(ctx context.Context, statement string, args ...any) {
		require.NoError(t, db.Conn(ctx).Exec(statement, args...).Error)
	}
	exec(t.Context(), `CREATE TABLE words (home text NOT NULL, seq integer NOT NULL, text text NOT NULL, PRIMARY KEY (home, seq)) WITHOUT ROWID`)
	exec(t.Context(), `CREATE INDEX words_text ON words (text)`)
	for batch := range 40 {
		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
			for i := range 100 {
				said := word
				if i%2 == 0 {
					said = "pogácsa"
				}
				exec(ctx, `INSERT INTO words VALUES (?, ?, ?)`, fmt.Sprintf("home-%d", i%17), batch*100+i, said+strings.Repeat("x", i))
			}

			return nil
		}))
	}
	require.NotZero(t, occurrences(t, path, word))

	exec(t.Context(), `DELETE FROM words WHERE text LIKE ?`, word+"%")
	require.NoError(t, db.Scrub(t.Context()))

	require.Zero(t, occurrences(t, path, word))
	require.NotZero(t, occurrences(t, path, "pogácsa"))
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.Zero(t, info.Size())
}

// TestScrubbingTakesItsTime: a large file takes longer than any statement may, and would otherwise
// never be done.
func TestScrubbingTakesItsTime(t *testing.T) {
	t.Parallel()
	const word = "kakaóscsiga"
	path := filepath.Join(t.TempDir(), "homehub.db")
	at := secret.New("sqlite:" + path)
	db := databasetest.Open(t, database.Config{URL: at})
	for _, statement := range []string{
		`CREATE TABLE words (text text NOT NULL)`,
		`INSERT INTO words VALUES ('` + word + `')`,
		`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
			INSERT INTO words SELECT hex(zeroblob(500)) FROM n`,
		`DELETE FROM words WHERE text = '` + word + `'`,
	} {
		require.NoError(t, db.Conn(t.Context()).Exec(statement).Error)
	}

	hasty := databasetest.Open(t, database.Config{URL: at})
	hasty.SetTimeout(time.Nanosecond)
	require.ErrorIs(t, hasty.Ping(t.Context()), database.ErrUnavailable)
	require.NoError(t, hasty.Scrub(t.Context()))

	require.Zero(t, occurrences(t, path, word))
}

func TestScrubOnPostgresLeavesItToAutovacuum(t *testing.T) {
	t.Parallel()
	require.NoError(t, databasetest.NewPostgres(t).Scrub(t.Context()))
}

// occurrences counts a word in all of a database's files.
func occurrences(tb testing.TB, path, word string) (count int) {
	tb.Helper()
	files, err := filepath.Glob(path + "*")
	require.NoError(tb, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(tb, err)
		count += bytes.Count(content, []byte(word))
	}

	return count
}
