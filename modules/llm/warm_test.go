package llm

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/health"
)

// serve runs the module beside the test.
func serve(ctx context.Context, t *testing.T, cfg Config, fleet ollamatest.Fleet) (*Module, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	m := New(Deps{
		Config: cfg, Log: zap.New(core), Now: clock.System, Transport: fleet,
		Warm: func() []llmapi.Message { return question().Messages[:1] },
	})
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- m.Run(running) }()
	t.Cleanup(func() {
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
	})
	synctest.Wait()

	return m, logs
}

func TestModelIsWarmBeforeTheFirstQuestion(t *testing.T) {
	t.Parallel()
	within(t, 48*time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"big"}}
		serve(ctx, t, settings(), ollamatest.Fleet{"a": a})

		require.Len(t, a.Seen(), 1)
		warm := a.Seen()[0]
		require.Equal(t, "big", warm.Model)
		require.Equal(t, question().Messages[0].Content, warm.Messages[0].Content)
		require.Equal(t, "user", warm.Messages[1].Role, "some templates leave out the rules where nobody says anything")
		require.EqualValues(t, 1, warm.Options["num_predict"])
		require.EqualValues(t, 4096, warm.Options["num_ctx"], "another context would load the model again")

		time.Sleep(time.Hour + time.Second) // between two looks
		require.Len(t, a.Seen(), 1)
		a.SetDown(true)
		time.Sleep(lookEvery)
		a.SetDown(false)
		time.Sleep(lookEvery)
		require.Len(t, a.Seen(), 2, "what comes back has lost everything")
		a.Restart()
		time.Sleep(lookEvery)
		require.Len(t, a.Seen(), 3, "so has what was started anew unseen")
		time.Sleep(12*time.Hour + lookEvery)
		require.Len(t, a.Seen(), 4, "before Ollama lets the model go")
	})
}

func TestFallbackIsWarmedWhereTheModelIsMissing(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"small:latest"}}
		m, logs := serve(ctx, t, settings(), ollamatest.Fleet{"a": a})
		time.Sleep(time.Minute)

		require.Len(t, a.Seen(), 1)
		require.Equal(t, "small", a.Seen()[0].Model)
		require.Equal(t, 1, logs.FilterMessage("the model is missing; get it with: ollama pull big").Len(), "said once")
		got := m.Check(ctx)
		require.Equal(t, health.Up, got.Status)
		require.Equal(t, "The model is missing; get it with: ollama pull big. A fallback answers.", got.Message)
	})
}

func TestMissingModelsArePulled(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"small"}}
		cfg := settings()
		cfg.Pull = true
		m, logs := serve(ctx, t, cfg, ollamatest.Fleet{"a": a})

		require.Equal(t, 3, logs.FilterField(zap.String("model", "big")).FilterMessage("pulling the model").Filter(
			func(e observer.LoggedEntry) bool { return e.ContextMap()["percent"] != nil }).Len())
		require.Equal(t, "small", a.Seen()[0].Model, "what is there is warm while the other is pulled")
		require.Equal(t, "big", a.Seen()[1].Model)
		require.Equal(t, health.Up, m.Check(ctx).Status)
		require.Empty(t, m.pulled())
		got, err := m.Chat(ctx, question())
		require.NoError(t, err)
		require.Equal(t, "big", got.Model)
	})
}

func TestHealthOfSeveralServers(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a, b := &ollamatest.Server{Models: []string{"big"}}, &ollamatest.Server{Models: []string{"big"}}
		cfg := settings()
		cfg.URL = "http://a,http://b"
		m := wire(t, cfg, ollamatest.Fleet{"a": a, "b": b})
		require.Equal(t, health.Up, m.Check(ctx).Status)

		b.SetDown(true)
		time.Sleep(probeAge)
		got := m.Check(ctx)
		require.Equal(t, health.Degraded, got.Status)
		require.Equal(t, "1 of 2 Ollama servers answer.", got.Message)
		require.NoError(t, m.Ready(ctx))

		m.servers[0].breaker.Open()
		require.Contains(t, m.Check(ctx).Message, "calls to it fail")
	})
}

