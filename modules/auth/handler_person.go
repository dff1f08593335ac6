package auth

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// privacyRoutes mounts what people may do about what is kept of them.
func (m *Module) privacyRoutes(api *echo.Group) {
	api.DELETE("/users/me", m.deleteMe)
	api.GET("/users/me/export", m.exportMe)
}

func (m *Module) deleteMe(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[deleteProfileRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.deleteProfile(ctx, caller, request.Password, clientOf(c)); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) exportMe(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}

	return m.svc.export(ctx, caller, func() io.Writer {
		header := c.Response().Header()
		header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
		header.Set(echo.HeaderContentDisposition, `attachment; filename="homehub-export.json"`)
		header.Set(echo.HeaderCacheControl, "no-store")
		c.Response().WriteHeader(http.StatusOK)

		return c.Response()
	})
}
