package audit

import (
	"context"
	"errors"
	"fmt"

	"homehub/platform/database"
)

// extent is where a chain ends according to its head, and according to its entries, as of
// one moment.
type extent struct {
	head    head
	hasHead bool
	lastSeq int64 // 0: no entries
}

// readExtent looks at both in one statement, so that entries written meanwhile cannot make
// them differ.
func (s *store) readExtent(ctx context.Context, householdID string) (extent, error) {
	var x extent
	h := &x.head
	err := s.db.Conn(ctx).Raw(
		`SELECT household_id, seq, hash, key_id, seal,
			(SELECT COALESCE(MAX(e.seq), 0) FROM audit_entries e WHERE e.household_id = h.household_id)
		FROM audit_heads h WHERE household_id = ?`, householdID).
		Row().Scan(&h.HouseholdID, &h.Seq, &h.Hash, &h.KeyID, &h.Seal, &x.lastSeq)
	if err = database.MapError(err); err == nil {
		x.hasHead = true
		return x, nil
	}
	if !errors.Is(err, database.ErrNoRow) {
		return extent{}, fmt.Errorf("read head: %w", err)
	}
	x.head.HouseholdID = householdID
	err = s.db.Conn(ctx).Raw(`SELECT COALESCE(MAX(seq), 0) FROM audit_entries WHERE household_id = ?`, householdID).
		Row().Scan(&x.lastSeq)
	if err != nil {
		return extent{}, fmt.Errorf("read end of chain: %w", database.MapError(err))
	}

	return x, nil
}

// scanEntries calls visit with each entry after seq, at most limit of them, in order.
func (s *store) scanEntries(ctx context.Context, householdID string, after int64, limit int, visit func(*entry) bool) error {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT `+entryColumns+` FROM audit_entries WHERE household_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
		householdID, after, limit).Rows()
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	defer func() { _ = rows.Close() }()

	for rows.Next() {
		var e entry
		if err := e.scan(rows); err != nil {
			return fmt.Errorf("read entry: %w", err)
		}
		if !visit(&e) {
			return nil
		}
	}

	return database.MapError(rows.Err())
}

// findPersonal returns the values of the entries from first to last that were not erased.
func (s *store) findPersonal(ctx context.Context, householdID string, first, last int64) (map[int64][]personal, error) {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT seq, field, salt, text FROM audit_personal WHERE household_id = ? AND seq BETWEEN ? AND ?`,
		householdID, first, last).Rows()
	if err != nil {
		return nil, fmt.Errorf("read personal values: %w", err)
	}
	defer func() { _ = rows.Close() }()

	found := map[int64][]personal{}
	for rows.Next() {
		var seq int64
		var v personal
		if err := rows.Scan(&seq, &v.Field, &v.Salt, &v.Text); err != nil {
			return nil, fmt.Errorf("read personal value: %w", err)
		}
		found[seq] = append(found[seq], v)
	}

	return found, database.MapError(rows.Err())
}

// listChains returns every household that has a chain, or a part of one.
func (s *store) listChains(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.db.Conn(ctx).Raw(
		`SELECT household_id FROM audit_heads UNION SELECT household_id FROM audit_entries ORDER BY 1`).
		Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("list chains: %w", err)
	}

	return ids, nil
}
