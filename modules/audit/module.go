package audit

import (
	"context"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/secret"
)

// Deps is everything audit needs from outside.
type Deps struct {
	DB      *database.DB
	Keys    []secret.Key // newest first; the newest signs, all verify
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer // nil: not measured
}

// Module is the audit module as the rest of the process sees it.
type Module struct{ svc *service }

// New wires the module; it does no I/O.
func New(deps Deps) *Module {
	return &Module{svc: &service{
		db:      deps.DB,
		store:   &store{db: deps.DB},
		keys:    newKeyring(deps.Keys),
		log:     deps.Log,
		now:     deps.Now,
		metrics: newMetrics(deps.Metrics),

		pageSize: defaultPageSize,
	}}
}

// Record adds an event to its household's chain. Inside a transaction it joins it: the entry
// is kept when that commits. Outside it returns when the entry is durable. The actor and the
// request id come from ctx unless the event names an actor.
func (m *Module) Record(ctx context.Context, e auditapi.Event) error { return m.svc.record(ctx, e) }

// Routes mounts audit's endpoints on a group that already requires a caller.
func (m *Module) Routes(api *echo.Group) {
	api.GET("/audit", m.listEntries)
	api.GET("/audit/verify", m.verifyChain)
}
