package database

import "runtime"

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
