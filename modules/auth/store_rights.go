package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"homehub/platform/identity"
)

// rightsRow is all that decides what a session may do in one household.
type rightsRow struct {
	ID                string
	Name              string
	SessionRevokedAt  *time.Time
	SessionExpiresAt  *time.Time
	IsAdmin           bool
	UserDisabledAt    *time.Time
	Role              *string // nil: not a member
	MembershipEndsAt  *time.Time
	HouseholdDisabled *time.Time
	HasPin            *bool

	Area           string
	AllowedDomains *string // JSON
	AllowedAreas   *string // JSON
}

// getRights reads a person's session in one statement; errSessionEnded where there is none.
func (s *store) getRights(ctx context.Context, sessionID, householdID string) (*rights, error) {
	return s.findRights(ctx, identity.User,
		`SELECT u.id, u.name, s.revoked_at AS session_revoked_at, s.expires_at AS session_expires_at,
			u.is_admin, u.disabled_at AS user_disabled_at,
			m.role, m.expires_at AS membership_ends_at, h.disabled_at AS household_disabled, h.pin_hash <> '' AS has_pin
		FROM auth_sessions s
		JOIN auth_users u ON u.id = s.user_id
		LEFT JOIN auth_memberships m ON m.household_id = ? AND m.user_id = u.id
		LEFT JOIN auth_households h ON h.id = m.household_id
		WHERE s.id = ? AND s.kind = ?`, householdID, sessionID, string(identity.User))
}

// getDeviceRights is getRights for a device, which belongs to one household for good.
func (s *store) getDeviceRights(ctx context.Context, sessionID, householdID string) (*rights, error) {
	return s.findRights(ctx, identity.Device,
		`SELECT d.id, d.name, s.revoked_at AS session_revoked_at, s.expires_at AS session_expires_at,
			? AS role, h.disabled_at AS household_disabled, h.pin_hash <> '' AS has_pin,
			d.area, d.allowed_domains, d.allowed_areas
		FROM auth_sessions s
		JOIN auth_devices d ON d.id = s.device_id
		LEFT JOIN auth_households h ON h.id = d.household_id AND h.id = ?
		WHERE s.id = ? AND s.kind = ?`,
		string(identity.RoleDevice), householdID, sessionID, string(identity.Device))
}

// getUserRights is getRights for a person without a session.
func (s *store) getUserRights(ctx context.Context, userID, householdID string) (*rights, error) {
	return s.findRights(ctx, identity.User,
		`SELECT u.id, u.name, u.is_admin, u.disabled_at AS user_disabled_at,
			m.role, m.expires_at AS membership_ends_at, h.disabled_at AS household_disabled, h.pin_hash <> '' AS has_pin
		FROM auth_users u
		LEFT JOIN auth_memberships m ON m.household_id = ? AND m.user_id = u.id
		LEFT JOIN auth_households h ON h.id = m.household_id
		WHERE u.id = ?`, householdID, userID)
}

// getRightsOfDevice is getDeviceRights for a device without a session.
func (s *store) getRightsOfDevice(ctx context.Context, deviceID, householdID string) (*rights, error) {
	return s.findRights(ctx, identity.Device,
		`SELECT d.id, d.name, ? AS role, h.disabled_at AS household_disabled, h.pin_hash <> '' AS has_pin,
			d.area, d.allowed_domains, d.allowed_areas
		FROM auth_devices d
		LEFT JOIN auth_households h ON h.id = d.household_id AND h.id = ?
		WHERE d.id = ?`, string(identity.RoleDevice), householdID, deviceID)
}

func (s *store) findRights(ctx context.Context, kind identity.Kind, query string, args ...any) (*rights, error) {
	var found []rightsRow
	if err := s.db.Conn(ctx).Raw(query, args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("get rights: %w", err)
	}
	if len(found) == 0 {
		return nil, errSessionEnded
	}

	return found[0].rights(kind)
}

func (row *rightsRow) rights(kind identity.Kind) (*rights, error) {
	r := &rights{
		Kind:             kind,
		ID:               row.ID,
		Name:             row.Name,
		IsAdmin:          row.IsAdmin,
		IsOver:           row.SessionRevokedAt != nil,
		IsDisabled:       row.UserDisabledAt != nil,
		IsHouseClosed:    row.HouseholdDisabled != nil,
		SessionEndsAt:    row.SessionExpiresAt,
		MembershipEndsAt: row.MembershipEndsAt,
		Area:             row.Area,
	}
	if row.Role != nil && row.HasPin != nil { // the household is there
		r.Role, r.HasPIN = identity.Role(*row.Role), *row.HasPin
	}
	for _, list := range []struct {
		stored *string
		into   *[]string
	}{{row.AllowedDomains, &r.AllowedDomains}, {row.AllowedAreas, &r.AllowedAreas}} {
		if list.stored == nil {
			continue
		}
		if err := json.Unmarshal([]byte(*list.stored), list.into); err != nil {
			return nil, fmt.Errorf("decode what a device may do: %w", err)
		}
	}

	return r, nil
}
