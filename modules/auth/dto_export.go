package auth

import (
	"time"

	"homehub/platform/identity"
)

type deleteProfileRequest struct {
	Password string `json:"password"`
}

type exportedProfile struct {
	userDTO

	IsAdmin    bool       `json:"is_admin"`
	CreatedAt  time.Time  `json:"created_at"`
	DisabledAt *time.Time `json:"disabled_at"`
}

type exportedMembership struct {
	HouseholdID string     `json:"household_id"`
	Role        string     `json:"role"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
}

type exportedSession struct {
	ID            string     `json:"id"`
	HouseholdID   string     `json:"household_id"`
	CreatedAt     time.Time  `json:"created_at"`
	LastUsedAt    time.Time  `json:"last_used_at"`
	ExpiresAt     *time.Time `json:"expires_at"`
	EndedAt       *time.Time `json:"ended_at"`
	IP            string     `json:"ip"`
	UserAgent     string     `json:"user_agent"`
	RevokedReason string     `json:"ended_reason"`
}

type exportedInvitation struct {
	ID          string        `json:"id"`
	HouseholdID *string       `json:"household_id"`
	Role        identity.Role `json:"role"`
	CreatedAt   time.Time     `json:"created_at"`
	ExpiresAt   time.Time     `json:"expires_at"`
	UsedAt      *time.Time    `json:"used_at"`
}

func toExportedProfile(u *userRow) exportedProfile {
	return exportedProfile{userDTO: toUserDTO(u), IsAdmin: u.IsAdmin, CreatedAt: u.CreatedAt.UTC(), DisabledAt: utc(u.DisabledAt)}
}

func toExportedMembership(m membershipRow) exportedMembership {
	return exportedMembership{
		HouseholdID: m.HouseholdID, Role: m.Role, CreatedAt: m.CreatedAt.UTC(), ExpiresAt: utc(m.ExpiresAt),
	}
}

func toExportedSession(s sessionRow) exportedSession {
	return exportedSession{
		ID: s.ID, HouseholdID: s.HouseholdID, CreatedAt: s.CreatedAt.UTC(), LastUsedAt: s.LastUsedAt.UTC(),
		ExpiresAt: utc(s.ExpiresAt), EndedAt: utc(s.RevokedAt), IP: s.IP, UserAgent: s.UserAgent, RevokedReason: s.RevokedReason,
	}
}

func toExportedInvitation(i ownInvitation) exportedInvitation {
	return exportedInvitation{
		ID: i.ID, HouseholdID: i.HouseholdID, Role: i.Role, CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC(), UsedAt: utc(i.UsedAt),
	}
}

// utc keeps nil nil.
func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	moment := at.UTC()

	return &moment
}