func TestPromptsAreLoggedOnlyWhenWanted(t *testing.T) {
	t.Parallel()
	for _, isWanted := range []bool{false, true} {
		within(t, time.Minute, func(t *testing.T, ctx context.Context) {
			t.Helper()
			core, logs := observer.New(zap.InfoLevel)
			cfg := settings()
			cfg.LogPrompts = isWanted
			a := &ollamatest.Server{}
			m := New(Deps{Config: cfg, Log: zap.New(core), Now: clock.System, Transport: ollamatest.Fleet{"a": a}})
			r := question()
			r.Messages[1].Content = "a kódom 4711, vagy 4 7 1 1, legyen 21 fok"

			_, err := m.Chat(ctx, r)

			require.NoError(t, err)
			if !isWanted {
				require.Zero(t, logs.Len())

				return
			}
			require.Contains(t, logs.All()[0].ContextMap()["messages"], "user: a kódom [digits], vagy [digits], legyen 21 fok")
		})
	}
}

func TestHealthTellsOfAServerThatLacksTheModel(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a, b := &ollamatest.Server{Models: []string{"big"}}, &ollamatest.Server{Models: []string{"other"}}
		cfg := settings()
		cfg.URL = "http://a,http://b"
		m := wire(t, cfg, ollamatest.Fleet{"a": a, "b": b})
		got := m.Check(ctx)
		require.Equal(t, health.Up, got.Status)
		require.Equal(t, "The model is missing on 1 of 2 servers; get it with: ollama pull big", got.Message)

		m.servers[0].breaker.Open() // the only one that has it
		require.Equal(t, health.Degraded, m.Check(ctx).Status)
	})
}

func TestPullThatFallsSilentIsGivenUp(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"small"}, PullHangs: true}
		cfg := settings()
		cfg.Pull = true
		m, logs := serve(ctx, t, cfg, ollamatest.Fleet{"a": a})
		require.NotEmpty(t, m.pulled())
		time.Sleep(pullPatience)
		synctest.Wait()

		require.Empty(t, m.pulled())
		failed := logs.FilterMessage("the model could not be pulled").All()
		require.Len(t, failed, 1)
		require.Equal(t, errSilent.Error(), failed[0].ContextMap()["error"])
	})
}

func TestModelThatIsPulledAnewHasAnotherVersion(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"big"}, Digest: "one"}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})
		m.Check(ctx)
		first := m.Version()
		require.Equal(t, "big@one", first)

		a.SetDown(true)
		time.Sleep(probeAge)
		m.Check(ctx)
		require.Equal(t, first, m.Version(), "what was kept still holds while the server is away")
		a.SetDown(false)
		a.Digest = "two"
		time.Sleep(probeAge)
		m.Check(ctx)
		require.Equal(t, "big@two", m.Version())
	})
}

func TestModelThatCannotBeLoadedIsToldOnce(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		var fits atomic.Bool
		a := &ollamatest.Server{Models: []string{"big"}, Reply: func(api.ChatRequest, int) ollamatest.Reply {
			if fits.Load() {
				return ollamatest.Reply{Text: "{}"}
			}

			return ollamatest.Reply{Status: http.StatusInternalServerError, Text: "model requires more system memory"}
		}}
		_, logs := serve(ctx, t, settings(), ollamatest.Fleet{"a": a})
		time.Sleep(time.Minute)
		require.Greater(t, len(a.Seen()), 5)
		require.Equal(t, 1, logs.FilterMessage("the model could not be warmed up").Len())

		fits.Store(true)
		time.Sleep(lookEvery + time.Second)
		require.Equal(t, 1, logs.FilterMessage("the model is ready").Len())
	})
}
