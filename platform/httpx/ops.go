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
	servers := []*echo.Echo{s.echo}
	if s.ops != s.echo {
		servers = append(servers, s.ops)
	}
	for _, e := range servers {
		e.GET("/livez", s.livez)
		e.GET("/readyz", s.readyz)
	}
	s.echo.GET("/api/v1/health", s.health)
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

func (s *Server) health(c echo.Context) error {
	report := s.deps.Health.Report(c.Request().Context())
	body := healthResponse{
		Status: string(report.Status), Version: buildinfo.Read().Version, Checks: make(map[string]checkResponse, len(report.Checks)),
	}
	for name, r := range report.Checks {
		body.Checks[name] = checkResponse{
			Status: string(r.Status), LatencyMS: float64(r.Latency.Microseconds()) / 1000, Message: r.Message,
		}
	}
	status := http.StatusOK
	if report.Status == health.Down {
		status = http.StatusServiceUnavailable
	}

	return c.JSON(status, body)
}
