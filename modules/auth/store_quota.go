package auth

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
)

// lockQuota returns a household's limit, nil for none, and keeps others from asking for one of
// the same household until the transaction ends. errHouseholdNotFound where there is none.
func (s *store) lockQuota(ctx context.Context, householdID string, of quota) (*int64, error) {
	query := `SELECT max_members, max_devices FROM auth_households WHERE id = ?`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR NO KEY UPDATE`
	}
	var found []struct{ MaxMembers, MaxDevices *int64 }
	if err := s.db.Conn(ctx).Raw(query, householdID).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("lock quota: %w", err)
	}
	if len(found) == 0 {
		return nil, errHouseholdNotFound
	}
	if of == quotaDevices {
		return found[0].MaxDevices, nil
	}

	return found[0].MaxMembers, nil
}

// countOf counts what a quota limits. A membership that has ended takes no place.
func (s *store) countOf(ctx context.Context, householdID string, of quota, now time.Time) (int64, error) {
	query, args := `SELECT count(*) FROM auth_memberships WHERE household_id = ? AND (expires_at IS NULL OR expires_at > ?)`,
		[]any{householdID, now}
	if of == quotaDevices {
		query, args = `SELECT count(*) FROM auth_devices WHERE household_id = ?`, []any{householdID}
	}
	var count int64
	if err := s.db.Conn(ctx).Raw(query, args...).Scan(&count).Error; err != nil {
		return 0, fmt.Errorf("count %s: %w", of, err)
	}

	return count, nil
}
