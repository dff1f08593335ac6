// Package database is homehub's one relational database: PostgreSQL through a pool, or a
// SQLite file. It owns transactions, grouped commits and the embedded migrations.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"homehub/platform/clock"
)

// Dialect names the kind of database.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
)

// Deps is what Open needs from outside.
type Deps struct {
	DataDir string // where the embedded default keeps its file
	Log     *zap.Logger
	Metrics prometheus.Registerer // nil: not measured
}

// DB is an open database.
type DB struct {
	gorm     *gorm.DB
	pool     *sql.DB
	dialect  Dialect
	path     string // SQLite's file
	postgres *pgx.ConnConfig
	timeout  time.Duration
	batches  batcher
	spelling spelling
	log      *zap.Logger
	metrics  *metrics
}

// Open connects and checks that the database answers. It changes nothing: see Migrate.
func Open(ctx context.Context, cfg Config, deps Deps) (*DB, error) {
	dialect, err := cfg.dialect()
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: dialect, timeout: cfg.Timeout, log: deps.Log, metrics: newMetrics(deps.Metrics)}
	if db.log == nil {
		db.log = zap.NewNop()
	}

	var dialector gorm.Dialector
	switch dialect {
	case SQLite:
		db.path = cfg.sqlitePath(deps.DataDir)
		dialector, err = db.openSQLite(cfg)
	case Postgres:
		dialector, err = db.openPostgres(cfg)
	}
	if err != nil {
		return nil, err
	}
	if err := db.connect(ctx, dialector); err != nil {
		_ = db.pool.Close()
		return nil, err
	}
	if deps.Metrics != nil {
		deps.Metrics.MustRegister(collectors.NewDBStatsCollector(db.pool, "homehub"))
	}

	return db, nil
}

// connect puts gorm on the pool and waits for a first answer.
func (db *DB) connect(ctx context.Context, dialector gorm.Dialector) error {
	pingCtx, cancel := context.WithTimeout(ctx, db.timeout)
	defer cancel()
	if db.dialect == SQLite {
		first := newFileLock(db.path)
		if err := first.Lock(pingCtx, db.pool); err != nil {
			return fmt.Errorf("open database: %w", err)
		}
		defer func() { _ = first.Unlock(pingCtx, db.pool) }()
	}
	if err := db.pool.PingContext(pingCtx); err != nil {
		return fmt.Errorf("open database: %w", db.mapError(err))
	}

	g, err := gorm.Open(dialector, &gorm.Config{
		Logger: logger.Discard, // slow statements are logged by observe, errors by whoever handles them
		// What gorm itself writes into updated_at, as exactly as both databases keep it.
		NowFunc:        func() time.Time { return clock.System().UTC().Truncate(time.Microsecond) },
		TranslateError: true,
		// One statement is atomic by itself. On SQLite the transaction stays: it is where writers queue.
		SkipDefaultTransaction: db.dialect == Postgres,
	})
	if err != nil {
		return fmt.Errorf("open database: %w", db.mapError(err))
	}
	db.gorm = g

	return db.observe(g)
}

// Dialect returns the kind of database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping reports whether the database answers: it reads from it, so that a lost file is noticed, too.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, db.timeout)
	defer cancel()

	var version int
	if err := db.pool.QueryRowContext(ctx, "SELECT minimum_version FROM platform_schema").Scan(&version); err != nil {
		return fmt.Errorf("ping database: %w", db.mapError(err))
	}

	return nil
}

// Close ends all connections; whoever uses the database must have stopped before.
func (db *DB) Close() error {
	if err := db.pool.Close(); err != nil {
		return fmt.Errorf("close database: %w", err)
	}

	return nil
}
