package database_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	urls := map[string]func(tb testing.TB) string{
		"sqlite":   func(tb testing.TB) string { tb.Helper(); return "sqlite:" + filepath.Join(tb.TempDir(), "homehub.db") },
		"postgres": databasetest.NewEmptyPostgresURL,
	}
	for dialect, url := range urls {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			cfg := database.Defaults()
			cfg.URL = secret.New(url(t))

			var wg sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs { // each with a pool of its own, as processes have
				wg.Go(func() { errs[i] = openAndMigrate(t.Context(), cfg) })
			}
			wg.Wait()

			for _, err := range errs {
				require.NoError(t, err)
			}
		})
	}
}

func openAndMigrate(ctx context.Context, cfg database.Config) error {
	db, err := database.Open(ctx, cfg, database.Deps{})
	if err != nil {
		return err
	}

	return errors.Join(db.Migrate(ctx), db.Ping(ctx), db.Close())
}

func TestMigrateRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	raise := func(version int) {
		require.NoError(t, db.Conn(t.Context()).Exec("UPDATE platform_schema SET minimum_version = ?", version).Error)
	}
	all, err := db.Migrations(t.Context())
	require.NoError(t, err)
	newest := int(all[len(all)-1].Version)

	// A newer release has been here, and says that this one may still work.
	applied := db.Conn(t.Context()).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)", newest+1, true)
	require.NoError(t, applied.Error)
	require.NoError(t, db.Migrate(t.Context()))

	raise(newest + 1)
	err = db.Migrate(t.Context())
	require.ErrorIs(t, err, database.ErrSchemaTooNew)
	require.ErrorContains(t, err, fmt.Sprintf("version %d, this binary knows %d", newest+1, newest))
}

func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	cfg := database.Defaults()
	cfg.URL = secret.New("sqlite:" + filepath.Join(t.TempDir(), "homehub.db"))
	run := func(args ...string) string {
		cmd := database.Command(func(ctx context.Context) (*database.DB, func() error, error) {
			db, err := database.Open(ctx, cfg, database.Deps{})
			if err != nil {
				return nil, nil, err
			}

			return db, db.Close, nil
		})
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{}, args...))
		require.NoError(t, cmd.ExecuteContext(t.Context()))

		return out.String()
	}

	require.Contains(t, run("status"), "00001_platform_schema.sql ")
	require.Contains(t, run(), "up to date")
	require.NotContains(t, run("status"), "pending")
	steps := strings.Count(run("status"), ".sql")
	for range steps {
		require.Contains(t, run("down"), "Took back")
	}
	require.Contains(t, run("down"), "Nothing to take back")
	require.Contains(t, run("up"), "up to date")
}

func TestBothSchemasAreEqual(t *testing.T) {
	t.Parallel()
	postgres, sqlite := databasetest.NewPostgres(t), databasetest.NewSQLite(t)

	require.Equal(t, describePostgres(t, postgres), describeSQLite(t, sqlite))
}

// describePostgres writes each table's columns, keys and unique indexes as lines.
func describePostgres(t *testing.T, db *database.DB) []string {
	t.Helper()
	lines := queryLines(t, db, `
		SELECT format('column %s.%s null=%s', table_name, column_name, is_nullable = 'YES')
		FROM information_schema.columns WHERE table_schema = 'public'`)
	lines = append(lines, queryLines(t, db, `
		SELECT format('%s %s (%s)', CASE WHEN i.indisprimary THEN 'key' ELSE 'unique' END, i.indrelid::regclass,
			(SELECT string_agg(coalesce(a.attname, '<expression>'), ',' ORDER BY k.n)
			 FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, n)
			 LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0))
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique`)...)

	return withoutGoose(lines)
}

func describeSQLite(t *testing.T, db *database.DB) []string {
	t.Helper()
	const tables = "sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
	lines := queryLines(t, db, `
		SELECT format('column %s.%s null=%s', m.name, c.name, CASE WHEN c."notnull" OR c.pk THEN 'f' ELSE 't' END)
		FROM `+strings.Replace(tables, "m WHERE", "m, pragma_table_info(m.name) c WHERE", 1))
	lines = append(lines, queryLines(t, db, `
		SELECT format('key %s (%s)', m.name,
			(SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)))
		FROM `+tables)...)
	lines = append(lines, queryLines(t, db, `
		SELECT format('unique %s (%s)', m.name,
			(SELECT group_concat(coalesce(name, '<expression>')) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)))
		FROM `+strings.Replace(tables, "m WHERE", "m, pragma_index_list(m.name) i WHERE i.\"unique\" AND i.origin <> 'pk' AND", 1))...)

	return withoutGoose(lines)
}

func queryLines(t *testing.T, db *database.DB, query string) []string {
	t.Helper()
	var lines []string
	require.NoError(t, db.Conn(t.Context()).Raw(query).Scan(&lines).Error)

	return lines
}

// withoutGoose leaves out the bookkeeping of the migrations, which is goose's own.
func withoutGoose(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if !strings.Contains(line, "goose_db_version") {
			kept = append(kept, line)
		}
	}
	sort.Strings(kept)

	return kept
}
