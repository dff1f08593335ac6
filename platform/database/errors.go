package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"homehub/platform/apperr"
)

// What stores turn into their own errors.
var (
	// ErrDuplicate: a unique index holds such a row already.
	ErrDuplicate = errors.New("a row with this key exists")
	// ErrNoRow: the query found nothing where it should have.
	ErrNoRow = errors.New("no such row")
)

var (
	// ErrUnavailable means that the database did not answer, or not in time; the cause says why.
	ErrUnavailable = apperr.New(apperr.Unavailable, "database.unavailable", "The service cannot reach its data now. Please try again.").
			WithRetryAfter(time.Second)
	// ErrSchemaTooNew means that a newer homehub has changed the schema in a way that this one cannot live with.
	ErrSchemaTooNew = errors.New("the database needs a newer homehub")
)

// The primary result codes of SQLite that mean something beyond a bug; see sqlite.org/rescode.html.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26

	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

// MapError gives a database error its meaning: ErrDuplicate, ErrNoRow, ErrUnavailable, or err
// itself. What comes out of Conn, InTx and InBatch is mapped already.
func MapError(err error) error {
	switch {
	case err == nil, isMapped(err):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %w", ErrNoRow, err)
	case errors.Is(err, context.Canceled):
		return err // the caller gave up: nobody's fault
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok { // whatever the server had against it
		return ErrUnavailable.Wrap(err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return mapPostgres(e, err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return mapSQLite(e, err)
	}
	if isConnectionLost(err) {
		return ErrUnavailable.Wrap(err)
	}

	return err
}

func isMapped(err error) bool {
	return errors.Is(err, ErrDuplicate) || errors.Is(err, ErrNoRow) || errors.Is(err, ErrUnavailable)
}

// mapError is MapError with the file's name where there is one.
func (db *DB) mapError(err error) error {
	err = MapError(err)
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if hint := sqliteHint(e.Code() & 0xff); hint != "" {
			named := fmt.Errorf("%s: %s: %w", db.path, hint, e)
			if errors.Is(err, ErrUnavailable) {
				return ErrUnavailable.Wrap(named)
			}

			return named
		}
	}

	return err
}

func mapPostgres(e *pgconn.PgError, err error) error {
	const uniqueViolation = "23505"
	switch {
	case e.Code == uniqueViolation:
		return fmt.Errorf("%w: %w", ErrDuplicate, err)
	case isPostgresAway(e.Code):
		return ErrUnavailable.Wrap(err)
	}

	return err
}

// isPostgresAway knows the SQLSTATEs that pass by themselves: connection exceptions, lack of
// resources, a server that starts or stops, a standby, deadlocks, and what a timeout cancelled.
func isPostgresAway(code string) bool {
	switch code {
	case "25006", "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "57P05":
		return true
	}

	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "58")
}

// isVictim reports whether PostgreSQL has undone a transaction so that others could go on: they
// waited for each other (40P01), or it saw what it must not (40001).
func isVictim(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)

	return ok && (e.Code == "40P01" || e.Code == "40001")
}

func mapSQLite(e *sqlite.Error, err error) error {
	switch e.Code() {
	case sqliteConstraintUnique, sqliteConstraintPrimaryKey:
		return fmt.Errorf("%w: %w", ErrDuplicate, err)
	}
	switch e.Code() & 0xff {
	case sqliteBusy, sqliteLocked, sqliteReadOnly, sqliteIOErr, sqliteFull, sqliteCantOpen:
		return ErrUnavailable.Wrap(err)
	}

	return err
}

// sqliteHint says in the operator's words what a result code means; empty for the rest.
func sqliteHint(code int) string {
	switch code {
	case sqliteBusy, sqliteLocked:
		return "another process keeps the database locked"
	case sqliteReadOnly:
		return "the file or its folder cannot be written"
	case sqliteIOErr:
		return "reading or writing the disk went wrong"
	case sqliteFull:
		return "the disk is full"
	case sqliteCantOpen:
		return "the file cannot be opened; is its folder writable?"
	case sqliteCorrupt, sqliteNotADB:
		return "the file is damaged, or no SQLite database; restore it from a backup"
	default:
		return ""
	}
}

func isConnectionLost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true // also context.DeadlineExceeded
	}

	return pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
