// Package httpx is homehub's HTTP server: what every request goes through before and after a
// module's handler, and the one place where errors become responses.
//
// Order of judgement: request id, recover, body limit, authenticate, rate limit, validate
// against docs/openapi.yaml, what Authenticate holds against the caller, handler.
package httpx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// Deps is everything the server needs from outside.
type Deps struct {
	Log     *zap.Logger
	Metrics *prometheus.Registry
	KV      kv.Store
	Health  *health.Checker
	Spec    []byte // docs/openapi.yaml
	Limits  Limits
	// Authenticate puts the caller into the request's context, or refuses: at once whom it does
	// not know, by RefuseLater whom it does.
	Authenticate echo.MiddlewareFunc
	// OnRefused records that a caller had not the right that an operation needs; nil: nobody does.
	OnRefused func(ctx context.Context, right identity.Right, operationID string) error
	// FailureWriters answer failures of the operations whose x-failures names them; the others'
	// are problems (RFC 9457).
	FailureWriters map[string]FailureWriter
	// Ready reports whether the server can do its work; nil: Health decides.
	Ready func(ctx context.Context) error
	Now   clock.Clock
}

// Server is the HTTP server.
type Server struct {
	cfg      Config
	deps     Deps
	echo     *echo.Echo
	ops      *echo.Echo // the same as echo without an ops_address
	public   *echo.Group
	api      *echo.Group
	admin    *echo.Group // of ops
	contract *contract
	metrics  *httpMetrics
	limiter  *limiter
	routes   func() map[string]bool // every route's template

	servers    []*http.Server
	listeners  []net.Listener
	isDraining atomic.Bool
	stopping   context.Context //nolint:containedctx // ends when the server stops; every stream ends with it
	stop       context.CancelFunc
}

// New makes the server; it opens no port yet.
func New(cfg Config, deps Deps) (*Server, error) {
	contract, err := loadContract(deps.Spec)
	if err != nil {
		return nil, err
	}
	stopping, stop := context.WithCancel(context.Background())
	s := &Server{
		stopping: stopping, stop: stop,
		cfg: cfg, deps: deps, contract: contract,
		metrics: newHTTPMetrics(deps.Metrics),
		limiter: newLimiter(deps),
	}
	if s.echo, err = s.newEcho(); err != nil {
		return nil, err
	}
	s.ops, s.routes = s.echo, sync.OnceValue(s.listRoutes)
	if cfg.OpsAddress != "" {
		if s.ops, err = s.newEcho(); err != nil {
			return nil, err
		}
	}
	s.public = s.echo.Group("", s.consult, s.limit, s.validate)
	judged := []echo.MiddlewareFunc{s.consult, s.deps.Authenticate, s.limit, s.validate, s.authorise}
	s.api = s.echo.Group("/api/v1", judged...)
	s.admin = s.ops.Group("/api/v1/admin", judged...)
	// A group answers for every address below it; what does not exist is a 404 before it is a 401.
	for _, e := range s.listeningEchos() {
		for _, path := range []string{"", "/*", "/api/v1", "/api/v1/*", "/api/v1/admin", "/api/v1/admin/*"} {
			e.RouteNotFound(path, s.notFound(e))
		}
	}
	s.routeOps()

	return s, nil
}

func (s *Server) newEcho() (*echo.Echo, error) {
	proxies, err := s.cfg.trustedProxies()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.respond(c, err) }
	e.IPExtractor = echo.ExtractIPDirect()
	if len(proxies) > 0 {
		trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
		for _, r := range proxies {
			trust = append(trust, echo.TrustIPRange(r))
		}
		e.IPExtractor = echo.ExtractIPFromXFFHeader(trust...)
	}
	e.Use(s.observe, s.recover, s.secure)
	if len(s.cfg.CORSOrigins) > 0 {
		e.Use(cors(s.cfg.CORSOrigins))
	}
	e.Use(s.buffer)

	return e, nil
}

// notFound tells an address that takes other methods from one that takes none; the router leaves
// that to whoever answers for a whole group.
func (s *Server) notFound(e *echo.Echo) echo.HandlerFunc {
	return func(c echo.Context) error {
		var allowed []string
		probe := e.NewContext(c.Request(), c.Response())
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			e.Router().Find(method, echo.GetPath(c.Request()), probe)
			if s.routeOf(probe) != unmatched {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			return errNotFound
		}
		c.Response().Header().Set(echo.HeaderAllow, strings.Join(allowed, ", "))

		return errMethodNotAllowed
	}
}

