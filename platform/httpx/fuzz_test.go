package httpx_test

import (
	"net/http"
	"strings"
	"testing"

	"homehub/platform/httpx"
)

// FuzzRequest sends anything: the answer is never a 5xx, and always one that the contract knows.
func FuzzRequest(f *testing.F) {
	f.Add("application/json", `{"text": "kapcsold le a villanyt"}`, "household_id=h&limit=5")
	f.Add("application/json; charset=utf-8", `{"text": 5, "household_id": {"a": [1, null]}}`, "limit=x")
	f.Add("text/plain", "\xff\x00", "%zz")
	f.Add("", `{"text": "a\u0000\ud800"}`, "a=%ff;b")
	b := setup(f, func(b *bench) { b.deps.Limits = httpx.Limits{} })

	f.Fuzz(func(t *testing.T, contentType, body, query string) {
		client := b.client.For(t).As("anna")
		for method, path := range map[string]string{http.MethodPost: "/api/v1/intent", http.MethodGet: "/api/v1/audit"} {
			req := client.Request(method, path, body)
			req.URL.RawQuery = strings.ReplaceAll(query, "#", "")
			req.Header["Content-Type"] = []string{contentType}
			if res := client.Do(req); res.Status >= http.StatusInternalServerError {
				t.Fatalf("%d %s", res.Status, res.Body)
			}
		}
	})
}
