package hass

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// The identity homehub signs in with: Home Assistant wants a URL, and never fetches this one
// because clientID and redirectURI have the same host.
const (
	clientID    = "http://homehub.internal/"
	redirectURI = "http://homehub.internal/callback"
)

// Tokens are those of one sign-in. The access token lives for half an hour.
type Tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// ExchangeCode turns an authorisation code into tokens; a code works once.
func (c *Client) ExchangeCode(ctx context.Context, code string) (Tokens, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {clientID}}

	var tokens Tokens
	err := c.postForm(ctx, "/auth/token", form, &tokens)
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusForbidden) {
		return Tokens{}, fmt.Errorf("%w: %w", ErrInvalidAuth, err)
	}

	return tokens, err
}

// Refresh gets a new access token.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "client_id": {clientID}}

	tokens := Tokens{Refresh: refreshToken}
	err := c.postForm(ctx, "/auth/token", form, &tokens)
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusForbidden) {
		return Tokens{}, fmt.Errorf("%w: %w", ErrInvalidAuth, err)
	}

	return tokens, err
}

// Revoke ends a sign-in, and the connections made with it.
func (c *Client) Revoke(ctx context.Context, refreshToken string) error {
	return c.postForm(ctx, "/auth/revoke", url.Values{"token": {refreshToken}}, nil)
}

// flow is a step of the login flow.
type flow struct {
	ID     string            `json:"flow_id"`
	Type   string            `json:"type"`
	Result string            `json:"result"`
	Errors map[string]string `json:"errors"`
}

// Login signs a local user in and returns an authorisation code. A wrong password is
// ErrInvalidAuth.
func (c *Client) Login(ctx context.Context, username, password string) (string, error) {
	begin := map[string]any{
		"client_id": clientID, "redirect_uri": redirectURI, "handler": []any{"homeassistant", nil},
	}

	var form flow
	if err := c.postJSON(ctx, "/auth/login_flow", begin, &form); err != nil {
		return "", fmt.Errorf("begin login: %w", err)
	}

	answer := map[string]any{"client_id": clientID, "username": username, "password": password}

	var done flow
	if err := c.postJSON(ctx, "/auth/login_flow/"+url.PathEscape(form.ID), answer, &done); err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	if done.Type != "create_entry" {
		return "", fmt.Errorf("%w: login flow says %v", ErrInvalidAuth, done.Errors)
	}

	return done.Result, nil
}
