package hass

import (
	"context"
	"encoding/json"
	"fmt"
)

// Place is where a home stands: what its clocks, units and words go by.
type Place struct {
	LocationName string  `json:"location_name,omitempty"`
	Language     string  `json:"language,omitempty"`
	TimeZone     string  `json:"time_zone,omitempty"`
	Country      string  `json:"country,omitempty"`
	Currency     string  `json:"currency,omitempty"`
	UnitSystem   string  `json:"unit_system,omitempty"` // metric or us_customary
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
}

// UpdateConfig sets the core configuration.
func (c *Conn) UpdateConfig(ctx context.Context, p Place) error {
	return c.Do(ctx, struct {
		Type string `json:"type"`
		Place
	}{"config/core/update", p}, nil)
}

// Config reads the core configuration.
func (c *Conn) Config(ctx context.Context) (Config, error) {
	return list[Config](ctx, c, "get_config")
}

// tokenLifespanDays is what Home Assistant's own pages ask for.
const tokenLifespanDays = 3650

// CreateToken mints a long-lived access token under a name that was never used before.
func (c *Conn) CreateToken(ctx context.Context, clientName string) (string, error) {
	command := map[string]any{
		"type": "auth/long_lived_access_token", "client_name": clientName, "lifespan": tokenLifespanDays,
	}

	var token string
	if err := c.Do(ctx, command, &token); err != nil {
		return "", fmt.Errorf("create long-lived token: %w", err)
	}

	return token, nil
}

// User is whom a token speaks for.
type User struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	IsOwner bool   `json:"is_owner"`
	IsAdmin bool   `json:"is_admin"`
}

// CurrentUser tells whom the connection's token speaks for.
func (c *Conn) CurrentUser(ctx context.Context) (User, error) {
	return list[User](ctx, c, "auth/current_user")
}

// SubscribeEvents calls onEvent for every event of the type; the rules of Subscribe hold.
func (c *Conn) SubscribeEvents(ctx context.Context, eventType string, onEvent func(json.RawMessage)) error {
	command := map[string]string{"type": "subscribe_events", "event_type": eventType}
	if _, err := c.Subscribe(ctx, command, onEvent); err != nil {
		return fmt.Errorf("subscribe to %s: %w", eventType, err)
	}

	return nil
}

// list runs a command without arguments.
func list[T any](ctx context.Context, c *Conn, command string) (T, error) {
	var result T
	if err := c.Do(ctx, map[string]string{"type": command}, &result); err != nil {
		return result, fmt.Errorf("%s: %w", command, err)
	}

	return result, nil
}
