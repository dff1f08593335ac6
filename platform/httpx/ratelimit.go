package httpx

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
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
		decision, count := s.limiter.judge(c)
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

// rules are the limits of a request from a caller, who may be unknown and have no household; the
// first one is the caller's own.
func (l *limiter) rules(c echo.Context, callerID, householdID string) []rule {
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
	if callerID == "" {
		return []rule{{"limit:address:" + network(c.RealIP()), l.limits.Default.Limit()}}
	}
	if c.Path() != "/api/v1/intent" {
		return []rule{{"limit:caller:" + callerID, l.limits.Default.Limit()}}
	}
	own := l.limits.Intent.Limit()
	own.Burst = max(1, own.Count/2)

	rules := []rule{{"limit:intent:" + callerID, own}}
	if householdID != "" { // else the request will be refused, at nobody's expense
		rules = append(rules, rule{"limit:household:" + householdID, l.limits.IntentHousehold.Limit()})
	}

	return rules
}

// toll is what Consult found out about a request's limits.
type toll struct {
	rules     []rule
	decisions []kv.Decision // nil: not judged yet
	isAway    bool          // kv does not answer
}

// Consult reads keys of store for Authenticate and judges the limits of the request in the same
// round trip, where the keys' values vouch for the caller and the household (see kv.Store): only
// then are they charged before the rights are known. What was judged is not judged again.
func Consult(c echo.Context, store kv.Store, callerID, householdID string, keys []string) ([][]byte, error) {
	ctx := c.Request().Context()
	x := exchangeOf(c)
	if x.server == nil || x.isStream || !x.server.limiter.limits.Enabled { // a stream is charged once, before it begins
		return store.GetMany(ctx, keys...)
	}
	x.toll.rules = x.server.limiter.rules(c, callerID, householdID)
	events := make([]kv.Event, len(x.toll.rules))
	for i, r := range x.toll.rules {
		events[i] = kv.Event{Key: r.key, Limit: r.limit}
	}
	answer, err := store.Consult(ctx, keys, events)
	x.toll.decisions, x.toll.isAway = answer.Decisions, err != nil
	if err != nil {
		x.server.limiter.warn(ctx, err)
	}

	return answer.Values, err
}

// judge returns the strictest answer of all rules, with its limit.
func (l *limiter) judge(c echo.Context) (kv.Decision, int) {
	ctx, x := c.Request().Context(), exchangeOf(c)
	caller, _ := identity.From(ctx) // nobody has no id
	rules := l.rules(c, caller.ID, caller.HouseholdID)
	decisions := x.toll.decisions
	if decisions == nil || !slices.Equal(rules, x.toll.rules) {
		decisions = l.ask(ctx, rules, x.toll.isAway)
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

// ask judges all rules; side by side they share a round trip.
func (l *limiter) ask(ctx context.Context, rules []rule, isAway bool) []kv.Decision {
	decisions := make([]kv.Decision, len(rules))
	var others sync.WaitGroup
	for i, r := range rules[1:] {
		others.Go(func() { decisions[i+1] = l.allow(ctx, r, isAway) })
	}
	decisions[0] = l.allow(ctx, rules[0], isAway)
	others.Wait()

	return decisions
}

func (l *limiter) allow(ctx context.Context, r rule, isAway bool) kv.Decision {
	if !isAway {
		decision, err := l.store.Allow(ctx, r.key, r.limit)
		if err == nil {
			return decision
		}
		l.warn(ctx, err)
	}
	decision, err := l.fallback.Allow(ctx, r.key, r.limit)
	if err != nil { // only a context that ended
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
