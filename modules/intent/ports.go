package intent

import (
	"context"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/platform/identity"
)

// Homes finds the household's Home Assistant.
type Homes interface {
	// Instance neither blocks nor does I/O. hamanagerapi.ErrOffline: it has not been seen
	// since this process began; hamanagerapi.ErrNoInstance: there is none, or
	// it is not ready.
	Instance(ctx context.Context, householdID string) (hamanagerapi.Instance, error)
}

// Recorder keeps the audit log.
type Recorder interface {
	// Record joins the transaction in ctx; its failure undoes what it records.
	Record(ctx context.Context, e auditapi.Event) error
}

// Forgetter is where else words are kept.
type Forgetter interface {
	// ForgetWords deletes what was said before a moment. One caller at a time.
	ForgetWords(ctx context.Context, before time.Time) error
}

// PINs knows the households' PINs.
type PINs interface {
	// CheckPIN reports whether it is the PIN of the caller's household. Guesses are limited:
	// its error is then of kind RateLimited.
	CheckPIN(ctx context.Context, caller identity.Principal, pin string) (bool, error)
}

// Callers knows what people and devices may do.
type Callers interface {
	// Caller returns somebody with the rights of this moment. Who does not belong to the household
	// any more, or may do nothing, is an error of a kind of apperr other than Internal and Unavailable.
	Caller(ctx context.Context, householdID string, kind identity.Kind, id string) (identity.Principal, error)
}

// Model is the language model, asked about what the grammar declines.
type Model interface {
	// Chat makes one call. Errors: those of llmapi.
	Chat(ctx context.Context, r llmapi.ChatRequest) (llmapi.ChatResponse, error)
	// Tokens estimates how many a text has.
	Tokens(text string) int
	// Name is the model that answers where all is well; a fallback answers by another name.
	Name() string
	// Version tells that model from what had its name before.
	Version() string
}

// understander is one stage of understanding: the grammar, the model's cache, the model.
type understander interface {
	// understand returns the zero Understanding for what is not its own.
	// Errors: those of llmapi and errLate, where a model that was asked for did not answer.
	understand(ctx context.Context, h heard) (meaning.Understanding, error)
}
