package httpx_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"homehub/docs"
	"homehub/platform/apperr"
	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// bench is a server with a few handlers of the contract's routes, and what it logged.
type bench struct {
	cfg      httpx.Config
	deps     httpx.Deps
	server   *httpx.Server
	client   *httpxtest.Client
	logged   *observer.ObservedLogs
	database health.Status

	intent func(c echo.Context) error // POST /api/v1/intent
}

type option func(*bench)

// setup makes a server. Handlers are the smallest that keep the contract.
func setup(tb testing.TB, options ...option) *bench {
	tb.Helper()
	core, logged := observer.New(zapcore.DebugLevel)
	b := &bench{cfg: httpx.Defaults(), logged: logged, database: health.Up}
	b.cfg.Address = "127.0.0.1:0"
	b.intent = func(c echo.Context) error {
		dto, err := httpx.Decode[struct {
			Text string `json:"text"`
		}](c)
		if err != nil {
			return err
		}

		return c.JSON(http.StatusOK, intentAnswer(c, dto.Text))
	}
	now := clock.Fixed(time.Now()) // limits forget nothing, however long a test takes
	b.deps = httpx.Deps{
		Log: zap.New(core), Metrics: prometheus.NewRegistry(), KV: kv.NewMemory(now), Spec: docs.OpenAPI,
		Limits: httpx.DefaultLimits(), Authenticate: authenticate, Now: now,
		Health: health.New(map[string]health.Check{
			health.Database: func(context.Context) health.Result { return health.Result{Status: b.database} },
			"llm": func(context.Context) health.Result {
				return health.Result{Status: health.Degraded, Latency: time.Millisecond, Message: "No model answers."}
			},
		}, clock.System),
	}
	for _, o := range options {
		o(b)
	}
	server, err := httpx.New(b.cfg, b.deps)
	require.NoError(tb, err)
	server.Public().POST("/api/v1/auth/login", func(c echo.Context) error {
		return apperr.New(apperr.Unauthenticated, "auth.invalid_credentials", "E-mail or password is wrong.")
	})
	server.API().POST("/intent", func(c echo.Context) error { return b.intent(c) })
	server.API().POST("/instance/:action", func(echo.Context) error {
		return apperr.New(apperr.Conflict, "instance.exists", "The household has an instance.").WithRetryAfter(1500 * time.Millisecond)
	})
	server.API().GET("/audit", func(c echo.Context) error {
		if _, err := httpx.PageOf(c); err != nil {
			return err
		}

		return c.JSON(http.StatusOK, httpx.NewList[struct{}](nil, ""))
	})
	server.API().POST("/auth/logout", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	b.server = server
	b.client = httpxtest.New(tb, server.Handler())

	return b
}

// signedIn is a client with a caller.
func (b *bench) signedIn() *httpxtest.Client { return b.client.As("anna") }

// authenticate takes the token for the caller's id.
func authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		const bearer = "Bearer "
		header := c.Request().Header.Get(echo.HeaderAuthorization)
		if len(header) <= len(bearer) {
			return identity.ErrUnauthenticated
		}
		household := httpx.PeekHouseholdID(c)
		if household == "" {
			household = "own"
		}
		ctx := identity.With(c.Request().Context(), identity.Principal{
			Kind: identity.User, ID: header[len(bearer):], HouseholdID: household, Role: identity.RoleOwner,
		})
		c.SetRequest(c.Request().WithContext(ctx))
		if household == "foreign" {
			httpx.RefuseLater(c, apperr.New(apperr.NotFound, "auth.household_not_found", "There is no such household."))
		}

		return next(c)
	}
}

func intentAnswer(c echo.Context, speech string) map[string]any {
	return map[string]any{
		"request_id": c.Response().Header().Get(echo.HeaderXRequestID), "conversation_id": "c", "language": "hu",
		"status": "done", "speech": speech, "source": "grammar", "commands": []any{}, "choices": []any{},
		"timing_ms": map[string]float64{"understand": 0.1, "execute": 1, "total": 1.2},
	}
}

type object = map[string]any
