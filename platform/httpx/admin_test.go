package httpx_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

const adminAudit = "/api/v1/admin/audit"

// withAdmin mounts one of the operator's routes.
func withAdmin(b *bench) *bench {
	b.server.Admin().GET("/audit", func(c echo.Context) error {
		return c.JSON(http.StatusOK, httpx.NewList[struct{}](nil, ""))
	})

	return b
}

// root is an operator, everybody else is none.
func root(b *bench) {
	b.deps.Authenticate = func(next echo.HandlerFunc) echo.HandlerFunc {
		return authenticate(func(c echo.Context) error {
			p, err := identity.From(c.Request().Context())
			if err != nil {
				return err
			}
			p.IsAdmin = p.ID == "root"
			c.SetRequest(c.Request().WithContext(identity.With(c.Request().Context(), p)))

			return next(c)
		})
	}
}

func TestAdminIsJudgedLikeTheRest(t *testing.T) {
	t.Parallel()
	b := withAdmin(setup(t, root, func(b *bench) { b.deps.Limits.Default.Count = 3 }))

	b.client.Get(adminAudit).ExpectProblem(http.StatusUnauthorized, "auth.unauthenticated")
	b.client.As("anna").Get(adminAudit).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	b.client.As("anna").Get(adminAudit+"?limit=0").ExpectProblem(http.StatusBadRequest, "request.invalid")
	b.client.As("root").Get(adminAudit).Expect(http.StatusOK)
	b.client.As("root").Get(adminAudit).Expect(http.StatusOK)
	b.client.As("root").Get(adminAudit).Expect(http.StatusOK)
	b.client.As("root").Get(adminAudit).ExpectProblem(http.StatusTooManyRequests, "request.rate_limited")
	for _, path := range []string{"/api/v1/admin", "/api/v1/admin/", "/api/v1/admin/nothing"} {
		b.client.Get(path).ExpectProblem(http.StatusNotFound, "request.not_found")
	}
	res := b.client.Delete(adminAudit)
	res.ExpectProblem(http.StatusMethodNotAllowed, "request.method_not_allowed")
	require.Equal(t, "GET", res.Header.Get("Allow"))
}

func TestWithAnAddressOfItsOwnAdminIsNowhereElse(t *testing.T) {
	t.Parallel()
	b := withAdmin(setup(t, root, func(b *bench) { b.cfg.OpsAddress = "127.0.0.1:0" }))
	ops := httpxtest.New(t, b.server.OpsHandler())

	for _, client := range []*httpxtest.Client{b.client, b.client.As("root"), b.client.As("anna")} {
		client.Get(adminAudit).ExpectProblem(http.StatusNotFound, "request.not_found")
		client.Delete(adminAudit).ExpectProblem(http.StatusNotFound, "request.not_found")
		client.Get("/api/v1/admin").ExpectProblem(http.StatusNotFound, "request.not_found")
	}
	ops.As("root").Get(adminAudit).Expect(http.StatusOK)
	ops.As("anna").Get(adminAudit).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	ops.Get(adminAudit).ExpectProblem(http.StatusUnauthorized, "auth.unauthenticated")
	ops.Delete(adminAudit).ExpectProblem(http.StatusMethodNotAllowed, "request.method_not_allowed")
	for _, path := range []string{"/", "/api/v1/admin/nothing", "/api/v1/intent", "/api/v1/audit"} {
		ops.As("root").Get(path).ExpectProblem(http.StatusNotFound, "request.not_found")
	}

	text := string(ops.Get("/metrics").Expect(http.StatusOK).Body)
	require.Contains(t, text, `homehub_http_requests_total{method="GET",route="/api/v1/admin/audit",status="2xx"} 1`)
	require.Contains(t, text, `homehub_http_requests_total{method="GET",route="unmatched",status="4xx"}`)
}

func TestWithAnAddressOfItsOwnTheDetailOfHealthIsThere(t *testing.T) {
	t.Parallel()
	type answer struct {
		Status string         `json:"status"`
		Checks map[string]any `json:"checks"`
	}
	var public, detailed answer
	b := setup(t, func(b *bench) { b.cfg.OpsAddress = "127.0.0.1:0" })

	b.client.Get("/api/v1/health").Expect(http.StatusOK).JSON(&public)
	httpxtest.New(t, b.server.OpsHandler()).Get("/api/v1/health").Expect(http.StatusOK).JSON(&detailed)

	require.Equal(t, answer{Status: "degraded", Checks: map[string]any{}}, public)
	require.Equal(t, "degraded", detailed.Status)
	require.Contains(t, detailed.Checks, "llm")
}
