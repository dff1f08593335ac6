package database

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.uber.org/zap"
	"gorm.io/gorm"

	"homehub/platform/log"
)

// slowStatement is what is worth a line in the log.
const slowStatement = 500 * time.Millisecond

type metrics struct {
	statements *prometheus.HistogramVec
	failures   *prometheus.CounterVec
	batchSize  prometheus.Histogram
	repeated   prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)

	return &metrics{
		statements: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "homehub_database_statement_seconds",
			Help:    "Time one statement took, the wait for a connection included.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1, 5},
		}, []string{"operation"}),
		failures: f.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_database_failures_total",
			Help: "Statements that failed for another reason than a missing or duplicate row.",
		}, []string{"operation"}),
		batchSize: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "homehub_database_batch_size",
			Help:    "Callers that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
		repeated: f.NewCounter(prometheus.CounterOpts{
			Name: "homehub_database_repeated_transactions_total",
			Help: "Transactions that PostgreSQL undid for the sake of another one, and that ran again.",
		}),
	}
}

type statementKey struct{}

// statement is what is remembered of a statement under way.
type statement struct {
	begun  time.Time
	parent context.Context //nolint:containedctx // put back when the statement ends
	cancel context.CancelFunc
}

// observe bounds and measures every statement that goes through gorm.
func (db *DB) observe(g *gorm.DB) error {
	c := g.Callback()
	var errs []error
	add := func(operation string, before, after func(string, func(*gorm.DB)) error, bounded bool) {
		begin := db.beginStatement
		if !bounded {
			begin = beginUnbounded
		}
		errs = append(errs,
			before("homehub:begin", begin),
			after("homehub:end", func(tx *gorm.DB) { db.endStatement(tx, operation) }))
	}
	add("create", c.Create().Before("*").Register, c.Create().After("*").Register, true)
	add("query", c.Query().Before("*").Register, c.Query().After("*").Register, true)
	add("update", c.Update().Before("*").Register, c.Update().After("*").Register, true)
	add("delete", c.Delete().Before("*").Register, c.Delete().After("*").Register, true)
	add("raw", c.Raw().Before("*").Register, c.Raw().After("*").Register, true)
	// Rows are read after the statement "ends": their deadline is the caller's.
	add("row", c.Row().Before("*").Register, c.Row().After("*").Register, false)

	return errors.Join(errs...)
}

func (db *DB) beginStatement(tx *gorm.DB) {
	s := &statement{begun: time.Now(), parent: tx.Statement.Context}
	ctx := s.parent
	if at, ok := ctx.Deadline(); !ok || at.Sub(s.begun) > db.timeout {
		ctx, s.cancel = context.WithTimeout(ctx, db.timeout)
	}
	tx.Statement.Context = context.WithValue(ctx, statementKey{}, s)
}

func beginUnbounded(tx *gorm.DB) {
	s := &statement{begun: time.Now(), parent: tx.Statement.Context}
	tx.Statement.Context = context.WithValue(s.parent, statementKey{}, s)
}

func (db *DB) endStatement(tx *gorm.DB, operation string) {
	s, ok := tx.Statement.Context.Value(statementKey{}).(*statement)
	if !ok {
		return
	}
	tx.Statement.Context = s.parent
	if s.cancel != nil {
		s.cancel()
	}
	took := time.Since(s.begun)
	db.metrics.statements.WithLabelValues(operation).Observe(took.Seconds())
	if err := tx.Error; err != nil && !errors.Is(err, ErrNoRow) && !errors.Is(err, ErrDuplicate) {
		db.metrics.failures.WithLabelValues(operation).Inc()
	}
	if took >= slowStatement { // the text has placeholders, never values
		log.For(s.parent, db.log).Warn("slow statement", zap.Duration("took", took), zap.String("sql", tx.Statement.SQL.String()))
	}
}
