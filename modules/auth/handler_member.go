package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

func (m *Module) listMembers(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	found, next, err := m.svc.listMembers(ctx, caller, page.Cursor, page.Limit)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(found, toMemberDTO), next))
}

func (m *Module) updateMember(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[memberRequest](c)
	if err != nil {
		return err
	}
	changed, err := m.svc.updateMember(ctx, caller, c.Param("user_id"), memberChanges(request))
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toMemberDTO(*changed))
}

func (m *Module) removeMember(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.removeMember(ctx, caller, c.Param("user_id")); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) listInvitations(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := pageByID(c)
	if err != nil {
		return err
	}
	found, next, err := m.svc.listInvitations(ctx, caller, page.Cursor, page.Limit)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.NewList(toDTOs(found, toInvitationDTO), next))
}

func (m *Module) createInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[invitationRequest](c)
	if err != nil {
		return err
	}
	made, token, err := m.svc.createInvitation(ctx, caller, request.Role, request.ExpiresAt)
	if err != nil {
		return err
	}

	return respondWithTokens(c, http.StatusCreated, newInvitationDTO{invitationDTO: toInvitationDTO(*made), Token: token})
}

func (m *Module) revokeInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	if err := m.svc.revokeInvitation(ctx, caller, c.Param("invitation_id")); err != nil {
		return err
	}

	return c.NoContent(http.StatusNoContent)
}

func (m *Module) acceptInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	request, err := httpx.Decode[acceptRequest](c)
	if err != nil {
		return err
	}
	h, err := m.svc.acceptInvitation(ctx, caller, request.Token)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toWholeHouseholdDTO(*h))
}
