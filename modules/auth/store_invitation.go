package auth

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/identity"
)

type invitationRow struct {
	ID          string
	TokenHash   []byte
	HouseholdID *string // nil: it founds one
	Role        identity.Role
	CreatedBy   string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	MemberUntil *time.Time
	UsedAt      *time.Time
	UsedBy      *string
}

func (invitationRow) TableName() string { return "auth_invitations" }

func (s *store) insertInvitation(ctx context.Context, i *invitationRow) error {
	if err := s.db.Conn(ctx).Create(i).Error; err != nil {
		return fmt.Errorf("insert invitation: %w", err)
	}

	return nil
}

// findInvitation returns the one with that hash if it can be used at the moment now; nil for
// one that cannot, whatever the reason.
func (s *store) findInvitation(ctx context.Context, hash []byte, now time.Time) (*invitationRow, error) {
	var found []invitationRow
	err := s.db.Conn(ctx).Raw(
		`SELECT i.id, i.household_id, i.role, i.expires_at, i.member_until
		FROM auth_invitations i LEFT JOIN auth_households h ON h.id = i.household_id
		WHERE i.token_hash = ? AND i.used_at IS NULL AND i.expires_at > ? AND h.disabled_at IS NULL`, hash, now).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find invitation: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

// useInvitation reports whether it was this call that used it up.
func (s *store) useInvitation(ctx context.Context, id, userID string, at time.Time) (bool, error) {
	res := s.db.Conn(ctx).Model(&invitationRow{}).Where("id = ? AND used_at IS NULL AND expires_at > ?", id, at).
		Updates(map[string]any{"used_at": at, "used_by": userID})
	if res.Error != nil {
		return false, fmt.Errorf("use invitation: %w", res.Error)
	}

	return res.RowsAffected == 1, nil
}

// listInvitations returns a page of a household's invitations that can still be used, newest
// first; before is the id that ended the page before, or empty.
func (s *store) listInvitations(ctx context.Context, householdID, before string, limit int, now time.Time) ([]invitationRow, error) {
	query := s.db.Conn(ctx).Omit("token_hash").Where("household_id = ? AND used_at IS NULL AND expires_at > ?", householdID, now)
	if before != "" {
		query = query.Where("id < ?", before)
	}
	var found []invitationRow
	if err := query.Order("id DESC").Limit(limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}

	return found, nil
}

// deleteInvitation takes back one that can still be used; errInvitationNotFound for any other.
func (s *store) deleteInvitation(ctx context.Context, householdID, id string, now time.Time) error {
	res := s.db.Conn(ctx).
		Where("household_id = ? AND id = ? AND used_at IS NULL AND expires_at > ?", householdID, id, now).Delete(&invitationRow{})
	if res.Error != nil {
		return fmt.Errorf("delete invitation: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errInvitationNotFound
	}

	return nil
}

// deleteInvitationsOf takes back all that one person gave out and that can still be used.
func (s *store) deleteInvitationsOf(ctx context.Context, householdID, userID string, now time.Time) error {
	err := s.db.Conn(ctx).
		Where("household_id = ? AND created_by = ? AND used_at IS NULL AND expires_at > ?", householdID, userID, now).
		Delete(&invitationRow{}).Error
	if err != nil {
		return fmt.Errorf("delete invitations of a member: %w", err)
	}

	return nil
}

// deleteEndedInvitations forgets at most limit invitations, and memberships, that ended before a
// moment. It returns how many.
func (s *store) deleteEndedInvitations(ctx context.Context, before time.Time, limit int) (int64, error) {
	invitations := s.db.Conn(ctx).Exec(
		`DELETE FROM auth_invitations WHERE id IN (SELECT id FROM auth_invitations WHERE expires_at < ? LIMIT ?)`, before, limit)
	if invitations.Error != nil {
		return 0, fmt.Errorf("delete ended invitations: %w", invitations.Error)
	}
	memberships := s.db.Conn(ctx).Exec(
		`DELETE FROM auth_memberships WHERE (household_id, user_id) IN (
			SELECT household_id, user_id FROM auth_memberships WHERE expires_at < ? LIMIT ?)`, before, limit)
	if memberships.Error != nil {
		return 0, fmt.Errorf("delete ended memberships: %w", memberships.Error)
	}

	return invitations.RowsAffected + memberships.RowsAffected, nil
}
