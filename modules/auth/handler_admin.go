package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// AdminRoutes mounts the operator's endpoints on a group that already requires one.
func (m *Module) AdminRoutes(admin *echo.Group) {
	admin.GET("/users", m.adminListUsers)
	admin.GET("/users/:id", m.adminGetUser)
	admin.PATCH("/users/:id", m.adminUpdateUser)
	admin.POST("/users/:id/reset-tokens", m.adminNewResetToken)
	admin.GET("/households", m.adminListHouseholds)
	admin.GET("/households/:id", m.adminGetHousehold)
	admin.PATCH("/households/:id", m.adminUpdateHousehold)
	admin.GET("/invitations", m.adminListInvitations)
	admin.POST("/invitations", m.adminCreateInvitation)
	admin.DELETE("/invitations/:id", m.adminRevokeInvitation)
}

func (m *Module) adminListUsers(c echo.Context) error {
	q, err := adminQueryOf(c)
	if err != nil {
		return err
	}
	users, next, err := m.svc.adminListUsers(c.Request().Context(), q)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(users, toAdminUserDTO), next))
}

func (m *Module) adminGetUser(c echo.Context) error {
	user, err := m.svc.adminGetUser(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toAdminUserDTO(user))
}

func (m *Module) adminUpdateUser(c echo.Context) error {
	request, err := httpx.Decode[adminUserRequest](c)
	if err != nil {
		return err
	}
	user, err := m.svc.adminUpdateUser(c.Request().Context(), c.Param("id"), userChanges(request))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toAdminUserDTO(user))
}

func (m *Module) adminNewResetToken(c echo.Context) error {
	made, err := m.svc.adminNewResetToken(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusCreated, resetTokenDTO{Token: made.Token, ExpiresAt: made.ExpiresAt.UTC()})
}

func (m *Module) adminListHouseholds(c echo.Context) error {
	q, err := adminQueryOf(c)
	if err != nil {
		return err
	}
	households, next, err := m.svc.adminListHouseholds(c.Request().Context(), q)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(households, toAdminHouseholdDTO), next))
}

func (m *Module) adminGetHousehold(c echo.Context) error {
	h, err := m.svc.adminGetHousehold(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toAdminHouseholdDTO(h))
}

func (m *Module) adminUpdateHousehold(c echo.Context) error {
	request, err := httpx.Decode[adminHouseholdRequest](c)
	if err != nil {
		return err
	}
	h, err := m.svc.adminUpdateHousehold(c.Request().Context(), c.Param("id"), request.changes())
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toAdminHouseholdDTO(h))
}

func (m *Module) adminListInvitations(c echo.Context) error {
	q, err := adminQueryOf(c)
	if err != nil {
		return err
	}
	invitations, next, err := m.svc.adminListInvitations(c.Request().Context(), q)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(invitations, toInvitationDTO), next))
}

func (m *Module) adminCreateInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[adminInvitationRequest](c)
	if err != nil {
		return err
	}
	made, token, err := m.svc.adminCreateInvitation(ctx, caller, request.ExpiresAt)
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusCreated, newInvitationDTO{invitationDTO: toInvitationDTO(*made), Token: token})
}

func (m *Module) adminRevokeInvitation(c echo.Context) error {
	if err := m.svc.adminRevokeInvitation(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func adminQueryOf(c echo.Context) (adminQuery, error) {
	page, err := httpx.PageOf(c)

	return adminQuery{search: c.QueryParam("search"), before: page.Cursor, limit: page.Limit}, err
}
