package llm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/kv"
)

// settings are those of a test: the servers are "a", "b" and so on, the models "big" and "small".
func settings() Config {
	cfg := Defaults()
	cfg.URL, cfg.Model, cfg.FallbackModels = "http://a", "big", []string{"small"}

	return cfg
}

func wire(t *testing.T, cfg Config, fleet ollamatest.Fleet) *Module {
	t.Helper()
	require.NoError(t, cfg.Validate())

	return New(Deps{Config: cfg, KV: kv.NewMemory(clock.System), Log: zaptest.NewLogger(t), Now: clock.System, Transport: fleet})
}

func question() llmapi.ChatRequest {
	return llmapi.ChatRequest{
		HouseholdID: "kovacs", MaxTokens: 60, Schema: json.RawMessage(`{"type":"object"}`),
		Messages: []llmapi.Message{
			{Role: llmapi.System, Content: strings.Repeat("Felelj röviden. ", 40)},
			{Role: llmapi.User, Content: "olyan hangulatot kérek, mint a moziban"},
		},
	}
}

// within runs a test in a bubble, with a deadline for its calls.
func within(t *testing.T, limit time.Duration, test func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		test(t, ctx)
		synctest.Wait()
	})
}

func TestCallSaysAllThatOllamaMustKnow(t *testing.T) {
	t.Parallel()
	within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Delay: 300 * time.Millisecond, Reply: func(api.ChatRequest, int) ollamatest.Reply {
			return ollamatest.Reply{Text: ` {"ok":true} `, PromptTokens: 250}
		}}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})

		got, err := m.Chat(ctx, question())

		require.NoError(t, err)
		require.Equal(t, llmapi.ChatResponse{
			Answer: `{"ok":true}`, Model: "big", PromptTokens: 250, EvaluatedTokens: 250, AnswerTokens: 4, Calls: 1,
			FirstToken: 300 * time.Millisecond, Took: 300 * time.Millisecond,
		}, got)
		sent := a.Seen()[0]
		require.JSONEq(t, `{"type":"object"}`, string(sent.Format))
		require.EqualValues(t, 4096, sent.Options["num_ctx"])
		require.EqualValues(t, 60, sent.Options["num_predict"])
		require.EqualValues(t, 0, sent.Options["temperature"])
		require.Equal(t, 24*time.Hour, sent.KeepAlive.Duration)
		require.False(t, *sent.Truncate)
		require.False(t, sent.Think.Bool())
		require.Equal(t, question().Messages[1].Content, sent.Messages[1].Content)
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	good := ollamatest.Reply{Text: `{"ok":true}`}
	broken := ollamatest.Reply{Status: http.StatusInternalServerError, Text: "the runner died"}
	cases := map[string]struct {
		replies   []ollamatest.Reply // the last one from then on
		models    []string
		wantModel string
		wantErr   error
		wantCalls int
	}{
		"a good answer":              {replies: []ollamatest.Reply{good}, wantModel: "big", wantCalls: 1},
		"one failure":                {replies: []ollamatest.Reply{broken, good}, wantModel: "big", wantCalls: 2},
		"an answer that breaks off":  {replies: []ollamatest.Reply{{Text: `{"ok":true}`, BreaksOff: true}, good}, wantModel: "big", wantCalls: 2},
		"two failures":               {replies: []ollamatest.Reply{broken, broken, good}, wantModel: "small", wantCalls: 3},
		"failures without end":       {replies: []ollamatest.Reply{broken}, wantErr: llmapi.ErrUnavailable, wantCalls: 3},
		"a refusal":                  {replies: []ollamatest.Reply{{Status: http.StatusBadRequest, Text: "too long"}, good}, wantModel: "small", wantCalls: 2},
		"the model is missing":       {replies: []ollamatest.Reply{good}, models: []string{"small"}, wantModel: "small", wantCalls: 2},
		"all models are missing":     {replies: []ollamatest.Reply{good}, models: []string{}, wantErr: llmapi.ErrUnavailable, wantCalls: 2},
		"no JSON, then some":         {replies: []ollamatest.Reply{{Text: "Persze!"}, good}, wantModel: "big", wantCalls: 2},
		"JSON that is cut, then not": {replies: []ollamatest.Reply{{Text: `{"ok":tr`, IsCut: true}, good}, wantModel: "big", wantCalls: 2},
		"not accepted, then so":      {replies: []ollamatest.Reply{{Text: `{}`}, good}, wantModel: "big", wantCalls: 2},
		"never accepted":             {replies: []ollamatest.Reply{{Text: `{}`}}, wantErr: llmapi.ErrNonsense, wantCalls: 2},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
				t.Helper()
				a := &ollamatest.Server{Models: tc.models, Reply: func(_ api.ChatRequest, number int) ollamatest.Reply {
					return tc.replies[min(number, len(tc.replies))-1]
				}}
				m := wire(t, settings(), ollamatest.Fleet{"a": a})
				r := question()
				r.Accept = func(answer string) error {
					if answer != good.Text {
						return errors.New("ok is missing")
					}

					return nil
				}

				got, err := m.Chat(ctx, r)

				require.ErrorIs(t, err, tc.wantErr)
				require.Equal(t, tc.wantModel, got.Model)
				require.Len(t, a.Seen(), tc.wantCalls)
			})
		})
	}
}

