package auth

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
	"homehub/platform/identity"
)

// household is a household as one caller sees it.
type household struct {
	Row    householdRow  `gorm:"embedded"`
	HasPIN bool          `gorm:"column:has_pin"`
	Role   identity.Role // of the caller
}

const householdColumns = `h.id, h.name, h.language, h.time_zone, h.country, h.latitude, h.longitude, h.unit_system,
	h.created_at, h.disabled_at, h.pin_hash <> '' AS has_pin`

// getHousehold leaves the role to whoever knows the caller.
func (s *store) getHousehold(ctx context.Context, id string) (*household, error) {
	var found []household
	err := s.db.Conn(ctx).Raw(`SELECT `+householdColumns+` FROM auth_households h WHERE h.id = ?`, id).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("get household: %w", err)
	}
	if len(found) == 0 {
		return nil, errHouseholdNotFound
	}

	return &found[0], nil
}

// listHouseholds returns a page of those that a person belongs to now, newest first; before is
// the id that ended the page before, or empty.
func (s *store) listHouseholds(ctx context.Context, userID, before string, limit int, now time.Time) ([]household, error) {
	query, args := `SELECT `+householdColumns+`, m.role
		FROM auth_memberships m JOIN auth_households h ON h.id = m.household_id
		WHERE m.user_id = ? AND (m.expires_at IS NULL OR m.expires_at > ?)`, []any{userID, now}
	if before != "" {
		query, args = query+` AND h.id < ?`, append(args, before)
	}
	var found []household
	if err := s.db.Conn(ctx).Raw(query+` ORDER BY h.id DESC LIMIT ?`, append(args, limit)...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list households: %w", err)
	}

	return found, nil
}

// lockHousehold keeps others from changing who belongs to a household, and from adding anything
// to it, until the transaction ends.
func (s *store) lockHousehold(ctx context.Context, id string) error {
	return s.lockHouseholdFor(ctx, id, ` FOR UPDATE`)
}

// holdHousehold keeps others from deleting a household until the transaction ends.
func (s *store) holdHousehold(ctx context.Context, id string) error {
	return s.lockHouseholdFor(ctx, id, ` FOR KEY SHARE`)
}

func (s *store) lockHouseholdFor(ctx context.Context, id, lock string) error {
	query := `SELECT id FROM auth_households WHERE id = ?`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += lock
	}
	var found []string
	if err := s.db.Conn(ctx).Raw(query, id).Scan(&found).Error; err != nil {
		return fmt.Errorf("lock household: %w", err)
	}
	if len(found) == 0 {
		return errHouseholdNotFound
	}

	return nil
}

// updateHousehold writes some columns of a household.
func (s *store) updateHousehold(ctx context.Context, id string, columns map[string]any) error {
	res := s.db.Conn(ctx).Model(&householdRow{}).Where("id = ?", id).Updates(columns)
	if res.Error != nil {
		return fmt.Errorf("update household: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errHouseholdNotFound
	}

	return nil
}

// deleteHousehold takes memberships, invitations and devices with it.
func (s *store) deleteHousehold(ctx context.Context, id string) error {
	if err := s.db.Conn(ctx).Exec(`DELETE FROM auth_households WHERE id = ?`, id).Error; err != nil {
		return fmt.Errorf("delete household: %w", err)
	}

	return nil
}

// deleteDeviceSessions removes the logins of all devices of a household.
func (s *store) deleteDeviceSessions(ctx context.Context, householdID string) error {
	return s.deleteSessions(ctx, `device_id IN (SELECT id FROM auth_devices WHERE household_id = ?)`, householdID)
}

// moveSessions lets the sessions of a person, or of all members where userID is empty, that act
// on a household act on another one of theirs, or on none. It comes before the membership goes.
func (s *store) moveSessions(ctx context.Context, householdID, userID string, now time.Time) error {
	who, args := `user_id = ?`, []any{householdID, now, householdID, userID}
	if userID == "" {
		who, args[3] = `user_id IN (SELECT user_id FROM auth_memberships WHERE household_id = ?)`, householdID
	}
	err := s.db.Conn(ctx).Exec(
		`UPDATE auth_sessions SET household_id = COALESCE((
			SELECT m.household_id FROM auth_memberships m JOIN auth_households h ON h.id = m.household_id
			WHERE m.user_id = auth_sessions.user_id AND m.household_id <> ? AND h.disabled_at IS NULL
				AND (m.expires_at IS NULL OR m.expires_at > ?)
			ORDER BY m.created_at, m.household_id LIMIT 1), '')
		WHERE household_id = ? AND `+who, args...).Error
	if err != nil {
		return fmt.Errorf("move sessions: %w", err)
	}

	return nil
}

// countOwned counts the households that a person owns and that are not disabled.
func (s *store) countOwned(ctx context.Context, userID string) (int64, error) {
	var count int64
	err := s.db.Conn(ctx).Raw(
		`SELECT count(*) FROM auth_memberships m JOIN auth_households h ON h.id = m.household_id
		WHERE m.user_id = ? AND m.role = ? AND h.disabled_at IS NULL`, userID, string(identity.RoleOwner)).Scan(&count).Error
	if err != nil {
		return 0, fmt.Errorf("count households: %w", err)
	}

	return count, nil
}

// getPINHash returns an empty hash for a household without a PIN.
func (s *store) getPINHash(ctx context.Context, id string) (string, error) {
	var found []string
	if err := s.db.Conn(ctx).Raw(`SELECT pin_hash FROM auth_households WHERE id = ?`, id).Scan(&found).Error; err != nil {
		return "", fmt.Errorf("get PIN: %w", err)
	}
	if len(found) == 0 {
		return "", errHouseholdNotFound
	}

	return found[0], nil
}
