package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// sessionRoutes mounts what a person does about their own sessions and password.
func (m *Module) sessionRoutes(public, api *echo.Group) {
	public.POST("/api/v1/auth/password/reset", m.redeemResetToken)
	api.GET("/auth/sessions", m.listSessions)
	api.DELETE("/auth/sessions/:session_id", m.endSession)
	api.POST("/auth/password", m.changePassword)
}

func (m *Module) listSessions(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	rows, next, err := m.svc.listSessions(ctx, caller, page.Limit, page.Cursor)
	if err != nil {
		return err
	}
	items := make([]sessionDTO, 0, len(rows))
	for _, row := range rows {
		items = append(items, toSessionDTO(row, caller.SessionID))
	}

	return c.JSON(http.StatusOK, httpx.NewList(items, next))
}

func (m *Module) endSession(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.endSession(ctx, caller, c.Param("session_id")); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) changePassword(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[passwordRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.changePassword(ctx, caller, request.CurrentPassword, request.NewPassword, clientOf(c)); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) redeemResetToken(c echo.Context) error {
	request, err := httpx.Decode[resetRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.redeemResetToken(c.Request().Context(), request.Token, request.NewPassword, clientOf(c)); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}
