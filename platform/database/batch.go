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
}

// batchJob is one caller's share of a batch.
type batchJob struct {
	ctx context.Context //nolint:containedctx // the caller's, while it waits
	fn  func(ctx context.Context) error

	err      error
	after    []func() // see AfterCommit
	panicked *batchPanic
	wake     chan []*batchJob // a batch to lead, or nil when this job is over
}

// batchPanic carries a panic to the goroutine of the caller that it belongs to.
type batchPanic struct {
	value any
	stack []byte
}

// InBatch is InTx for the everyday path: it returns when fn's writes are durable, but shares
// the commit with other callers that arrive meanwhile. fn runs in a savepoint of its own, so
// that its failure undoes its own writes only; it must be short, and may run on another
// goroutine. Values of ctx are kept; its cancellation counts only until fn's turn has come.
//
// PostgreSQL shares commits between connections by itself, so there every fn has a transaction
// of its own (the measure in BenchmarkCommit), and ctx's deadline bounds all of it: one that
// waits for another's lock must not make its caller late.
func (db *DB) InBatch(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := db.transactionOf(ctx); ok {
		return fn(ctx)
	}
	if db.dialect == Postgres {
		if err := ctx.Err(); err != nil {
			return err
		}

		own := context.WithoutCancel(ctx)
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			own, cancel = context.WithDeadline(own, deadline)
			defer cancel()
		}

		return db.InTx(own, fn)
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
			if err != nil && (!isOver || !job.isFailed()) {
				job.err = err
			}
		}
		db.batches.handOver()
		for _, job := range batch {
			job.wake <- nil
		}
	}()
	db.metrics.batchSize.Observe(float64(len(batch)))
	err, isOver = db.runBatch(ctx, batch), true
}

// runBatch runs the jobs in one transaction. What it returns is everybody's failure.
func (db *DB) runBatch(ctx context.Context, batch []*batchJob) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), db.timeout)
	defer cancel()

	alone := errors.New("alone and failed")
	err := db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if len(batch) > 1 {
			return runInSavepoints(ctx, db, tx, batch)
		}
		if batch[0].run(ctx, db, tx); batch[0].isFailed() {
			return alone
		}

		return nil
	})
	if errors.Is(err, alone) {
		return nil // it has its own error
	}

	return err
}

// runInSavepoints keeps one savepoint moving along: a success renews it, a failure goes back
// to it. That is one round trip for each job.
func runInSavepoints(ctx context.Context, db *DB, tx *gorm.DB, batch []*batchJob) error {
	const begin, renew, undo = "SAVEPOINT job", "RELEASE SAVEPOINT job; SAVEPOINT job", "ROLLBACK TO SAVEPOINT job"
	next := begin
	for _, job := range batch {
		if next != "" {
			if err := tx.WithContext(ctx).Exec(next).Error; err != nil {
				return err
			}
		}
		job.run(ctx, db, tx)
		next = renew
		if job.isFailed() {
			next = ""
			if err := tx.WithContext(ctx).Exec(undo).Error; err != nil {
				return err
			}
		}
	}

	return nil
}

// run calls the job's fn, unless its caller has given up by now.
func (j *batchJob) run(ctx context.Context, db *DB, tx *gorm.DB) {
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			j.panicked = &batchPanic{value: value, stack: debug.Stack()}
		}
	}()
	deadline, _ := ctx.Deadline()
	own, cancel := context.WithDeadline(context.WithoutCancel(j.ctx), deadline)
	defer cancel()
	j.err = j.fn(context.WithValue(own, txKey{db}, transaction{conn: tx, after: &j.after})) //nolint:contextcheck // its caller's values, not the leader's
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
