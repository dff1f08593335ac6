package hamanager

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/platform/httpx"
	"homehub/platform/identity"
)

func (m *Module) getInstance(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	i, err := m.fleet.getLive(ctx, caller.HouseholdID)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toInstanceDTO(i))
}

func (m *Module) createInstance(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	var request createRequest
	if c.Request().ContentLength != 0 { // the body is optional
		if request, err = httpx.Decode[createRequest](c); err != nil {
			return err
		}
	}
	i, err := m.svc.createInstance(ctx, caller, request.Kind)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusAccepted, toInstanceDTO(i))
}

func (m *Module) linkInstance(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[linkRequest](c)
	if err != nil {
		return err
	}
	i, err := m.svc.linkInstance(ctx, caller, request.URL, request.Token)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toInstanceDTO(i))
}

// changeInstance makes a handler of one of the service's changes without arguments.
func (m *Module) changeInstance(
	change func(ctx context.Context, caller identity.Principal) (instance, error),
) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		caller, err := identity.From(ctx)
		if err != nil {
			return err
		}
		i, err := change(ctx, caller)
		if err != nil {
			return err
		}

		return c.JSON(http.StatusAccepted, toInstanceDTO(i))
	}
}

func (m *Module) removeInstance(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	keepData, _ := strconv.ParseBool(c.QueryParam("keep_data")) // validated against the contract before
	i, err := m.svc.removeInstance(ctx, caller, keepData)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusAccepted, toInstanceDTO(i))
}

func (m *Module) getHome(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	i, err := m.fleet.getLive(ctx, caller.HouseholdID)
	if err != nil {
		return err
	}

	var home *hamanagerapi.Home
	present, err := m.Instance(ctx, caller.HouseholdID)
	switch {
	case err == nil:
		home = present.Home()
	case !errors.Is(err, hamanagerapi.ErrNoInstance) && !errors.Is(err, hamanagerapi.ErrOffline):
		return err
	}

	return c.JSON(http.StatusOK, toHomeDTO(i, home, caller.Role == identity.RoleOwner))
}
