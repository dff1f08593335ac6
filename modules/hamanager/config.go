package hamanager

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"homehub/modules/hamanager/internal/address"
)

// The kinds of instance, and the setting that makes none.
const (
	kindVirtual = "virtual"
	kindLinked  = "linked"
	kindDocker  = "docker"
	kindNone    = "none"
)

// Config is the instances section of config.yaml.
type Config struct {
	// Kind is what a new household gets: virtual, or none.
	Kind string `koanf:"kind"`
	// CallTimeout bounds a service call whose caller brings no deadline.
	CallTimeout time.Duration `koanf:"call_timeout"`
	// ReconcileEvery is how often what should run is compared with what does.
	ReconcileEvery time.Duration `koanf:"reconcile_every"`

	// Image, Ports and SubnetPool belong to instances that run in containers.
	Image      string `koanf:"image"`
	Ports      string `koanf:"ports"`
	SubnetPool string `koanf:"subnet_pool"`

	Linked  LinkedConfig  `koanf:"linked"`
	Virtual VirtualConfig `koanf:"virtual"`
}

// LinkedConfig is about Home Assistants that exist already.
type LinkedConfig struct {
	// Allow lists where a link may lead: public, private, loopback, or address ranges.
	// loopback counts only while server.address is loopback.
	Allow []string `koanf:"allow"`
}

// VirtualConfig is about simulated homes.
type VirtualConfig struct {
	// Home is a file that describes the home; empty means the built-in one.
	Home string `koanf:"home"`
}

// Defaults are the settings of the embedded default.
func Defaults() Config {
	return Config{
		Kind:           kindVirtual,
		CallTimeout:    10 * time.Second,
		ReconcileEvery: 5 * time.Second,
		Image:          "homeassistant/home-assistant:2025.4.4",
		Ports:          "8200-8300",
		SubnetPool:     "10.201.0.0/16",
		Linked:         LinkedConfig{Allow: []string{address.Public, address.Private, address.Loopback}},
	}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	problem := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	switch c.Kind {
	case kindVirtual, kindNone:
	case kindDocker:
		problem("instances.kind docker cannot be run by this build of homehub: use virtual or none")
	default:
		problem("instances.kind must be virtual or none, got %q", c.Kind)
	}
	if c.CallTimeout < 100*time.Millisecond || c.CallTimeout > 5*time.Minute {
		problem("instances.call_timeout must be 100ms to 5m, got %s", c.CallTimeout)
	}
	if c.ReconcileEvery < time.Second {
		problem("instances.reconcile_every must be at least 1s, got %s", c.ReconcileEvery)
	}
	if c.Image == "" {
		problem("instances.image must name an image")
	}
	if err := validatePorts(c.Ports); err != nil {
		problem("instances.ports %w", err)
	}
	if prefix, err := netip.ParsePrefix(c.SubnetPool); err != nil || prefix.Bits() > 24 {
		problem("instances.subnet_pool must be a range of at least 256 addresses like 10.201.0.0/16, got %q", c.SubnetPool)
	}
	if _, err := address.Parse(c.Linked.Allow); err != nil {
		problem("instances.linked.allow: %w", err)
	}

	return errors.Join(errs...)
}

// validatePorts takes first-last; empty means that no port is published.
func validatePorts(ports string) error {
	if ports == "" {
		return nil
	}

	first, last, isRange := strings.Cut(ports, "-")
	low, errLow := strconv.ParseUint(first, 10, 16)
	high, errHigh := strconv.ParseUint(last, 10, 16)
	if !isRange || errLow != nil || errHigh != nil || low == 0 || low > high {
		return fmt.Errorf("must be a range like 8200-8300 or empty, got %q", ports)
	}

	return nil
}
