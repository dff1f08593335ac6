package httpx

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Config is the server section of config.yaml.
type Config struct {
	Address string `koanf:"address"`
	// OpsAddress gives /metrics, the admin routes and the detail of health a listener of their own;
	// empty: they are served at Address.
	OpsAddress string `koanf:"ops_address"`
	// PublicURL is how people reach the server, for what they are sent to; empty: as whoever asks
	// has reached it.
	PublicURL string `koanf:"public_url"`
	// CORSOrigins may call from a browser: https://example.org, or * for all.
	CORSOrigins []string `koanf:"cors_origins"`
	// TrustedProxies are the address ranges whose X-Forwarded-For is believed.
	TrustedProxies []string `koanf:"trusted_proxies"`

	BodyLimit         int64         `koanf:"body_limit"`   // bytes
	HeaderLimit       int           `koanf:"header_limit"` // bytes, all headers together
	ReadHeaderTimeout time.Duration `koanf:"read_header_timeout"`
	ReadTimeout       time.Duration `koanf:"read_timeout"` // the whole request
	WriteTimeout      time.Duration `koanf:"write_timeout"`
	IdleTimeout       time.Duration `koanf:"idle_timeout"`
	// DrainDelay is how long /readyz says no before the listener closes, for load balancers.
	DrainDelay time.Duration `koanf:"drain_delay"`
	// ShutdownTimeout bounds the wait for requests in flight.
	ShutdownTimeout time.Duration `koanf:"shutdown_timeout"`
}

// Defaults is the embedded default.
func Defaults() Config {
	return Config{
		Address:           "127.0.0.1:8000",
		BodyLimit:         1 << 20,
		HeaderLimit:       32 << 10,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ShutdownTimeout:   10 * time.Second,
	}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	if !isHostPort(c.Address) {
		errs = append(errs, fmt.Errorf("server.address must be host:port, got %q", c.Address))
	}
	if c.OpsAddress != "" && !isHostPort(c.OpsAddress) {
		errs = append(errs, fmt.Errorf("server.ops_address must be host:port or empty, got %q", c.OpsAddress))
	}
	if c.PublicURL != "" && !isBaseURL(c.PublicURL) {
		errs = append(errs, fmt.Errorf("server.public_url must be like https://home.example.org or empty, got %q", c.PublicURL))
	}
	for _, origin := range c.CORSOrigins {
		if !isOrigin(origin) {
			errs = append(errs, fmt.Errorf("server.cors_origins: %q is no origin such as https://example.org", origin))
		}
	}
	_, err := c.trustedProxies()
	errs = append(errs, err)
	if c.BodyLimit < 1<<10 {
		errs = append(errs, fmt.Errorf("server.body_limit must be at least 1024 bytes, got %d", c.BodyLimit))
	}
	if c.HeaderLimit < 4<<10 {
		errs = append(errs, fmt.Errorf("server.header_limit must be at least 4096 bytes, got %d", c.HeaderLimit))
	}

	return errors.Join(append(errs, c.validateTimes())...)
}

func isOrigin(text string) bool {
	u, err := url.Parse(text)

	return text == "*" || err == nil && u.Scheme != "" && u.Host != "" && u.Path == ""
}

// isBaseURL accepts what paths can be added to.
func isBaseURL(text string) bool {
	u, err := url.Parse(text)

	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

func isHostPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)

	return err == nil
}

func (c Config) validateTimes() error {
	var errs []error
	for _, t := range []struct {
		key   string
		value time.Duration
	}{
		{"read_header_timeout", c.ReadHeaderTimeout},
		{"read_timeout", c.ReadTimeout},
		{"write_timeout", c.WriteTimeout},
		{"idle_timeout", c.IdleTimeout},
		{"shutdown_timeout", c.ShutdownTimeout},
	} {
		if t.value <= 0 {
			errs = append(errs, fmt.Errorf("server.%s must be positive, got %s", t.key, t.value))
		}
	}
	if c.DrainDelay < 0 {
		errs = append(errs, fmt.Errorf("server.drain_delay must not be negative, got %s", c.DrainDelay))
	}

	return errors.Join(errs...)
}

// trustedProxies reads the ranges; a bare address is a range of one.
func (c Config) trustedProxies() ([]*net.IPNet, error) {
	var (
		ranges []*net.IPNet
		errs   []error
	)
	for _, text := range c.TrustedProxies {
		cidr := text
		if ip := net.ParseIP(text); ip != nil {
			cidr = fmt.Sprintf("%s/%d", text, 8*len(shortest(ip)))
		}
		_, ipNet, err := net.ParseCIDR(strings.TrimSpace(cidr))
		if err != nil {
			errs = append(errs, fmt.Errorf("server.trusted_proxies: %q is no address range such as 10.0.0.0/8", text))
			continue
		}
		ranges = append(ranges, ipNet)
	}

	return ranges, errors.Join(errs...)
}

func shortest(ip net.IP) net.IP {
	if v4 := ip.To4(); v4 != nil {
		return v4
	}

	return ip
}
