package httpx_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/kv"
)

// BenchmarkChain is what every utterance pays before and after its handler: id, log line,
// metrics, body, caller, two limits, validation.
func BenchmarkChain(b *testing.B) {
	s := setup(b, func(s *bench) {
		s.deps.Log = zap.NewNop()
		s.deps.KV = kv.NewMemory(clock.System)
		s.deps.Limits.Intent.Count, s.deps.Limits.IntentHousehold.Count = 1<<30, 1<<30
	})
	handler := s.server.Handler()
	body := []byte(`{"text": "kapcsold le a villanyt a folyosón", "conversation_id": "abc", "device_area": "nappali"}`)
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v1/intent", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer anna")
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, req)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Code, rec.Body)
		}
	}
}
