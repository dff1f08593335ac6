package auth

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/identity"
)

// member is a person as the owners of their household see them.
type member struct {
	UserID    string
	Name      string
	Email     string
	Role      identity.Role
	CreatedAt time.Time // of the membership
	ExpiresAt *time.Time
}

const memberQuery = `SELECT u.id AS user_id, u.name, u.email, m.role, m.created_at, m.expires_at
	FROM auth_memberships m JOIN auth_users u ON u.id = m.user_id
	WHERE m.household_id = ? AND (m.expires_at IS NULL OR m.expires_at > ?)`

// memberCursor is the last one of a page of members.
type memberCursor struct {
	CreatedAt time.Time
	UserID    string
}

// listMembers returns a page of a household's members of now, who came last first.
func (s *store) listMembers(ctx context.Context, householdID string, after *memberCursor, limit int, now time.Time) ([]member, error) {
	query, args := memberQuery, []any{householdID, now}
	if after != nil {
		query += ` AND (m.created_at < ? OR m.created_at = ? AND m.user_id < ?)`
		args = append(args, after.CreatedAt, after.CreatedAt, after.UserID)
	}
	var found []member
	query += ` ORDER BY m.created_at DESC, m.user_id DESC LIMIT ?`
	if err := s.db.Conn(ctx).Raw(query, append(args, limit)...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}

	return found, nil
}

// findMember returns nil for somebody who is none now.
func (s *store) findMember(ctx context.Context, householdID, userID string, now time.Time) (*member, error) {
	var found []member
	err := s.db.Conn(ctx).Raw(memberQuery+` AND m.user_id = ?`, householdID, now, userID).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find member: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

func (s *store) getMember(ctx context.Context, householdID, userID string, now time.Time) (*member, error) {
	m, err := s.findMember(ctx, householdID, userID, now)
	if err == nil && m == nil {
		return nil, errMemberNotFound
	}

	return m, err
}

// hasOtherOwner reports whether somebody besides that person can act as the household's owner.
func (s *store) hasOtherOwner(ctx context.Context, householdID, userID string) (bool, error) {
	var others []string
	err := s.db.Conn(ctx).Raw(
		`SELECT m.user_id FROM auth_memberships m JOIN auth_users u ON u.id = m.user_id
		WHERE m.household_id = ? AND m.user_id <> ? AND m.role = ? AND u.disabled_at IS NULL LIMIT 1`,
		householdID, userID, string(identity.RoleOwner)).Scan(&others).Error
	if err != nil {
		return false, fmt.Errorf("look for other owners: %w", err)
	}

	return len(others) > 0, nil
}

// replaceMembership stores a membership in the place of one that has ended.
func (s *store) replaceMembership(ctx context.Context, m *membershipRow) error {
	if err := s.deleteMembership(ctx, m.HouseholdID, m.UserID); err != nil {
		return err
	}
	if err := s.db.Conn(ctx).Create(m).Error; err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}

	return nil
}

func (s *store) updateMembership(ctx context.Context, householdID, userID string, role identity.Role, ends *time.Time) error {
	err := s.db.Conn(ctx).Model(&membershipRow{}).Where("household_id = ? AND user_id = ?", householdID, userID).
		Updates(map[string]any{"role": string(role), "expires_at": ends}).Error
	if err != nil {
		return fmt.Errorf("update membership: %w", err)
	}

	return nil
}

func (s *store) deleteMembership(ctx context.Context, householdID, userID string) error {
	err := s.db.Conn(ctx).Where("household_id = ? AND user_id = ?", householdID, userID).Delete(&membershipRow{}).Error
	if err != nil {
		return fmt.Errorf("delete membership: %w", err)
	}

	return nil
}
