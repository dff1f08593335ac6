package llm

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
)

// command runs a command of llm against a fake that has the model "m".
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	server := httptest.NewServer(&ollamatest.Server{Models: []string{"m"}, Reply: func(api.ChatRequest, int) ollamatest.Reply {
		return ollamatest.Reply{Text: `{"ok":true}`}
	}})
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	cfg := Defaults()
	cfg.URL, cfg.Model = strings.Replace(server.URL, "//", "//somebody:secret@", 1), "m"
	one := llmapi.Trial{Request: question(), IsRight: func(string) bool { return true }}
	one.Request.Accept = func(string) error { return nil }
	root := Commands(CommandDeps{
		Settings: func() (Config, error) { return cfg, nil },
		Trials:   func(context.Context, func(string) int) ([]llmapi.Trial, error) { return []llmapi.Trial{one}, nil },
	})[0]
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SilenceUsage = true
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	require.NotContains(t, out.String(), "secret")

	return out.String(), err
}

func TestCheckSaysWhetherTheModelIsFit(t *testing.T) {
	t.Parallel()
	out, err := command(t, "check")
	require.NoError(t, err)
	require.Contains(t, out, "ok    schema  1 of 1 answers can be used")
	require.Contains(t, out, "ok    sample  1 of 1 sentences understood rightly")
	require.Contains(t, out, "=> it works; slow or weak at ") // a fake has nothing of a prompt ready

	out, err = command(t, "check", "--model", "other")
	require.ErrorIs(t, err, errNotFit)
	require.Contains(t, out, "get it with: ollama pull other")
	require.Contains(t, out, "=> not fit for homehub")

	out, err = command(t, "check", "--json")
	require.NoError(t, err)
	require.Contains(t, out, `"fit": true`)
}

func TestBenchMeasuresEachNumberOfCallers(t *testing.T) {
	t.Parallel()
	out, err := command(t, "bench", "--callers", "1,2", "--for", "20ms")
	require.NoError(t, err)
	require.Contains(t, out, "callers  calls/s")
	require.Contains(t, out, "2 callers: ")

	for _, args := range [][]string{{"--callers", "1,0"}, {"--callers", "100000"}, {"--for", "0s"}} {
		out, err = command(t, append([]string{"bench"}, args...)...)
		require.ErrorContains(t, err, args[0])
		require.NotContains(t, out, "1 callers: ", "nothing was measured before")
	}
	_, err = command(t, "bench", "--model", "other")
	require.ErrorContains(t, err, "get it with: ollama pull other")
}
