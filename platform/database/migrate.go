package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"go.uber.org/zap"

	migrations "homehub/db"
)

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero: pending
}

// Migrate brings the schema up to date. Several processes may do so at once: one works, the
// others wait. It returns ErrSchemaTooNew when the schema is beyond what this binary can use.
func (db *DB) Migrate(ctx context.Context) error {
	return db.withProvider(ctx, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		for _, r := range results {
			db.log.Info("migrated", zap.String("migration", path.Base(r.Source.Path)), zap.Duration("took", r.Duration))
		}

		return err
	})
}

// MigrateDown takes the newest step back, and its data with it. It returns the step's name.
func (db *DB) MigrateDown(ctx context.Context) (string, error) {
	var name string
	err := db.withProvider(ctx, func(p *goose.Provider) error {
		result, err := p.Down(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return nil
		}
		if err == nil {
			name = path.Base(result.Source.Path)
		}

		return err
	})

	return name, err
}

// Migrations lists every step that this binary knows, oldest first.
func (db *DB) Migrations(ctx context.Context) ([]Migration, error) {
	var all []Migration
	err := db.withProvider(ctx, func(p *goose.Provider) error {
		statuses, err := p.Status(ctx)
		for _, s := range statuses {
			all = append(all, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt})
		}

		return err
	})

	return all, err
}

// withProvider runs fn with goose on a pool without a statement deadline: a migration of a
// large table takes its time.
func (db *DB) withProvider(ctx context.Context, fn func(*goose.Provider) error) (err error) {
	defer func() {
		if err != nil && !errors.Is(err, ErrSchemaTooNew) {
			err = fmt.Errorf("migrate: %w", db.mapError(err))
		}
	}()
	files, err := fs.Sub(migrations.Migrations, path.Join("migrations", string(db.dialect)))
	if err != nil {
		return err
	}
	pool := db.pool
	if db.dialect == Postgres {
		conf := db.postgres.Copy()
		conf.RuntimeParams["statement_timeout"] = "0"
		pool = stdlib.OpenDB(*conf)
		defer func() { err = errors.Join(err, pool.Close()) }()
	}
	dialect, locking, err := db.gooseDialect()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, pool, files, locking, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if err := db.checkVersion(ctx, pool, provider); err != nil {
		return err
	}

	return fn(provider)
}

func (db *DB) gooseDialect() (goose.Dialect, goose.ProviderOption, error) {
	if db.dialect == SQLite {
		return goose.DialectSQLite3, goose.WithLocker(newFileLock(db.path)), nil
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return "", nil, err
	}

	return goose.DialectPostgres, goose.WithSessionLocker(locker), nil
}

// checkVersion compares what the schema asks for with what this binary knows.
func (db *DB) checkVersion(ctx context.Context, pool *sql.DB, p *goose.Provider) error {
	exists := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'platform_schema'"
	if db.dialect == Postgres {
		exists = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('platform_schema')"
	}
	var n int
	if err := pool.QueryRowContext(ctx, exists).Scan(&n); err != nil || n == 0 {
		return err // no such table: a new database
	}
	var minimum int64
	if err := pool.QueryRowContext(ctx, "SELECT minimum_version FROM platform_schema").Scan(&minimum); err != nil {
		return err
	}
	sources := p.ListSources()
	if known := sources[len(sources)-1].Version; minimum > known {
		return fmt.Errorf("%w: its schema asks for version %d, this binary knows %d; install the newer release again, or restore a backup",
			ErrSchemaTooNew, minimum, known)
	}

	return nil
}
