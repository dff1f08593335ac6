package intent

import (
	"context"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
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
	// Ready returns llmapi.ErrUnavailable when a model was asked for in the settings and
	// none answers; nil otherwise, also where there is none.
	Ready(ctx context.Context) error
}

// understander is one stage of understanding: the grammar, the model's cache, the model.
type understander interface {
	// understand returns the zero Understanding for what is not its own.
	// Errors: llmapi.ErrUnavailable, when a configured model should have answered.
	understand(ctx context.Context, home *hamanagerapi.Home, u meaning.Utterance) (meaning.Understanding, error)
}
