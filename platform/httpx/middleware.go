package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"homehub/platform/identity"
	"homehub/platform/log"
)

type exchangeKey struct{}

// exchange is what the middleware knows of one request.
type exchange struct {
	server  *Server
	body    []byte
	refusal error // see RefuseLater
	toll    toll  // see Consult
	// operation is what the contract says of the request; nil where it says nothing.
	operation *operation
	isStrict  bool  // see IsStrict
	isStream  bool  // the answer has no end of its own
	err       error // what the answer is about, for the log
}

// exchangeOf finds the request's exchange; outside of the middleware it is an empty one.
func exchangeOf(c echo.Context) *exchange {
	if x, ok := c.Request().Context().Value(exchangeKey{}).(*exchange); ok {
		return x
	}

	return &exchange{}
}

// observe is the outermost step: it names the request, turns an error into the answer, and
// then counts and logs it.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begun := time.Now()
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if !isRequestID(id) {
			id = identity.NewID()
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		x := &exchange{server: s}
		ctx := context.WithValue(log.WithRequestID(c.Request().Context(), id), exchangeKey{}, x)
		c.SetRequest(c.Request().WithContext(ctx))

		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		if err := next(c); err != nil {
			x.err = err
			s.respond(c, err)
		}
		took := time.Since(begun)
		route := s.routeOf(c)
		s.metrics.observe(c, x, route, took)
		s.logAccess(c, x, route, took)

		return nil
	}
}

// isRequestID accepts what is safe in logs and headers.
func isRequestID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		switch b := id[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '.', b == '_', b == '-':
		default:
			return false
		}
	}

	return true
}

// unmatched stands for every address without a route.
const unmatched = "unmatched"

// routeOf is the route's template; never the address itself, which has no bounds.
func (s *Server) routeOf(c echo.Context) string {
	if path := c.Path(); s.routes()[path] {
		return path
	}

	return unmatched
}

// listRoutes is asked once, when the first request comes: by then all routes are there.
func (s *Server) listRoutes() map[string]bool {
	routes := make(map[string]bool)
	for _, e := range []*echo.Echo{s.echo, s.ops} {
		for _, r := range e.Routes() {
			if r.Method != echo.RouteNotFound {
				routes[r.Path] = true
			}
		}
	}

	return routes
}

// logAccess writes the request's one line. Neither query nor body are in it.
func (s *Server) logAccess(c echo.Context, x *exchange, route string, took time.Duration) {
	req, res := c.Request(), c.Response()
	level := zapcore.InfoLevel
	switch {
	case res.Status == http.StatusInternalServerError:
		level = zapcore.ErrorLevel
	case res.Status > http.StatusInternalServerError:
		level = zapcore.WarnLevel
	case isQuiet(route):
		level = zapcore.DebugLevel
	}
	entry := s.deps.Log.Check(level, "request")
	if entry == nil {
		return
	}
	fields := []zap.Field{
		zap.String("request_id", log.RequestID(req.Context())),
		zap.String("method", req.Method),
		zap.String("route", route),
		zap.Int("status", res.Status),
		zap.Duration("took", took),
		zap.Int64("bytes", res.Size),
		zap.String("ip", c.RealIP()),
	}
	if p, err := identity.From(req.Context()); err == nil {
		fields = append(fields, zap.String("caller", p.ID), zap.String("household_id", p.HouseholdID))
	}
	if x.err != nil {
		fields = append(fields, zap.Error(x.err))
	}
	entry.Write(fields...)
}

// isQuiet knows the routes that machines ask every few seconds.
func isQuiet(route string) bool {
	return route == "/livez" || route == "/readyz" || route == "/metrics"
}

// recover turns a panic into an error of this request alone.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if e, ok := value.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(value) // the server's own way to cut a connection
			}
			s.metrics.panics.Inc()
			log.For(c.Request().Context(), s.deps.Log).Error("panic in a handler",
				zap.Any("panic", value), zap.ByteString("stack", debug.Stack()))
			err = errInternal.Wrap(fmt.Errorf("panic: %v", value))
		}()

		return next(c)
	}
}

