package llm

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
)

func TestFallbackThatIsNeverAskedIsNotCounted(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Models: []string{"small"}}
		m := wire(t, settings(), ollamatest.Fleet{"a": a})
		fallbacks := m.metrics.fallbacks.WithLabelValues("small")
		_, err := m.Chat(ctx, question())
		require.NoError(t, err)
		require.InDelta(t, 1, testutil.ToFloat64(fallbacks), 0)

		m.servers[0].breaker.Open()
		_, err = m.Chat(ctx, question())
		require.ErrorIs(t, err, llmapi.ErrUnavailable)
		require.InDelta(t, 1, testutil.ToFloat64(fallbacks), 0, "a server that is left alone is asked for no model")
	})
}
