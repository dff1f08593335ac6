package auth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// The ways to get tokens at /oauth/token.
const (
	grantDeviceCode = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh    = "refresh_token"
)

func (m *Module) authorizeDevice(c echo.Context) error {
	form := httpx.Form(c)
	if form.Get("client_id") != deviceClientID {
		return errInvalidClient
	}
	p, err := m.svc.authorizeDevice(c.Request().Context(), form.Get("device_name"))
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusOK, toPairingDTO(p, m.baseURL(c)))
}

// token gives tokens to devices; people get theirs at /api/v1/auth.
func (m *Module) token(c echo.Context) error {
	var (
		ctx    = c.Request().Context()
		form   = httpx.Form(c)
		tokens *issued
		err    error
	)
	if form.Get("client_id") != deviceClientID {
		return errInvalidClient
	}
	switch form.Get("grant_type") {
	case grantDeviceCode:
		if form.Get("device_code") == "" {
			return errOAuthRequest.WithMessage("device_code is required.")
		}
		tokens, err = m.svc.redeemDeviceCode(ctx, form.Get("device_code"), clientOf(c))
	case grantRefresh:
		if form.Get("refresh_token") == "" {
			return errOAuthRequest.WithMessage("refresh_token is required.")
		}
		tokens, err = m.svc.refresh(ctx, identity.Device, form.Get("refresh_token"), clientOf(c))
	default:
		return errUnsupportedGrant
	}
	for _, isOver := range []error{errInvalidRefresh, errSessionEnded, errRefreshReused} {
		if errors.Is(err, isOver) {
			return errInvalidGrant.Wrap(err)
		}
	}
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusOK, toTokensDTO(*tokens))
}

// baseURL is where people reach this server: as the operator says, or else as the device does.
// A forged Host deceives nobody but its sender, who alone sees the answer.
func (m *Module) baseURL(c echo.Context) string {
	if m.svc.publicURL != "" {
		return strings.TrimSuffix(m.svc.publicURL, "/")
	}

	return "http://" + c.Request().Host
}

// FailureWriters are how auth's routes fail that speak another language than problems.
func (m *Module) FailureWriters() map[string]httpx.FailureWriter {
	return map[string]httpx.FailureWriter{"oauth": failAsOAuth, "page": m.failAsPage}
}

// failAsOAuth answers in the form of RFC 6749 5.2.
func failAsOAuth(c echo.Context, f httpx.Failure) error {
	return c.JSON(f.Status, oauthErrorDTO{Error: oauthError(f), Description: f.Detail})
}

// oauthError finds the word that OAuth has for a failure.
func oauthError(f httpx.Failure) string {
	if word, ok := strings.CutPrefix(f.Code, "oauth."); ok {
		return word
	}
	switch f.Status {
	case http.StatusTooManyRequests:
		return "slow_down"
	case http.StatusServiceUnavailable:
		return "temporarily_unavailable"
	case http.StatusInternalServerError:
		return "server_error"
	default:
		return "invalid_request"
	}
}
