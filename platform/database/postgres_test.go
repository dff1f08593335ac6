package database_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/secret"
)

// gate is a way to the database that can be shut, as a restart does.
type gate struct {
	target   string
	listener net.Listener

	mu     sync.Mutex
	isShut bool
	conns  map[net.Conn]bool
	wg     sync.WaitGroup
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := &gate{target: target, listener: listener, conns: make(map[net.Conn]bool)}
	g.wg.Go(g.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		g.set(true)
		g.wg.Wait()
	})

	return g
}

func (g *gate) accept() {
	for {
		client, err := g.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", g.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		g.mu.Lock()
		g.conns[client], g.conns[server] = true, true
		isShut := g.isShut
		g.mu.Unlock()
		if isShut {
			g.set(true)
		}
		g.wg.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
		g.wg.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	}
}

// set shuts the gate, cutting every connection, or opens it again.
func (g *gate) set(isShut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.isShut = isShut
	if isShut {
		for c := range g.conns {
			_ = c.Close()
			delete(g.conns, c)
		}
	}
}

func TestPostgresComesBack(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(databasetest.NewPostgresURL(t))
	require.NoError(t, err)
	g := newGate(t, u.Host)
	u.Host = g.listener.Addr().String()
	db := withNotes(t, databasetest.Open(t, database.Config{URL: secret.New(u.String())}))
	require.NoError(t, write(t.Context(), db, "before"))

	g.set(true)
	for range 5 { // every connection of the pool is gone
		require.ErrorIs(t, write(t.Context(), db, "lost"), database.ErrUnavailable)
	}
	require.ErrorIs(t, db.InTx(t.Context(), func(ctx context.Context) error { return write(ctx, db, "lost") }), database.ErrUnavailable)
	require.ErrorIs(t, db.InBatch(t.Context(), func(ctx context.Context) error { return write(ctx, db, "lost") }), database.ErrUnavailable)
	require.ErrorIs(t, db.Ping(t.Context()), database.ErrUnavailable)

	g.set(false)
	require.Eventually(t, func() bool { return write(t.Context(), db, "after") == nil }, time.Minute, 10*time.Millisecond)
	require.Equal(t, 2, count(t, db))
}

func TestPostgresStatementsHaveADeadline(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, database.Config{
		URL: secret.New(databasetest.NewPostgresURL(t)), MaxConnections: 2, Timeout: 3 * time.Second,
	})

	begun := time.Now()
	err := db.Conn(t.Context()).Exec("SELECT pg_sleep(300)").Error
	require.ErrorIs(t, err, database.ErrUnavailable)
	require.Less(t, time.Since(begun), time.Minute)

	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { _ = db.Conn(t.Context()).Exec("SELECT pg_sleep(300)").Error })
	}
	wg.Go(func() { err = db.Conn(t.Context()).Exec("SELECT pg_sleep(300)").Error })
	wg.Wait()
	require.ErrorIs(t, err, database.ErrUnavailable, "waiting for a connection has a deadline, too")
}

func TestPostgresConnectionThatWasCutIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t, database.Config{URL: secret.New(databasetest.NewPostgresURL(t)), MaxConnections: 1})
	connection := func() (pid int) {
		require.NoError(t, db.Conn(t.Context()).Raw("SELECT pg_backend_pid()").Scan(&pid).Error)

		return pid
	}
	first := connection()
	require.Equal(t, first, connection())

	require.NoError(t, database.CutShort(t.Context(), db))

	require.NotEqual(t, first, connection())
}

func TestPostgresThatIsNotThere(t *testing.T) {
	t.Parallel()
	cfg := database.Defaults()
	cfg.URL = secret.New("postgres://homehub:hunter2@127.0.0.1:1/homehub")

	_, err := database.Open(t.Context(), cfg, database.Deps{})

	require.ErrorIs(t, err, database.ErrUnavailable)
	require.NotContains(t, err.Error(), "hunter2")
}

// A server that turns a connection down (no such database, a changed password, maintenance) is
// as far away as one that is not there.
func TestPostgresThatRefuses(t *testing.T) {
	t.Parallel()
	at, err := url.Parse(databasetest.NewPostgresURL(t))
	require.NoError(t, err)
	at.Path = "/no_such_database"
	cfg := database.Defaults()
	cfg.URL = secret.New(at.String())

	_, err = database.Open(t.Context(), cfg, database.Deps{})

	require.ErrorIs(t, err, database.ErrUnavailable)
	require.ErrorContains(t, err, "3D000")
}
