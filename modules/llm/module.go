package llm

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/kv"
)

// Deps is everything llm needs from outside.
type Deps struct {
	Config Config
	// KV counts what households use up; nil: nothing is counted.
	KV      kv.Store
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer
	// Warm is the beginning that all prompts share: a server reads it before the first call. nil: there is none.
	Warm func() []llmapi.Message
	// Transport carries the calls; nil: TCP.
	Transport http.RoundTripper
}

// Module is the llm module as the rest of the process sees it.
type Module struct {
	cfg       Config
	log       *zap.Logger
	now       clock.Clock
	warm      func() []llmapi.Message
	transport http.RoundTripper
	servers   []*server
	queue     *queue
	spending  *spending
	metrics   *metrics
	estimate  estimate
	reuse     reuse
	rests     *rests
	// hasAnswered: there was a model, so its absence is a failure also where nobody asked for one.
	hasAnswered atomic.Bool
}

// New wires the module; it does no I/O.
func New(deps Deps) *Module {
	if deps.Transport == nil {
		deps.Transport = newTransport(deps.Config)
	}
	m := &Module{
		cfg: deps.Config, log: deps.Log, now: deps.Now, warm: deps.Warm, transport: deps.Transport,
		rests:    newRests(deps.Now),
		spending: &spending{kv: deps.KV, limit: deps.Config.TokensPerDay, now: deps.Now, log: deps.Log},
	}
	addresses, _ := deps.Config.servers() // Validate has seen them
	for _, u := range addresses {
		m.servers = append(m.servers, newServer(nameOf(u), ollama.New(u, deps.Transport, deps.Now), deps.Now, deps.Log))
	}
	m.queue = newQueue(m.servers, deps.Config, deps.Now)
	m.metrics = newMetrics(deps.Metrics, m)

	return m
}

// dialTimeout is how long a server that is up may need to take a connection: a dead one must
// leave time for another.
const dialTimeout = 500 * time.Millisecond

// newTransport keeps as many connections as there can be calls.
func newTransport(cfg Config) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext,
		MaxIdleConnsPerHost: cfg.Concurrency + 1,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: time.Second,
	}
}

// Name is the model that answers where all is well; its fallbacks have other names.
func (m *Module) Name() string { return m.cfg.Model }

// Version tells the model that has this name from what had it before, as far as the servers have
// said what they hold: a model that is pulled anew may answer otherwise.
func (m *Module) Version() string {
	parts := []string{m.cfg.Model}
	for _, s := range m.servers {
		parts = append(parts, s.probe.digest(m.cfg.Model))
	}

	return strings.Join(parts, "@")
}

// Tokens estimates how many tokens a text has, by what the model has counted so far.
func (m *Module) Tokens(text string) int { return m.estimate.of(len(text)) }

// Run keeps the servers warm until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	defer m.closeIdle()

	return m.keepWarm(ctx)
}

func (m *Module) closeIdle() {
	if t, ok := m.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
