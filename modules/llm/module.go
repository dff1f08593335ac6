package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/health"
)

const (
	defaultURL   = "http://127.0.0.1:11434"
	defaultModel = "ministral-3:3b-instruct-2512-q4_K_M"
)

// Config is the llm section of config.yaml.
type Config struct {
	// URL is where Ollama listens; empty: there is none, and nobody looks for one.
	URL string `koanf:"url"`
	// Model is the one that answers; FallbackModels are tried after it, in order.
	Model          string   `koanf:"model"`
	FallbackModels []string `koanf:"fallback_models"`
	// Concurrency is how many calls each server gets at once.
	Concurrency int `koanf:"concurrency"`
	// NumCtx is the model's context in tokens; changing it reloads the model.
	NumCtx int `koanf:"num_ctx"`
}

// Defaults is what holds where nothing is set.
func Defaults() Config {
	return Config{URL: defaultURL, Model: defaultModel, Concurrency: 4, NumCtx: 4096}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	u, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		errs = append(errs, errors.New("llm.url must be an http:// or https:// address, or empty"))
	}
	if c.Model == "" {
		errs = append(errs, errors.New("llm.model must name a model"))
	}
	if c.Concurrency < 1 || c.Concurrency > 64 {
		errs = append(errs, fmt.Errorf("llm.concurrency must be 1 to 64, got %d", c.Concurrency))
	}
	if c.NumCtx < 1024 || c.NumCtx > 131072 {
		errs = append(errs, fmt.Errorf("llm.num_ctx must be 1024 to 131072, got %d", c.NumCtx))
	}

	return errors.Join(errs...)
}

// isWanted reports whether the operator asked for a model. Only then is its absence a failure:
// the defaults take an Ollama that happens to be there.
func (c Config) isWanted() bool {
	return c.URL != "" && (c.URL != defaultURL || c.Model != defaultModel || len(c.FallbackModels) > 0)
}

// Deps is everything llm needs from outside.
type Deps struct {
	Config  Config
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer
}

// Module is the llm module as the rest of the process sees it.
type Module struct {
	cfg   Config
	probe *probe
}

// New wires the module; it does no I/O.
func New(deps Deps) *Module {
	client := ollama.New(deps.Config.URL, &http.Client{Timeout: probeTimeout})

	return &Module{cfg: deps.Config, probe: newProbe(client, deps.Now)}
}

// Name is the model that answers where all is well; its fallbacks have other names.
func (m *Module) Name() string { return m.cfg.Model }

const withoutModel = "No language model; the grammar answers alone."

// Check says whether the model is there, for the health report.
func (m *Module) Check(ctx context.Context) health.Result {
	if m.cfg.URL == "" {
		return health.Result{Status: health.Off, Message: withoutModel}
	}
	began := m.probe.now()
	models, err := m.probe.models(ctx)
	result := health.Result{Status: health.Up, Latency: m.probe.now().Sub(began)}
	switch {
	case err != nil && !m.cfg.isWanted():
		result.Status, result.Message = health.Off, withoutModel
	case err != nil:
		result.Status, result.Message = health.Degraded, "Ollama does not answer; the grammar answers alone."
	case !m.has(models):
		result.Status, result.Message = health.Degraded, "The model is missing; get it with: ollama pull "+m.cfg.Model
		if !m.cfg.isWanted() {
			result.Status = health.Off
		}
	}

	return result
}

// Ready returns llmapi.ErrUnavailable when the settings ask for a model and none answers.
func (m *Module) Ready(ctx context.Context) error {
	if !m.cfg.isWanted() {
		return nil
	}
	models, err := m.probe.models(ctx)
	if err != nil {
		return llmapi.ErrUnavailable.Wrap(err)
	}
	if !m.has(models) {
		return llmapi.ErrUnavailable.Wrap(fmt.Errorf("model %s is not pulled", m.cfg.Model))
	}

	return nil
}

// has reports whether any of the configured models is there.
func (m *Module) has(models []string) bool {
	return slices.ContainsFunc(append([]string{m.cfg.Model}, m.cfg.FallbackModels...), func(name string) bool {
		return slices.Contains(models, name) || slices.Contains(models, name+":latest")
	})
}

// probeTimeout bounds one look at Ollama: a request that waits for it has little time.
const probeTimeout = 500 * time.Millisecond
