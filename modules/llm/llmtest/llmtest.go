// Package llmtest stands in for the language model in tests.
package llmtest

import (
	"context"
	"sync"

	"homehub/modules/llm/llmapi"
)

// Fake answers every call with Answer, or fails with Err, and keeps what it was asked. The zero
// value answers nothing.
type Fake struct {
	// Reply decides the answer of each call; nil: always Answer and Err.
	Reply  func(ctx context.Context, r llmapi.ChatRequest) (string, error)
	Answer string
	Err    error
	// Made tells one model of the same name from another.
	Made string

	mu    sync.Mutex
	asked []llmapi.ChatRequest
}

// Chat answers as told. An answer that the request does not accept is llmapi.ErrNonsense.
func (f *Fake) Chat(ctx context.Context, r llmapi.ChatRequest) (llmapi.ChatResponse, error) {
	f.mu.Lock()
	f.asked = append(f.asked, r)
	f.mu.Unlock()
	answer, err := f.Answer, f.Err
	if f.Reply != nil {
		answer, err = f.Reply(ctx, r)
	}
	if err == nil && r.Accept != nil {
		if refused := r.Accept(answer); refused != nil {
			err = llmapi.ErrNonsense.Wrap(refused)
		}
	}
	if err != nil {
		return llmapi.ChatResponse{}, err
	}

	return llmapi.ChatResponse{Answer: answer, Model: "fake", Calls: 1}, nil
}

// Tokens estimates as the module does before it has seen a model's own count.
func (f *Fake) Tokens(text string) int { return len(text)/3 + 1 }

// Name is the model that answers.
func (f *Fake) Name() string { return "fake" }

// Version names the model as it is now.
func (f *Fake) Version() string { return f.Name() + f.Made }

// Ready reports whether the fake answers at all.
func (f *Fake) Ready(context.Context) error { return f.Err }

// Asked returns the calls so far, oldest first.
func (f *Fake) Asked() []llmapi.ChatRequest {
	f.mu.Lock()
	defer f.mu.Unlock()

	return append([]llmapi.ChatRequest(nil), f.asked...)
}
