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
	caller, err := identity.From(c.Request().Context())
	if err != nil {
		return err
	}

	return m.respondWithEntries(c, caller.HouseholdID)
}

// respondWithEntries answers with a page of one chain.
func (m *Module) respondWithEntries(c echo.Context, chain string) error {
	page, err := httpx.PageOf(c)
	if err != nil {
		return err
	}
	before, err := parseCursor(page.Cursor)
	if err != nil {
		return err
	}
	entries, err := m.svc.store.listEntries(c.Request().Context(), chain, before, page.Limit+1)
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
	caller, err := identity.From(c.Request().Context())
	if err != nil {
		return err
	}

	return m.respondWithReport(c, caller.HouseholdID)
}

// respondWithReport checks one chain.
func (m *Module) respondWithReport(c echo.Context, chain string) error {
	r, err := m.svc.verifyForRequest(c.Request().Context(), chain)
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
