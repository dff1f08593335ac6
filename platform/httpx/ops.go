package httpx

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"homehub/platform/buildinfo"
	"homehub/platform/health"
)

// readyTimeout bounds the question whether the database answers.
const readyTimeout = 2 * time.Second

type statusResponse struct {
	Status string `json:"status"`
}

type healthResponse struct {
	Status  string                   `json:"status"`
	Version string                   `json:"version"`
	Checks  map[string]checkResponse `json:"checks"`
}

type checkResponse struct {
	Status    string  `json:"status"`
	LatencyMS float64 `json:"latency_ms"`
	Message   string  `json:"message,omitempty"`
}

// routeOps mounts what machines ask. None of it needs a caller, and none is rate limited.
func (s *Server) routeOps() {
	for _, e := range s.listeningEchos() {
		e.GET("/livez", s.livez)
		e.GET("/readyz", s.readyz)
		e.GET("/api/v1/health", s.health(e == s.ops))
	}
	if s.deps.Metrics != nil {
		s.ops.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{
			Registry: s.deps.Metrics, MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
		})))
	}
}

func (s *Server) livez(c echo.Context) error {
	return c.JSON(http.StatusOK, statusResponse{Status: "ok"})
}

func (s *Server) readyz(c echo.Context) error {
	switch {
	case s.isDraining.Load():
		return c.JSON(http.StatusServiceUnavailable, statusResponse{Status: "stopping"})
	case !s.isReady(c.Request().Context()):
		return c.JSON(http.StatusServiceUnavailable, statusResponse{Status: string(health.Down)})
	default:
		return c.JSON(http.StatusOK, statusResponse{Status: "ok"})
	}
}

func (s *Server) isReady(ctx context.Context) bool {
	if s.deps.Ready == nil {
		return s.deps.Health == nil || s.deps.Health.Report(ctx).Status != health.Down
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()

	return s.deps.Ready(ctx) == nil
}

// health says how homehub is, and with isDetailed how each of its dependencies is: with an
// ops_address that is for those who reach it.
func (s *Server) health(isDetailed bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		report := s.deps.Health.Report(c.Request().Context())
		body := healthResponse{
			Status: string(report.Status), Version: buildinfo.Read().Version, Checks: map[string]checkResponse{},
		}
		if isDetailed {
			for name, r := range report.Checks {
				body.Checks[name] = toCheckResponse(r)
			}
		}
		status := http.StatusOK
		if report.Status == health.Down {
			status = http.StatusServiceUnavailable
		}

		return c.JSON(status, body)
	}
}

func toCheckResponse(r health.Result) checkResponse {
	return checkResponse{
		Status: string(r.Status), LatencyMS: float64(r.Latency.Microseconds()) / 1000, Message: r.Message,
	}
}
