package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
)

const (
	// A failed call is repeated after a pause of this range, so that callers do not return together.
	shortestPause = 5 * time.Millisecond
	pauseRange    = 40 * time.Millisecond
	// repairRunes is how much of a bad answer its repair quotes.
	repairRunes = 2000
)

// repairWords ask for a better answer. They come last, so that the rest of the prompt stays ready.
const repairWords = "That answer cannot be used: %s. Answer once more, with one complete JSON object and nothing else."

// Chat makes one call: it waits for the household's turn, asks the models in their order, and
// returns an answer that the schema and Accept allow.
// Errors: those of llmapi; context.Canceled when the caller went away.
func (m *Module) Chat(ctx context.Context, r llmapi.ChatRequest) (llmapi.ChatResponse, error) {
	if len(m.servers) == 0 {
		return llmapi.ChatResponse{}, llmapi.ErrAbsent
	}
	var response llmapi.ChatResponse
	err := m.spending.check(ctx, r.HouseholdID)
	if err == nil {
		x := &exchange{m: m, request: r, messages: messagesOf(r.Messages), maxTokens: r.MaxTokens}
		response, err = x.run(ctx)
	}
	m.metrics.chatted(err)

	return response, err
}

// exchange is one Chat on its way to an answer.
type exchange struct {
	m         *Module
	request   llmapi.ChatRequest
	messages  []api.Message
	maxTokens int

	isRetried, isRepaired bool
	failed                *server // by which the last call failed
	isServed              bool    // it has had its turn
	response              llmapi.ChatResponse
}

// run asks one model after the other until one answers.
func (x *exchange) run(ctx context.Context) (llmapi.ChatResponse, error) {
	var last error
	for _, model := range x.m.rests.order(x.m.cfg.models()) {
		answer, err := x.ask(ctx, model)
		if err == nil {
			x.response.Answer, x.response.Model = answer, model

			return x.response, nil
		}
		if isFinal(err) {
			return llmapi.ChatResponse{}, err
		}
		last = err
		if ctx.Err() != nil {
			break
		}
	}

	return llmapi.ChatResponse{}, x.m.unavailable(last)
}

// isFinal reports whether no other model would change the outcome.
func isFinal(err error) bool {
	return errors.Is(err, llmapi.ErrBusy) || errors.Is(err, llmapi.ErrNonsense) || errors.Is(err, context.Canceled)
}

// unavailable says that no model answered, or that there is none and nobody asked for one.
func (m *Module) unavailable(cause error) error {
	if !m.isExpected() && !isDeadline(cause) {
		return llmapi.ErrAbsent.Wrap(cause)
	}

	return llmapi.ErrUnavailable.Wrap(cause)
}

// isExpected reports whether there should be a model: the operator asked for one, or one has answered.
func (m *Module) isExpected() bool { return m.cfg.isWanted() || m.hasAnswered.Load() }

// ask asks one model, once more after a failure or a bad answer where there is time for it.
func (x *exchange) ask(ctx context.Context, model string) (string, error) {
	for {
		answer, err := x.once(ctx, model)
		switch {
		case err == nil:
			text := strings.TrimSpace(answer.Text)
			refused := x.judge(text, answer.IsCut)
			if refused == nil {
				return text, nil
			}
			x.m.metrics.nonsense.WithLabelValues(model).Inc()
			if x.isRepaired || !x.hasTime(ctx) {
				return "", llmapi.ErrNonsense.Wrap(refused)
			}
			x.repair(text, refused, answer.IsCut)
		case errors.Is(err, ollama.ErrFault) && x.mayRetry(ctx):
			x.isRetried = true
			x.m.metrics.retries.Inc()
			pause(ctx)
		default:
			return "", err
		}
	}
}

// once makes one call on one server.
func (x *exchange) once(ctx context.Context, model string) (ollama.Answer, error) {
	asked := x.m.now()
	ticket := &ticket{
		household: x.request.HouseholdID, model: model, neededBy: x.neededBy(ctx), not: x.failed, isAgain: x.isServed,
	}
	s, err := x.m.queue.acquire(ctx, ticket)
	began := x.m.now()
	x.response.Waited += began.Sub(asked)
	x.m.metrics.waited(began.Sub(asked), err)
	if err != nil {
		return ollama.Answer{}, err
	}
	x.isServed = true
	x.response.Calls++
	if model != x.m.cfg.Model {
		x.m.metrics.fallbacks.WithLabelValues(model).Inc()
	}

	answer, err := s.client.Chat(ctx, ollama.Call{
		Model: model, Messages: x.messages, Schema: x.request.Schema,
		NumCtx: x.m.cfg.NumCtx, NumPredict: x.maxTokens, KeepAlive: x.m.cfg.KeepAlive,
	})
	took := x.m.now().Sub(began)
	s.settle(model, took, err)
	x.m.rest(model, took, err)
	x.m.queue.release(s, ticket, err == nil)
	x.note(ctx, model, answer, took, err)
	if err != nil {
		x.failed = s
	}

	return answer, err
}

