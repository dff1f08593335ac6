package database_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a folder?", "home #1.db") // names that a URL would cut short
	db := withNotes(t, databasetest.Open(t, database.Config{URL: secret.New("sqlite:" + path)}))

	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
	} {
		var got string
		require.NoError(t, db.Conn(t.Context()).Raw("PRAGMA "+pragma).Scan(&got).Error)
		require.Equal(t, want, got, pragma)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "home*"))
	require.NoError(t, err)
	require.Len(t, files, 4, "the file, its WAL, its index and its lock")
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
	}
}

func TestSQLiteDefaultPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()

	db, err := database.Open(t.Context(), database.Defaults(), database.Deps{DataDir: dir})

	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.FileExists(t, filepath.Join(dir, "homehub.db"))
}

// Times come back as the moment that went in, in UTC, and sort as they should.
func TestTimes(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	type event struct {
		ID string `gorm:"primaryKey"`
		At time.Time
	}
	kind := map[database.Dialect]string{database.SQLite: "datetime", database.Postgres: "timestamptz"}[db.Dialect()]
	require.NoError(t, db.Conn(t.Context()).Exec("CREATE TABLE events (id varchar(64) NOT NULL PRIMARY KEY, at "+kind+" NOT NULL)").Error)
	base := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for id, at := range map[string]time.Time{"a": base, "b": base.Add(time.Microsecond), "c": base.Add(120 * time.Millisecond), "d": base.Add(time.Second)} {
		require.NoError(t, db.Conn(t.Context()).Create(&event{ID: id, At: at}).Error)
	}

	var found []event
	require.NoError(t, db.Conn(t.Context()).Where("at > ?", base).Order("at").Find(&found).Error)

	var ids []string
	for _, e := range found {
		ids = append(ids, e.ID)
	}
	require.Equal(t, []string{"b", "c", "d"}, ids)
	require.Equal(t, base.Add(120*time.Millisecond), found[1].At, "equal in every field, its zone too")
}

func TestSQLiteWritersQueue(t *testing.T) {
	t.Parallel()
	db := withNotes(t, databasetest.NewSQLite(t))
	const writers = 50
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		wg.Go(func() {
			id := strings.Repeat("x", i+1)
			switch i % 3 {
			case 0:
				errs[i] = write(t.Context(), db, id)
			case 1:
				errs[i] = db.InTx(t.Context(), func(ctx context.Context) error { return write(ctx, db, id) })
			case 2:
				errs[i] = db.Conn(t.Context()).Exec("INSERT INTO notes (id, text) VALUES (?, '')", id).Error
			}
		})
	}
	wg.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, writers, count(t, db))
}

func TestSQLiteReadersDoNotWaitForAWriter(t *testing.T) {
	t.Parallel()
	db := withNotes(t, databasetest.NewSQLite(t))

	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, write(ctx, db, "a"))
		require.Zero(t, count(t, db), "what is not committed is not seen")

		return nil
	}))
}

func TestSQLiteAWriterBesideAnOpenTransactionIsToldSo(t *testing.T) {
	t.Parallel()
	db := withNotes(t, databasetest.Open(t, database.Config{
		URL: secret.New("sqlite:" + filepath.Join(t.TempDir(), "homehub.db")),
	}))

	err := db.InTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()

		return write(ctx, db, "a") // forgets the transaction's context
	})

	require.ErrorIs(t, err, database.ErrUnavailable)
	require.NoError(t, write(t.Context(), db, "b"))
}

func TestSQLiteTrouble(t *testing.T) {
	t.Parallel()
	open := func(path string) error {
		cfg := database.Defaults()
		cfg.URL = secret.New("sqlite:" + path)
		db, err := database.Open(t.Context(), cfg, database.Deps{})
		if err == nil {
			err = db.Close()
		}

		return err
	}

	t.Run("a damaged file", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "homehub.db")
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
		err := open(path)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "damaged")
	})
	t.Run("a folder that is a file", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.ErrorContains(t, open(filepath.Join(path, "homehub.db")), path)
	})
	t.Run("a folder without the right to write", func(t *testing.T) {
		t.Parallel()
		if os.Getuid() == 0 {
			t.Skip("root may write everywhere")
		}
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o500))
		err := open(filepath.Join(dir, "homehub.db"))
		require.ErrorContains(t, err, dir)
		require.ErrorContains(t, err, "permission denied")
	})
	t.Run("a full disk", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "homehub.db")
		db := withNotes(t, databasetest.Open(t, database.Config{URL: secret.New("sqlite:" + path)}))
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := db.Conn(ctx).Exec("PRAGMA max_page_count = 4").Error; err != nil {
				return err
			}

			return db.Conn(ctx).Create(&note{ID: "big", Text: strings.Repeat("x", 1<<20)}).Error
		})
		require.ErrorIs(t, err, database.ErrUnavailable)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "the disk is full")
		require.Zero(t, count(t, db))
	})
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	db, err := database.Open(t.Context(), database.Defaults(), database.Deps{DataDir: t.TempDir(), Metrics: registry})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	withNotes(t, db)
	require.NoError(t, write(t.Context(), db, "a"))
	require.ErrorIs(t, write(t.Context(), db, "a"), database.ErrDuplicate)
	require.Error(t, db.Conn(t.Context()).Exec("nonsense").Error)
	require.NoError(t, db.InBatch(t.Context(), func(ctx context.Context) error { return write(ctx, db, "b") }))

	n, err := testutil.GatherAndCount(registry, "homehub_database_statement_seconds")
	require.NoError(t, err)
	require.Equal(t, 2, n, "create and raw")
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP homehub_database_failures_total Statements that failed for another reason than a missing or duplicate row.
# TYPE homehub_database_failures_total counter
homehub_database_failures_total{operation="raw"} 1
`), "homehub_database_failures_total"))
}

func TestConfig(t *testing.T) {
	t.Parallel()
	require.NoError(t, database.Defaults().Validate())
	require.True(t, database.Defaults().IsSQLite())

	bad := database.Config{URL: secret.New("mysql://root:hunter2@db"), MaxConnections: 1}
	err := bad.Validate()
	for _, key := range []string{"database.url", "database.max_connections", "database.timeout"} {
		require.ErrorContains(t, err, key)
	}
	require.NotContains(t, err.Error(), "hunter2")
	_, err = database.Open(t.Context(), bad, database.Deps{})
	require.NotContains(t, err.Error(), "hunter2")
	bad.URL = secret.New("postgres://u:hunter2@[::bad/db")
	_, err = database.Open(t.Context(), bad, database.Deps{})
	require.ErrorContains(t, err, "database.url")
	require.NotContains(t, err.Error(), "hunter2")
}
