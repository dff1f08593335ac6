package auth

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
	"homehub/platform/identity"
)

// erasureRow is somebody or something that is gone, until the last of it is.
type erasureRow struct {
	SubjectID   string
	Kind        string
	RequestedAt time.Time
}

// The kinds of what is erased.
const (
	erasesUser      = "user"
	erasesHousehold = "household"
)

func (erasureRow) TableName() string { return "auth_erasures" }

// listAllMemberships returns a person's memberships, also those that have ended, in the order in
// which their households are locked.
func (s *store) listAllMemberships(ctx context.Context, userID string) ([]membershipRow, error) {
	var found []membershipRow
	if err := s.db.Conn(ctx).Where("user_id = ?", userID).Order("household_id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}

	return found, nil
}

// hasOtherMember reports whether somebody besides that person belongs to a household now.
func (s *store) hasOtherMember(ctx context.Context, householdID, userID string, now time.Time) (bool, error) {
	var others []string
	err := s.db.Conn(ctx).Raw(
		`SELECT user_id FROM auth_memberships
		WHERE household_id = ? AND user_id <> ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1`,
		householdID, userID, now).Scan(&others).Error
	if err != nil {
		return false, fmt.Errorf("look for other members: %w", err)
	}

	return len(others) > 0, nil
}

// lockUser keeps others from a person until the transaction ends; errPasswordChanged where they
// are not as they were when their password was checked.
func (s *store) lockUser(ctx context.Context, user *userRow) error {
	query := `SELECT id FROM auth_users WHERE id = ? AND password_hash = ? AND is_admin = ?`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR UPDATE`
	}
	var found []string
	if err := s.db.Conn(ctx).Raw(query, user.ID, user.PasswordHash, user.IsAdmin).Scan(&found).Error; err != nil {
		return fmt.Errorf("lock user: %w", err)
	}
	if len(found) == 0 {
		return errInvalidCredentials.Wrap(errPasswordChanged)
	}

	return nil
}

// deleteUser takes a locked person away with their memberships, sessions and tokens, and
// remembers that the rest has to be erased.
func (s *store) deleteUser(ctx context.Context, user *userRow, at time.Time) error {
	conn := s.db.Conn(ctx)
	if err := conn.Exec(`DELETE FROM auth_invitations WHERE created_by = ?`, user.ID).Error; err != nil {
		return fmt.Errorf("delete invitations: %w", err)
	}
	if err := conn.Exec(`UPDATE auth_invitations SET used_by = NULL WHERE used_by = ?`, user.ID).Error; err != nil {
		return fmt.Errorf("forget who used invitations: %w", err)
	}
	if err := s.deleteSessions(ctx, `user_id = ?`, user.ID); err != nil {
		return err
	}
	if err := conn.Exec(`DELETE FROM auth_users WHERE id = ?`, user.ID).Error; err != nil {
		return fmt.Errorf("delete user: %w", err)
	}

	return s.addErasure(ctx, erasureRow{SubjectID: user.ID, Kind: erasesUser, RequestedAt: at})
}

// addErasure remembers what is to be erased once more.
func (s *store) addErasure(ctx context.Context, row erasureRow) error {
	if err := s.db.Conn(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("remember erasure: %w", err)
	}

	return nil
}

// listErasures returns what to erase once more: what was deleted before a moment.
func (s *store) listErasures(ctx context.Context, before time.Time) ([]erasureRow, error) {
	var found []erasureRow
	if err := s.db.Conn(ctx).Where("requested_at < ?", before).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}

	return found, nil
}

func (s *store) deleteErasures(ctx context.Context, subjectIDs []string) error {
	if err := s.db.Conn(ctx).Where("subject_id IN ?", subjectIDs).Delete(&erasureRow{}).Error; err != nil {
		return fmt.Errorf("finish erasures: %w", err)
	}

	return nil
}

// ownInvitation is an invitation as the person who made it gets it.
type ownInvitation struct {
	ID          string
	HouseholdID *string
	Role        identity.Role
	CreatedAt   time.Time
	ExpiresAt   time.Time
	UsedAt      *time.Time
}

func (s *store) listInvitationsBy(ctx context.Context, userID string) ([]ownInvitation, error) {
	var found []ownInvitation
	err := s.db.Conn(ctx).Raw(
		`SELECT id, household_id, role, created_at, expires_at, used_at FROM auth_invitations WHERE created_by = ? ORDER BY id`, userID).
		Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list invitations of a person: %w", err)
	}

	return found, nil
}

// listAllSessions returns what is stored of a person's sessions, the ended ones too.
func (s *store) listAllSessions(ctx context.Context, userID string) ([]sessionRow, error) {
	var found []sessionRow
	if err := s.db.Conn(ctx).Where("user_id = ?", userID).Order("id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}

	return found, nil
}
