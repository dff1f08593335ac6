package httpx_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"homehub/platform/apperr"
	"homehub/platform/kv"
	"homehub/platform/log"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := map[string]bool{
		"abc-123._X":            true,
		strings.Repeat("a", 64): true,
		strings.Repeat("a", 65): false,
		"":                      false,
		"a b":                   false,
		"a\tb":                  false,
		"é":                     false,
	}
	for id, isKept := range cases {
		got := b.client.With("X-Request-ID", id).Get("/livez").Header.Get("X-Request-ID")
		if isKept {
			require.Equal(t, id, got)
			continue
		}
		require.NotEqual(t, id, got)
		require.Len(t, got, 36)
	}
	p := b.client.With("X-Request-ID", "mine").Post("/api/v1/intent", nil).ExpectProblem(401, "auth.unauthenticated")
	require.Equal(t, "mine", p.RequestID)
}

func TestErrorsBecomeProblems(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err    error
		status int
		code   string
		retry  string
	}{
		"a module's":             {fmt.Errorf("do: %w", apperr.New(apperr.Forbidden, "auth.not_allowed", "You may not do that.")), 403, "auth.not_allowed", ""},
		"missing":                {apperr.New(apperr.NotFound, "instance.none", "None."), 404, "instance.none", ""},
		"in conflict":            {apperr.New(apperr.Conflict, "a.b", "Wait.").WithRetryAfter(1200 * time.Millisecond), 409, "a.b", "2"},
		"contradictory":          {apperr.New(apperr.Unprocessable, "idempotency.mismatch", "Another body."), 422, "idempotency.mismatch", ""},
		"too often":              {apperr.New(apperr.RateLimited, "a.often", "Slow down."), 429, "a.often", "1"},
		"a dependency away":      {apperr.New(apperr.Unavailable, "a.away", "Later.").Wrap(errors.New("dial tcp 10.0.0.1")), 503, "a.away", ""},
		"a bug with a nice text": {apperr.New(apperr.Internal, "a.bug", "SELECT * FROM users"), 500, "internal", ""},
		"anything else":          {errors.New("pq: password authentication failed"), 500, "internal", ""},
		"a deadline":             {fmt.Errorf("ask: %w", context.DeadlineExceeded), 503, "request.deadline", ""},
		"echo's":                 {echo.ErrTeapot, 418, "request.refused", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.intent = func(echo.Context) error { return tc.err }

			res := b.signedIn().Post("/api/v1/intent", object{"text": "a"})

			p := res.ExpectProblem(tc.status, tc.code)
			require.Equal(t, tc.retry, res.Header.Get("Retry-After"))
			for _, secret := range []string{"SELECT", "password", "10.0.0.1"} {
				require.NotContains(t, p.Detail, secret)
			}
			if tc.status >= 500 {
				entry := b.logged.FilterMessage("request").All()[0]
				require.GreaterOrEqual(t, entry.Level, zapcore.WarnLevel)
				require.Equal(t, tc.err.Error(), entry.ContextMap()["error"], "the cause is in the log")
			}
		})
	}
}

func TestAPanicIsOneRequestsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.intent = func(echo.Context) error { panic("bug") }

	b.signedIn().Post("/api/v1/intent", object{"text": "a"}).ExpectProblem(500, "internal")

	panics := b.logged.FilterMessage("panic in a handler").All()
	require.Len(t, panics, 1)
	require.Contains(t, panics[0].ContextMap()["stack"], "middleware_test.go")
	b.client.Get("/livez").Expect(http.StatusOK)
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	b := setup(t)

	b.signedIn().With("X-Request-ID", "mine").Post("/api/v1/instance/start?household_id=h&token=hunter2", nil).Expect(409)

	entry := b.logged.FilterMessage("request").All()[0]
	fields := entry.ContextMap()
	require.Equal(t, zapcore.InfoLevel, entry.Level)
	require.Equal(t, "mine", fields["request_id"])
	require.Equal(t, "/api/v1/instance/:action", fields["route"])
	require.Equal(t, "anna", fields["caller"])
	require.Equal(t, "h", fields["household_id"])
	require.EqualValues(t, 409, fields["status"])
	require.NotContains(t, fmt.Sprint(fields), "hunter2")
}

func TestTheHandlersContextHasTheRequestID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var got string
	b.intent = func(c echo.Context) error {
		got = log.RequestID(c.Request().Context())
		return c.JSON(http.StatusOK, intentAnswer(c, ""))
	}

	b.signedIn().With("X-Request-ID", "mine").Post("/api/v1/intent", object{"text": "a"}).Expect(200)

	require.Equal(t, "mine", got)
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := setup(t).client.Get("/livez").Header
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "DENY", h.Get("X-Frame-Options"))
	require.Equal(t, "no-store", h.Get("Cache-Control"))
	require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")
}

