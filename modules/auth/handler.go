package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

const maxUserAgent = 200

// jwksCache lets readers keep the keys for as long as a new key may wait to be noticed: an
// unknown key id is their sign to read them again.
const jwksCache = "public, max-age=300"

func (m *Module) register(c echo.Context) error {
	request, err := httpx.Decode[registerRequest](c)
	if err != nil {
		return err
	}
	l, err := m.svc.register(c.Request().Context(), newcomer(request), clientOf(c))
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusCreated, toLoginDTO(l))
}

func (m *Module) login(c echo.Context) error {
	request, err := httpx.Decode[loginRequest](c)
	if err != nil {
		return err
	}
	l, err := m.svc.login(c.Request().Context(), request.Email, request.Password, request.HouseholdID, clientOf(c))
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusOK, toLoginDTO(l))
}

func (m *Module) refresh(c echo.Context) error {
	request, err := httpx.Decode[refreshRequest](c)
	if err != nil {
		return err
	}
	tokens, err := m.svc.refresh(c.Request().Context(), identity.User, request.RefreshToken, clientOf(c))
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusOK, toTokensDTO(*tokens))
}

func (m *Module) logout(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[logoutRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.logout(ctx, caller, request.Everywhere); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) getMe(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	p, err := m.svc.profile(ctx, caller)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toProfileDTO(p))
}

func (m *Module) patchMe(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[profileRequest](c)
	if err != nil {
		return err
	}
	p, err := m.svc.rename(ctx, caller, request.Name)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toProfileDTO(p))
}

func (m *Module) getJWKS(c echo.Context) error {
	ctx := c.Request().Context()
	keys, err := m.svc.keys.published(ctx)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, jwksCache)

	return c.JSON(http.StatusOK, toJWKSDTO(keys))
}

// respondWithTokens keeps caches away from what is in the body.
func respondWithTokens(c echo.Context, status int, body any) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")

	return c.JSON(status, body)
}

func clientOf(c echo.Context) client {
	agent := []rune(c.Request().UserAgent())

	return client{IP: c.RealIP(), UserAgent: string(agent[:min(len(agent), maxUserAgent)])}
}
