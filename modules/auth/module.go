package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/hashing"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/secret"
)

// Registration says who may register.
type Registration string

// The ways of registration. Empty is open on a server that only this machine reaches, else
// invite.
const (
	RegistrationDefault Registration = ""
	RegistrationOpen    Registration = "open"
	RegistrationInvite  Registration = "invite"
	RegistrationClosed  Registration = "closed"
)

// Config is auth's section of config.yaml.
type Config struct {
	Registration  Registration  `koanf:"registration"`
	Issuer        string        `koanf:"issuer"`          // iss of access tokens
	AccessTTL     time.Duration `koanf:"access_ttl"`      // of access tokens
	RefreshGrace  time.Duration `koanf:"refresh_grace"`   // how long a used refresh token may be repeated
	SessionIdle   time.Duration `koanf:"session_idle"`    // a session unused for so long is over
	SessionMaxAge time.Duration `koanf:"session_max_age"` // and so is one this old
	BcryptCost    int           `koanf:"bcrypt_cost"`
}

// Defaults are the values of a config.yaml that says nothing.
func Defaults() Config {
	return Config{
		Issuer:        "homehub",
		AccessTTL:     15 * time.Minute,
		RefreshGrace:  30 * time.Second,
		SessionIdle:   720 * time.Hour,
		SessionMaxAge: 8760 * time.Hour,
		BcryptCost:    12,
	}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	known := []Registration{RegistrationDefault, RegistrationOpen, RegistrationInvite, RegistrationClosed}
	if !slices.Contains(known, c.Registration) {
		errs = append(errs, fmt.Errorf("auth.registration must be open, invite or closed, got %q", c.Registration))
	}
	if c.Issuer == "" {
		errs = append(errs, errors.New("auth.issuer is required"))
	}
	if c.AccessTTL < time.Second || c.AccessTTL > 24*time.Hour {
		errs = append(errs, fmt.Errorf("auth.access_ttl must be 1s to 24h, got %s", c.AccessTTL))
	}
	if c.RefreshGrace < 0 || c.RefreshGrace > 10*time.Minute {
		errs = append(errs, fmt.Errorf("auth.refresh_grace must be 0s to 10m, got %s", c.RefreshGrace))
	}
	if c.SessionIdle < c.AccessTTL {
		errs = append(errs, fmt.Errorf("auth.session_idle must be at least auth.access_ttl, got %s", c.SessionIdle))
	}
	if c.SessionMaxAge < c.SessionIdle {
		errs = append(errs, fmt.Errorf("auth.session_max_age must be at least auth.session_idle, got %s", c.SessionMaxAge))
	}
	if c.BcryptCost < 4 || c.BcryptCost > 15 {
		errs = append(errs, fmt.Errorf("auth.bcrypt_cost must be 4 to 15, got %d", c.BcryptCost))
	}

	return errors.Join(errs...)
}

// Deps is everything auth needs from outside.
type Deps struct {
	Config Config
	DB     *database.DB
	KV     kv.Store
	// BellPath is a file through which commands tell the server beside them that rights have
	// changed, where no other process sees KV; else empty.
	BellPath string
	Secrets  *secret.Set
	Audit    Recorder
	Events   events.Publisher // nil: nobody is told
	Log      *zap.Logger
	Now      clock.Clock
	Metrics  prometheus.Registerer // nil: not measured

	// IsLoopback says that only this machine reaches server.address.
	IsLoopback bool
	// LoginFailures is limits.login_failures; the zero value is no limit.
	LoginFailures kv.Limit
	// UserCodes is limits.user_codes; the zero value is no limit.
	UserCodes kv.Limit
	// PublicURL is server.public_url; empty: devices are sent to where they came from themselves.
	PublicURL string
	// Areas finds the rooms of devices; nil: what people write stays as it is.
	Areas AreaResolver
	// PINFailures is limits.pin_failures; the zero value is no limit.
	PINFailures kv.Limit
	// OnHouseholdCreated runs in the transaction that makes a household; its error undoes that.
	OnHouseholdCreated func(ctx context.Context, householdID string) error
	// OnHouseholdDeleting run, in their order, in the transaction that deletes a household, before
	// its end is recorded; an error undoes that. They clear away what others keep of it, and
	// once more when no request of it can be under way.
	OnHouseholdDeleting []func(ctx context.Context, householdID string) error
	// OnHouseholdDeleted are the same for what the record and the events keep: they run after it.
	OnHouseholdDeleted []func(ctx context.Context, householdID string) error
	// OnDeviceRemoved run in the transaction that removes a device; an error undoes that. They clear
	// away what others keep of it.
	OnDeviceRemoved []func(ctx context.Context, householdID, deviceID string) error
	// Belongings are what other modules keep of people, for exports and erasures.
	Belongings []Belongings
	// Resealers encrypt other modules' secrets anew when the encryption keys rotate.
	Resealers []func(ctx context.Context) error
}