func TestCORS(t *testing.T) {
	t.Parallel()
	const origin = "https://panel.example.org"
	ask := func(b *bench, from string) http.Header {
		req := b.client.Request(http.MethodOptions, "/api/v1/intent", nil)
		req.Header.Set("Origin", from)
		req.Header.Set("Access-Control-Request-Method", "POST")

		return b.client.Do(req).Header
	}

	require.Empty(t, ask(setup(t), origin).Get("Access-Control-Allow-Origin"), "none by default")
	b := setup(t, func(b *bench) { b.cfg.CORSOrigins = []string{origin} })
	require.Equal(t, origin, ask(b, origin).Get("Access-Control-Allow-Origin"))
	require.Empty(t, ask(b, "https://elsewhere.example").Get("Access-Control-Allow-Origin"))
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		proxies   []string
		forwarded string
		want      string
	}{
		"nobody is trusted":              {nil, "203.0.113.9", "192.0.2.1"},
		"a proxy is":                     {[]string{"192.0.2.0/24"}, "203.0.113.9", "203.0.113.9"},
		"a proxy by address":             {[]string{"192.0.2.1"}, "203.0.113.9", "203.0.113.9"},
		"what a client claims is not":    {[]string{"192.0.2.0/24"}, "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		"a private one is not by itself": {[]string{"198.51.100.0/24"}, "203.0.113.9", "192.0.2.1"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bench) { b.cfg.TrustedProxies = tc.proxies })

			b.client.With("X-Forwarded-For", tc.forwarded).Get("/livez")

			require.Equal(t, tc.want, b.logged.FilterMessage("request").All()[0].ContextMap()["ip"])
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()

	t.Run("a caller's own", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		for i := range 30 {
			res := b.signedIn().Post("/api/v1/intent", object{"text": "a"}).Expect(200)
			require.Equal(t, "60", res.Header.Get("RateLimit-Limit"))
			require.Equal(t, strconv.Itoa(29-i), res.Header.Get("RateLimit-Remaining"))
			require.NotEmpty(t, res.Header.Get("RateLimit-Reset"))
		}
		res := b.signedIn().Post("/api/v1/intent", object{"text": "a"})
		res.ExpectProblem(429, "request.rate_limited")
		require.Equal(t, "1", res.Header.Get("Retry-After"))
		require.Equal(t, "0", res.Header.Get("RateLimit-Remaining"))
		b.client.As("bela").Post("/api/v1/intent", object{"text": "a"}).Expect(200)
		b.signedIn().Get("/api/v1/audit").Expect(200)
	})
	t.Run("a household's", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) { b.deps.Limits.IntentHousehold.Count = 2 })
		b.client.As("a").Post("/api/v1/intent", object{"text": "a"}).Expect(200)
		b.client.As("b").Post("/api/v1/intent", object{"text": "a"}).Expect(200)
		b.client.As("c").Post("/api/v1/intent", object{"text": "a"}).ExpectProblem(429, "request.rate_limited")
		b.client.As("c").Post("/api/v1/intent", object{"text": "a", "household_id": "another"}).Expect(200)
	})
	t.Run("an address's", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) { b.deps.Limits.Login.Count = 1 })
		login := object{"email": "a@example.org", "password": "x"}
		b.client.Post("/api/v1/auth/login", login).ExpectProblem(401, "auth.invalid_credentials")
		b.client.Post("/api/v1/auth/login", login).ExpectProblem(429, "request.rate_limited")
	})
	t.Run("none when switched off", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) { b.deps.Limits.Enabled, b.deps.Limits.Default.Count = false, 1 })
		for range 3 {
			res := b.signedIn().Get("/api/v1/audit").Expect(200)
			require.Empty(t, res.Header.Get("RateLimit-Limit"))
		}
	})
	t.Run("this process's own while kv is away", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(b *bench) {
			b.deps.KV = brokenStore{b.deps.KV}
			b.deps.Limits.Default.Count = 2
		})
		b.signedIn().Get("/api/v1/audit").Expect(200)
		b.signedIn().Get("/api/v1/audit").Expect(200)
		b.signedIn().Get("/api/v1/audit").ExpectProblem(429, "request.rate_limited")
		require.Equal(t, 1, b.logged.FilterMessageSnippet("rate limits are counted by this process").Len())
	})
}

// brokenStore is a kv that does not answer.
type brokenStore struct{ kv.Store }

func (brokenStore) Allow(context.Context, string, kv.Limit) (kv.Decision, error) {
	return kv.Decision{}, errors.New("dial tcp: refused")
}
