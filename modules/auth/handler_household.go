package auth

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// householdRoutes mounts households, and what only their owners decide about.
func (m *Module) householdRoutes(api *echo.Group) {
	api.GET("/households", m.listHouseholds)
	api.POST("/households", m.createHousehold)
	api.GET("/households/:household_id", m.getHousehold)
	api.PATCH("/households/:household_id", m.updateHousehold)
	api.DELETE("/households/:household_id", m.deleteHousehold)
	api.PUT("/households/:household_id/pin", m.setPIN)
	api.DELETE("/households/:household_id/pin", m.removePIN)
	api.GET("/households/:household_id/members", m.listMembers)
	api.PATCH("/households/:household_id/members/:user_id", m.updateMember)
	api.DELETE("/households/:household_id/members/:user_id", m.removeMember)
	api.GET("/households/:household_id/invitations", m.listInvitations)
	api.POST("/households/:household_id/invitations", m.createInvitation)
	api.DELETE("/households/:household_id/invitations/:invitation_id", m.revokeInvitation)
	api.POST("/invitations/accept", m.acceptInvitation)
}

// pageByID reads limit and cursor for a list whose cursors are ids.
func pageByID(c echo.Context) (httpx.Page, error) {
	page, err := httpx.PageOf(c)
	if err == nil && page.Cursor != "" && uuid.Validate(page.Cursor) != nil {
		err = errCursor
	}

	return page, err
}

func (m *Module) listHouseholds(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := pageByID(c)
	if err != nil {
		return err
	}
	found, next, err := m.svc.listHouseholds(ctx, caller, page.Cursor, page.Limit)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(found, toWholeHouseholdDTO), next))
}

func (m *Module) createHousehold(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[householdRequest](c)
	if err != nil {
		return err
	}
	h, err := m.svc.createHousehold(ctx, caller, householdChanges(request))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusCreated, toWholeHouseholdDTO(*h))
}

func (m *Module) getHousehold(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	h, err := m.svc.household(ctx, caller)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toWholeHouseholdDTO(*h))
}

func (m *Module) updateHousehold(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[householdRequest](c)
	if err != nil {
		return err
	}
	h, err := m.svc.updateHousehold(ctx, caller, householdChanges(request))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toWholeHouseholdDTO(*h))
}

func (m *Module) deleteHousehold(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.deleteHousehold(ctx, caller); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) setPIN(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[pinRequest](c)
	if err != nil {
		return err
	}
	if err := m.svc.setPIN(ctx, caller, request.PIN); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) removePIN(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.removePIN(ctx, caller); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}
