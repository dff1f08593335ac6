package auth

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// Authenticate puts the caller of a bearer token into the request's context, with the rights
// it has at this moment in the household that the request is about: the one it names, or
// else the token's. A household that the caller does not belong to is a 404, whether or not
// it exists.
func (m *Module) Authenticate() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			p, err := m.caller(c)
			if err != nil {
				return err
			}
			if p.Kind == identity.Device {
				m.svc.sightings.note(p.ID, m.svc.moment())
			}
			request := c.Request()
			c.SetRequest(request.WithContext(identity.With(request.Context(), p)))

			return next(c)
		}
	}
}

func (m *Module) caller(c echo.Context) (identity.Principal, error) {
	ctx := c.Request().Context()
	token, ok := bearer(c.Request().Header.Get(echo.HeaderAuthorization))
	if !ok {
		return identity.Principal{}, identity.ErrUnauthenticated
	}
	said, err := m.svc.tokens.verify(ctx, token)
	if err != nil {
		return identity.Principal{}, err
	}
	named := httpx.PeekHouseholdID(c)
	householdID := named
	if named == "" {
		householdID = said.HouseholdID
	}
	p, err := m.look(c, said, householdID)
	if !errors.Is(err, errHouseholdNotFound) && !errors.Is(err, errHouseholdDisabled) {
		return p, err
	}
	if right := httpx.NeededRight(c); named != "" || right != identity.Person && right != identity.Admin { // who has lost the household can still see to their own login
		httpx.RefuseLater(c, err)
	}

	return p, nil
}

// look finds the caller's rights, and on the way what the limits of the request say.
func (m *Module) look(c echo.Context, said claims, householdID string) (identity.Principal, error) {
	ctx := c.Request().Context()
	if len(householdID) > maxHouseholdID {
		householdID = "" // nobody's: an id of ours is never longer
	}
	if httpx.IsStrict(c) {
		return m.svc.rights.storedPrincipal(ctx, said, householdID)
	}

	return m.svc.rights.principalBy(ctx, said, householdID, func(keys []string) ([][]byte, error) {
		return httpx.Consult(c, m.svc.kv, said.Subject, householdID, keys)
	})
}

// bearer returns the token of an Authorization header; the scheme's case does not matter.
func bearer(header string) (token string, ok bool) {
	scheme, token, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	token = strings.TrimSpace(token)

	return token, token != ""
}
