package llm

import (
	"net/http/httptest"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/platform/clock"
	"homehub/platform/kv"
)

// BenchmarkChat is homehub's own share of a call over loopback HTTP, by a model that needs no time.
func BenchmarkChat(b *testing.B) {
	server := httptest.NewServer(&ollamatest.Server{Reply: func(api.ChatRequest, int) ollamatest.Reply {
		return ollamatest.Reply{Text: `{"ok":true}`}
	}})
	b.Cleanup(server.Close)
	cfg := settings()
	cfg.URL = server.URL
	m := New(Deps{Config: cfg, KV: kv.NewMemory(clock.System), Log: zap.NewNop(), Now: clock.System})
	b.Cleanup(m.closeIdle)
	b.ReportAllocs()
	for b.Loop() {
		_, err := m.Chat(b.Context(), question())
		require.NoError(b, err)
	}
}
