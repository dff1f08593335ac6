package ollama_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/llm/internal/ollama"
	"homehub/platform/clock"
)

// connect makes a client of a server that answers a chat so.
func connect(t *testing.T, answer http.HandlerFunc) *ollama.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	base, err := url.Parse(server.URL)
	require.NoError(t, err)

	return ollama.New(base, transport, clock.System)
}

func TestChatTellsFailuresApart(t *testing.T) {
	t.Parallel()
	const part, done = `{"message":{"role":"assistant","content":"{}"}}` + "\n", `{"done":true,"done_reason":"stop","prompt_eval_count":7}` + "\n"
	cases := map[string]struct {
		status int
		body   string
		want   error
	}{
		"an answer":                 {status: 200, body: part + done},
		"a model that is missing":   {status: 404, body: `{"error":"model 'x' not found"}`, want: ollama.ErrMissing},
		"a prompt that is too long": {status: 400, body: `{"error":"exceeds the context length"}`, want: ollama.ErrRefused},
		"somebody else's server":    {status: 401, body: `{"error":"unauthorized"}`, want: ollama.ErrRefused},
		"too many waiting":          {status: 503, body: `{"error":"server busy"}`, want: ollama.ErrFault},
		"too many from here":        {status: 429, body: `{"error":"slow down"}`, want: ollama.ErrFault},
		"a runner that died":        {status: 500, body: "no JSON", want: ollama.ErrFault},
		"a runner that dies":        {status: 200, body: part + `{"error":"unexpected EOF"}`, want: ollama.ErrFault},
		"an answer that breaks off": {status: 200, body: part, want: ollama.ErrFault},
		"half a line":               {status: 200, body: part + `{"done":tr`, want: ollama.ErrFault},
		"nothing":                   {status: 200, want: ollama.ErrFault},
		"something else":            {status: 200, body: "<html>", want: ollama.ErrFault},
		"an answer without an end":  {status: 200, body: strings.Repeat(part, 40000), want: ollama.ErrRefused},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})

			got, err := c.Chat(t.Context(), ollama.Call{Model: "x"})

			require.ErrorIs(t, err, tc.want)
			if tc.want == nil {
				require.Equal(t, "{}", got.Text)
				require.Equal(t, 7, got.PromptTokens)
			}
		})
	}
}

func TestChatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		_, _ = r.Body.Read(make([]byte, 1<<16)) // a server sees that its caller left once it has read the request
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // until the server has the request on a busy machine, too
	defer cancel()

	_, err := c.Chat(ctx, ollama.Call{Model: "x"})

	require.ErrorIs(t, err, context.DeadlineExceeded)
	<-gone
}

func TestNothingIsSentWhereAServerSends(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("what was said went elsewhere") }))
	t.Cleanup(elsewhere.Close)
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/api/chat", http.StatusTemporaryRedirect)
	})

	_, err := c.Chat(t.Context(), ollama.Call{Model: "x"})

	require.ErrorIs(t, err, ollama.ErrRefused)
}
