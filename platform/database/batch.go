package database

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"gorm.io/gorm"
)

// maxBatch bounds how many callers share one commit, and so how long the first of them waits.
const maxBatch = 128

// errBatchEnded is what the others see when a caller's fn ends the goroutine it runs on.
var errBatchEnded = errors.New("the shared transaction ended early")

// batcher lets callers share commits. There is no goroutine of its own: the first caller leads
// a batch, and those who arrive meanwhile wait. When its batch is over, the leader hands the
// lead to the one who waits longest, who takes all the others along.
type batcher struct {
	mu      sync.Mutex
	leading bool        // somebody leads
	waiting []*batchJob // in the order they came; none has begun
	slow    slowLocks   // on PostgreSQL
}

// batchJob is one caller's share of a batch.
type batchJob struct {
	ctx context.Context //nolint:containedctx // the caller's, while it waits
	fn  func(ctx context.Context) error

	err      error
	after    []func() // see AfterCommit
	panicked *batchPanic
	wake     chan []*batchJob // a batch to lead, or nil when this job is over

	// On PostgreSQL.
	noted   []Write // what fn has written
	lock    string  // what that locks
	isAlone bool    // fn gets a transaction of its own, from its caller
}

// batchPanic carries a panic to the goroutine of the caller that it belongs to.
type batchPanic struct {
	value any
	stack []byte
}

// InBatch is InTx for the everyday path: it returns when fn's writes are durable, but shares
// the commit with other callers that arrive meanwhile. A failure of fn undoes its own writes
// only. fn must be short, may run on another goroutine and a second time, and must not count on
// seeing what it wrote. Values of ctx are kept; its cancellation counts only until fn's turn has
// come.
//
// On SQLite the functions run one after the other in one transaction; should one fail, they all run
// once more, each in a savepoint (docs/decisions/0091). PostgreSQL gets the writes of all of them at once, where
// they are made by Write alone; an fn that does anything else, or whose writes stood in the way of
// the others, has a transaction of its own, which ctx's deadline bounds (docs/decisions/0087).
func (db *DB) InBatch(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := db.transactionOf(ctx); ok {
		return fn(ctx)
	}
	job := &batchJob{ctx: ctx, fn: fn, wake: make(chan []*batchJob, 1)}
	if batch := db.batches.join(job); batch != nil {
		db.lead(ctx, batch)
	}

	select {
	case batch := <-job.wake:
		db.lead(ctx, batch)
	case <-ctx.Done():
		if db.batches.leave(job) {
			return ctx.Err()
		}
		db.lead(ctx, <-job.wake) // its turn has come already: the outcome is near, and matters
	}
	if job.isAlone && job.err == nil {
		return db.runAlone(job) //nolint:contextcheck // the job has it
	}
	if job.panicked != nil {
		panic(fmt.Sprintf("%v\n\nin a shared transaction:\n%s", job.panicked.value, job.panicked.stack))
	}
	if job.err == nil {
		runAll(job.after)
	}

	return job.err
}

// lead runs a batch and then wakes its callers and the next leader. A nil batch is nobody's.
func (db *DB) lead(ctx context.Context, batch []*batchJob) {
	if batch == nil {
		return
	}
	isOver := false
	err := errBatchEnded // stands when a job's fn ends the goroutine, as a failed test does
	defer func() {
		for _, job := range batch {
			if err != nil && (!isOver || !job.isFailed() && !job.isAlone) {
				job.err = err
			}
		}
		db.batches.handOver()
		for _, job := range batch {
			job.wake <- nil
		}
	}()
	db.metrics.batchSize.Observe(float64(len(batch)))
	if db.dialect == Postgres {
		err = db.sendBatch(ctx, batch)
	} else {
		err = db.runBatch(ctx, batch)
	}
	isOver = true
}

// errOfOne undoes a transaction for the sake of a job, which has its own error.
var errOfOne = errors.New("a caller's share failed")

