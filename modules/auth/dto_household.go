package auth

import (
	"time"

	"homehub/platform/identity"
)

// householdRequest is a new household, or what changes in one.
type householdRequest struct {
	Name       *string  `json:"name"`
	Language   *string  `json:"language"`
	TimeZone   *string  `json:"time_zone"`
	Country    *string  `json:"country"`
	Latitude   *float64 `json:"latitude"`
	Longitude  *float64 `json:"longitude"`
	UnitSystem *string  `json:"unit_system"`
}

type pinRequest struct {
	PIN string `json:"pin"`
}

// wholeHouseholdDTO is a household with its attributes; householdDTO only names one.
type wholeHouseholdDTO struct {
	householdDTO

	Language   string    `json:"language"`
	TimeZone   string    `json:"time_zone"`
	Country    string    `json:"country"`
	Latitude   float64   `json:"latitude"`
	Longitude  float64   `json:"longitude"`
	UnitSystem string    `json:"unit_system"`
	HasPIN     bool      `json:"has_pin"`
	CreatedAt  time.Time `json:"created_at"`
}

func toWholeHouseholdDTO(h household) wholeHouseholdDTO {
	return wholeHouseholdDTO{
		householdDTO: householdDTO{ID: h.Row.ID, Name: h.Row.Name, Role: h.Role},
		Language:     h.Row.Language,
		TimeZone:     h.Row.TimeZone,
		Country:      h.Row.Country,
		Latitude:     h.Row.Latitude,
		Longitude:    h.Row.Longitude,
		UnitSystem:   h.Row.UnitSystem,
		HasPIN:       h.HasPIN,
		CreatedAt:    h.Row.CreatedAt.UTC(),
	}
}

type memberRequest struct {
	Role      *identity.Role `json:"role"`
	ExpiresAt *time.Time     `json:"expires_at"`
}

type memberDTO struct {
	UserID    string        `json:"user_id"`
	Name      string        `json:"name"`
	Email     string        `json:"email"`
	Role      identity.Role `json:"role"`
	ExpiresAt *time.Time    `json:"expires_at"` // null: it does not end by itself
}

func toMemberDTO(m member) memberDTO {
	return memberDTO{UserID: m.UserID, Name: m.Name, Email: m.Email, Role: m.Role, ExpiresAt: inUTC(m.ExpiresAt)}
}

type invitationRequest struct {
	Role      identity.Role `json:"role"`
	ExpiresAt *time.Time    `json:"expires_at"`
}

type acceptRequest struct {
	Token string `json:"token"`
}

type invitationDTO struct {
	ID        string        `json:"id"`
	Role      identity.Role `json:"role"`
	CreatedBy string        `json:"created_by"`
	CreatedAt time.Time     `json:"created_at"`
	ExpiresAt time.Time     `json:"expires_at"`
}

// newInvitationDTO is the only one with the token.
type newInvitationDTO struct {
	invitationDTO

	Token string `json:"token"`
}

func toInvitationDTO(i invitationRow) invitationDTO {
	return invitationDTO{
		ID: i.ID, Role: i.Role, CreatedBy: i.CreatedBy, CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC(),
	}
}

// toDTOs converts a page.
func toDTOs[Row, DTO any](rows []Row, convert func(Row) DTO) []DTO {
	dtos := make([]DTO, 0, len(rows))
	for _, row := range rows {
		dtos = append(dtos, convert(row))
	}

	return dtos
}
