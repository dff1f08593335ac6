package auth

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/modules/audit/audittest"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/kv/kvtest"
	"homehub/platform/secret"
)

const password = "correct-horse-battery"

// bench is auth behind a real HTTP layer, on a real database, with a clock to turn.
type bench struct {
	*Module

	tb    testing.TB
	http  *httpxtest.Client
	db    *database.DB
	clock *testClock
	audit *audittest.Recorder
	ring  *secret.Keyring
	log   *zap.Logger
}

type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.at
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// setup makes a bench; options change what it is made of.
func setup(tb testing.TB, options ...func(*Deps)) *bench {
	tb.Helper()
	set, err := secret.Load(secret.Config{}, tb.TempDir(), true)
	require.NoError(tb, err)
	b := &bench{tb: tb, clock: &testClock{at: time.Now().UTC()}, audit: &audittest.Recorder{}, ring: set.Encryption}
	deps := Deps{
		Config: Defaults(), DB: databasetest.New(tb), KV: kvtest.New(tb), Secrets: set, Audit: b.audit,
		Log: zap.NewNop(), Now: b.clock.now, IsLoopback: true,
	}
	deps.Config.BcryptCost = 4
	for _, option := range options {
		option(&deps)
	}
	b.db, b.log = deps.DB, deps.Log
	b.Module, err = New(deps)
	require.NoError(tb, err)
	b.http = httpxtest.New(tb, b.serve(tb))

	return b
}

// serve puts the module behind httpx, with one household-scoped route to try. No request is too
// many for it unless an option says so.
func (b *bench) serve(tb testing.TB, options ...func(*httpx.Config, *httpx.Deps)) http.Handler {
	tb.Helper()
	store := kv.NewMemory(b.clock.now) // limits do not recover while a slow machine takes its time
	tb.Cleanup(store.Close)
	cfg, deps := httpx.Defaults(), httpx.Deps{
		Log: b.log, Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: httpx.DefaultLimits(),
		Health: health.New(nil, clock.System), Authenticate: b.Authenticate(), OnRefused: b.RecordRefusal,
		FailureWriters: b.FailureWriters(), Now: clock.System,
	}
	deps.Limits.Enabled = false
	for _, option := range options {
		option(&cfg, &deps)
	}
	server, err := httpx.New(cfg, deps)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = server.Close() })
	b.Routes(server.Public(), server.API())
	b.AdminRoutes(server.Admin())
	server.API().GET("/home", func(c echo.Context) error { // any household-scoped route would do
		p, err := identity.From(c.Request().Context())
		if err != nil {
			return err
		}
		c.Response().Header().Set("X-Household", p.HouseholdID)
		c.Response().Header().Set("X-Role", string(p.Role))
		c.Response().Header().Set("X-Name", p.Name)

		return c.JSON(http.StatusOK, map[string]any{
			"household_id": p.HouseholdID, "instance": nil, "floors": []any{}, "areas": []any{}, "entities": []any{},
		})
	})

	return server.Handler()
}

// on lets another replica share the database and kv of b.
func (b *bench) on(shared kv.Store) func(*Deps) {
	return func(d *Deps) {
		d.DB, d.KV, d.Now, d.Audit = b.db, shared, b.clock.now, b.audit
		d.Secrets = &secret.Set{Encryption: b.ring, Refresh: b.svc.refreshKey}
	}
}

// register makes a person of that name with a household.
func (b *bench) register(name string) loginDTO {
	b.tb.Helper()
	var l loginDTO
	b.http.Post("/api/v1/auth/register", map[string]any{
		"email": name + "@example.org", "password": password, "name": name,
	}).Expect(http.StatusCreated).JSON(&l)

	return l
}

func (b *bench) login(name string) loginDTO {
	b.tb.Helper()
	var l loginDTO
	b.http.Post("/api/v1/auth/login", credentials(name, password)).Expect(http.StatusOK).JSON(&l)

	return l
}

func credentials(name, password string) map[string]any {
	return map[string]any{"email": name + "@example.org", "password": password}
}

func (b *bench) refreshTokens(token string) *httpxtest.Response {
	b.tb.Helper()

	return b.http.Post("/api/v1/auth/refresh", map[string]any{"refresh_token": token})
}

// mustRefresh returns the tokens that follow.
func (b *bench) mustRefresh(token string) tokensDTO {
	b.tb.Helper()
	var t tokensDTO
	b.refreshTokens(token).Expect(http.StatusOK).JSON(&t)

	return t
}

// join makes a person a member of a household, as a later part of homehub will.
func (b *bench) join(userID, householdID string, role identity.Role, expires *time.Time) {
	b.tb.Helper()
	row := membershipRow{HouseholdID: householdID, UserID: userID, Role: string(role), CreatedAt: b.clock.now(), ExpiresAt: expires}
	require.NoError(b.tb, b.db.Conn(b.tb.Context()).Create(&row).Error)
	b.svc.rights.forget(b.tb.Context(), subjectMark(userID))
}

// exec changes the database behind auth's back, and then tells the cache.
func (b *bench) exec(mark, statement string, args ...any) {
	b.tb.Helper()
	require.NoError(b.tb, b.db.Conn(b.tb.Context()).Exec(statement, args...).Error)
	b.svc.rights.forget(b.tb.Context(), mark)
}

// brokenKV does not answer while it is away.
type brokenKV struct {
	kv.Store

	mu     sync.Mutex
	isAway bool
}

func (k *brokenKV) set(isAway bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.isAway = isAway
}

func (k *brokenKV) err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.isAway {
		return kv.ErrUnavailable
	}

	return nil
}

func (k *brokenKV) GetMany(ctx context.Context, keys ...string) ([][]byte, error) {
	if err := k.err(); err != nil {
		return nil, err
	}

	return k.Store.GetMany(ctx, keys...)
}

func (k *brokenKV) Delete(ctx context.Context, keys ...string) error {
	if err := k.err(); err != nil {
		return err
	}

	return k.Store.Delete(ctx, keys...)
}

func (k *brokenKV) Allow(ctx context.Context, key string, limit kv.Limit) (kv.Decision, error) {
	if err := k.err(); err != nil {
		return kv.Decision{}, err
	}

	return k.Store.Allow(ctx, key, limit)
}