// runBatch runs the jobs in one transaction of SQLite. What it returns is everybody's failure.
// Where one of several fails, all are undone and run again, each in a savepoint: to have
// savepoints at once would write every changed page a second time (docs/decisions/0091).
func (db *DB) runBatch(ctx context.Context, batch []*batchJob) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), db.timeout)
	defer cancel()

	err := db.tryBatch(ctx, batch, runPlainly)
	if len(batch) > 1 && errors.Is(err, errOfOne) {
		for _, job := range batch {
			job.err, job.panicked, job.after = nil, nil, nil
		}
		err = db.tryBatch(ctx, batch, runInSavepoints)
	}
	if errors.Is(err, errOfOne) {
		return nil
	}

	return err
}

func (db *DB) tryBatch(ctx context.Context, batch []*batchJob, run func(context.Context, *DB, *gorm.DB, []*batchJob) error) error {
	return db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return run(ctx, db, tx, batch) })
}

// runPlainly stops at the first job that fails. One that was not run has changed nothing.
func runPlainly(ctx context.Context, db *DB, tx *gorm.DB, batch []*batchJob) error {
	for _, job := range batch {
		if hasRun := job.run(ctx, db, tx); hasRun && job.isFailed() {
			return errOfOne
		}
	}

	return nil
}

// runInSavepoints keeps one savepoint moving along: a success renews it, a failure goes back to it.
func runInSavepoints(ctx context.Context, db *DB, tx *gorm.DB, batch []*batchJob) error {
	pool := tx.Statement.ConnPool
	exec := func(statements ...string) error {
		for _, s := range statements {
			if _, err := pool.ExecContext(context.WithoutCancel(ctx), s); err != nil {
				return db.mapError(err)
			}
		}

		return nil
	}
	const begin, undo, end = "SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job"
	next := []string{begin}
	for _, job := range batch {
		if err := exec(next...); err != nil {
			return err
		}
		job.run(ctx, db, tx)
		next = []string{end, begin}
		if job.isFailed() {
			next = nil
			if err := exec(undo); err != nil {
				return err
			}
		}
	}

	return nil
}

// run calls the job's fn, unless its caller has given up by now.
func (j *batchJob) run(ctx context.Context, db *DB, tx *gorm.DB) (hasRun bool) {
	if j.err = j.ctx.Err(); j.err != nil {
		return false
	}
	deadline, _ := ctx.Deadline()
	own, cancel := context.WithDeadline(context.WithoutCancel(j.ctx), deadline)
	defer cancel()
	j.guarded(own, db, transaction{conn: tx, after: &j.after}) //nolint:contextcheck // its caller's values, not the leader's

	return true
}

// guarded calls fn, and keeps its panic for its caller.
func (j *batchJob) guarded(ctx context.Context, db *DB, tx transaction) {
	defer func() {
		switch value := recover().(type) {
		case nil:
		case notOnlyWrites:
			j.goAlone()
		default:
			j.panicked = &batchPanic{value: value, stack: debug.Stack()}
		}
	}()
	j.err = j.fn(context.WithValue(ctx, txKey{db}, tx))
}

func (j *batchJob) isFailed() bool { return j.err != nil || j.panicked != nil }

// join returns the batch to lead when nobody leads; else the job waits to be woken.
func (b *batcher) join(job *batchJob) []*batchJob {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leading {
		b.waiting = append(b.waiting, job)
		return nil
	}
	b.leading = true

	return []*batchJob{job}
}

// leave takes a job back out of the queue; false when its turn has come already.
func (b *batcher) leave(job *batchJob) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, w := range b.waiting {
		if w == job {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			return true
		}
	}

	return false
}

// handOver ends a batch: the one who waits longest leads the next, if anybody waits.
func (b *batcher) handOver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.leading = false
		return
	}
	n := min(len(b.waiting), maxBatch)
	batch := b.waiting[:n:n]
	b.waiting = append([]*batchJob(nil), b.waiting[n:]...)
	batch[0].wake <- batch
}
