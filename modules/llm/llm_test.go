package llm

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/health"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeOllama has the models it is given, and counts how often it is asked for them.
func fakeOllama(t *testing.T, tags string) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"version":"0.6.0"}`)) })
	mux.HandleFunc("GET /api/tags", func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(tags))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)

	return server.URL, asked
}

func open(t *testing.T, cfg Config) *Module {
	t.Helper()

	m := New(Deps{Config: cfg, Log: zaptest.NewLogger(t), Now: clock.System})
	t.Cleanup(m.closeIdle)

	return m
}

func TestCheckAndReady(t *testing.T) {
	t.Parallel()
	complete, _ := fakeOllama(t, `{"models":[{"name":"`+defaultModel+`"}]}`)
	empty, _ := fakeOllama(t, `{"models":[]}`)
	fallback, _ := fakeOllama(t, `{"models":[{"name":"small:latest"}]}`)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	cases := map[string]struct {
		url       string
		fallbacks []string
		want      health.Status
		message   string
		isReady   bool
	}{
		"model there":        {url: complete, want: health.Up, isReady: true},
		"model missing":      {url: empty, want: health.Degraded, message: "ollama pull " + defaultModel},
		"a fallback there":   {url: fallback, fallbacks: []string{"small"}, want: health.Up, isReady: true},
		"something else":     {url: other.URL, want: health.Degraded, message: "does not answer"},
		"nothing at the URL": {url: "http://127.0.0.1:1", want: health.Degraded, message: "does not answer"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Defaults()
			cfg.URL, cfg.FallbackModels = tc.url, tc.fallbacks
			m := open(t, cfg)

			got := m.Check(t.Context())

			require.Equal(t, tc.want, got.Status)
			require.Contains(t, got.Message, tc.message)
			if err := m.Ready(t.Context()); tc.isReady {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, llmapi.ErrUnavailable)
			}
		})
	}
}

func TestNobodyMissesAModelThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	m := open(t, Defaults())
	p := m.servers[0].probe
	p.takenAt, p.err = clock.System(), context.DeadlineExceeded

	require.Equal(t, health.Off, m.Check(t.Context()).Status)
	require.NoError(t, m.Ready(t.Context()))
}

func TestManyAskersCostOneLook(t *testing.T) {
	t.Parallel()
	url, asked := fakeOllama(t, `{"models":[]}`)
	cfg := Defaults()
	cfg.URL = url
	m := open(t, cfg)
	done := make(chan error)
	for range 20 {
		go func() { done <- m.Ready(t.Context()) }()
	}
	for range 20 {
		require.Error(t, <-done)
	}

	require.EqualValues(t, 1, asked.Load())
}

func TestAskerWhoGivesUpSaysNothingOfOllama(t *testing.T) {
	t.Parallel()
	hung := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hung:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hung) })
	cfg := Defaults()
	cfg.URL = server.URL
	m := open(t, cfg)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()

	require.Error(t, m.Ready(ctx))
	require.True(t, m.servers[0].probe.takenAt.IsZero())
}

func TestConfigNamesItsKeys(t *testing.T) {
	t.Parallel()
	require.NoError(t, Defaults().Validate())
	err := Config{URL: "ollama"}.Validate()
	for _, key := range []string{"llm.url", "llm.model", "llm.concurrency", "llm.household_concurrency", "llm.num_ctx", "llm.keep_alive"} {
		require.ErrorContains(t, err, key)
	}
}

func TestServersOfOneHostAreToldApart(t *testing.T) {
	t.Parallel()
	cfg := settings()
	cfg.URL = "http://gpu:11434/one, http://user:secret@gpu:11434/two, http://gpu:11434/one/, http://gpu:11434/two"
	require.NoError(t, cfg.Validate())
	m := New(Deps{Config: cfg, Log: zaptest.NewLogger(t), Now: clock.System, Metrics: prometheus.NewRegistry()})
	require.Len(t, m.servers, 2)
	require.Equal(t, "gpu:11434/one", m.servers[0].name)
	require.Equal(t, "gpu:11434/two", m.servers[1].name)
}
