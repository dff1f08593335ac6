package auth

import (
	"encoding/json"
	"time"
)

type adminUserRequest struct {
	IsDisabled *bool `json:"is_disabled"`
	IsAdmin    *bool `json:"is_admin"`
}

type adminHouseholdRequest struct {
	IsDisabled *bool        `json:"is_disabled"`
	MaxMembers quotaRequest `json:"max_members"`
	MaxDevices quotaRequest `json:"max_devices"`
}

// quotaRequest tells null, which is no limit, from a field that is not there.
type quotaRequest struct {
	isGiven bool
	limit   *int64
}

// UnmarshalJSON implements json.Unmarshaler.
func (q *quotaRequest) UnmarshalJSON(text []byte) error {
	q.isGiven = true

	return json.Unmarshal(text, &q.limit)
}

type adminUserDTO struct {
	userDTO

	IsAdmin    bool           `json:"is_admin"`
	IsDisabled bool           `json:"is_disabled"`
	CreatedAt  time.Time      `json:"created_at"`
	DisabledAt *time.Time     `json:"disabled_at"`
	Households []householdDTO `json:"households"`
}

type adminHouseholdDTO struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	IsDisabled  bool       `json:"is_disabled"`
	CreatedAt   time.Time  `json:"created_at"`
	DisabledAt  *time.Time `json:"disabled_at"`
	MaxMembers  *int64     `json:"max_members"`
	MaxDevices  *int64     `json:"max_devices"`
	MemberCount int64      `json:"member_count"`
	DeviceCount int64      `json:"device_count"`
}

type resetTokenDTO struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

type adminInvitationRequest struct {
	ExpiresAt *time.Time `json:"expires_at"`
}

// changes are what the request asks for.
func (r adminHouseholdRequest) changes() adminHouseholdChanges {
	want := adminHouseholdChanges{IsDisabled: r.IsDisabled}
	if r.MaxMembers.isGiven {
		want.Quotas = append(want.Quotas, quotaChange{Column: "max_members", Limit: r.MaxMembers.limit})
	}
	if r.MaxDevices.isGiven {
		want.Quotas = append(want.Quotas, quotaChange{Column: "max_devices", Limit: r.MaxDevices.limit})
	}

	return want
}

func toAdminUserDTO(u adminUser) adminUserDTO {
	dto := adminUserDTO{
		userDTO: toUserDTO(&u.userRow), IsAdmin: u.IsAdmin, IsDisabled: u.DisabledAt != nil,
		CreatedAt: u.CreatedAt.UTC(), DisabledAt: inUTC(u.DisabledAt), Households: make([]householdDTO, 0, len(u.Households)),
	}
	for _, m := range u.Households {
		dto.Households = append(dto.Households, toHouseholdDTO(m))
	}

	return dto
}

func toAdminHouseholdDTO(h adminHousehold) adminHouseholdDTO {
	return adminHouseholdDTO{
		ID: h.ID, Name: h.Name, IsDisabled: h.DisabledAt != nil, CreatedAt: h.CreatedAt.UTC(), DisabledAt: inUTC(h.DisabledAt),
		MaxMembers: h.MaxMembers, MaxDevices: h.MaxDevices, MemberCount: h.MemberCount, DeviceCount: h.DeviceCount,
	}
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()

	return &utc
}
