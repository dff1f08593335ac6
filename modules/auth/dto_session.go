package auth

import "time"

type sessionDTO struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	IsCurrent  bool      `json:"is_current"`
}

type passwordRequest struct {
	CurrentPassword string `json:"current_password"`
	NewPassword     string `json:"new_password"`
}

type resetRequest struct {
	Token       string `json:"token"`
	NewPassword string `json:"new_password"`
}

func toSessionDTO(row sessionRow, currentID string) sessionDTO {
	return sessionDTO{
		ID: row.ID, Kind: row.Kind, CreatedAt: row.CreatedAt.UTC(), LastUsedAt: row.LastUsedAt.UTC(),
		IP: row.IP, UserAgent: row.UserAgent, IsCurrent: row.ID == currentID,
	}
}
