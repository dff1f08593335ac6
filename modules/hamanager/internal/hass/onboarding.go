package hass

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The steps of Home Assistant's onboarding.
const (
	stepUser        = "user"
	stepCoreConfig  = "core_config"
	stepAnalytics   = "analytics"
	stepIntegration = "integration"
)

// pollEvery is how often a home that is coming up is asked whether it has.
const pollEvery = 250 * time.Millisecond

// Owner is the user that onboarding creates. Username must be lower case without spaces.
type Owner struct {
	Name, Username, Password string
	// Language names the areas that Home Assistant makes by itself.
	Language string
}

// Setup is everything a new home needs to know.
type Setup struct {
	Owner Owner
	Place Place
	// ClientName labels the long-lived token in Home Assistant. It must be new for every
	// attempt: a repeated one is refused.
	ClientName string
}

// SetUp brings a home, in whatever state of its onboarding it is, to the point where a
// long-lived token opens it, and returns that token. It may be repeated after any failure, as
// long as the owner's password is the same.
func (c *Client) SetUp(ctx context.Context, s Setup) (string, error) {
	if err := c.awaitManifest(ctx); err != nil {
		return "", err
	}

	pending, err := c.pendingSteps(ctx)
	if err != nil {
		return "", err
	}

	tokens, err := c.signIn(ctx, s.Owner, slices.Contains(pending, stepUser))
	if err != nil {
		return "", err
	}

	session := c.withToken(tokens.Access)
	if err := session.awaitRunning(ctx); err != nil {
		return "", err
	}

	token, err := session.configure(ctx, s)
	if err != nil {
		return "", err
	}
	if err := session.finishSteps(ctx, pending); err != nil {
		return "", err
	}

	// The long-lived token does not hang on the session that asked for it.
	if err := c.Revoke(ctx, tokens.Refresh); err != nil {
		return "", fmt.Errorf("end the set-up session: %w", err)
	}

	return token, nil
}

// signIn creates the owner, or signs in as the one that an earlier attempt created.
func (c *Client) signIn(ctx context.Context, o Owner, isNew bool) (Tokens, error) {
	var (
		code string
		err  = ErrStepDone
	)
	if isNew {
		code, err = c.createOwner(ctx, o)
	}
	if errors.Is(err, ErrStepDone) {
		code, err = c.Login(ctx, o.Username, o.Password)
	}
	if err != nil {
		return Tokens{}, err
	}

	return c.ExchangeCode(ctx, code)
}

// createOwner returns an authorisation code, or ErrStepDone.
func (c *Client) createOwner(ctx context.Context, o Owner) (string, error) {
	body := map[string]string{
		"name": o.Name, "username": o.Username, "password": o.Password,
		"client_id": clientID, "language": o.Language,
	}

	var answer struct {
		Code string `json:"auth_code"`
	}
	err := c.postJSON(ctx, "/api/onboarding/users", body, &answer)
	if hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusNotFound) {
		return "", fmt.Errorf("%w: %s", ErrStepDone, stepUser)
	}

	return answer.Code, err
}

// pendingSteps lists what is not done; nothing where onboarding is over.
func (c *Client) pendingSteps(ctx context.Context) ([]string, error) {
	var steps []struct {
		Step string `json:"step"`
		Done bool   `json:"done"`
	}
	err := c.get(ctx, "/api/onboarding", &steps)
	if hasStatus(err, http.StatusNotFound) {
		return nil, nil // finished, and restarted since
	}
	if err != nil {
		return nil, fmt.Errorf("read onboarding: %w", err)
	}

	var pending []string
	for _, s := range steps {
		if !s.Done {
			pending = append(pending, s.Step)
		}
	}

	return pending, nil
}

// finishSteps closes onboarding; until then anybody who reaches the port is asked to join in.
func (c *Client) finishSteps(ctx context.Context, pending []string) error {
	for _, step := range []string{stepCoreConfig, stepAnalytics, stepIntegration} {
		if !slices.Contains(pending, step) {
			continue
		}

		body := map[string]string{}
		if step == stepIntegration {
			body = map[string]string{"client_id": clientID, "redirect_uri": redirectURI}
		}
		err := c.postJSON(ctx, "/api/onboarding/"+step, body, nil)
		if err != nil && !hasStatus(err, http.StatusForbidden) { // 403: done meanwhile
			return fmt.Errorf("onboarding step %s: %w", step, err)
		}
	}

	return nil
}

// configure tells the home where it stands, and asks for the token.
func (c *Client) configure(ctx context.Context, s Setup) (string, error) {
	conn, err := Connect(ctx, c.endpoint)
	if err != nil {
		return "", err
	}
	defer conn.Close()

	if err := conn.UpdateConfig(ctx, s.Place); err != nil {
		return "", fmt.Errorf("set core configuration: %w", err)
	}

	return conn.CreateToken(ctx, s.ClientName)
}

// awaitManifest waits until the home answers at all.
func (c *Client) awaitManifest(ctx context.Context) error {
	return poll(ctx, func() error { return c.Manifest(ctx) })
}

// awaitRunning waits until every integration is up: areas and entities come with them.
func (c *Client) awaitRunning(ctx context.Context) error {
	return poll(ctx, func() error {
		config, err := c.Config(ctx)
		if err == nil && !config.IsRunning() {
			err = fmt.Errorf("home assistant is %s (recovery mode: %t)", config.State, config.RecoveryMode)
		}

		return err
	})
}

// poll repeats try until it succeeds or ctx ends; the last error tells what was missing.
// Refused credentials are final: each refusal counts as a failed login.
func poll(ctx context.Context, try func() error) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()

	for {
		err := try()
		if err == nil || errors.Is(err, ErrInvalidAuth) {
			return err
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-ticker.C:
		}
	}
}
