package events

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/platform/apperr"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// household is that of the callers of these tests, unless they say otherwise.
const household = "0191d1f0-0000-7000-8000-000000000001"

// patience is ample for a busy machine.
const patience = 2 * time.Minute

// bench is a bus behind a real server, and callers whose rights a test can change.
type bench struct {
	*Bus

	tb      testing.TB
	clock   *clock.Manual
	callers *callers
	server  *httpx.Server
	http    *httpxtest.Client
	stop    func() // the server, and waits for its end
}

// setup makes a bench; a change is made before anything runs.
func setup(tb testing.TB, change ...func(*Bus, *httpx.Config)) *bench {
	tb.Helper()
	return on(tb, databasetest.New(tb), change...)
}

func on(tb testing.TB, db *database.DB, change ...func(*Bus, *httpx.Config)) *bench {
	tb.Helper()
	b := &bench{tb: tb, clock: clock.NewManual(time.Now()), callers: newCallers()}
	b.Bus = New(Deps{DB: db, Log: zap.NewNop(), Now: b.clock.Now, Metrics: prometheus.NewRegistry()})
	cfg := httpx.Defaults()
	cfg.Address = "127.0.0.1:0"
	for _, c := range change {
		c(b.Bus, &cfg)
	}
	b.serve(cfg)

	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.Run(ctx) // always nil
	}()
	tb.Cleanup(func() {
		cancel()
		<-done
	})

	return b
}

func (b *bench) serve(cfg httpx.Config) {
	b.tb.Helper()
	limits := httpx.DefaultLimits()
	limits.Enabled = false
	store := kv.NewMemory(clock.System)
	b.tb.Cleanup(store.Close)
	server, err := httpx.New(cfg, httpx.Deps{
		Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: limits,
		Health: health.New(nil, clock.System), Authenticate: b.callers.authenticate, Now: clock.System,
	})
	require.NoError(b.tb, err)
	b.Routes(server.API())
	require.NoError(b.tb, server.Listen())
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.tb.Context()))
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	b.server = server
	b.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(b.tb, <-done)
		require.NoError(b.tb, server.Close())
	})
	b.tb.Cleanup(b.stop)
	b.http = httpxtest.NewRemote(b.tb, "http://"+server.Addr())
}

// tell publishes an event of that kind.
func (b *bench) tell(kind, audience string) {
	b.tb.Helper()
	b.tellIn(household, kind, audience)
}

func (b *bench) tellIn(householdID, kind, audience string) {
	b.tb.Helper()
	require.NoError(b.tb, b.Publish(b.tb.Context(), Event{
		HouseholdID: householdID, Kind: kind, Audience: audience, Data: map[string]any{"of": kind},
	}))
}

// listenAs opens a stream of somebody whom newCallers knows.
func (b *bench) listenAs(name string) *httpxtest.Stream {
	b.tb.Helper()
	return b.http.As(name).Stream("/api/v1/events")
}

func (b *bench) resumeAs(name, lastID string) *httpxtest.Stream {
	b.tb.Helper()
	return b.http.As(name).With(httpx.HeaderLastEventID, lastID).Stream("/api/v1/events")
}

// awaitEnd waits until a stream has ended for that reason.
func (b *bench) awaitEnd(reason string) {
	b.tb.Helper()
	require.Eventually(b.tb, func() bool {
		return testutil.ToFloat64(b.metrics.ended.WithLabelValues(reason)) == 1
	}, patience, time.Millisecond, reason)
}

// callers stands in for auth: who a token stands for, as it is remembered and as it is stored.
type callers struct {
	mu         sync.Mutex
	remembered map[string]identity.Principal
	stored     map[string]identity.Principal
}

func newCallers() *callers {
	known := map[string]identity.Principal{}
	for _, role := range []identity.Role{identity.RoleOwner, identity.RoleAdult, identity.RoleChild, identity.RoleGuest, identity.RoleDevice} {
		p := identity.Principal{Kind: identity.User, ID: "id-of-" + string(role), HouseholdID: household, Role: role}
		if role == identity.RoleDevice {
			p.Kind = identity.Device
		}
		known[string(role)] = p
	}

	return &callers{remembered: known, stored: maps.Clone(known)}
}

func (k *callers) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		name := strings.TrimPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
		p, err := k.find(name, httpx.IsStrict(c))
		if err != nil {
			return err
		}
		if named := httpx.PeekHouseholdID(c); named != "" && named != p.HouseholdID {
			httpx.RefuseLater(c, apperr.New(apperr.NotFound, "auth.household_not_found", "There is no such household."))
		}
		c.SetRequest(c.Request().WithContext(identity.With(c.Request().Context(), p)))

		return next(c)
	}
}

func (k *callers) find(name string, isStrict bool) (identity.Principal, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known := k.remembered
	if isStrict {
		known = k.stored
	}
	p, ok := known[name]
	if !ok {
		return p, identity.ErrUnauthenticated
	}

	return p, nil
}

// add makes somebody known.
func (k *callers) add(name string, p identity.Principal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.remembered[name], k.stored[name] = p, p
}

// remove revokes a caller. What was remembered is forgotten a little later: see forget.
func (k *callers) remove(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.stored, name)
}

func (k *callers) forget(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.remembered, name)
}
