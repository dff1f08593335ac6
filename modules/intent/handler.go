package intent

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"homehub/platform/fault"
	"homehub/platform/httpx"
	"homehub/platform/identity"
)

const (
	headerIdempotencyKey = "Idempotency-Key"
	headerReplayed       = "Idempotency-Replayed"
)

func (m *Module) handleIntent(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	req, err := httpx.Decode[request](c)
	if err != nil {
		return err
	}
	key, isKeyed := c.Request().Header[headerIdempotencyKey]
	if isKeyed && !isKey(key[0]) {
		return errInvalidKey
	}

	answered, err := m.svc.speak(ctx, caller, req, c.Request().Header.Get(headerIdempotencyKey))
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderXRequestID, answered.requestID)
	if answered.isReplayed {
		header.Set(headerReplayed, "true")
	}

	c.Response().Writer = fault.Half("intent.replying", c.Response().Writer)

	return c.JSONBlob(http.StatusOK, answered.body)
}

func (m *Module) listIntents(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	items, next, err := m.svc.listHistory(ctx, caller, page.Limit, page.Cursor)
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, httpx.List[historyItem]{Items: items, NextCursor: next})
}
