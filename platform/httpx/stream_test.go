package httpx_test

import (
	"context"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

// streaming serves the bench's handler of GET /api/v1/events at a port.
func (b *bench) streaming(t *testing.T, handler echo.HandlerFunc) *httpxtest.Client {
	t.Helper()
	b.server.API().GET("/events", handler)
	require.NoError(t, b.server.Listen())
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- b.server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})

	return httpxtest.NewRemote(t, "http://"+b.server.Addr())
}

// consulting authenticates as authenticate does, and looks at kv on the way as auth does.
func consulting(b *bench) {
	b.deps.Authenticate = func(next echo.HandlerFunc) echo.HandlerFunc {
		return authenticate(func(c echo.Context) error {
			// Marks and entry are empty, and so vouch for whoever it is.
			_, err := httpx.Consult(c, b.deps.KV, "anna", "own", []string{"mark", "entry"})
			if err != nil {
				return err
			}

			return next(c)
		})
	}
}

func TestWhoIsAskedForAgainIsNotChargedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, consulting)
	for _, key := range []string{"mark", "entry"} {
		require.NoError(t, b.deps.KV.Set(t.Context(), key, []byte{}, time.Minute))
	}
	client := b.streaming(t, func(c echo.Context) error {
		out, err := httpx.OpenStream(c, "0", patience)
		if err != nil {
			return err
		}
		defer out.Close()
		before := c.Request().Context()
		for range 50 {
			p, err := httpx.CallerNow(c)
			if err != nil {
				return err
			}
			if err := out.Send("1", p.ID, []byte("{}")); err != nil {
				return err
			}
		}
		require.Equal(t, before, c.Request().Context(), "a look leaves nothing behind")

		return nil
	}).As("anna")
	remaining := func() string {
		return client.Get("/api/v1/audit").Expect(200).Header.Get("RateLimit-Remaining")
	}
	require.Equal(t, "299", remaining())

	s := client.Stream("/api/v1/events")
	for range 50 {
		require.Equal(t, "anna", s.Next().Name)
	}
	s.ExpectEnd()

	require.Equal(t, "297", remaining(), "the stream was charged once")
}

func TestAStreamIsNoSlowAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.streaming(t, func(c echo.Context) error {
		out, err := httpx.OpenStream(c, "0", patience)
		if err == nil {
			out.Close()
		}

		return err
	})
	client.As("anna").Stream("/api/v1/events").ExpectEnd()
	client.As("anna").Get("/api/v1/audit").Expect(200)

	n, err := testutil.GatherAndCount(b.deps.Metrics, "homehub_http_request_seconds")
	require.NoError(t, err)
	require.Equal(t, 1, n, "of the one that has an end")
}
