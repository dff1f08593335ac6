package httpx_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

// patience bounds what is waited for; nothing takes nearly so long.
const patience = time.Minute

// start runs the server on a port; stop ends it and waits.
func (b *bench) start(tb testing.TB) (stop func() error) {
	tb.Helper()
	require.NoError(tb, b.server.Listen())
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- b.server.Run(ctx) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()

		return <-ended
	}
	tb.Cleanup(func() { require.NoError(tb, stop()) })

	return stop
}

func (b *bench) dial(tb testing.TB) net.Conn {
	tb.Helper()
	var d net.Dialer
	conn, err := d.DialContext(tb.Context(), "tcp", b.server.Addr())
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close() })
	require.NoError(tb, conn.SetDeadline(time.Now().Add(patience)))

	return conn
}

func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	b := setup(t, func(b *bench) { b.cfg.ShutdownTimeout = 2 * patience })
	b.intent = func(c echo.Context) error {
		close(begun)
		<-finish

		return c.JSON(http.StatusOK, intentAnswer(c, "done"))
	}
	stop := b.start(t)
	conn := b.dial(t)
	_, err := fmt.Fprintf(conn, "POST /api/v1/intent HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer anna\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}")
	require.NoError(t, err)
	<-begun

	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, func() bool { // the listener closes while the request still runs
		late, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.server.Addr())
		if err == nil {
			_ = late.Close()
		}

		return err != nil
	}, patience, time.Millisecond)
	httpxtest.New(t, b.server.Handler()).Get("/readyz").Expect(http.StatusServiceUnavailable)
	close(finish)

	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.NoError(t, res.Body.Close())
	require.NoError(t, <-stopped)
}

func TestShutdownCutsOffWhatHangs(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	b := setup(t, func(b *bench) { b.cfg.ShutdownTimeout = 10 * time.Millisecond })
	b.intent = func(c echo.Context) error {
		close(begun)
		<-c.Request().Context().Done()

		return c.Request().Context().Err()
	}
	stop := b.start(t)
	conn := b.dial(t)
	_, err := fmt.Fprintf(conn, "POST /api/v1/intent HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer anna\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}")
	require.NoError(t, err)
	<-begun

	require.NoError(t, stop())
}

func TestReadyzSaysNoBeforeTheListenerCloses(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bench) { b.cfg.DrainDelay = 3 * time.Second }) // within which a busy machine asks, too
	stop := b.start(t)
	client := httpxtest.NewRemote(t, "http://"+b.server.Addr())
	client.Get("/readyz").Expect(http.StatusOK)

	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()

	require.Eventually(t, func() bool { return client.Get("/readyz").Status == http.StatusServiceUnavailable }, patience, time.Millisecond)
	require.NoError(t, <-stopped)
}

func TestSlowClientsAreLetGo(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bench) {
		// The second client is to get its headers through on a busy machine, too.
		b.cfg.ReadHeaderTimeout, b.cfg.ReadTimeout = 2*time.Second, 3*time.Second
	})
	b.start(t)

	t.Run("in the headers", func(t *testing.T) {
		t.Parallel()
		conn := b.dial(t)
		_, err := io.WriteString(conn, "POST /api/v1/intent HTTP/1.1\r\nHost: h\r\nX-Slow: ")
		require.NoError(t, err)

		_, err = io.ReadAll(conn) // ends when the server hangs up
		require.NoError(t, err)
	})
	t.Run("in the body", func(t *testing.T) {
		t.Parallel()
		conn := b.dial(t)
		_, err := io.WriteString(conn, "POST /api/v1/intent HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer anna\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"te")
		require.NoError(t, err)

		answer, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Contains(t, string(answer), "408")
		require.Contains(t, string(answer), "request.timeout")
	})
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	client := httpxtest.NewRemote(t, "http://"+b.server.Addr())

	t.Run("2 MB, announced", func(t *testing.T) {
		t.Parallel()
		client.For(t).As("anna").Post("/api/v1/intent", strings.Repeat("a", 2<<20)).ExpectProblem(413, "request.too_large")
	})
	t.Run("2 MB, in chunks", func(t *testing.T) {
		t.Parallel()
		req := client.For(t).As("anna").Request(http.MethodPost, "/api/v1/intent", "")
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("a", 2<<20))), -1
		client.For(t).Do(req).ExpectProblem(413, "request.too_large")
	})
	t.Run("a flood of headers", func(t *testing.T) {
		t.Parallel()
		conn := b.dial(t)
		_, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: h\r\n")
		require.NoError(t, err)
		for i := 0; err == nil && i < 2000; i++ {
			_, err = fmt.Fprintf(conn, "X-%d: %s\r\n", i, strings.Repeat("x", 100))
		}
		if err == nil {
			_, _ = io.WriteString(conn, "\r\n")
		}

		line, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil { // else the connection was cut, which is an answer, too
			require.Contains(t, line, "431")
		}
	})

	client.Get("/livez").Expect(http.StatusOK)
}

func TestAnAddressInUseIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)

	second := setup(t, func(other *bench) { other.cfg.Address = b.server.Addr() })

	require.ErrorContains(t, second.server.Listen(), b.server.Addr())
	require.NoError(t, second.server.Close())
}

func TestOps(t *testing.T) {
	t.Parallel()

	t.Run("a missing model degrades", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		var body struct {
			Status string                    `json:"status"`
			Checks map[string]map[string]any `json:"checks"`
		}
		b.client.Get("/api/v1/health").Expect(http.StatusOK).JSON(&body)
		require.Equal(t, "degraded", body.Status)
		require.Equal(t, map[string]any{"status": "degraded", "latency_ms": 1.0, "message": "No model answers."}, body.Checks["llm"])
		b.client.Get("/readyz").Expect(http.StatusOK)
		b.client.Get("/livez").Expect(http.StatusOK)
	})
	t.Run("a dead database is down", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) { b.database = health.Down })
		b.client.Get("/api/v1/health").Expect(http.StatusServiceUnavailable)
		b.client.Get("/readyz").Expect(http.StatusServiceUnavailable)
		b.client.Get("/livez").Expect(http.StatusOK)
	})
	t.Run("readiness can be asked for by itself", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) {
			b.deps.Ready = func(context.Context) error { return errors.New("not yet") }
		})
		b.client.Get("/readyz").Expect(http.StatusServiceUnavailable)
	})
	t.Run("metrics have templates, not addresses", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.signedIn().Post("/api/v1/intent", object{"text": "a"}).Expect(http.StatusOK)
		b.client.Get("/secret/address").Expect(http.StatusNotFound)
		req := b.client.Request("BREW", "/api/v1/intent", nil)
		b.client.Do(req).Expect(http.StatusMethodNotAllowed)

		text := string(b.client.Get("/metrics").Expect(http.StatusOK).Body)

		require.Contains(t, text, `homehub_http_requests_total{method="POST",route="/api/v1/intent",status="2xx"} 1`)
		require.Contains(t, text, `homehub_http_requests_total{method="GET",route="unmatched",status="4xx"} 1`)
		require.Contains(t, text, `method="other"`)
		require.NotContains(t, text, "/secret")
	})
	t.Run("with an address of their own, metrics are only there", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) { b.cfg.OpsAddress = "127.0.0.1:0" })
		b.start(t)
		require.NotEqual(t, b.server.Addr(), b.server.OpsAddr())
		httpxtest.NewRemote(t, "http://"+b.server.Addr()).Get("/metrics").Expect(http.StatusNotFound)
		ops := httpxtest.NewRemote(t, "http://"+b.server.OpsAddr())
		ops.Get("/metrics").Expect(http.StatusOK)
		ops.Get("/readyz").Expect(http.StatusOK)
		ops.As("anna").Post("/api/v1/intent", object{"text": "a"}).Expect(http.StatusNotFound)
	})
}

func TestHealthcheckCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	_, port, err := net.SplitHostPort(b.server.Addr())
	require.NoError(t, err)
	run := func(address string) error {
		cmd := httpx.HealthcheckCommand(func() (string, error) { return address, nil })
		cmd.SetArgs([]string{"--timeout", patience.String()})
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)

		return cmd.ExecuteContext(t.Context())
	}

	require.NoError(t, run(b.server.Addr()))
	require.NoError(t, run("0.0.0.0:"+port))
	require.NoError(t, run(":"+port))
	require.NoError(t, stop())
	require.Error(t, run(b.server.Addr()))
	require.Error(t, run("nonsense"))
}