func TestRepairQuotesWhatWasWrong(t *testing.T) {
	t.Parallel()
	within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Reply: func(_ api.ChatRequest, number int) ollamatest.Reply {
			return []ollamatest.Reply{{Text: `{"spe`, IsCut: true}, {Text: `{}`}}[number-1]
		}}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})

		_, err := m.Chat(ctx, question())

		require.NoError(t, err)
		first, second := a.Seen()[0], a.Seen()[1]
		require.Equal(t, first.Messages, second.Messages[:2], "what came before stays as it was, so that the model has it ready")
		require.Equal(t, `{"spe`, second.Messages[2].Content)
		require.Contains(t, second.Messages[3].Content, "too long")
		require.EqualValues(t, 120, second.Options["num_predict"])
	})
}

func TestNoModelThatAnybodyAskedFor(t *testing.T) {
	t.Parallel()
	within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
		t.Helper()
		_, err := wire(t, Defaults(), ollamatest.Fleet{}).Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrAbsent)

		cfg := Defaults()
		cfg.URL = ""
		_, err = wire(t, cfg, ollamatest.Fleet{}).Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrAbsent)
	})
}

func TestCallerWhoGoesAwayFreesTheSlot(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Delay: 10 * time.Second}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})
		gone, leave := context.WithCancel(ctx)
		failed := make(chan error)
		go func() {
			_, err := m.Chat(gone, question())
			failed <- err
		}()
		synctest.Wait()
		require.Equal(t, 1, a.Stats().Running)

		leave()

		require.ErrorIs(t, <-failed, context.Canceled)
		synctest.Wait()
		require.Equal(t, ollamatest.Stats{Chats: 1, Cancelled: 1, Most: 1}, a.Stats())
		require.Zero(t, m.queue.lines["kovacs"].running)
		require.True(t, m.servers[0].breaker.IsClosed())
	})
}

func TestDeadlineEndsTheCall(t *testing.T) {
	t.Parallel()
	within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Delay: time.Minute}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})

		_, err := m.Chat(ctx, question())

		require.ErrorIs(t, err, llmapi.ErrUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		require.Equal(t, 1, a.Stats().Cancelled)
	})
}

func TestServersThatFailAreLeftAlone(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a, b := &ollamatest.Server{Delay: 100 * time.Millisecond}, &ollamatest.Server{Delay: 100 * time.Millisecond}
		cfg := settings()
		cfg.URL = "http://a, http://b"
		m := wire(t, cfg, ollamatest.Fleet{"a": a, "b": b})
		a.SetDown(true)
		for range 10 {
			_, err := m.Chat(ctx, question())
			require.NoError(t, err)
		}
		require.Equal(t, 10, b.Stats().Chats)
		require.True(t, m.servers[0].isOpen())

		b.SetDown(true)
		for range 4 {
			_, err := m.Chat(ctx, question())
			require.ErrorIs(t, err, llmapi.ErrUnavailable)
		}
		began := time.Now()
		_, err := m.Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrUnavailable)
		require.Zero(t, time.Since(began), "nobody waits for what is known to be down")

		a.SetDown(false)
		time.Sleep(breakerPause)
		got, err := m.Chat(ctx, question())
		require.NoError(t, err)
		require.Equal(t, "big", got.Model)
		require.Positive(t, a.Stats().Chats)
	})
}

