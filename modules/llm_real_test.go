package modules

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"homehub/modules/llm/llmapi"
	"homehub/modules/llm/llmtest"
)

// A model that understands nothing still answers within the schema of each utterance: what was
// not cut off is JSON of a kind that exists, and names nothing that was not offered.
//
//nolint:paralleltest // real time on few processors
func TestRealModelStaysWithinHomehubsOwnSchemas(t *testing.T) {
	on := llmtest.RealOllama(t)
	base, err := url.Parse(on.URL)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := api.NewClient(base, &http.Client{Transport: transport})
	trials, err := llmTrials(t.Context(), func(text string) int { return len(text)/3 + 1 })
	require.NoError(t, err)

	whole := 0
	for _, trial := range trials[:8] {
		// The devices and the schema are homehub's own; its instructions would only take time.
		messages := []api.Message{{Role: string(llmapi.User), Content: trial.Request.Messages[len(trial.Request.Messages)-1].Content}}
		text, why := "", ""
		err := client.Chat(t.Context(), &api.ChatRequest{
			Model: on.Model, Messages: messages, Format: trial.Request.Schema,
			Options: map[string]any{"num_ctx": 2048, "num_predict": 64, "temperature": 0},
		}, func(part api.ChatResponse) error {
			text += part.Message.Content
			why = part.DoneReason

			return nil
		})
		require.NoError(t, err, trial.Sentence)
		if why == "length" {
			continue
		}
		whole++
		var answer struct {
			Kind string `json:"kind"`
		}
		require.NoError(t, json.Unmarshal([]byte(text), &answer), text)
		require.Contains(t, []string{"do", "ask", "answer", "nothing"}, answer.Kind)
		require.NoError(t, trial.Request.Accept(text), text)
	}
	t.Logf("%d of 8 answers were whole", whole)
	require.Positive(t, whole)
}
