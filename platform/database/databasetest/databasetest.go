// Package databasetest gives each test a database of its own, migrated: a SQLite file by
// default, a cloned PostgreSQL database when HOMEHUB_TEST_POSTGRES_URL is set.
package databasetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that pgtestdb asks for by name
	"github.com/peterldowns/pgtestdb"

	migrations "homehub/db"
	"homehub/platform/database"
	"homehub/platform/secret"
)

// PostgresURL names the variable that points the tests at a PostgreSQL server whose user may
// create databases and roles.
const PostgresURL = "HOMEHUB_TEST_POSTGRES_URL"

// New returns an open, migrated database that is gone when the test ends.
func New(tb testing.TB) *database.DB {
	tb.Helper()
	if os.Getenv(PostgresURL) != "" {
		return NewPostgres(tb)
	}

	return NewSQLite(tb)
}

// NewSQLite is New for what only SQLite does.
func NewSQLite(tb testing.TB) *database.DB {
	tb.Helper()
	content, err := template()
	if err != nil {
		tb.Fatalf("make template database: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "homehub.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatal(err)
	}

	return Open(tb, database.Config{URL: secret.New("sqlite:" + path)})
}

// NewPostgres is New for what only PostgreSQL does; without a server the test is skipped, or
// fails where HOMEHUB_TEST_REQUIRED is set.
func NewPostgres(tb testing.TB) *database.DB {
	tb.Helper()
	return Open(tb, database.Config{URL: secret.New(NewPostgresURL(tb))})
}

// NewPostgresURL is the URL of a fresh, migrated database; see NewPostgres.
func NewPostgresURL(tb testing.TB) string {
	tb.Helper()
	return clone(tb, server(tb), migrator{})
}

// NewEmptyPostgresURL is the URL of a fresh database without any table; see NewPostgres.
func NewEmptyPostgresURL(tb testing.TB) string {
	tb.Helper()
	return clone(tb, server(tb), pgtestdb.NoopMigrator{})
}

func server(tb testing.TB) string {
	tb.Helper()
	url := os.Getenv(PostgresURL)
	if url == "" {
		if os.Getenv("HOMEHUB_TEST_REQUIRED") != "" {
			tb.Fatalf("%s must be set", PostgresURL)
		}
		tb.Skipf("set %s to run this on PostgreSQL", PostgresURL)
	}

	return url
}

// timeout is more than database's own default: what else a machine has to do must not decide a test.
const timeout = time.Minute

// Open opens the database that cfg names, and closes it with the test. Zero fields take the defaults.
func Open(tb testing.TB, cfg database.Config) *database.DB {
	tb.Helper()
	full := database.Defaults()
	full.URL, full.Timeout = cfg.URL, timeout
	if cfg.MaxConnections > 0 {
		full.MaxConnections = cfg.MaxConnections
	}
	if cfg.Timeout > 0 {
		full.Timeout = cfg.Timeout
	}
	db, err := database.Open(tb.Context(), full, database.Deps{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})

	return db
}

// template is a migrated SQLite file, made once for each test binary.
var template = sync.OnceValues(makeTemplate)

func makeTemplate() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "homehub-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cfg := database.Defaults()
	cfg.Timeout = timeout
	db, err := database.Open(ctx, cfg, database.Deps{DataDir: dir})
	if err != nil {
		return nil, err
	}
	err = db.Migrate(ctx)
	if closeErr := db.Close(); err != nil || closeErr != nil { // the last close moves the WAL into the file
		return nil, fmt.Errorf("migrate: %w; close: %w", err, closeErr)
	}

	return os.ReadFile(filepath.Join(dir, "homehub.db"))
}

func clone(tb testing.TB, server string, fill pgtestdb.Migrator) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatalf("%s is no URL", PostgresURL)
	}
	password, _ := u.User.Password()
	conf := pgtestdb.Config{
		DriverName: "pgx", Host: u.Hostname(), Port: u.Port(), User: u.User.Username(), Password: password,
		Database: u.Path[1:], Options: u.RawQuery, ForceTerminateConnections: true,
	}

	return pgtestdb.Custom(tb, conf, fill).URL()
}

// migrator lets pgtestdb make its template the way homehub does.
type migrator struct{}

// Hash names the schema: a template is used again only while no migration changes.
func (migrator) Hash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.Migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Migrations, path)
		h.Write([]byte(path))
		h.Write(content)

		return err
	})

	return hex.EncodeToString(h.Sum(nil)), err
}

// Migrate fills an empty database.
func (migrator) Migrate(ctx context.Context, _ *sql.DB, conf pgtestdb.Config) error {
	cfg := database.Defaults()
	cfg.URL = secret.New(conf.URL())
	db, err := database.Open(ctx, cfg, database.Deps{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		_ = db.Close()
		return err
	}

	return db.Close()
}
