package auth

import (
	"encoding/base64"
	"time"

	"homehub/platform/identity"
)

type registerRequest struct {
	Email         string `json:"email"`
	Password      string `json:"password"`
	Name          string `json:"name"`
	HouseholdName string `json:"household_name"`
	Invitation    string `json:"invitation"`
}

type loginRequest struct {
	Email       string `json:"email"`
	Password    string `json:"password"`
	HouseholdID string `json:"household_id"`
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token"`
}

type logoutRequest struct {
	Everywhere bool `json:"everywhere"`
}

type profileRequest struct {
	Name *string `json:"name"`
}

type tokensDTO struct {
	AccessToken      string `json:"access_token"`
	TokenType        string `json:"token_type"`
	ExpiresIn        int64  `json:"expires_in"` // seconds, like the other
	RefreshToken     string `json:"refresh_token"`
	RefreshExpiresIn int64  `json:"refresh_expires_in"`
}

type userDTO struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

type householdDTO struct {
	ID   string        `json:"id"`
	Name string        `json:"name"`
	Role identity.Role `json:"role"`
}

type loginDTO struct {
	tokensDTO

	User      userDTO       `json:"user"`
	Household *householdDTO `json:"household"` // null for a person without any
}

type profileDTO struct {
	userDTO

	IsAdmin    bool           `json:"is_admin"`
	CreatedAt  time.Time      `json:"created_at"`
	Households []householdDTO `json:"households"`
}

// jwkDTO is a public key in the form of RFC 8037.
type jwkDTO struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	KeyID     string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

type jwksDTO struct {
	Keys []jwkDTO `json:"keys"`
}

func toTokensDTO(i issued) tokensDTO {
	return tokensDTO{
		AccessToken:      i.AccessToken,
		TokenType:        "Bearer",
		ExpiresIn:        int64(i.ExpiresIn / time.Second),
		RefreshToken:     i.RefreshToken,
		RefreshExpiresIn: int64(i.RefreshExpiresIn / time.Second),
	}
}

func toUserDTO(u *userRow) userDTO { return userDTO{ID: u.ID, Email: u.Email, Name: u.Name} }

func toHouseholdDTO(m membership) householdDTO {
	return householdDTO{ID: m.HouseholdID, Name: m.Name, Role: m.Role}
}

func toLoginDTO(l *login) loginDTO {
	dto := loginDTO{tokensDTO: toTokensDTO(l.issued), User: toUserDTO(l.User)}
	if l.Household != nil {
		h := toHouseholdDTO(*l.Household)
		dto.Household = &h
	}

	return dto
}

func toProfileDTO(p *profile) profileDTO {
	dto := profileDTO{
		userDTO:    toUserDTO(p.User),
		IsAdmin:    p.User.IsAdmin,
		CreatedAt:  p.User.CreatedAt.UTC(),
		Households: make([]householdDTO, 0, len(p.Households)),
	}
	for _, m := range p.Households {
		dto.Households = append(dto.Households, toHouseholdDTO(m))
	}

	return dto
}

func toJWKSDTO(keys []*signingKey) jwksDTO {
	dto := jwksDTO{Keys: make([]jwkDTO, 0, len(keys))}
	for _, k := range keys {
		dto.Keys = append(dto.Keys, jwkDTO{
			KeyType: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(k.public),
			KeyID: k.kid, Use: "sig", Algorithm: "EdDSA",
		})
	}

	return dto
}
