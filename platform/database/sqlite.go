package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/semaphore"
	"gorm.io/gorm"

	"homehub/platform/fault"
)

// maxSQLiteConnections bounds readers: each holds a page cache of its own.
const maxSQLiteConnections = 8

func (db *DB) openSQLite(cfg Config) (gorm.Dialector, error) {
	if err := createPrivate(db.path); err != nil {
		return nil, err
	}
	pragmas := []string{
		"busy_timeout(5000)", // first: it guards the others; only other processes are waited for in this way
		"journal_mode(wal)",
		"synchronous(full)", // a commit is on the disk when it returns, power cut or not
		"foreign_keys(on)",
		"secure_delete(on)",            // what is deleted is overwritten, not only forgotten
		"cache_size(-4096)",            // each chain, history and index grows at a page of its own
		"wal_autocheckpoint(15000)",    // pages: each time it holds up a commit (docs/decisions/0092)
		"journal_size_limit(67108864)", // a burst does not leave a huge WAL behind
	}
	query := url.Values{
		"_pragma": pragmas, "_txlock": {"immediate"},
		"_time_format": {"sqlite"}, "_timezone": {"UTC"}, // text that sorts by time
	}
	connector, err := newKeepingConnector("file:" + (&url.URL{Path: db.path}).EscapedPath() + "?" + query.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", db.path, err)
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(min(cfg.MaxConnections, maxSQLiteConnections))
	pool.SetMaxIdleConns(maxSQLiteConnections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db.pool = pool

	conn := &sqlitePool{DB: pool, writers: semaphore.NewWeighted(1)}

	return sqliteDialector{conn: conn, db: db}, nil
}

// createPrivate makes the file before SQLite does, readable by its owner only. The WAL files
// take over its mode.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create database folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}

	return f.Close()
}

// sqlitePool queues this process's writers in the order they came: SQLite has one writer at a
// time, and its own way of waiting is to sleep and try again. Readers never queue.
type sqlitePool struct {
	*sql.DB

	writers *semaphore.Weighted
}

// BeginTx implements gorm.ConnPoolBeginner. Every transaction is a writer's.
func (p *sqlitePool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	if err := p.writers.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	tx, err := p.DB.BeginTx(ctx, opts)
	if err != nil {
		p.writers.Release(1)
		return nil, err
	}

	return &sqliteTx{Tx: tx, done: sync.OnceFunc(func() { p.writers.Release(1) })}, nil
}

// ExecContext implements gorm.ConnPool for raw statements outside of a transaction.
func (p *sqlitePool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.writers.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer p.writers.Release(1)

	return p.DB.ExecContext(ctx, query, args...)
}

// GetDBConn implements gorm.GetDBConnector.
func (p *sqlitePool) GetDBConn() (*sql.DB, error) { return p.DB, nil }

// sqliteTx passes the writer's turn on when it ends.
type sqliteTx struct {
	*sql.Tx

	done func()
}

// Commit implements gorm.TxCommitter.
func (t *sqliteTx) Commit() error {
	defer t.done()
	fault.Point("database.committing")

	return t.Tx.Commit()
}

// Rollback implements gorm.TxCommitter.
func (t *sqliteTx) Rollback() error {
	defer t.done()
	return t.Tx.Rollback()
}

// fileLock lets one process at a time do what SQLite's own locks do not cover: switching a new
// file to WAL, and migrating it. The lock file stays; removing it would let two in.
type fileLock struct{ file *flock.Flock }

func newFileLock(path string) *fileLock {
	return &fileLock{flock.New(path+".lock", flock.SetPermissions(0o600))}
}

// Lock implements goose's Locker.
func (l *fileLock) Lock(ctx context.Context, _ *sql.DB) error {
	if _, err := l.file.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock database: %w", err)
	}

	return nil
}

// Unlock implements goose's Locker.
func (l *fileLock) Unlock(context.Context, *sql.DB) error { return l.file.Unlock() }
