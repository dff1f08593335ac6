package audit

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"homehub/modules/audit/auditapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/secret"
)

// minAnchorInterval keeps the log and the file of anchors readable.
const minAnchorInterval = time.Minute

// Config is audit's section of config.yaml.
type Config struct {
	// AnchorInterval is how often the heads of the chains that moved are told outside of the
	// database; 0: never.
	AnchorInterval time.Duration `koanf:"anchor_interval"`
}

// Defaults are the settings that are right for most.
func Defaults() Config { return Config{AnchorInterval: time.Hour} }

// Validate reports every problem at once.
func (c Config) Validate() error {
	if c.AnchorInterval != 0 && c.AnchorInterval < minAnchorInterval {
		return errors.New("audit.anchor_interval must be 0 or at least 1m")
	}

	return nil
}

// Deps is everything audit needs from outside.
type Deps struct {
	Config  Config
	DB      *database.DB
	Anchors string       // the file that heads are written to
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
		heads:   newHeads(deps.Now),
		anchors: &anchoring{file: anchorFile(deps.Anchors), interval: deps.Config.AnchorInterval, set: anchorSet{}},

		wordless:  map[string]int64{},
		pageSize:  defaultPageSize,
		verifying: semaphore.NewWeighted(maxVerifying),
	}}
}

// Record adds an event to its household's chain. Inside a transaction it joins it: the entry
// is kept when that commits. Outside it returns when the entry is durable. The actor and the
// request id come from ctx unless the event names an actor.
func (m *Module) Record(ctx context.Context, e auditapi.Event) error { return m.svc.record(ctx, e) }

// Run tells the heads of the chains outside of the database until ctx ends, and once more then:
// whoever records must have stopped before.
func (m *Module) Run(ctx context.Context) error { return m.svc.runAnchors(ctx) }

// Routes mounts audit's endpoints on a group that already requires a caller.
func (m *Module) Routes(api *echo.Group) {
	api.GET("/audit", m.listEntries)
	api.GET("/audit/verify", m.verifyChain)
	api.GET("/audit/export", m.exportChain)
}
