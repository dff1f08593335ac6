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
// them differ. The cast is for SQLite, where somebody may have put anything into a column.
func (s *store) readExtent(ctx context.Context, householdID string) (extent, error) {
	var x extent
	h := &x.head
	err := s.db.Conn(ctx).Raw(
		`SELECT household_id, seq, hash, key_id, seal,
			(SELECT CAST(COALESCE(MAX(e.seq), 0) AS bigint) FROM audit_entries e WHERE e.household_id = h.household_id)
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
	err = s.db.Conn(ctx).Raw(`SELECT CAST(COALESCE(MAX(seq), 0) AS bigint) FROM audit_entries WHERE household_id = ?`, householdID).
		Row().Scan(&x.lastSeq)
	if err != nil {
		return extent{}, fmt.Errorf("read end of chain: %w", database.MapError(err))
	}

	return x, nil
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

// listHeads returns at most limit heads, in the order of their households' ids, after one of them.
func (s *store) listHeads(ctx context.Context, after string, limit int) ([]head, error) {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT household_id, seq, hash, key_id, seal FROM audit_heads WHERE household_id > ? ORDER BY household_id LIMIT ?`,
		after, limit).Rows()
	if err != nil {
		return nil, fmt.Errorf("list heads: %w", err)
	}
	defer func() { _ = rows.Close() }()

	var heads []head
	for rows.Next() {
		var h head
		if err := rows.Scan(&h.HouseholdID, &h.Seq, &h.Hash, &h.KeyID, &h.Seal); err != nil {
			return nil, fmt.Errorf("read head: %w", err)
		}
		heads = append(heads, h)
	}

	return heads, database.MapError(rows.Err())
}

// findHash is the stored hash of an entry; database.ErrNoRow where there is none.
func (s *store) findHash(ctx context.Context, householdID string, seq int64) ([]byte, error) {
	var hash []byte
	err := s.db.Conn(ctx).Raw(`SELECT hash FROM audit_entries WHERE household_id = ? AND seq = ?`, householdID, seq).Row().Scan(&hash)
	if err != nil {
		return nil, fmt.Errorf("read hash: %w", database.MapError(err))
	}

	return hash, nil
}
