package hamanager

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/audit/audittest"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/events/eventstest"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

// bench is a module on a database of its own, and everything a test looks at.
type bench struct {
	*Module

	db      *database.DB
	audit   *audittest.Recorder
	events  *eventstest.Recorder
	key     string
	keyring *secret.Keyring
	dataDir string
	cfg     Config
	owner   identity.Principal
}

func setup(t *testing.T, edit ...func(*Config)) *bench {
	t.Helper()
	key, err := secret.GenerateKey()
	require.NoError(t, err)
	keyring, err := secret.NewKeyring(key)
	require.NoError(t, err)
	b := &bench{
		db: databasetest.New(t), audit: &audittest.Recorder{}, events: &eventstest.Recorder{}, key: key, keyring: keyring, dataDir: t.TempDir(), cfg: Defaults(),
		owner: identity.Principal{Kind: identity.User, ID: identity.NewID(), HouseholdID: identity.NewID(), Role: identity.RoleOwner},
	}
	for _, change := range edit {
		change(&b.cfg)
	}
	b.Module = b.module(t)

	return b
}

// module makes a module over the same database and folder, as another process would have it.
func (b *bench) module(t *testing.T) *Module {
	t.Helper()
	m, err := New(Deps{
		Config: b.cfg, DataDir: b.dataDir, IsLoopback: true, DB: b.db, Keyring: b.keyring, Audit: b.audit, Events: b.events,
		BuildIndex: func(home *hamanagerapi.Home) any { return len(home.Entities) },
		Log:        zap.NewNop(),
		Now:        clock.System, Metrics: prometheus.NewRegistry(),
	})
	require.NoError(t, err)

	return m
}

// run runs the module until the test, or the function it gets, ends it.
func run(t *testing.T, m *Module) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = m.Run(ctx) // always nil
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)

	return stop
}

// patience is ample for a busy machine.
const patience = 2 * time.Minute

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	require.Eventually(t, is, patience, 2*time.Millisecond, what)
}

func (b *bench) status(t *testing.T, householdID string) Status {
	t.Helper()
	i, err := b.fleet.getLive(t.Context(), householdID)
	if err != nil {
		return ""
	}

	return i.Status
}

func (b *bench) awaitReady(t *testing.T, householdID string) hamanagerapi.Instance {
	t.Helper()
	eventually(t, "ready", func() bool { return b.status(t, householdID) == statusReady })
	instance, err := b.Instance(t.Context(), householdID)
	require.NoError(t, err)

	return instance
}

// stored reads the row as it is in the database.
func (b *bench) stored(t *testing.T, householdID string) instance {
	t.Helper()
	i, err := b.svc.store.find(t.Context(), householdID)
	require.NoError(t, err)
	require.NotNil(t, i)

	return *i
}

func secretOf(s string) secret.String { return secret.New(s) }

// rotate puts a new key before the one that everything is sealed with.
func (b *bench) rotate(t *testing.T) {
	t.Helper()
	newest, err := secret.GenerateKey()
	require.NoError(t, err)
	b.keyring, err = secret.NewKeyring(newest, b.key)
	require.NoError(t, err)
	b.Module = b.module(t)
}