// Module is the auth module as the rest of the process sees it.
type Module struct {
	svc   *service
	pages *pairPages
}

// New wires the module; it does no I/O.
func New(deps Deps) (*Module, error) {
	m := newMetrics(deps.Metrics)
	st := &store{db: deps.DB}
	passwords, err := newPasswords(deps.Config.BcryptCost, hashing.New(deps.Log), m.passwordWait, deps.Now)
	if err != nil {
		return nil, err
	}
	k := &keys{store: st, ring: deps.Secrets.Encryption, ttl: deps.Config.AccessTTL, now: deps.Now, log: deps.Log}
	tokens, err := newTokens(k, deps.Config.Issuer, deps.Config.AccessTTL, deps.Now)
	if err != nil {
		return nil, err
	}
	if deps.Config.BcryptCost < 10 {
		deps.Log.Warn("auth.bcrypt_cost below 10 makes stolen password hashes easy to break", zap.Int("bcrypt_cost", deps.Config.BcryptCost))
	}

	pages, err := newPairPages(deps.PublicURL)
	if err != nil {
		return nil, err
	}

	return &Module{pages: pages, svc: &service{
		cfg: deps.Config, db: deps.DB, store: st, kv: deps.KV, local: kv.NewMemory(deps.Now),
		passwords: passwords, keys: k, tokens: tokens,
		rights:     &authorizer{store: st, kv: deps.KV, bell: bell{deps.BellPath}, now: deps.Now, log: deps.Log, metrics: m, owed: newOwedMarks()},
		refreshKey: deps.Secrets.Refresh, ring: deps.Secrets.Encryption,
		audit: deps.Audit, events: events.OrDiscard(deps.Events), log: deps.Log, now: deps.Now, metrics: m,
		userCodes: deps.UserCodes, publicURL: deps.PublicURL, areas: deps.Areas,
		loginFailures: deps.LoginFailures, registration: resolve(deps.Config.Registration, deps.IsLoopback),
		pinFailures:         deps.PINFailures,
		onHouseholdCreated:  deps.OnHouseholdCreated,
		onHouseholdDeleting: deps.OnHouseholdDeleting, onHouseholdDeleted: deps.OnHouseholdDeleted,
		onDeviceRemoved: deps.OnDeviceRemoved, resealers: deps.Resealers, belongings: deps.Belongings,
	}}, nil
}

// RecordRefusal tells the household, or the operator where there is none, that the caller in ctx
// had not the right that an operation needs.
func (m *Module) RecordRefusal(ctx context.Context, right identity.Right, operationID string) error {
	return m.svc.recordRefusal(ctx, right, operationID)
}

// resolve gives the default its meaning.
func resolve(r Registration, isLoopback bool) Registration {
	switch {
	case r != RegistrationDefault:
		return r
	case isLoopback:
		return RegistrationOpen
	default:
		return RegistrationInvite
	}
}

// Routes mounts auth's endpoints: on public, whose paths begin at the root, those without a
// caller; on api those that require one.
func (m *Module) Routes(public, api *echo.Group) {
	public.POST("/api/v1/auth/register", m.register)
	public.POST("/api/v1/auth/login", m.login)
	public.POST("/api/v1/auth/refresh", m.refresh)
	public.GET("/.well-known/jwks.json", m.getJWKS)
	api.POST("/auth/logout", m.logout)
	api.GET("/users/me", m.getMe)
	api.PATCH("/users/me", m.patchMe)
	m.householdRoutes(api)
	m.sessionRoutes(public, api)
	m.privacyRoutes(api)
	m.deviceRoutes(public, api)
	m.pairRoutes(public)
}
