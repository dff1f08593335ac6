package audit

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
)

// lastBefore looks at up to limit entries after seq and returns the last of them that is older than
// a moment, and how many are.
func (s *store) lastBefore(ctx context.Context, householdID string, seq int64, before time.Time, limit int) (last int64, n int, err error) {
	err = s.db.Conn(ctx).Raw(
		`SELECT COALESCE(MAX(seq), 0), COUNT(*) FROM (
			SELECT seq, at FROM audit_entries WHERE household_id = ? AND seq > ? ORDER BY seq LIMIT ?
		) AS page WHERE at < ?`, householdID, seq, limit, before).Row().Scan(&last, &n)
	if err != nil {
		return 0, 0, fmt.Errorf("find old entries: %w", database.MapError(err))
	}

	return last, n, nil
}

// deleteField erases one personal field of the entries after one and up to another.
func (s *store) deleteField(ctx context.Context, householdID, field string, after, upTo int64) error {
	err := s.db.Conn(ctx).Exec(
		`DELETE FROM audit_personal WHERE household_id = ? AND seq > ? AND seq <= ? AND field = ?`, householdID, after, upTo, field).Error
	if err != nil {
		return fmt.Errorf("erase old words: %w", err)
	}

	return nil
}