func TestServersShareTheWork(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a, b := &ollamatest.Server{Delay: 100 * time.Millisecond}, &ollamatest.Server{Delay: 300 * time.Millisecond}
		cfg := settings()
		cfg.URL, cfg.Concurrency, cfg.HouseholdConcurrency = "http://a,http://b", 2, 4
		m := wire(t, cfg, ollamatest.Fleet{"a": a, "b": b})
		done := make(chan error)
		for range 20 {
			go func() {
				_, err := m.Chat(ctx, question())
				done <- err
			}()
		}
		for range 20 {
			require.NoError(t, <-done)
		}

		require.Equal(t, 2, a.Stats().Most)
		require.Equal(t, 2, b.Stats().Most)
		require.Greater(t, a.Stats().Chats, b.Stats().Chats, "the faster one gets more")
	})
}

func TestDayOfAHouseholdEnds(t *testing.T) {
	t.Parallel()
	within(t, 48*time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Reply: func(api.ChatRequest, int) ollamatest.Reply {
			return ollamatest.Reply{Text: `{"ok":true}`, PromptTokens: 500}
		}}
		cfg := settings()
		cfg.TokensPerDay = 1000
		m := wire(t, cfg, ollamatest.Fleet{"a": a})
		for range 2 {
			_, err := m.Chat(ctx, question())
			require.NoError(t, err)
		}

		_, err := m.Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrSpent)
		other := question()
		other.HouseholdID = "nagy"
		_, err = m.Chat(ctx, other)
		require.NoError(t, err)

		time.Sleep(24 * time.Hour)
		_, err = m.Chat(ctx, question())
		require.NoError(t, err)
	})
}

func TestModelThatIsTooSlowLetsItsFallbackGoFirst(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{DelayOf: map[string]time.Duration{"big": time.Minute, "small": 100 * time.Millisecond}}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})
		ask := func() (llmapi.ChatResponse, error) {
			limited, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()

			return m.Chat(limited, question())
		}
		for range restAfter {
			_, err := ask()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}

		got, err := ask()
		require.NoError(t, err)
		require.Equal(t, "small", got.Model)

		a.SetDelay("big", 100*time.Millisecond)
		time.Sleep(restFor)
		got, err = ask()
		require.NoError(t, err)
		require.Equal(t, "big", got.Model)
	})
}

func TestTokensOfARepairCountToo(t *testing.T) {
	t.Parallel()
	within(t, 2*time.Second, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Reply: func(_ api.ChatRequest, number int) ollamatest.Reply {
			return []ollamatest.Reply{{Text: "no", PromptTokens: 100}, {Text: `{}`, PromptTokens: 130}}[number-1]
		}}
		got, err := wire(t, settings(), ollamatest.Fleet{"a": a}).Chat(ctx, question())
		require.NoError(t, err)
		require.Equal(t, 2, got.Calls)
		require.Equal(t, 230, got.PromptTokens)
		require.Equal(t, 2, got.AnswerTokens)
	})
}

func TestSpentIsAnOutcomeOfItsOwn(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		cfg := settings()
		cfg.TokensPerDay = 1
		m := wire(t, cfg, ollamatest.Fleet{"a": {}})
		_, err := m.Chat(ctx, question())
		require.NoError(t, err)
		_, err = m.Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrSpent)
		require.InDelta(t, 1, testutil.ToFloat64(m.metrics.chats.WithLabelValues("spent")), 0)
	})
}

func TestShortPromptsSayNothingOfReuse(t *testing.T) {
	t.Parallel()
	var r reuse
	r.evaluated("m", ollama.Answer{PromptTokens: 1, PromptTime: 100 * time.Millisecond})
	require.Equal(t, 1000, r.evaluated("m", ollama.Answer{PromptTokens: 1000, PromptTime: 5 * time.Second}))
}

// A caller who waits no longer ends its call; that the model was too slow for it counts all the same.
func TestCallThatIsEndedForItsTimeSpeaksAgainstTheServer(t *testing.T) {
	t.Parallel()
	for why, isOpen := range map[error]bool{context.DeadlineExceeded: true, context.Canceled: false} {
		within(t, time.Minute, func(t *testing.T, ctx context.Context) {
			t.Helper()
			m := wire(t, settings(), ollamatest.Fleet{"a": {Delay: 30 * time.Second}})
			for range breakerFailures {
				limited, end := context.WithCancelCause(ctx)
				time.AfterFunc(time.Second, func() { end(why) })
				_, err := m.Chat(limited, question())
				require.ErrorIs(t, err, why)
			}
			require.Equal(t, isOpen, m.servers[0].isOpen())
		})
	}
}
