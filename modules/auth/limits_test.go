package auth

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// countingKV counts the round trips, and refuses them while it is away.
type countingKV struct {
	kv.Store

	trips  atomic.Int64
	isAway atomic.Bool
}

func (k *countingKV) trip() error {
	k.trips.Add(1)
	if k.isAway.Load() {
		return kv.ErrUnavailable
	}

	return nil
}

func (k *countingKV) GetMany(ctx context.Context, keys ...string) ([][]byte, error) {
	if err := k.trip(); err != nil {
		return nil, err
	}

	return k.Store.GetMany(ctx, keys...)
}

func (k *countingKV) Allow(ctx context.Context, key string, limit kv.Limit) (kv.Decision, error) {
	if err := k.trip(); err != nil {
		return kv.Decision{}, err
	}

	return k.Store.Allow(ctx, key, limit)
}

func (k *countingKV) Consult(ctx context.Context, keys []string, events []kv.Event) (kv.Answer, error) {
	if err := k.trip(); err != nil {
		return kv.Answer{}, err
	}

	return k.Store.Consult(ctx, keys, events)
}

const speakPath = "/api/v1/intent"

// limited is auth behind httpx with the limits of a household at 8 a minute, of a caller at 20
// with bursts of 10, and one store for both.
func limited(t *testing.T) (*bench, *countingKV) {
	t.Helper()
	store := &countingKV{}
	b := setup(t, func(d *Deps) { store.Store, d.KV = d.KV, store })
	limits := httpx.DefaultLimits()
	limits.Intent = httpx.Rate{Count: 20, Period: time.Minute}
	limits.IntentHousehold = httpx.Rate{Count: 8, Period: time.Minute}
	server, err := httpx.New(httpx.Defaults(), httpx.Deps{
		Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: limits,
		Health: health.New(nil, clock.System), Authenticate: b.Authenticate(), OnRefused: b.RecordRefusal,
		FailureWriters: b.FailureWriters(), Now: clock.System,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	b.Routes(server.Public(), server.API())
	server.API().POST("/intent", func(c echo.Context) error { // stands in for the module intent
		return c.JSON(http.StatusOK, map[string]any{
			"request_id": c.Response().Header().Get(echo.HeaderXRequestID), "conversation_id": "c", "language": "hu",
			"status": "answered", "speech": "Jó.", "source": "grammar", "commands": []any{}, "choices": []any{},
			"timing_ms": map[string]any{"total": 1},
		})
	})
	b.http = httpxtest.New(t, server.Handler())

	return b, store
}

func remaining(t *testing.T, r *httpxtest.Response) int {
	t.Helper()
	n, err := strconv.Atoi(r.Header.Get("RateLimit-Remaining"))
	require.NoError(t, err)

	return n
}

var said = map[string]any{"text": "jó reggelt"}

func TestRightsAndLimitsAreOneRoundTrip(t *testing.T) {
	t.Parallel()
	b, store := limited(t)
	as := b.http.As(b.register("kata").AccessToken)
	as.Post(speakPath, said).Expect(http.StatusOK) // the rights are cached now

	for want := range 5 {
		before := store.trips.Load()
		got := as.Post(speakPath, said).Expect(http.StatusOK)
		require.EqualValues(t, 1, store.trips.Load()-before)
		require.Equal(t, 6-want, remaining(t, got), "each is charged once")
		require.Equal(t, "8", got.Header.Get("RateLimit-Limit"), "the household's is the stricter one")
	}
}

func TestWhoMayNotActChargesNobodyElse(t *testing.T) {
	t.Parallel()
	b, _ := limited(t)
	owner, stranger := b.register("kata"), b.register("bela")
	owned := map[string]any{"text": "jó reggelt", "household_id": owner.Household.ID}
	asOwner, asStranger := b.http.As(owner.AccessToken), b.http.As(stranger.AccessToken)
	for range 3 {
		asStranger.Post(speakPath, owned).Expect(http.StatusNotFound)
	}
	require.Equal(t, 7, remaining(t, asOwner.Post(speakPath, said).Expect(http.StatusOK)))

	// a member for a while, who then leaves: what was cached charges nothing any more
	b.join(stranger.User.ID, owner.Household.ID, identity.RoleChild, nil)
	asStranger.Post(speakPath, owned).Expect(http.StatusOK)
	require.Equal(t, 5, remaining(t, asStranger.Post(speakPath, owned).Expect(http.StatusOK)))
	b.exec(subjectMark(stranger.User.ID), `DELETE FROM auth_memberships WHERE user_id = ? AND household_id = ?`,
		stranger.User.ID, owner.Household.ID)
	asStranger.Post(speakPath, said).Expect(http.StatusOK) // the mark is there again
	for range 3 {
		asStranger.Post(speakPath, owned).Expect(http.StatusNotFound)
	}
	require.Equal(t, 4, remaining(t, asOwner.Post(speakPath, said).Expect(http.StatusOK)))

	// a stolen token whose session is over
	var again loginDTO
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).Expect(http.StatusOK).JSON(&again)
	b.http.As(again.AccessToken).Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
	for range 3 {
		b.http.As(again.AccessToken).Post(speakPath, said).Expect(http.StatusUnauthorized)
	}
	require.Equal(t, 3, remaining(t, asOwner.Post(speakPath, said).Expect(http.StatusOK)))
}

func TestWithoutKVLimitsAreThisProcesssOwn(t *testing.T) {
	t.Parallel()
	b, store := limited(t)
	as := b.http.As(b.register("kata").AccessToken)
	as.Post(speakPath, said).Expect(http.StatusOK)
	store.isAway.Store(true)

	before := store.trips.Load()
	require.Equal(t, 7, remaining(t, as.Post(speakPath, said).Expect(http.StatusOK)))
	require.EqualValues(t, 1, store.trips.Load()-before, "who does not answer is asked once")
	for range 7 {
		as.Post(speakPath, said).Expect(http.StatusOK)
	}
	as.Post(speakPath, said).ExpectProblem(http.StatusTooManyRequests, "request.rate_limited")
	store.isAway.Store(false)
	require.Equal(t, 6, remaining(t, as.Post(speakPath, said).Expect(http.StatusOK)), "kv knows of what it judged")
}
