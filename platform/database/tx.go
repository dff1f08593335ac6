package database

import (
	"context"
	"time"

	"gorm.io/gorm"

	"homehub/platform/fault"
)

// txKey finds the transaction of one database in a context.
type txKey struct{ db *DB }

// transaction is what such a context carries. One goroutine at a time uses it.
type transaction struct {
	conn  *gorm.DB
	after *[]func()
	noted *[]Write // not nil: writes are only noted, and there is no conn
}

// transactionOf is the transaction of this database that ctx is in, if it is in one.
func (db *DB) transactionOf(ctx context.Context) (transaction, bool) {
	tx, ok := ctx.Value(txKey{db}).(transaction)

	return tx, ok
}

// Conn returns the transaction that ctx is in, or else the pool. Only store files call it.
func (db *DB) Conn(ctx context.Context) *gorm.DB {
	if tx, ok := db.transactionOf(ctx); ok {
		if tx.noted != nil {
			panic(notOnlyWrites{}) // ends fn; InBatch begins it again
		}

		return tx.conn.WithContext(ctx)
	}

	return db.gorm.WithContext(ctx)
}

const (
	// maxTries bounds how often InTx begins anew.
	maxTries = 3
	// tryAgainAfter lets those go first for whose sake a transaction was undone: without it, it
	// could be in their way again before they have noticed that it was gone.
	tryAgainAfter = 25 * time.Millisecond
)

// InTx runs fn in a transaction that commits when fn returns nil. Inside another one it joins.
// fn must not call anything but the database, and that through the ctx it is given: on SQLite
// a write beside an open transaction would wait for that transaction's end. Where PostgreSQL
// ended the transaction for the sake of another one, fn runs again: it must set anew whatever it
// gives out.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, ok := db.transactionOf(ctx); ok {
		return fn(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, db.timeout)
	defer cancel()

	after, err := db.tryTx(ctx, fn)
	for try := 1; try < maxTries && isVictim(err) && pause(ctx, time.Duration(try)*tryAgainAfter); try++ {
		db.metrics.repeated.Inc()
		after, err = db.tryTx(ctx, fn)
	}
	if err != nil {
		return err
	}
	runAll(after)

	return nil
}

// pause reports whether ctx let it wait for so long.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tryTx is one try of InTx; it returns what is to be called now that it has committed.
func (db *DB) tryTx(ctx context.Context, fn func(ctx context.Context) error) (after []func(), err error) {
	err = db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := fn(context.WithValue(ctx, txKey{db}, transaction{conn: tx, after: &after}))
		if err == nil {
			fault.Point("database.committing")
		}

		return err
	})

	return after, err
}

// AfterCommit calls fn once the transaction in ctx has committed; outside of one, at once. A
// transaction whose commit failed calls nobody, even where the database did keep it: fn may
// hurry something along, but nothing may hang on it. It must be short.
func (db *DB) AfterCommit(ctx context.Context, fn func()) {
	tx, ok := db.transactionOf(ctx)
	if !ok {
		fn()
		return
	}
	*tx.after = append(*tx.after, fn)
}

func runAll(functions []func()) {
	for _, fn := range functions {
		fn()
	}
}
