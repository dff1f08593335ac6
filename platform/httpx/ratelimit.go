package httpx

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/log"
)

const (
	headerLimit     = "RateLimit-Limit"
	headerRemaining = "RateLimit-Remaining"
	headerReset     = "RateLimit-Reset"
)

// limiter judges requests by kv, and by this process alone while kv does not answer: then each
// process allows the full rate, which beats refusing everyone or no one.
type limiter struct {
	limits   Limits
	store    kv.Store
	fallback kv.Store
	log      *zap.Logger
	now      clock.Clock
	warnedAt atomic.Int64
}

// rule is one limit that applies to a request.
type rule struct {
	key   string
	limit kv.Limit
}

func newLimiter(deps Deps) *limiter {
	return &limiter{
		limits: deps.Limits, store: deps.KV, fallback: kv.NewMemory(deps.Now), log: deps.Log, now: deps.Now,
	}
}

// limit is the middleware.
func (s *Server) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.limiter.limits.Enabled {
			return next(c)
		}
		decision, count := s.limiter.judge(c.Request().Context(), s.limiter.rules(c))
		h := c.Response().Header()
		h.Set(headerLimit, strconv.Itoa(count))
		h.Set(headerRemaining, strconv.Itoa(decision.Remaining))
		h.Set(headerReset, seconds(decision.ResetAfter))
		if !decision.Allowed {
			s.metrics.limited.WithLabelValues(s.routeOf(c)).Inc()
			return errRateLimited.WithRetryAfter(decision.RetryAfter)
		}

		return next(c)
	}
}

// rules are the limits of a request; the first one is its caller's own.
func (l *limiter) rules(c echo.Context) []rule {
	if c.Request().Method == http.MethodPost {
		switch c.Path() {
		case "/api/v1/auth/register":
			return []rule{{"limit:register:" + network(c.RealIP()), l.limits.Register.Limit()}}
		case "/api/v1/auth/login", "/pair/login", "/api/v1/auth/password/reset":
			return []rule{{"limit:login:" + network(c.RealIP()), l.limits.Login.Limit()}}
		case "/oauth/device_authorization":
			return []rule{{"limit:device_authorization:" + network(c.RealIP()), l.limits.DeviceAuthorization.Limit()}}
		}
	}
	caller, err := identity.From(c.Request().Context())
	if err != nil {
		return []rule{{"limit:address:" + network(c.RealIP()), l.limits.Default.Limit()}}
	}
	if c.Path() != "/api/v1/intent" {
		return []rule{{"limit:caller:" + caller.ID, l.limits.Default.Limit()}}
	}
	own := l.limits.Intent.Limit()
	own.Burst = max(1, own.Count/2)

	rules := []rule{{"limit:intent:" + caller.ID, own}}
	if caller.HouseholdID != "" { // else the request will be refused, at nobody's expense
		rules = append(rules, rule{"limit:household:" + caller.HouseholdID, l.limits.IntentHousehold.Limit()})
	}

	return rules
}

// judge asks for all rules at once and returns the strictest answer, with its limit.
func (l *limiter) judge(ctx context.Context, rules []rule) (kv.Decision, int) {
	decisions := make([]kv.Decision, len(rules))
	if len(rules) == 2 { // side by side they share a round trip
		done := make(chan struct{})
		go func() {
			defer close(done)
			decisions[1] = l.allow(ctx, rules[1])
		}()
		decisions[0] = l.allow(ctx, rules[0])
		<-done
	} else {
		decisions[0] = l.allow(ctx, rules[0])
	}
	strictest := 0
	for i, d := range decisions {
		s := decisions[strictest]
		if s.Allowed && (!d.Allowed || d.Remaining < s.Remaining) || !d.Allowed && d.RetryAfter > s.RetryAfter {
			strictest = i
		}
	}

	return decisions[strictest], rules[strictest].limit.Count
}

func (l *limiter) allow(ctx context.Context, r rule) kv.Decision {
	decision, err := l.store.Allow(ctx, r.key, r.limit)
	if err == nil {
		return decision
	}
	l.warn(ctx, err)
	if decision, err = l.fallback.Allow(ctx, r.key, r.limit); err != nil { // only a context that ended
		return kv.Decision{Allowed: true}
	}

	return decision
}

// warn writes at most one line a minute.
func (l *limiter) warn(ctx context.Context, err error) {
	now := l.now().Unix()
	last := l.warnedAt.Load()
	if ctx.Err() != nil || now-last < int64(time.Minute/time.Second) || !l.warnedAt.CompareAndSwap(last, now) {
		return
	}
	log.For(ctx, l.log).Warn("rate limits are counted by this process alone", zap.Error(err))
}

// network is an address for counting: one IPv6 customer has a whole /64.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}

	return prefix.String()
}
