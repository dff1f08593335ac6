// Package fitness measures what an Ollama server and a model on it are worth to homehub.
package fitness

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ollama/ollama/api"

	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
)

// Trial is one call of the measurement, and whether its answer is what was meant.
type Trial struct {
	// Sentence is what a person said, for whoever reads the result.
	Sentence string
	Request  llmapi.ChatRequest
	// IsRight judges an answer that obeys the schema.
	IsRight func(answer string) bool
}

// Target is a model on a server.
type Target struct {
	URL, Model string
	// NumCtx is the context that homehub would ask for, in tokens.
	NumCtx int
	Now    clock.Clock
	// HTTP is used for every request; nil: the default client.
	HTTP *http.Client
}

// call is one answer of the model and what it took.
type call struct {
	answer string
	// first is the time to the first token, total to the last.
	first, total time.Duration
	metrics      api.Metrics
}

func (t Target) client() (*api.Client, error) {
	base, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("read the address of ollama: %w", err)
	}
	client := t.HTTP
	if client == nil {
		client = http.DefaultClient
	}

	return api.NewClient(base, client), nil
}

// ask makes one call as homehub does, without its queue.
func (t Target) ask(ctx context.Context, client *api.Client, r llmapi.ChatRequest) (call, error) {
	messages := make([]api.Message, len(r.Messages))
	for i, m := range r.Messages {
		messages[i] = api.Message{Role: string(m.Role), Content: m.Content}
	}
	var made call
	began := t.Now()
	err := client.Chat(ctx, &api.ChatRequest{
		Model:     t.Model,
		Messages:  messages,
		Format:    r.Schema,
		KeepAlive: &api.Duration{Duration: keepAlive},
		Options:   map[string]any{"num_ctx": t.NumCtx, "num_predict": r.MaxTokens, "temperature": 0},
	}, func(part api.ChatResponse) error {
		if made.answer == "" && part.Message.Content != "" {
			made.first = t.Now().Sub(began)
		}
		made.answer += part.Message.Content
		if part.Done {
			made.metrics = part.Metrics
		}

		return nil
	})
	made.total = t.Now().Sub(began)
	if err != nil {
		return made, fmt.Errorf("ask %s: %w", t.Model, err)
	}

	return made, nil
}

// obeys reports whether an answer is what its request allows.
func obeys(r llmapi.ChatRequest, answer string) bool {
	if r.Accept != nil {
		return r.Accept(answer) == nil
	}

	return json.Valid([]byte(answer))
}

// keepAlive is how long the model stays loaded after a measurement.
const keepAlive = 10 * time.Minute
