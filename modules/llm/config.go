package llm

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	defaultURL   = "http://127.0.0.1:11434"
	defaultModel = "ministral-3:3b-instruct-2512-q4_K_M"
)

// Config is the llm section of config.yaml.
type Config struct {
	// URL is where Ollama listens, several separated by commas; empty: there is none, and nobody looks for one.
	URL string `koanf:"url"`
	// Model is the one that answers; FallbackModels are tried after it, in order.
	Model          string   `koanf:"model"`
	FallbackModels []string `koanf:"fallback_models"`
	// Concurrency is how many calls each server gets at once, HouseholdConcurrency how many one household may have running.
	Concurrency          int `koanf:"concurrency"`
	HouseholdConcurrency int `koanf:"household_concurrency"`
	// NumCtx is the model's context in tokens; changing it reloads the model.
	NumCtx int `koanf:"num_ctx"`
	// KeepAlive is how long Ollama keeps the model loaded after a call.
	KeepAlive time.Duration `koanf:"keep_alive"`
	// TokensPerDay is what a household may use up in a day (UTC), prompts and answers together; 0: any number.
	TokensPerDay int64 `koanf:"tokens_per_day"`
	// Pull makes Ollama fetch missing models at start.
	Pull bool `koanf:"pull"`
	// LogPrompts writes what is asked and answered to the log.
	LogPrompts bool `koanf:"log_prompts"`
}

// Defaults is what holds where nothing is set.
func Defaults() Config {
	return Config{
		URL: defaultURL, Model: defaultModel, Concurrency: 4, HouseholdConcurrency: 2, NumCtx: 4096, KeepAlive: 24 * time.Hour,
	}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	if _, err := c.servers(); err != nil {
		errs = append(errs, err)
	}
	if c.Model == "" || slices.Contains(c.FallbackModels, "") {
		errs = append(errs, errors.New("llm.model and llm.fallback_models must name models"))
	}
	if c.Concurrency < 1 || c.Concurrency > 64 {
		errs = append(errs, fmt.Errorf("llm.concurrency must be 1 to 64, got %d", c.Concurrency))
	}
	if c.HouseholdConcurrency < 1 || c.HouseholdConcurrency > 64 {
		errs = append(errs, fmt.Errorf("llm.household_concurrency must be 1 to 64, got %d", c.HouseholdConcurrency))
	}
	if c.NumCtx < 1024 || c.NumCtx > 131072 {
		errs = append(errs, fmt.Errorf("llm.num_ctx must be 1024 to 131072, got %d", c.NumCtx))
	}
	if c.KeepAlive < time.Minute {
		errs = append(errs, fmt.Errorf("llm.keep_alive must be at least 1m, got %s", c.KeepAlive))
	}
	if c.TokensPerDay < 0 {
		errs = append(errs, fmt.Errorf("llm.tokens_per_day must be 0 or more, got %d", c.TokensPerDay))
	}

	return errors.Join(errs...)
}

// servers returns the addresses of the Ollama servers, each once.
func (c Config) servers() ([]*url.URL, error) {
	var found []*url.URL
	if strings.TrimSpace(c.URL) == "" {
		return nil, nil
	}
	for address := range strings.SplitSeq(c.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, errors.New("llm.url must be http:// or https:// addresses, separated by commas, or empty")
		}
		if !slices.ContainsFunc(found, func(other *url.URL) bool { return nameOf(other) == nameOf(u) }) {
			found = append(found, u)
		}
	}

	return found, nil
}

// nameOf is what logs and metrics call a server: never with a password that its address may hold.
func nameOf(u *url.URL) string { return u.Host + strings.TrimRight(u.Path, "/") }

// models returns the models in the order in which they are asked.
func (c Config) models() []string { return append([]string{c.Model}, c.FallbackModels...) }

// isWanted reports whether the operator asked for a model. Only then is its absence a failure:
// the defaults take an Ollama that happens to be there.
func (c Config) isWanted() bool {
	return c.URL != "" && (c.URL != defaultURL || c.Model != defaultModel || len(c.FallbackModels) > 0 || c.Pull)
}
