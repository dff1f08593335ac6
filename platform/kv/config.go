package kv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/secret"
)

const memoryScheme = "memory"

// Config is the kv section of config.yaml.
type Config struct {
	URL secret.String `koanf:"url"` // memory:, or redis://, rediss://, unix://; it may hold a password
}

// Defaults are the embedded settings.
func Defaults() Config { return Config{URL: secret.New(memoryScheme + ":")} }

// Validate reports every problem at once.
func (c Config) Validate() error {
	_, err := c.scheme()

	return err
}

// IsShared reports whether other processes see the store, too: commands beside a server do.
func (c Config) IsShared() bool {
	scheme, err := c.scheme()

	return err == nil && scheme != memoryScheme
}

func (c Config) scheme() (string, error) {
	u, err := url.Parse(c.URL.Reveal())
	if err != nil {
		return "", errors.New("kv.url is not a URL") // the parser's own words repeat the password
	}
	switch u.Scheme {
	case memoryScheme:
		return u.Scheme, nil
	case "redis", "rediss", "valkey", "valkeys", "unix":
		if _, err := clientOption(c.URL.Reveal()); err != nil {
			return "", fmt.Errorf("kv.url: %w", err)
		}

		return u.Scheme, nil
	default:
		return "", fmt.Errorf("kv.url must be memory: or begin with redis:// or rediss://, not with %q", u.Scheme)
	}
}

// Deps is everything a store needs from outside.
type Deps struct {
	Log     *zap.Logger
	Metrics prometheus.Registerer // nil: not measured
	Now     clock.Clock
	Prefix  string // before every key in Redis; empty: homehub:
	// CallTimeout bounds one call of Redis; zero: a hundred times what it needs on a local network.
	// Tests are to pass on a machine that has other things to do.
	CallTimeout time.Duration
}

// Open makes the configured store. A Redis that does not answer yet is no error: the store says
// ErrUnavailable until it does.
func Open(ctx context.Context, cfg Config, deps Deps) (Store, error) {
	scheme, err := cfg.scheme()
	if err != nil {
		return nil, err
	}
	var store Store
	if scheme == memoryScheme {
		store = NewMemory(deps.Now)
	} else if store, err = openRedis(ctx, cfg.URL.Reveal(), deps); err != nil {
		return nil, err
	}
	if deps.Metrics == nil {
		return store, nil
	}

	return measure(store, deps.Metrics, deps.Now)
}
