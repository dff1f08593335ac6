package database

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
)

// Write is a statement of the everyday path: plain SQL, past gorm. Nothing but the number of
// rows comes back from it, so that those of many callers can go to PostgreSQL together.
type Write struct {
	SQL  string // its placeholders are ?, on both databases
	Args []any
	// Lock names what other transactions may hold or want, too, such as a household's chain; empty
	// for rows of this caller alone. A transaction locks one such thing at most.
	Lock string
	// Check judges how many rows there were; nil takes any number.
	Check func(rows int64) error
}

// Write runs a write in the transaction that ctx is in, or else by itself. In a shared
// transaction of PostgreSQL it may only be noted: what becomes of it is then InBatch's answer.
func (db *DB) Write(ctx context.Context, w Write) error {
	tx, isIn := db.transactionOf(ctx)
	if isIn && tx.noted != nil {
		*tx.noted = append(*tx.noted, w)

		return nil
	}
	pool := db.gorm.Statement.ConnPool
	if isIn {
		pool = tx.conn.Statement.ConnPool
	}
	rows, err := db.exec(ctx, pool, isIn, w)
	if err != nil {
		return err
	}

	return w.judge(rows)
}

func (w Write) judge(rows int64) error {
	if w.Check == nil {
		return nil
	}

	return w.Check(rows)
}

func (db *DB) exec(ctx context.Context, pool gorm.ConnPool, isInTx bool, w Write) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, db.mapError(err)
	}
	if db.dialect == SQLite && isInTx {
		// The one writer waits for nobody, and watching a context would cost more than the statement.
		ctx = context.WithoutCancel(ctx)
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, db.timeout)
		defer cancel()
	}
	begun := time.Now()
	result, err := pool.ExecContext(ctx, db.spelled(w.SQL), w.Args...)
	db.metrics.statements.WithLabelValues("write").Observe(time.Since(begun).Seconds())
	if err != nil {
		db.metrics.failures.WithLabelValues("write").Inc()

		return 0, db.mapError(err)
	}

	return result.RowsAffected()
}

// spelling keeps how PostgreSQL wants a statement written. Statements are constants of the code,
// so there are few.
type spelling struct{ known sync.Map }

func (db *DB) spelled(query string) string {
	if db.dialect == SQLite {
		return query
	}
	if known, ok := db.spelling.known.Load(query); ok {
		return known.(string) //nolint:forcetypeassert // the only kind stored
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	known, _ := db.spelling.known.LoadOrStore(query, b.String())

	return known.(string) //nolint:forcetypeassert // the only kind stored
}
