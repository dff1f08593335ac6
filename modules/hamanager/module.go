package hamanager

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/address"
	"homehub/modules/hamanager/internal/live"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/health"
	"homehub/platform/secret"
)

// Deps is everything hamanager needs from outside.
type Deps struct {
	Config  Config
	DataDir string
	// IsLoopback: only this machine reaches the server, so that a link may lead back to it.
	IsLoopback bool
	DB         *database.DB
	Keyring    *secret.Keyring
	Audit      Recorder
	Events     events.Publisher // nil: nobody is told
	// BuildIndex makes hamanagerapi.Home.Index, off the request path; nil leaves it empty.
	BuildIndex func(*hamanagerapi.Home) any
	// Places tells where households live; nil: in Budapest.
	Places  Places
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer // nil: not measured
}

// Module is the hamanager module as the rest of the process sees it.
type Module struct {
	svc   *service
	fleet *fleet
}

// New wires the module. It does no I/O but to look whether the home's description can be used.
func New(deps Deps) (*Module, error) {
	policy, err := address.Parse(deps.Config.Linked.Allow)
	if err != nil {
		return nil, fmt.Errorf("instances.linked.allow: %w", err)
	}
	if !deps.IsLoopback {
		policy = policy.WithoutLoopback()
	}

	if _, err := loadDefinition(deps.Config.Virtual.Home); err != nil {
		return nil, fmt.Errorf("instances.virtual.home: %w", err)
	}

	svc := &service{
		cfg: deps.Config, policy: policy, db: deps.DB, store: &store{db: deps.DB},
		keyring: deps.Keyring, audit: deps.Audit, events: events.OrDiscard(deps.Events),
		places: deps.Places, log: deps.Log, now: deps.Now,
	}

	return &Module{svc: svc, fleet: newFleet(svc, deps)}, nil
}

// Instance finds a household's Home Assistant, without I/O and without waiting. Errors:
// hamanagerapi.ErrNoInstance where there is none, or it is not ready yet; ErrOffline where it
// was ready once and has not been seen since this process began.
func (m *Module) Instance(_ context.Context, householdID string) (hamanagerapi.Instance, error) {
	r := m.fleet.runner(householdID)
	if r == nil {
		return nil, hamanagerapi.ErrNoInstance
	}
	session := r.session.Load()
	if session != nil && session.IsReady() {
		return session, nil
	}
	if r.instance.ReadyAt != nil {
		return nil, hamanagerapi.ErrOffline
	}

	return nil, hamanagerapi.ErrNoInstance
}

// Provision gives a new household its instance. It joins the transaction that makes the
// household; the work begins when that commits.
func (m *Module) Provision(ctx context.Context, householdID string) error {
	return m.svc.provision(ctx, householdID)
}

// Routes mounts hamanager's endpoints on a group that already requires a caller.
func (m *Module) Routes(api *echo.Group) {
	api.GET("/home", m.getHome)
	api.GET("/instance", m.getInstance)
	api.POST("/instance", m.createInstance)
	api.DELETE("/instance", m.removeInstance)
	api.PUT("/instance/link", m.linkInstance)
	api.POST("/instance/start", m.changeInstance(m.svc.startInstance))
	api.POST("/instance/stop", m.changeInstance(m.svc.stopInstance))
	api.POST("/instance/restart", m.changeInstance(m.svc.restartInstance))
	api.POST("/instance/upgrade", m.changeInstance(m.svc.upgradeInstance))
}

// Run keeps the instances as they should be until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	m.fleet.run(ctx)

	return nil
}

// ResealTokens seals every stored secret with the newest key, so that older ones can go.
func (m *Module) ResealTokens(ctx context.Context) error { return m.svc.resealTokens(ctx) }

// Check reports how this process stands with its homes. One that cannot be reached degrades
// homehub for its household, and never takes it down.
func (m *Module) Check(context.Context) health.Result {
	counts, total := m.fleet.counts(), 0
	for _, n := range counts {
		total += n
	}

	switch connected := counts[live.Connected]; {
	case total == 0:
		return health.Result{Status: health.Off, Message: "No household has an instance."}
	case connected == total:
		return health.Result{Status: health.Up}
	default:
		return health.Result{
			Status: health.Degraded, Message: fmt.Sprintf("%d of %d homes are not connected.", total-connected, total),
		}
	}
}
