package audit

import (
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

func (m *Module) listEntries(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	before, err := parseCursor(page.Cursor)
	if err != nil {
		return err
	}
	entries, err := m.svc.store.listEntries(ctx, caller.HouseholdID, before, page.Limit+1)
	if err != nil {
		return err
	}

	next := ""
	if len(entries) > page.Limit {
		entries = entries[:page.Limit]
		next = strconv.FormatInt(entries[page.Limit-1].Seq, 10)
	}
	items := make([]entryDTO, 0, len(entries))
	for _, e := range entries {
		items = append(items, toEntryDTO(e))
	}

	return c.JSON(http.StatusOK, httpx.NewList(items, next))
}

func (m *Module) verifyChain(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	r, err := m.svc.verify(ctx, caller.HouseholdID, verification{})
	if err != nil {
		return err
	}

	return c.JSON(http.StatusOK, toReportDTO(r))
}

// parseCursor reads what listEntries gave out: the seq of the page's last entry.
func parseCursor(cursor string) (int64, error) {
	if cursor == "" {
		return math.MaxInt64, nil
	}
	before, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || before < 1 {
		return 0, errInvalidCursor
	}

	return before, nil
}
