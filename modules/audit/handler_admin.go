package audit

import (
	"github.com/labstack/echo/v4"

	"homehub/modules/audit/auditapi"
)

// AdminRoutes mounts what operators read of their own acts, on a group that already requires one.
func (m *Module) AdminRoutes(admin *echo.Group) {
	admin.GET("/audit", func(c echo.Context) error { return m.respondWithEntries(c, auditapi.OperatorChain) })
	admin.GET("/audit/verify", func(c echo.Context) error { return m.respondWithReport(c, auditapi.OperatorChain) })
}
