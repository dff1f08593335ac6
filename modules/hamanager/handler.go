package hamanager

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

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
	request, err := httpx.Decode[createRequest](c) // the body is optional
	if err != nil {
		return err
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
	if errors.Is(err, errNotFound) { // a home without an instance is empty, not missing
		return c.JSON(http.StatusOK, emptyHomeDTO(caller.HouseholdID))
	}
	if err != nil {
		return err
	}

	dto := emptyHomeDTO(caller.HouseholdID)
	dto.Instance = &homeInstanceDTO{Kind: i.Kind, Status: i.Status, IsSimulated: i.isSimulated()}
	if present, err := m.Instance(ctx, caller.HouseholdID); err == nil { // else it is not ready yet
		dto.fill(present.Home(), caller)
	}

	return c.JSON(http.StatusOK, dto)
}
