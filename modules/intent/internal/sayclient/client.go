// Package sayclient is the client behind "homehub say": it keeps its login, renews it, and
// remembers the conversation that a question is open in.
package sayclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"

	"homehub/platform/clock"
	"homehub/platform/identity"
)

// How saying can go wrong.
var (
	// ErrNoServer: nothing answers at the server's address, or none is known.
	ErrNoServer = errors.New("no homehub answers")

	errUnauthenticated = errors.New("the login does not hold")
)

const (
	requestTimeout = 65 * time.Second // a server's deadline is a minute at most
	maxAnswer      = 1 << 20
	// questionWindow is how long the server keeps a question open.
	questionWindow = 30 * time.Second
	// homeTimeout is how long a home may take to come up with its server.
	homeTimeout = 10 * time.Second
)

// Saying is one sentence, as POST /api/v1/intent takes it.
type Saying struct {
	Text           string `json:"text"`
	ConversationID string `json:"conversation_id,omitempty"`
	DeviceArea     string `json:"device_area,omitempty"`
	DryRun         bool   `json:"dry_run,omitempty"`
}

// Answer is what came back.
type Answer struct {
	Status         string `json:"status"`
	Speech         string `json:"speech"`
	ConversationID string `json:"conversation_id"`
	Body           []byte `json:"-"` // all of it
}

// Client says sentences to one server.
type Client struct {
	dir    string
	server string // empty: the one of the login
	http   *http.Client
	now    clock.Clock

	login   login
	session session
}

// New makes a client for the login in dir; it does no I/O.
func New(dir, server string, now clock.Clock) *Client {
	return &Client{dir: dir, server: strings.TrimRight(server, "/"), http: &http.Client{Timeout: requestTimeout}, now: now}
}

// Say sends one sentence. Errors: ErrNoServer; else what the server said.
func (c *Client) Say(ctx context.Context, s Saying) (Answer, error) {
	if err := c.open(ctx); err != nil {
		return Answer{}, err
	}
	if s.ConversationID == "" && c.now().Before(c.session.AsksUntil) {
		s.ConversationID = c.session.ConversationID
	}

	key := http.Header{"Idempotency-Key": {identity.NewID()}} // a repeated request does nothing twice
	var answer Answer
	body, err := c.authorised(ctx, func() ([]byte, error) { return c.send(ctx, http.MethodPost, "/api/v1/intent", s, key) })
	if err != nil {
		return Answer{}, err
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return Answer{}, fmt.Errorf("read answer: %w", err)
	}
	answer.Body = body

	c.session.ConversationID, c.session.AsksUntil = answer.ConversationID, time.Time{}
	if answer.Status == "clarify" || answer.Status == "confirm" {
		c.session.AsksUntil = c.now().Add(questionWindow)
	}

	return answer, c.save()
}

// WaitForHome returns when the household's home is ready.
func (c *Client) WaitForHome(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, homeTimeout)
	defer cancel()
	if err := c.open(ctx); err != nil {
		return err
	}

	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		var instance struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		}
		body, err := c.authorised(ctx, func() ([]byte, error) { return c.send(ctx, http.MethodGet, "/api/v1/instance", nil, nil) })
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &instance); err != nil {
			return fmt.Errorf("read instance: %w", err)
		}
		switch instance.Status {
		case "ready":
			return nil
		case "failed":
			return fmt.Errorf("the home did not start: %s", instance.Message)
		}

		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("the home is still %s", instance.Status)
		}
	}
}

// open reads the login and the session, once.
func (c *Client) open(ctx context.Context) error {
	if c.login.Email != "" {
		return nil
	}
	if err := c.load(); err != nil {
		return err
	}
	if c.server == "" {
		c.server = c.login.Server
	}
	if !strings.HasPrefix(c.server, "http://") && !strings.HasPrefix(c.server, "https://") {
		return fmt.Errorf("the server must be an address like http://127.0.0.1:8000, got %q", c.server)
	}
	if c.session.AccessToken == "" || c.session.Server != c.server || c.session.Email != c.login.Email {
		c.session = session{}

		return c.signIn(ctx)
	}

	return nil
}

// authorised sends with the session there is; where that does not hold, with a renewed one,
// and where it cannot be renewed, with a new one.
func (c *Client) authorised(ctx context.Context, send func() ([]byte, error)) ([]byte, error) {
	body, err := send()
	if !errors.Is(err, errUnauthenticated) {
		return body, err
	}
	if err := c.refresh(ctx); err != nil {
		if !errors.Is(err, errUnauthenticated) {
			return nil, err
		}
		if err := c.signIn(ctx); err != nil {
			return nil, err
		}
	}

	return send()
}

func (c *Client) signIn(ctx context.Context) error {
	c.session = session{}

	request := map[string]string{"email": c.login.Email, "password": c.login.Password}
	if c.login.HouseholdID != "" {
		request["household_id"] = c.login.HouseholdID
	}

	return c.authenticate(ctx, "/api/v1/auth/login", request)
}

func (c *Client) refresh(ctx context.Context) error {
	token := c.session.RefreshToken
	c.session.AccessToken = ""

	return c.authenticate(ctx, "/api/v1/auth/refresh", map[string]string{"refresh_token": token})
}

func (c *Client) authenticate(ctx context.Context, path string, request any) error {
	body, err := c.send(ctx, http.MethodPost, path, request, nil)
	if err != nil {
		return err
	}
	var tokens struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(body, &tokens); err != nil {
		return fmt.Errorf("read tokens: %w", err)
	}
	c.session.Server, c.session.Email = c.server, c.login.Email
	c.session.AccessToken, c.session.RefreshToken = tokens.AccessToken, tokens.RefreshToken

	return c.save()
}

func (c *Client) send(ctx context.Context, method, path string, body any, header http.Header) ([]byte, error) {
	var content io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.server+path, content)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	maps.Copy(request.Header, header)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.session.AccessToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.session.AccessToken)
	}

	response, err := c.http.Do(request)
	if err != nil {
		return nil, reachError(c.server, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, problemOf(response, answer)
	}

	return answer, nil
}

// reachError is ErrNoServer where nothing listens; a server that is slow to answer is there.
func reachError(server string, err error) error {
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return fmt.Errorf("%w at %s: is \"homehub serve\" running?", ErrNoServer, server)
	}

	return err
}

func problemOf(response *http.Response, body []byte) error {
	var problem struct {
		Detail string `json:"detail"`
		Code   string `json:"code"`
	}
	// What is no problem document has at least its status.
	_ = json.Unmarshal(body, &problem)
	if problem.Detail == "" {
		problem.Detail = response.Status
	}
	err := fmt.Errorf("%s (%s)", problem.Detail, problem.Code)
	if response.StatusCode == http.StatusUnauthorized {
		err = fmt.Errorf("%w: %w", errUnauthenticated, err)
	}

	return err
}