// secure sets the headers that keep a browser from doing more with an answer than it should.
func (s *Server) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderXFrameOptions, "DENY")
		h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
		h.Set(echo.HeaderReferrerPolicy, "no-referrer")
		h.Set(echo.HeaderCacheControl, "no-store")

		return next(c)
	}
}

// cors lets scripts of other origins call what is for clients. The page where a person signs in and
// decides about a device is for nobody's script (RFC 9700, section 2.6).
func cors(origins []string) echo.MiddlewareFunc {
	return middleware.CORSWithConfig(middleware.CORSConfig{
		Skipper: func(c echo.Context) bool {
			path := c.Request().URL.Path

			return path == "/pair" || strings.HasPrefix(path, "/pair/")
		},
		AllowOrigins: origins,
		AllowMethods: []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowHeaders: []string{
			echo.HeaderAuthorization, echo.HeaderContentType, echo.HeaderXRequestID, "Idempotency-Key", HeaderLastEventID,
		},
		ExposeHeaders: []string{
			echo.HeaderXRequestID, echo.HeaderRetryAfter, headerLimit, headerRemaining, headerReset, "Idempotency-Replayed",
		},
		MaxAge: int((10 * time.Minute).Seconds()),
	})
}

// buffer reads the body once, within its limit, for all who need it later.
func (s *Server) buffer(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		req := c.Request()
		if req.Body == nil || req.Body == http.NoBody || s.routeOf(c) == unmatched {
			return next(c)
		}
		if req.ContentLength > s.cfg.BodyLimit {
			return errTooLarge
		}
		body, err := io.ReadAll(http.MaxBytesReader(c.Response(), req.Body, s.cfg.BodyLimit))
		if err != nil {
			return bodyError(err)
		}
		x := exchangeOf(c)
		x.body = body

		return next(c)
	}
}

// consult looks the request up in the contract.
func (s *Server) consult(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		exchangeOf(c).operation = s.contract.find(c)

		return next(c)
	}
}

// NeededRight is the right that the request's operation needs; empty where the contract names
// none. It is for Authenticate.
func NeededRight(c echo.Context) identity.Right {
	if op := exchangeOf(c).operation; op != nil {
		return op.right
	}

	return ""
}

// RefuseLater answers a caller who is known with err, once limits and validation have had their
// say: a guesser of household ids is counted like everybody else. It is for Authenticate.
func RefuseLater(c echo.Context, err error) { exchangeOf(c).refusal = err }

// authorise ends such a request, and one whose caller has not the right that the contract asks
// for (x-right). A refusal is recorded.
func (s *Server) authorise(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		_, err := allowed(c)
		if err == nil {
			return next(c)
		}
		if op := exchangeOf(c).operation; errors.Is(err, errNotAllowed) && s.deps.OnRefused != nil {
			if err := s.deps.OnRefused(c.Request().Context(), op.right, op.route.Operation.OperationID); err != nil {
				return err
			}
		}

		return err
	}
}

// allowed returns the caller of a request who has all that it takes.
func allowed(c echo.Context) (identity.Principal, error) {
	x := exchangeOf(c)
	if x.refusal != nil {
		return identity.Principal{}, x.refusal
	}
	if x.operation == nil {
		return identity.Principal{}, errNotFound // what the contract does not tell of, nobody has a right to
	}
	caller, err := identity.From(c.Request().Context())
	if err != nil {
		return identity.Principal{}, err
	}
	if right := x.operation.right; right != "" && caller.May(right) == identity.No {
		return identity.Principal{}, errNotAllowed
	}

	return caller, nil
}

// bodyError judges why a body did not arrive.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errTooSlow
	}
	if errors.Is(err, context.Canceled) {
		return errClientGone
	}

	return invalidBody("did not arrive whole").Wrap(err)
}
