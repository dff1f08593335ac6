package intent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/prompt"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/kv"
)

// Config is the intent section of config.yaml.
type Config struct {
	// Deadline bounds a whole request.
	Deadline time.Duration `koanf:"deadline"`
	// ObserveTimeout bounds the wait for a device to show what was asked of it.
	ObserveTimeout time.Duration `koanf:"observe_timeout"`
	// FollowUpWindow is how long what is said next may lean on what was done; 0: never.
	FollowUpWindow time.Duration `koanf:"follow_up_window"`
	// PromptTokens is how long what the language model is asked may be, by the estimate.
	PromptTokens int `koanf:"prompt_tokens"`
}

// Defaults is what holds where nothing is set.
func Defaults() Config {
	return Config{Deadline: 2 * time.Second, ObserveTimeout: 1200 * time.Millisecond, FollowUpWindow: time.Minute, PromptTokens: 1500}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	if c.Deadline < 100*time.Millisecond || c.Deadline > time.Minute {
		errs = append(errs, fmt.Errorf("intent.deadline must be 100ms to 1m, got %s", c.Deadline))
	}
	if c.ObserveTimeout <= 0 || c.ObserveTimeout > c.Deadline {
		errs = append(errs, fmt.Errorf("intent.observe_timeout must be above 0 and at most intent.deadline, got %s", c.ObserveTimeout))
	}
	if c.PromptTokens < 1100 || c.PromptTokens > 32768 {
		errs = append(errs, fmt.Errorf("intent.prompt_tokens must be 1100 to 32768, got %d", c.PromptTokens))
	}
	if c.FollowUpWindow < 0 || c.FollowUpWindow > time.Hour {
		errs = append(errs, fmt.Errorf("intent.follow_up_window must be 0 to 1h, got %s", c.FollowUpWindow))
	}

	return errors.Join(errs...)
}

// Deps is everything intent needs from outside.
type Deps struct {
	Config  Config
	History History
	DB      *database.DB
	KV      kv.Store
	Homes   Homes
	LLM     Model
	Audit   Recorder
	Words   Forgetter // keeps what was said, too; nil: nobody else does
	PINs    PINs
	Callers Callers
	// FingerprintKey keys what claims keep of their requests' bodies.
	FingerprintKey []byte

	Events  events.Publisher // nil: nobody is told
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer
}

// Module is the intent module as the rest of the process sees it.
type Module struct{ svc *service }

// New wires the module; it does no I/O.
func New(deps Deps) (*Module, error) {
	metrics, err := newMetrics(deps.Metrics)
	if err != nil {
		return nil, err
	}

	return &Module{svc: newService(deps, metrics)}, nil
}

// Routes mounts intent's endpoints on the group of /api/v1, which requires a caller.
func (m *Module) Routes(api *echo.Group) {
	api.POST("/intent", m.handleIntent)
	api.GET("/intents", m.listIntents)
	m.keptRoutes(api)
}

// Run answers for claims whose process is gone, forgets old ones, ends timers, carries out plans,
// and owns the watches that outlive their request. It returns when ctx ends.
func (m *Module) Run(ctx context.Context) error { return m.svc.run(ctx) }

// SharedPrompt is what everything that intent asks the language model begins with, so that a model
// can have it ready.
func SharedPrompt() []llmapi.Message { return prompt.SharedMessages() }

// BuildIndex makes the grammar's index of a home. The composition root hands it to
// hamanager, which calls it off the request path for every new structure.
func BuildIndex(home *hamanagerapi.Home) any { return hungarian.NewIndex(home) }
