package auth

import (
	"encoding/json"
	"time"
)

// optional tells a field that was left out from one that is null: then Value is zero.
type optional[T any] struct {
	IsSet bool
	Value T
}

// UnmarshalJSON implements json.Unmarshaler; it is called for null, too.
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.IsSet = true

	return json.Unmarshal(text, &o.Value)
}

type approveDeviceRequest struct {
	UserCode string `json:"user_code"`
	Name     string `json:"name"`
	Area     string `json:"area"`
}

type denyDeviceRequest struct {
	UserCode string `json:"user_code"`
}

type updateDeviceRequest struct {
	Name           *string            `json:"name"`
	Area           optional[string]   `json:"area"`
	AllowedDomains optional[[]string] `json:"allowed_domains"`
	AllowedAreas   optional[[]string] `json:"allowed_areas"`
}

type deviceDTO struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Area           *string    `json:"area"`
	AreaID         *string    `json:"area_id"`
	AllowedDomains []string   `json:"allowed_domains"` // null is not empty
	AllowedAreas   []string   `json:"allowed_areas"`
	CreatedAt      time.Time  `json:"created_at"`
	LastSeenAt     *time.Time `json:"last_seen_at"`
}

func toDeviceDTO(d device) deviceDTO {
	dto := deviceDTO{
		ID: d.ID, Name: d.Name, Area: orNull(d.AreaName), AreaID: orNull(d.AreaID),
		AllowedDomains: d.AllowedDomains, AllowedAreas: d.AllowedAreas, CreatedAt: d.CreatedAt.UTC(),
	}
	if d.LastSeenAt != nil {
		at := d.LastSeenAt.UTC()
		dto.LastSeenAt = &at
	}

	return dto
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}

	return &text
}

// pairingDTO is the answer of RFC 8628 3.2.
type pairingDTO struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int64  `json:"expires_in"` // seconds, like the other
	Interval                int64  `json:"interval"`
}

func toPairingDTO(p *pairing, baseURL string) pairingDTO {
	code := showUserCode(p.UserCode)

	return pairingDTO{
		DeviceCode: p.DeviceCode, UserCode: code,
		VerificationURI: baseURL + "/pair", VerificationURIComplete: baseURL + "/pair?user_code=" + code,
		ExpiresIn: int64(grantLifetime / time.Second), Interval: pollInterval,
	}
}

// oauthErrorDTO is a refusal in the form of RFC 6749 5.2.
type oauthErrorDTO struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}
