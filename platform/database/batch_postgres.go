package database

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"homehub/platform/fault"
)

const (
	// lockPatience is how long a shared transaction waits for what another one has locked: all its
	// callers wait with it.
	lockPatience = "50ms"
	// slowLockPause is how long callers that want such a lock go alone.
	slowLockPause = time.Second
)

// notOnlyWrites ends an fn that turns out to need a transaction of its own.
type notOnlyWrites struct{}

// note runs fn, whose writes are only noted. What does more than Write runs alone, from the
// beginning: nothing has been done yet.
func (j *batchJob) note(db *DB) {
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	j.noted = []Write{}
	j.guarded(context.WithoutCancel(j.ctx), db, transaction{after: &j.after, noted: &j.noted})
	if len(j.noted) == 0 {
		return
	}
	j.lock = slices.MaxFunc(j.noted, func(a, b Write) int { return cmp.Compare(a.Lock, b.Lock) }).Lock
	if db.batches.isSlow(j.lock) {
		j.goAlone()
	}
}

func (j *batchJob) goAlone() { j.isAlone, j.err, j.panicked, j.after = true, nil, nil, nil }

// sendBatch sends what all jobs have noted as one transaction, in two round trips. Where one of
// them is in the way of the others, nothing has happened, and each goes alone.
func (db *DB) sendBatch(ctx context.Context, batch []*batchJob) error {
	jobs := make([]*batchJob, 0, len(batch))
	latest := time.Now()
	for _, job := range batch {
		job.note(db) //nolint:contextcheck // its caller's, not the leader's
		if !job.isFailed() && !job.isAlone {
			jobs = append(jobs, job)
		}
		deadline, ok := job.ctx.Deadline()
		if !ok || time.Until(deadline) > db.timeout {
			deadline = time.Now().Add(db.timeout)
		}
		if deadline.After(latest) {
			latest = deadline
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	// Whoever takes several locks takes them in one order, on every replica: no deadlocks.
	slices.SortStableFunc(jobs, func(a, b *batchJob) int { return cmp.Compare(a.lock, b.lock) })

	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), latest)
	defer cancel()
	begun := time.Now()
	err := db.onConn(ctx, func(conn *pgx.Conn) error { return db.send(ctx, conn, jobs) })
	db.metrics.statements.WithLabelValues("batch").Observe(time.Since(begun).Seconds())
	if _, ok := errors.AsType[*undone](err); !ok {
		return db.mapError(err)
	}
	for _, job := range jobs {
		job.goAlone()
	}

	return nil
}

// undone is why a shared transaction was rolled back.
type undone struct{ cause error }

// Error implements error.
func (u *undone) Error() string { return "undone: " + u.cause.Error() }

// Unwrap lets errors.Is see the cause.
func (u *undone) Unwrap() error { return u.cause }

// onConn runs fn on a connection of the pool.
func (db *DB) onConn(ctx context.Context, fn func(*pgx.Conn) error) error {
	pooled, err := db.pool.Conn(ctx)
	if err != nil {
		return &undone{err}
	}
	defer func() { _ = pooled.Close() }() // it goes back to the pool

	return pooled.Raw(func(raw any) error {
		std, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected connection %T", raw)
		}
		conn := std.Conn()
		err := fn(conn)
		if conn.IsClosed() || conn.PgConn().TxStatus() != 'I' {
			_ = conn.Close(context.WithoutCancel(ctx))

			return errors.Join(err, driver.ErrBadConn) // the pool drops it
		}

		return err
	})
}

func (db *DB) send(ctx context.Context, conn *pgx.Conn, jobs []*batchJob) error {
	if cause := db.sendWrites(ctx, conn, jobs); cause != nil {
		_, _ = conn.Exec(ctx, "ROLLBACK") // where that does not arrive either, the connection is dropped

		return &undone{cause}
	}
	fault.Point("database.committing")
	// From here on it may be kept even where no answer comes: nobody may do it again.
	tag, err := conn.Exec(ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		return &undone{errors.New("the server rolled back")}
	}

	return err
}

// sendWrites opens the transaction and writes everything, in one round trip.
func (db *DB) sendWrites(ctx context.Context, conn *pgx.Conn, jobs []*batchJob) error {
	var pipeline pgx.Batch
	pipeline.Queue("BEGIN")
	pipeline.Queue("SET LOCAL lock_timeout = '" + lockPatience + "'")
	for _, job := range jobs {
		for _, w := range job.noted {
			pipeline.Queue(db.spelled(w.SQL), w.Args...)
		}
	}
	results := conn.SendBatch(ctx, &pipeline)
	err := db.readResults(results, jobs)

	return errors.Join(err, results.Close())
}

func (db *DB) readResults(results pgx.BatchResults, jobs []*batchJob) error {
	for range 2 { // BEGIN and SET
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for _, job := range jobs {
		for _, w := range job.noted {
			tag, err := results.Exec()
			if err != nil {
				if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == lockNotAvailable {
					db.batches.rememberSlow(job.lock)
				}

				return err
			}
			if err := w.judge(tag.RowsAffected()); err != nil {
				return err
			}
		}
	}

	return nil
}

const lockNotAvailable = "55P03"

// runAlone gives the job a transaction of its own; its caller's deadline bounds all of it. Of
// those that want one lock, one at a time holds a connection.
func (db *DB) runAlone(job *batchJob) error {
	ctx := context.WithoutCancel(job.ctx) // its turn had come: the outcome matters
	if deadline, ok := job.ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	leave, err := db.batches.queueFor(ctx, job.lock)
	if err != nil {
		return db.mapError(err)
	}
	defer leave()

	return db.InTx(ctx, job.fn)
}

// slowLocks remembers what somebody else has held for long, and lets those that want one thing
// wait for it one behind the other.
type slowLocks struct {
	since  map[string]time.Time
	queues map[string]*lockQueue
}

type lockQueue struct {
	turn    chan struct{} // holds a token while somebody has the turn
	waiting int
}

func (b *batcher) isSlow(lock string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	since, ok := b.slow.since[lock]
	if ok && time.Since(since) > slowLockPause {
		delete(b.slow.since, lock)
		ok = false
	}

	return ok && lock != ""
}

func (b *batcher) rememberSlow(lock string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.slow.since == nil || len(b.slow.since) > maxBatch {
		b.slow.since = make(map[string]time.Time)
	}
	b.slow.since[lock] = time.Now()
}

// queueFor waits for the turn at a lock; leave passes it on.
func (b *batcher) queueFor(ctx context.Context, lock string) (leave func(), err error) {
	if lock == "" {
		return func() {}, nil
	}
	b.mu.Lock()
	if b.slow.queues == nil {
		b.slow.queues = make(map[string]*lockQueue)
	}
	q := b.slow.queues[lock]
	if q == nil {
		q = &lockQueue{turn: make(chan struct{}, 1)}
		b.slow.queues[lock] = q
	}
	q.waiting++
	b.mu.Unlock()

	hasTurn := false
	select {
	case q.turn <- struct{}{}:
		hasTurn = true
	case <-ctx.Done():
		err = ctx.Err()
	}
	leave = func() {
		if hasTurn {
			<-q.turn
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if q.waiting--; q.waiting == 0 {
			delete(b.slow.queues, lock)
		}
	}
	if err != nil {
		leave()
	}

	return leave, err
}
