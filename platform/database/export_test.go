package database

import (
	"context"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
)

// SetTimeout changes what a database that nobody uses was opened with.
func (db *DB) SetTimeout(timeout time.Duration) { db.timeout = timeout }

// WaitForQueue returns when n callers wait for their turn in a batch.
func (db *DB) WaitForQueue(n int) {
	for {
		db.batches.mu.Lock()
		waiting := len(db.batches.waiting)
		db.batches.mu.Unlock()
		if waiting >= n {
			return
		}
		runtime.Gosched()
	}
}

// CutShort does to a connection of the pool what the end of a context does once everything was said.
func CutShort(ctx context.Context, db *DB) error {
	return db.onConn(ctx, func(conn *pgx.Conn) error {
		watcher := db.postgres.BuildContextWatcherHandler(conn.PgConn())
		watcher.HandleCancel(ctx)
		watcher.HandleUnwatchAfterCancel()

		return nil
	})
}