// listeningEchos are those with an address: one or two.
func (s *Server) listeningEchos() []*echo.Echo {
	if s.ops == s.echo {
		return []*echo.Echo{s.echo}
	}

	return []*echo.Echo{s.echo, s.ops}
}

// Public is the group of routes without a caller; paths in it begin at the root.
func (s *Server) Public() *echo.Group { return s.public }

// API is the group /api/v1, whose routes require a caller.
func (s *Server) API() *echo.Group { return s.api }

// Admin is the group /api/v1/admin, whose routes require a caller like those of API. It is served
// where /metrics is: at server.ops_address where that is set, and then nowhere else.
func (s *Server) Admin() *echo.Group { return s.admin }

// Routes are those of all addresses, as the contract writes them: GET /api/v1/users/me.
func (s *Server) Routes() []string {
	var routes []string
	for _, e := range s.listeningEchos() {
		for _, r := range e.Routes() {
			if r.Method != echo.RouteNotFound {
				routes = append(routes, r.Method+" "+contractPath(r.Path))
			}
		}
	}
	slices.Sort(routes)

	return slices.Compact(routes)
}

// Handler serves without a port, for tests.
func (s *Server) Handler() http.Handler { return s.echo }

// OpsHandler is Handler for server.ops_address; without one they are the same.
func (s *Server) OpsHandler() http.Handler { return s.ops }

// Listen opens the ports, so that a taken one is an error before anything else starts.
func (s *Server) Listen() error {
	errorLog, err := zap.NewStdLogAt(s.deps.Log, zap.DebugLevel) // broken connections, mostly
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for _, l := range []struct {
		key     string
		address string
		handler *echo.Echo
	}{{"server.address", s.cfg.Address, s.echo}, {"server.ops_address", s.cfg.OpsAddress, s.ops}} {
		if l.address == "" {
			continue
		}
		var lc net.ListenConfig
		listener, err := lc.Listen(context.Background(), "tcp", l.address)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", l.key, err), s.Close())
		}
		s.listeners = append(s.listeners, listener)
		s.servers = append(s.servers, &http.Server{
			Handler:           l.handler,
			ReadHeaderTimeout: s.cfg.ReadHeaderTimeout,
			ReadTimeout:       s.cfg.ReadTimeout,
			WriteTimeout:      s.cfg.WriteTimeout,
			IdleTimeout:       s.cfg.IdleTimeout,
			MaxHeaderBytes:    s.cfg.HeaderLimit,
			ErrorLog:          errorLog,
		})
	}

	return nil
}

// Addr is where the server listens; empty before Listen.
func (s *Server) Addr() string {
	if len(s.listeners) == 0 {
		return ""
	}

	return s.listeners[0].Addr().String()
}

// OpsAddr is where /metrics and the routes of Admin are served.
func (s *Server) OpsAddr() string {
	if len(s.listeners) == 0 {
		return ""
	}

	return s.listeners[len(s.listeners)-1].Addr().String()
}

// Run serves until ctx ends; then it says so at /readyz, stops accepting, and finishes what is
// in flight. Listen comes first.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, len(s.servers))
	for i, server := range s.servers {
		go func() { failed <- server.Serve(s.listeners[i]) }()
	}
	var err error
	ended := 0
	select {
	case err = <-failed:
		ended++
	case <-ctx.Done():
		s.drain()
	}
	errs := []error{s.shutdown(context.WithoutCancel(ctx)), unlessClosed(err)}
	for ; ended < len(s.servers); ended++ {
		errs = append(errs, unlessClosed(<-failed))
	}

	return errors.Join(errs...)
}

func (s *Server) drain() {
	s.isDraining.Store(true)
	if s.cfg.DrainDelay > 0 {
		time.Sleep(s.cfg.DrainDelay)
	}
}

// shutdown waits for requests in flight, and cuts off what takes too long.
func (s *Server) shutdown(ctx context.Context) error {
	s.isDraining.Store(true)
	s.stop() // streams have no end to wait for
	ctx, cancel := context.WithTimeout(ctx, s.cfg.ShutdownTimeout)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			s.deps.Log.Warn("requests were cut off at the end", zap.Error(err))
			errs = append(errs, server.Close())
		}
	}

	return errors.Join(errs...)
}

// Close lets go of the ports of a server that does not run (any more).
func (s *Server) Close() error {
	s.stop()
	var errs []error
	for i, server := range s.servers {
		errs = append(errs, server.Close(), unlessClosed(s.listeners[i].Close()))
	}

	return errors.Join(errs...)
}

func unlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}

	return err
}
