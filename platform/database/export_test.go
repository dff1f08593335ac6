package database

import (
	"runtime"
	"time"
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
