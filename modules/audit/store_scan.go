package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"homehub/platform/database"
)

// Chains are read by the million, so reading a row is kept to what it must cost: on SQLite each
// column costs more than its bytes, so that the texts come as one; on PostgreSQL the driver is
// asked itself, because database/sql takes as long again to convert what it was given.
const (
	// NUL is in none of the texts that homehub writes: a text that has one gives a part too many,
	// and the entry is not taken for genuine.
	scanEntriesSQLite = `SELECT CAST(seq AS integer), COALESCE(at || x'00' || action || x'00' || outcome || x'00' ||
			request_id || x'00' || actor_kind || x'00' || actor_id || x'00' || target || x'00' ||
			details || x'00' || commitments || x'00' || key_id, ''), prev_hash, hash
		FROM audit_entries WHERE household_id = ? AND seq >= ? AND seq <= ? ORDER BY seq`
	scanEntriesPostgres = `SELECT seq, at, action, outcome, request_id, actor_kind, actor_id, target,
			details, commitments, key_id, prev_hash, hash
		FROM audit_entries WHERE household_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq`

	scanPersonalSQLite = `SELECT CAST(seq AS integer), COALESCE(field || x'00' || hex(salt) || x'00' || text, '')
		FROM audit_personal WHERE household_id = ? AND seq >= ? AND seq <= ? ORDER BY seq, field`
	scanPersonalPostgres = `SELECT seq, field, salt, text
		FROM audit_personal WHERE household_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq, field`
)

// entryTexts is how many texts scanEntriesSQLite joins.
const entryTexts = 10

// errStop ends a scan early.
var errStop = errors.New("enough")

// scanRow reads the columns of the row that a scan has come to.
type scanRow func(dest ...any) error

// scanEntries calls visit with the entries from first to last, in order, until it returns false.
// The entry itself is only lent.
func (s *store) scanEntries(ctx context.Context, householdID string, first, last int64, visit func(*entry) bool) error {
	e := entry{HouseholdID: householdID}
	query, read := scanEntriesSQLite, e.scanJoined
	if s.db.Dialect() == database.Postgres {
		query, read = scanEntriesPostgres, e.scanColumns
	}
	err := s.scan(ctx, query, []any{householdID, first, last}, func(row scanRow) error {
		if err := read(row); err != nil {
			return err
		}
		if !visit(&e) {
			return errStop
		}

		return nil
	})
	if err != nil && !errors.Is(err, errStop) {
		return fmt.Errorf("read entries: %w", err)
	}

	return nil
}

// personalOfEntry is a personal value with the entry that it belongs to.
type personalOfEntry struct {
	personal

	Seq int64
}

// scanPersonal appends the values of the entries from first to last that were not erased, in order.
func (s *store) scanPersonal(ctx context.Context, to []personalOfEntry, householdID string, first, last int64) ([]personalOfEntry, error) {
	query, read := scanPersonalSQLite, (*personalOfEntry).scanJoined
	if s.db.Dialect() == database.Postgres {
		query, read = scanPersonalPostgres, (*personalOfEntry).scanColumns
	}
	var v personalOfEntry
	err := s.scan(ctx, query, []any{householdID, first, last}, func(row scanRow) error {
		if err := read(&v, row); err != nil {
			return err
		}
		to = append(to, v)

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read personal values: %w", err)
	}

	return to, nil
}

// scan runs a query in its dialect's own words, beside gorm, and calls visit at each row.
func (s *store) scan(ctx context.Context, query string, args []any, visit func(scanRow) error) error {
	pool, err := s.db.Conn(ctx).DB()
	if err != nil {
		return database.MapError(err)
	}
	if s.db.Dialect() == database.Postgres {
		return database.MapError(scanPostgres(ctx, pool, query, args, visit))
	}

	rows, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return database.MapError(err)
	}
	defer func() { _ = rows.Close() }()
	row := scanRow(rows.Scan)
	for rows.Next() {
		if err := visit(row); err != nil {
			return err
		}
	}

	return database.MapError(rows.Err())
}

func scanPostgres(ctx context.Context, pool *sql.DB, query string, args []any, visit func(scanRow) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()

	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver %T: %w", driver, gorm.ErrInvalidDB)
		}
		rows, err := c.Conn().Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		row := scanRow(rows.Scan)
		for rows.Next() {
			if err := visit(row); err != nil {
				return err
			}
		}

		return rows.Err()
	})
}

// scanColumns reads a row of scanEntriesPostgres.
func (e *entry) scanColumns(row scanRow) error {
	return row(&e.Seq, &e.At, &e.Action, &e.Outcome, &e.RequestID, &e.ActorKind, &e.ActorID, &e.Target,
		&e.Details, &e.Commitments, &e.KeyID, &e.PrevHash, &e.Hash)
}

// scanJoined reads a row of scanEntriesSQLite. A row that nobody here can have written keeps no
// text, and so does not verify.
func (e *entry) scanJoined(row scanRow) error {
	var joined, at string
	if err := row(&e.Seq, &joined, &e.PrevHash, &e.Hash); err != nil {
		return err
	}
	texts := [entryTexts]*string{
		&at, &e.Action, &e.Outcome, &e.RequestID, &e.ActorKind, &e.ActorID, &e.Target, &e.Details, &e.Commitments, &e.KeyID,
	}
	rest, isMore := joined, true
	for _, text := range texts {
		*text, rest, isMore = strings.Cut(rest, "\x00")
	}
	e.At = parseSQLiteTime(at)
	if isMore {
		e.At = time.Time{}
	}

	return nil
}

// scanColumns reads a row of scanPersonalPostgres.
func (v *personalOfEntry) scanColumns(row scanRow) error {
	return row(&v.Seq, &v.Field, &v.Salt, &v.Text)
}

// scanJoined reads a row of scanPersonalSQLite. What is not in three parts fits no commitment.
func (v *personalOfEntry) scanJoined(row scanRow) error {
	var joined, salt string
	if err := row(&v.Seq, &joined); err != nil {
		return err
	}
	v.Field, joined, _ = strings.Cut(joined, "\x00")
	salt, v.Text, _ = strings.Cut(joined, "\x00")
	v.Salt = unhex(salt)

	return nil
}

// parseSQLiteTime reads what the driver wrote. The zero time is no entry's: it does not verify.
func parseSQLiteTime(s string) time.Time {
	const layout = "2006-01-02 15:04:05.999999999-07:00"
	at, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}
	}

	return at
}
