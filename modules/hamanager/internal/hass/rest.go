package hass

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client speaks Home Assistant's REST API. Close it when done.
type Client struct {
	endpoint Endpoint
	http     *http.Client
}

// NewClient makes a client; it does no I/O.
func NewClient(endpoint Endpoint) *Client {
	return &Client{endpoint: endpoint, http: endpoint.httpClient()}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// withToken returns a client that shares connections and sends another token.
func (c *Client) withToken(token string) *Client {
	other := *c
	other.endpoint.Token = token

	return &other
}

// Manifest checks, without credentials, that a Home Assistant answers. Errors:
// ErrNotHomeAssistant where something else does.
func (c *Client) Manifest(ctx context.Context) error {
	var manifest struct {
		ShortName string `json:"short_name"`
		Name      string `json:"name"`
	}
	err := c.get(ctx, "/manifest.json", &manifest)
	if _, isStatus := errors.AsType[*StatusError](err); isStatus || errors.Is(err, errNotJSON) {
		return fmt.Errorf("%w: %w", ErrNotHomeAssistant, err)
	}
	if err != nil {
		return err
	}
	if manifest.Name != "Home Assistant" && manifest.ShortName != "Home Assistant" {
		return fmt.Errorf("%w: its manifest is named %q", ErrNotHomeAssistant, manifest.Name)
	}

	return nil
}

// Config is the part of a home's core configuration that homehub reads.
type Config struct {
	Version      string `json:"version"`
	State        string `json:"state"`
	RecoveryMode bool   `json:"recovery_mode"`
	LocationName string `json:"location_name"`
	TimeZone     string `json:"time_zone"`
	Language     string `json:"language"`
	Country      string `json:"country"`
}

// IsRunning reports whether the home has come up in full.
func (c Config) IsRunning() bool { return c.State == "RUNNING" && !c.RecoveryMode }

// Config reads the core configuration.
func (c *Client) Config(ctx context.Context) (Config, error) {
	var config Config

	return config, c.get(ctx, "/api/config", &config)
}

var errNotJSON = errors.New("the answer is not JSON")

func (c *Client) get(ctx context.Context, path string, result any) error {
	return c.do(ctx, http.MethodGet, path, payload{}, result)
}

func (c *Client) postJSON(ctx context.Context, path string, body, result any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}

	return c.do(ctx, http.MethodPost, path, payload{body: raw, contentType: "application/json"}, result)
}

func (c *Client) postForm(ctx context.Context, path string, form url.Values, result any) error {
	body := payload{body: []byte(form.Encode()), contentType: "application/x-www-form-urlencoded"}

	return c.do(ctx, http.MethodPost, path, body, result)
}

type payload struct {
	body        []byte
	contentType string
}

// do sends one request; result may be nil. A status that is not 2xx is a *StatusError, 401
// wraps ErrInvalidAuth.
func (c *Client) do(ctx context.Context, method, path string, p payload, result any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, method, c.endpoint.BaseURL+path, bytes.NewReader(p.body))
	if err != nil {
		return fmt.Errorf("make request for %s: %w", path, err)
	}
	if p.contentType != "" {
		request.Header.Set("Content-Type", p.contentType)
	}
	if c.endpoint.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.endpoint.Token)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", path, err)
	}
	if err := statusError(path, response.StatusCode, body); err != nil {
		return err
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(body, result); err != nil {
		return fmt.Errorf("%w: %s: %w", errNotJSON, path, err)
	}

	return nil
}

func statusError(path string, status int, body []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}

	const enough = 200
	text := strings.ToValidUTF8(string(body[:min(len(body), enough)]), "?")
	err := &StatusError{Path: path, Status: status, Body: text}
	if status == http.StatusUnauthorized {
		return fmt.Errorf("%w: %w", ErrInvalidAuth, err)
	}

	return err
}

// hasStatus reports whether err is an answer with that status.
func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*StatusError](err)

	return ok && e.Status == status
}
