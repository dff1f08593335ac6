// Package llmapi is what intent says to the language model.
package llmapi

import (
	"encoding/json"
	"time"

	"homehub/platform/apperr"
)

// What a call can end with beside an answer. None says anything of what was asked.
var (
	// ErrUnavailable means that no model could answer; callers answer without one. It wraps
	// context.DeadlineExceeded where a model was still at it when the time was up.
	ErrUnavailable = apperr.New(apperr.Unavailable, "llm.unavailable", "No language model can answer now.")
	// ErrAbsent means that there is no model, and that the settings ask for none: nobody needs to be told.
	ErrAbsent = apperr.New(apperr.Unavailable, "llm.absent", "There is no language model.")
	// ErrBusy means that others are before this call for longer than its deadline leaves; it was never sent.
	ErrBusy = apperr.New(apperr.Unavailable, "llm.busy", "The language model has too much to do now.")
	// ErrSpent means that the household's tokens of this day are spent.
	ErrSpent = apperr.New(apperr.RateLimited, "llm.tokens_spent", "The household's share of the language model is spent for today.")
	// ErrNonsense means that a model answered, but nothing that the schema and Accept allow.
	ErrNonsense = apperr.New(apperr.Unavailable, "llm.nonsense", "The language model gave no usable answer.")
)

// Role is who says a message of a conversation with the model.
type Role string

// The roles of Ollama's chat API.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a conversation with the model.
type Message struct {
	Role    Role
	Content string
}

// ChatRequest is one call. The messages are sent as they are, in order: what all calls share
// must come first, byte for byte, for the model to have it ready.
type ChatRequest struct {
	// HouseholdID is whose turn and whose tokens the call takes.
	HouseholdID string
	Messages    []Message
	// Schema is the JSON schema that the answer obeys.
	Schema json.RawMessage
	// MaxTokens bounds the answer.
	MaxTokens int
	// By is when the answer is wanted. A call that by the estimate cannot be answered by then is ErrBusy, even
	// where ctx lasts longer; one that was begun goes on until ctx ends. Zero: the deadline of ctx.
	By time.Time
	// Accept judges an answer; its error makes the answer nonsense, which is tried once more where time is left. nil takes any JSON.
	Accept func(answer string) error
}

// ChatResponse is a model's answer.
type ChatResponse struct {
	// Answer is JSON that obeys the schema and that Accept took.
	Answer string
	// Model is which one answered.
	Model string
	// PromptTokens are those that were sent, AnswerTokens those that came back, in all calls. EvaluatedTokens are
	// those of the prompt that the server did not have ready: an estimate, from the time it took.
	PromptTokens, EvaluatedTokens, AnswerTokens int
	// Calls is how many it took: 1, unless one failed or made no sense.
	Calls int
	// Waited was spent in the queue, FirstToken from there to the beginning of the answer, Took with the model in all.
	Waited, FirstToken, Took time.Duration
}

// Trial is a call whose right answer is known: a sample to judge a model by.
type Trial struct {
	// Sentence is what a person said, for whoever reads the result.
	Sentence string
	Request  ChatRequest
	// IsRight judges an answer that Accept took.
	IsRight func(answer string) bool
}
