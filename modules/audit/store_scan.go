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
	// and the entry is not taken for genuine. concat_ws leaves out what is NULL, as no column may
	// be, and so would make room for such a part: COALESCE makes two parts of it instead. A seq may
	// be a fraction on SQLite, and one above the last is no less an entry too many.
	scanEntriesSQLite = `SELECT CAST(seq AS integer), concat_ws(x'00', COALESCE(at, x'00'), COALESCE(action, x'00'),
			COALESCE(outcome, x'00'), COALESCE(request_id, x'00'), COALESCE(actor_kind, x'00'), COALESCE(actor_id, x'00'),
			COALESCE(target, x'00'), COALESCE(details, x'00'), COALESCE(commitments, x'00'), COALESCE(key_id, x'00')),
			prev_hash, hash
		FROM audit_entries WHERE household_id = ? AND seq >= ? AND seq < ? + 1 ORDER BY seq`
	scanEntriesPostgres = `SELECT seq, at, action, outcome, request_id, actor_kind, actor_id, target,
			details, commitments, key_id, prev_hash, hash
		FROM audit_entries WHERE household_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq`

	scanPersonalSQLite = `SELECT CAST(seq AS integer), COALESCE(field || x'00' || text, ''), salt
		FROM audit_personal WHERE household_id = ? AND seq >= ? AND seq < ? + 1 ORDER BY seq, field`
	scanPersonalPostgres = `SELECT seq, field, salt, text
		FROM audit_personal WHERE household_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq, field`
)

// errStop ends a scan early.
var errStop = errors.New("enough")

// scanRow reads the columns of the row that a scan has come to.
type scanRow func(dest ...any) error

// scanEntries calls visit with the entries from first to last, in order, until it returns false.
// The entry itself is only lent.
func (s *store) scanEntries(ctx context.Context, householdID string, first, last int64, visit func(*entry) bool) error {
	e := entry{HouseholdID: householdID}
	query, read := scanEntriesSQLite, e.readJoined()
	if s.db.Dialect() == database.Postgres {
		query, read = scanEntriesPostgres, e.readColumns()
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
	var v personalOfEntry
	query, read := scanPersonalSQLite, v.readJoined()
	if s.db.Dialect() == database.Postgres {
		query, read = scanPersonalPostgres, v.readColumns()
	}
	err := s.scan(ctx, query, []any{householdID, first, last}, func(row scanRow) error {
		if err := read(row); err != nil {
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

// rowReader reads a row into what it was made for. What a row is read through is made once for all
// of them: it would be a third of all that a chain makes.
type rowReader func(row scanRow) error

// readColumns reads the rows of scanEntriesPostgres.
func (e *entry) readColumns() rowReader {
	dest := []any{
		&e.Seq, &e.At, &e.Action, &e.Outcome, &e.RequestID, &e.ActorKind, &e.ActorID, &e.Target,
		&e.Details, &e.Commitments, &e.KeyID, &e.PrevHash, &e.Hash,
	}

	return func(row scanRow) error { return row(dest...) }
}

// readJoined reads the rows of scanEntriesSQLite. One that nobody here can have written keeps no
// time, and so does not verify.
func (e *entry) readJoined() rowReader {
	var (
		joined, at     string
		prevHash, hash sql.RawBytes
		kept           arena
	)
	dest := []any{&e.Seq, &joined, &prevHash, &hash}
	texts := [...]*string{
		&at, &e.Action, &e.Outcome, &e.RequestID, &e.ActorKind, &e.ActorID, &e.Target, &e.Details, &e.Commitments, &e.KeyID,
	}

	return func(row scanRow) error {
		if err := row(dest...); err != nil {
			return err
		}
		rest, isMore := joined, true
		for _, text := range texts {
			*text, rest, isMore = strings.Cut(rest, "\x00")
		}
		e.At = parseSQLiteTime(at)
		if isMore {
			e.At = time.Time{}
		}
		e.PrevHash, e.Hash = kept.keep(prevHash), kept.keep(hash)

		return nil
	}
}

// readColumns reads the rows of scanPersonalPostgres.
func (v *personalOfEntry) readColumns() rowReader {
	dest := []any{&v.Seq, &v.Field, &v.Salt, &v.Text}

	return func(row scanRow) error { return row(dest...) }
}

// readJoined reads the rows of scanPersonalSQLite. What is not in two parts fits no commitment.
func (v *personalOfEntry) readJoined() rowReader {
	var (
		joined string
		salt   sql.RawBytes
		kept   arena
	)
	dest := []any{&v.Seq, &joined, &salt}

	return func(row scanRow) error {
		if err := row(dest...); err != nil {
			return err
		}
		v.Field, v.Text, _ = strings.Cut(joined, "\x00")
		v.Salt = kept.keep(salt)

		return nil
	}
}

// arena keeps copies of short bytes, many of them to an allocation.
type arena []byte

func (a *arena) keep(b []byte) []byte {
	const size = 4 << 10
	if len(b) > cap(*a)-len(*a) {
		*a = make(arena, 0, max(size, len(b)))
	}
	from := len(*a)
	*a = append(*a, b...)

	return (*a)[from:len(*a):len(*a)]
}

// parseSQLiteTime reads what the driver wrote. The zero time is no entry's: it does not verify.
func parseSQLiteTime(s string) time.Time {
	const layout = "2006-01-02 15:04:05.999999999-07:00"
	// The library reads RFC 3339, which is all but the T, in a tenth of the time.
	var text [len(layout)]byte
	if len(s) <= len(text) && strings.HasSuffix(s, "+00:00") {
		var at time.Time
		n := copy(text[:], s)
		if text[10] == ' ' {
			text[10] = 'T'
			if at.UnmarshalText(text[:n]) == nil {
				return at
			}
		}
	}
	at, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}
	}

	return at
}