// rest notes whether the model failed. A server that is away, and a caller who left early, have
// shown nothing of the model.
func (m *Module) rest(model string, took time.Duration, err error) {
	var status api.StatusError
	isBroken := errors.Is(err, ollama.ErrFault) && errors.As(err, &status)
	switch {
	case err == nil:
		m.rests.note(model, false)
	case isBroken, isDeadline(err) && took >= fairTime:
		m.rests.note(model, true)
	}
}

// note keeps what a call took: for the response, the metrics, the estimates and the household's day.
func (x *exchange) note(ctx context.Context, model string, answer ollama.Answer, took time.Duration, err error) {
	x.response.Took += took
	x.m.metrics.called(model, took, err)
	sent := bytesOf(x.messages)
	if err != nil {
		if isEnded(err) { // the server worked on it for nothing
			x.m.spending.add(ctx, x.request.HouseholdID, x.m.estimate.of(sent))
		}

		return
	}
	if x.response.FirstToken == 0 {
		x.response.FirstToken = answer.FirstToken
	}
	x.m.hasAnswered.Store(true)
	x.m.estimate.learn(sent, len(x.messages), answer.PromptTokens)
	evaluated := x.m.reuse.evaluated(model, answer)
	x.response.PromptTokens += answer.PromptTokens
	x.response.EvaluatedTokens += evaluated
	x.response.AnswerTokens += answer.AnswerTokens
	x.m.metrics.answered(model, answer, evaluated, len(x.request.Schema))
	x.m.spending.add(ctx, x.request.HouseholdID, answer.PromptTokens+answer.AnswerTokens)
	x.m.logPrompt(ctx, x, model, answer)
}

// judge says what is wrong with an answer; nil: nothing.
func (x *exchange) judge(text string, isCut bool) error {
	switch {
	case !json.Valid([]byte(text)) && isCut:
		return errors.New("it was too long and is cut off")
	case !json.Valid([]byte(text)):
		return errors.New("it is not JSON")
	case x.request.Accept == nil:
		return nil
	default:
		return x.request.Accept(text)
	}
}

// repair adds the bad answer to the conversation, and what is wrong with it.
func (x *exchange) repair(text string, refused error, isCut bool) {
	x.isRepaired = true
	x.m.metrics.repairs.Inc()
	if isCut {
		x.maxTokens *= 2
	}
	runes := []rune(text)
	x.messages = append(x.messages,
		api.Message{Role: string(llmapi.Assistant), Content: string(runes[:min(len(runes), repairRunes)])},
		api.Message{Role: string(llmapi.User), Content: fmt.Sprintf(repairWords, refused)},
	)
}

// neededBy is when the answer is wanted; zero: whenever it comes.
func (x *exchange) neededBy(ctx context.Context) time.Time {
	if !x.request.By.IsZero() {
		return x.request.By
	}
	deadline, _ := ctx.Deadline()

	return deadline
}

// hasTime reports whether another call has a chance to be answered in time.
func (x *exchange) hasTime(ctx context.Context) bool {
	by := x.neededBy(ctx)

	return ctx.Err() == nil && (by.IsZero() || x.m.now().Add(x.m.queue.usual()/2).Before(by))
}

// mayRetry reports whether a failed call is repeated: not where nobody knows of a model there.
func (x *exchange) mayRetry(ctx context.Context) bool {
	return !x.isRetried && x.m.isExpected() && x.hasTime(ctx)
}

// pause waits for a moment of random length.
func pause(ctx context.Context) {
	timer := time.NewTimer(shortestPause + rand.N(pauseRange)) //nolint:gosec // spreads load, hides nothing
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func messagesOf(messages []llmapi.Message) []api.Message {
	converted := make([]api.Message, len(messages), len(messages)+2)
	for i, m := range messages {
		converted[i] = api.Message{Role: string(m.Role), Content: m.Content}
	}

	return converted
}

func bytesOf(messages []api.Message) int {
	sum := 0
	for i := range messages {
		sum += len(messages[i].Content)
	}

	return sum
}

func isDeadline(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// isEnded reports whether a call was ended from this side.
func isEnded(err error) bool { return isDeadline(err) || errors.Is(err, context.Canceled) }
