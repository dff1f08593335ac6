// Package ollama speaks to one Ollama server, and tells its failures apart.
package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"homehub/platform/clock"
)

// How a call fails, besides the end of its context.
var (
	// ErrMissing: the server does not have the model.
	ErrMissing = errors.New("the model is not there")
	// ErrFault: the server cannot be reached, broke, or stopped in the middle.
	ErrFault = errors.New("ollama failed")
	// ErrRefused: the server will not do this, now or later.
	ErrRefused = errors.New("ollama refused")
)

// maxAnswer bounds an answer in bytes: a model that obeys its token limit stays far below.
const maxAnswer = 1 << 16

// Client speaks to one server.
type Client struct {
	base *url.URL
	http *http.Client
	api  *api.Client
	now  clock.Clock
}

// New makes a client; it does no I/O. The context of each call is its only deadline.
func New(base *url.URL, transport http.RoundTripper, now clock.Clock) *Client {
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // what people said goes to the server of the settings, and nowhere else
	}}

	return &Client{base: base, http: client, api: api.NewClient(base, client), now: now}
}

// Version returns the server's version. Something else on the same port has none.
func (c *Client) Version(ctx context.Context) (string, error) {
	version, err := c.api.Version(ctx)
	if err == nil && version == "" {
		err = errors.New("it names no version")
	}
	if err != nil {
		return "", classify(ctx, "ask ollama for its version", err)
	}

	return version, nil
}

// Models are models of a server: what they are made of, by name. The server names every tag.
type Models map[string]string

// Digest returns what a model is made of, and whether it is there.
func (m Models) Digest(name string) (digest string, isThere bool) {
	if digest, isThere = m[name]; !isThere {
		digest, isThere = m[name+":latest"]
	}

	return digest, isThere
}

// Has reports whether a model is there.
func (m Models) Has(name string) bool {
	_, isThere := m.Digest(name)

	return isThere
}

// Models returns the models that the server has. It asks for the version first,
// so that something else on the same port is not taken for Ollama.
func (c *Client) Models(ctx context.Context) (Models, error) {
	if _, err := c.Version(ctx); err != nil {
		return nil, err
	}
	list, err := c.api.List(ctx)
	if err != nil {
		return nil, classify(ctx, "ask ollama for its models", err)
	}
	found := make(Models, len(list.Models))
	for i := range list.Models {
		found[list.Models[i].Name] = list.Models[i].Digest
	}

	return found, nil
}

// Loaded returns the models that the server has in memory.
func (c *Client) Loaded(ctx context.Context) (Models, error) {
	list, err := c.api.ListRunning(ctx)
	if err != nil {
		return nil, classify(ctx, "ask ollama what it has loaded", err)
	}
	found := make(Models, len(list.Models))
	for i := range list.Models {
		found[list.Models[i].Name] = list.Models[i].Digest
	}

	return found, nil
}

// Call is one chat.
type Call struct {
	Model    string
	Messages []api.Message
	// Schema is what the answer obeys; nil: anything.
	Schema json.RawMessage
	// NumCtx is the model's context in tokens, NumPredict bounds the answer's.
	NumCtx, NumPredict int
	// KeepAlive is how long the model stays loaded afterwards.
	KeepAlive time.Duration
}

// Answer is what came of a call.
type Answer struct {
	Text string
	// IsCut: the model had more to say than NumPredict allows.
	IsCut bool
	// Tokens as the server counts them. The prompt's are all that were sent, also those it had ready.
	PromptTokens, AnswerTokens int
	// PromptTime is what the server needed for the prompt, AnswerTime for the answer, LoadTime for loading the model.
	PromptTime, AnswerTime, LoadTime time.Duration
	// FirstToken is how long the answer took to begin.
	FirstToken time.Duration
}

// Chat makes one call. Ending ctx closes the connection, at which the server stops working on it.
// Errors: the cause of ctx's end, ErrMissing, ErrFault, ErrRefused.
func (c *Client) Chat(ctx context.Context, call Call) (Answer, error) {
	var (
		answer Answer
		text   strings.Builder
		began  = c.now()
	)
	err := c.chat(ctx, call.request(), func(part *api.ChatResponse) error {
		if answer.FirstToken == 0 {
			answer.FirstToken = c.now().Sub(began)
		}
		text.WriteString(part.Message.Content)
		if text.Len() > maxAnswer {
			return fmt.Errorf("%w: an answer of more than %d bytes", ErrRefused, maxAnswer)
		}
		if part.Done {
			answer.IsCut = part.DoneReason == "length"
			answer.PromptTokens, answer.AnswerTokens = part.PromptEvalCount, part.EvalCount
			answer.PromptTime, answer.AnswerTime, answer.LoadTime = part.PromptEvalDuration, part.EvalDuration, part.LoadDuration
		}

		return nil
	})
	if err != nil {
		return Answer{}, classify(ctx, "ask "+call.Model, err)
	}
	answer.Text = text.String()

	return answer, nil
}

func (c Call) request() *api.ChatRequest {
	isTruncated := false // losing its beginning, a prompt would lose the rules; better an error
	request := &api.ChatRequest{
		Model: c.Model, Messages: c.Messages, Format: c.Schema,
		KeepAlive: &api.Duration{Duration: c.KeepAlive},
		Think:     &api.ThinkValue{Value: false},
		Truncate:  &isTruncated,
		Options:   map[string]any{"num_ctx": c.NumCtx, "temperature": 0, "seed": 1},
	}
	if c.NumPredict > 0 {
		request.Options["num_predict"] = c.NumPredict
	}

	return request
}

// Pull makes the server fetch a model. told is called with how many of its bytes are there, and
// how many there will be; both are 0 while that is unknown.
func (c *Client) Pull(ctx context.Context, model string, told func(completed, total int64)) error {
	isDone := false
	err := c.api.Pull(ctx, &api.PullRequest{Model: model}, func(p api.ProgressResponse) error {
		isDone = p.Status == "success"
		told(p.Completed, p.Total)

		return nil
	})
	if err == nil && !isDone {
		err = errors.New("it broke off")
	}
	if err != nil {
		return classify(ctx, "pull "+model, err)
	}

	return nil
}

// classify says what a failure means.
func classify(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil { // its cause tells a deadline that passed from a caller who left
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	kind := ErrFault
	var status api.StatusError
	var unauthorized api.AuthorizationError
	switch {
	case errors.Is(err, ErrRefused):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.As(err, &unauthorized):
		kind = ErrRefused
	case !errors.As(err, &status):
	case status.StatusCode == http.StatusNotFound:
		kind = ErrMissing
	case status.StatusCode < http.StatusInternalServerError && status.StatusCode != http.StatusTooManyRequests:
		kind = ErrRefused
	}

	return fmt.Errorf("%s: %w: %w", doing, kind, err)
}
