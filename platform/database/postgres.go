package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// postgresDialector is gorm's, with our reading of errors.
type postgresDialector struct {
	*postgres.Dialector

	db *DB
}

// Translate implements gorm.ErrorTranslator.
func (d postgresDialector) Translate(err error) error { return d.db.mapError(err) }

// openPostgres makes the pool. Connections that the server closed are replaced when they are
// next taken, so that a restarted server needs no restart of homehub.
func (db *DB) openPostgres(cfg Config) (gorm.Dialector, error) {
	conf, err := pgx.ParseConfig(cfg.URL.Reveal())
	if err != nil {
		return nil, errors.New("database.url is no valid PostgreSQL URL") // the cause may quote the password
	}
	setDefault := func(name, value string) {
		if _, ok := conf.RuntimeParams[name]; !ok {
			conf.RuntimeParams[name] = value
		}
	}
	milliseconds := strconv.FormatInt(cfg.Timeout.Milliseconds(), 10)
	setDefault("application_name", "homehub")
	setDefault("statement_timeout", milliseconds)
	setDefault("idle_in_transaction_session_timeout", milliseconds)
	// What is written all the time is in memory, where a page costs the same wherever it lies. With
	// PostgreSQL's own 4 the head of a chain was found by reading those of a hundred households.
	setDefault("random_page_cost", "1.1")
	conf.RuntimeParams["timezone"] = "UTC"
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = cfg.Timeout / 2
	}
	conf.DialFunc = (&net.Dialer{
		Timeout:         conf.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}).DialContext

	conf.BuildContextWatcherHandler = watchForCuts

	db.postgres = conf
	db.pool = stdlib.OpenDB(*conf, stdlib.OptionAfterConnect(scanTimesInUTC), stdlib.OptionResetSession(refuseCut))
	db.pool.SetMaxOpenConns(cfg.MaxConnections)
	db.pool.SetMaxIdleConns(max(2, cfg.MaxConnections/2))
	db.pool.SetConnMaxIdleTime(5 * time.Minute)
	db.pool.SetConnMaxLifetime(time.Hour)

	dialector, ok := postgres.New(postgres.Config{Conn: db.pool}).(*postgres.Dialector)
	if !ok {
		return nil, fmt.Errorf("unexpected dialector %T", dialector)
	}

	return postgresDialector{dialector, db}, nil
}

// scanTimesInUTC makes timestamps come back as they went in, not in the machine's zone.
func scanTimesInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})

	return nil
}

// cutMark is set on a connection on which the end of a context cut something short.
const cutMark = "homehub.cut"

// cutWatcher ends what a connection waits for when its context ends, as pgx does by itself, and leaves a mark.
type cutWatcher struct {
	ctxwatch.Handler

	conn *pgconn.PgConn
}

func watchForCuts(conn *pgconn.PgConn) ctxwatch.Handler {
	return cutWatcher{&pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn()}, conn}
}

// HandleUnwatchAfterCancel implements ctxwatch.Handler. It runs where the connection is used.
func (w cutWatcher) HandleUnwatchAfterCancel() {
	w.conn.CustomData()[cutMark] = true
	w.Handler.HandleUnwatchAfterCancel()
}

// refuseCut has the pool drop a connection on which something was cut short. pgx closes most of those; where all was
// said already it may keep one, whose reader in the background still has the passed deadline to tell: the next
// statement, which nobody cut, would fail of it.
func refuseCut(_ context.Context, conn *pgx.Conn) error {
	if conn.PgConn().CustomData()[cutMark] != nil {
		return driver.ErrBadConn
	}

	return nil
}
