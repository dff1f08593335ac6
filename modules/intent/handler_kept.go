package intent

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// keptRoutes mounts timers and plans; see Routes.
func (m *Module) keptRoutes(api *echo.Group) {
	api.GET("/timers", listOf(m.svc.listTimerItems))
	api.DELETE("/timers/:timer_id", cancelBy("timer_id", m.svc.cancelTimer))
	api.GET("/plans", listOf(m.svc.listPlanItems))
	api.DELETE("/plans/:plan_id", cancelBy("plan_id", m.svc.cancelPlan))
}

func listOf[T any](list func(ctx context.Context, caller identity.Principal, limit int, cursor string) ([]T, *string, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		caller, err := identity.From(ctx)
		if err != nil {
			return err
		}
		page, err := httpx.PageOf(c)
		if err != nil {
			return err
		}
		items, next, err := list(ctx, caller, page.Limit, page.Cursor)
		if err != nil {
			return err
		}

		return c.JSON(http.StatusOK, httpx.List[T]{Items: items, NextCursor: next})
	}
}

func cancelBy(param string, cancel func(ctx context.Context, caller identity.Principal, id string) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		caller, err := identity.From(ctx)
		if err != nil {
			return err
		}
		if err := cancel(ctx, caller, c.Param(param)); err != nil {
			return err
		}

		return c.NoContent(http.StatusNoContent)
	}
}
