// Package fitness measures what an Ollama server and a model on it are worth to homehub.
package fitness

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ollama/ollama/api"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
)

// Target is a model on a server.
type Target struct {
	URL, Model string
	// NumCtx is the context that homehub would ask for, in tokens.
	NumCtx int
	Now    clock.Clock
	// Transport carries the calls; nil: the default one.
	Transport http.RoundTripper
}

// Address is where the server is, without a password that its address may hold.
func (t Target) Address() string {
	u, err := url.Parse(t.URL)
	if err != nil {
		return "an address that cannot be read"
	}

	return u.Redacted()
}

// call is one answer of the model and how long it took in all.
type call struct {
	ollama.Answer

	total time.Duration
}

// server is a target with connections to it.
type server struct {
	Target

	api  *api.Client
	chat *ollama.Client
}

func (t Target) open() (*server, error) {
	base, err := url.Parse(t.URL)
	if err != nil {
		return nil, fmt.Errorf("read the address of ollama: %w", err)
	}
	transport := t.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}

	return &server{Target: t, api: api.NewClient(base, &http.Client{Transport: transport}), chat: ollama.New(base, transport, t.Now)}, nil
}

// ask makes one call as homehub does, without its queue.
func (s *server) ask(ctx context.Context, r llmapi.ChatRequest) (call, error) {
	messages := make([]api.Message, len(r.Messages))
	for i, m := range r.Messages {
		messages[i] = api.Message{Role: string(m.Role), Content: m.Content}
	}
	began := s.Now()
	answer, err := s.chat.Chat(ctx, ollama.Call{
		Model: s.Model, Messages: messages, Schema: r.Schema, NumCtx: s.NumCtx, NumPredict: r.MaxTokens, KeepAlive: keepAlive,
	})

	return call{Answer: answer, total: s.Now().Sub(began)}, err
}

// keepAlive is how long the model stays loaded after a measurement.
const keepAlive = 10 * time.Minute
