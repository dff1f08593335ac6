package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// deviceRoutes mounts pairing and devices; see Routes.
func (m *Module) deviceRoutes(public, api *echo.Group) {
	public.POST("/oauth/device_authorization", m.authorizeDevice)
	public.POST("/oauth/token", m.token)
	api.POST("/devices/approve", m.approveDevice)
	api.POST("/devices/deny", m.denyDevice)
	api.GET("/devices", m.listDevices)
	api.GET("/devices/:device_id", m.getDevice)
	api.PATCH("/devices/:device_id", m.updateDevice)
	api.DELETE("/devices/:device_id", m.removeDevice)
}

func (m *Module) approveDevice(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[approveDeviceRequest](c)
	if err != nil {
		return err
	}
	row, err := m.svc.approveDevice(ctx, caller, approval(request))
	if err != nil {
		return err
	}
	d, err := m.svc.describeDevice(ctx, row)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toDeviceDTO(*d))
}

func (m *Module) denyDevice(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[denyDeviceRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.denyDevice(ctx, caller, request.UserCode); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) listDevices(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := pageByID(c)
	if err != nil {
		return err
	}
	devices, next, err := m.svc.listDevices(ctx, caller, page.Cursor, page.Limit)
	if err != nil {
		return err
	}
	items := make([]deviceDTO, 0, len(devices))
	for _, d := range devices {
		items = append(items, toDeviceDTO(d))
	}

	return c.JSON(http.StatusOK, httpx.NewList(items, next))
}

func (m *Module) getDevice(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	d, err := m.svc.getDevice(ctx, caller, c.Param("device_id"))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toDeviceDTO(*d))
}

func (m *Module) updateDevice(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[updateDeviceRequest](c)
	if err != nil {
		return err
	}
	d, err := m.svc.updateDevice(ctx, caller, c.Param("device_id"), deviceChanges(request))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toDeviceDTO(*d))
}

func (m *Module) removeDevice(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.removeDevice(ctx, caller, c.Param("device_id")); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}
