package intent

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"homehub/docs"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// serve puts the bench behind HTTP; the access token names who calls.
func serve(t *testing.T, b *bench, callers map[string]identity.Principal) *httpxtest.Client {
	t.Helper()
	store := kv.NewMemory(clock.System)
	t.Cleanup(store.Close)
	server, err := httpx.New(httpx.Defaults(), httpx.Deps{
		Log: zaptest.NewLogger(t), Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: httpx.DefaultLimits(),
		Health: health.New(nil, clock.System), Now: clock.System,
		Authenticate: func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				caller, ok := callers[c.Request().Header.Get("Authorization")]
				if !ok {
					return identity.ErrUnauthenticated
				}
				c.SetRequest(c.Request().WithContext(identity.With(c.Request().Context(), caller)))

				return next(c)
			}
		},
	})
	require.NoError(t, err)
	(&Module{svc: b.service}).Routes(server.API())

	return httpxtest.New(t, server.Handler())
}

func TestIntentOverHTTP(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	client := serve(t, b, map[string]identity.Principal{"Bearer anna": owner}).As("anna")
	b.home.SetFault("light.kis", hamanagertest.Fault{Silent: true})

	for _, text := range []string{
		lampOn, "HassTurnOff area=nappali domain=light", unlock, "igen", "HassTurnOn name=olvasólámpa", "mi van?",
		"HassGetState name=kis_lámpa", "HassStartTimer minutes=5",
	} {
		got := client.Post("/api/v1/intent", map[string]any{"text": text, "conversation_id": "talk"})
		require.Equal(t, http.StatusOK, got.Status, text)
	}
	list := client.Get("/api/v1/intents?limit=3")

	require.Equal(t, http.StatusOK, list.Status)
	require.Equal(t, http.StatusForbidden, client.Post("/api/v1/intent", map[string]any{"text": lampOn, "user_id": "somebody"}).Status)
	require.Equal(t, http.StatusBadRequest, client.Post("/api/v1/intent", map[string]any{"text": lampOn, "language": "en"}).Status)
	require.Equal(t, http.StatusBadRequest, client.Get("/api/v1/intents?cursor=none").Status)
}

func TestIdempotencyOverHTTP(t *testing.T) {
	t.Parallel()
	b := setupHasty(t)
	client := serve(t, b, map[string]identity.Principal{"Bearer anna": owner}).As("anna").With("Idempotency-Key", "key-1")

	first := client.With("X-Request-ID", "first").Post("/api/v1/intent", map[string]any{"text": lampOn})
	again := client.With("X-Request-ID", "second").Post("/api/v1/intent", map[string]any{"text": lampOn})
	another := client.Post("/api/v1/intent", map[string]any{"text": unlock})

	require.Empty(t, first.Header.Get("Idempotency-Replayed"))
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
	require.Equal(t, "first", again.Header.Get("X-Request-ID"))
	require.Equal(t, string(first.Body), string(again.Body))
	require.Equal(t, http.StatusUnprocessableEntity, another.Status)
	require.Contains(t, string(another.Body), "idempotency.mismatch")

	b.home.SetFault("light.konyha", hamanagertest.Fault{Hang: true})
	slow := make(chan struct{})
	go func() {
		defer close(slow)
		client.With("Idempotency-Key", "key-2").Post("/api/v1/intent", map[string]any{"text": lampOn})
	}()
	require.Eventually(t, func() bool { return len(b.home.Calls()) == 2 }, waitLong, tick)
	busy := client.With("Idempotency-Key", "key-2").Post("/api/v1/intent", map[string]any{"text": lampOn})
	<-slow

	require.Equal(t, http.StatusConflict, busy.Status)
	require.NotEmpty(t, busy.Header.Get("Retry-After"))
}
