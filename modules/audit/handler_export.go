package audit

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"homehub/platform/identity"
)

// exportPatience is the time that a client has to take a page; one that does not ends the export.
const exportPatience = 30 * time.Second

// exportChain streams the household's chain. Owners see who acted in every entry, and the words
// of their own acts: those of others are bound by their commitments, and stay theirs.
func (m *Module) exportChain(c echo.Context) error {
	ctx := c.Request().Context()
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}
	res := c.Response()
	control := http.NewResponseController(res.Writer)
	prepare := func() error {
		if !res.Committed {
			res.Header().Set(echo.HeaderContentType, "application/x-ndjson")
			res.Header().Set(echo.HeaderContentDisposition, `attachment; filename="audit-`+caller.HouseholdID+`.jsonl"`)
		}
		err := control.SetWriteDeadline(m.svc.now().Add(exportPatience))
		if errors.Is(err, http.ErrNotSupported) { // a recorder of tests
			return nil
		}

		return err
	}

	return m.svc.writeExport(ctx, export{
		householdID: caller.HouseholdID, to: res, beforePage: prepare,
		isShown: func(e *entry, field string) bool {
			return field == fieldActorName || e.ActorKind == string(caller.Kind) && e.ActorID == caller.ID
		},
	})
}
