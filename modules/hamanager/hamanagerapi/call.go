package hamanagerapi

import (
	"context"
	"encoding/json"

	"homehub/platform/apperr"
)

// ServiceCall is one Home Assistant service call.
type ServiceCall struct {
	Domain  string // light
	Service string // turn_on
	// EntityIDs are the targets; empty only for services without any.
	EntityIDs []string
	Data      map[string]any
	// WantsResponse asks for the service's response (todo.get_items).
	WantsResponse bool
}

// CallResult is what Home Assistant answered.
type CallResult struct {
	// ContextID marks the state changes that the call caused.
	ContextID string
	Response  json.RawMessage // only when asked for
}

// Change is one observed change of state.
type Change struct {
	EntityID string
	From, To *State // From is what was mirrored before
}

// Watch delivers changes of the entities it was made for until Close. Changes that the
// reader is too slow for are dropped: read the entity's State to learn the truth.
type Watch interface {
	Changes() <-chan Change
	Close()
}

// Instance is one household's Home Assistant as its callers see it.
type Instance interface {
	// Home returns the present model; never nil for a ready instance.
	Home() *Home
	// IsConnected reports whether the model is live; when false it is the last one seen.
	IsConnected() bool
	// Call performs a service call. Without a deadline in ctx it takes the configured one.
	// Errors: ErrOffline (never sent), ErrServiceFailed, ErrNotSupported, ErrOutOfRange,
	// ErrOutcomeUnknown (sent, but connection or deadline ended before the answer).
	Call(ctx context.Context, call ServiceCall) (CallResult, error)
	// Watch begins before it returns, so that changes caused by a later Call are seen.
	Watch(entityIDs []string) Watch
}

// How things end. Message is for clients; intent words its own sentences.
var (
	// ErrNoInstance: the household has no instance, or it is not ready yet.
	ErrNoInstance = apperr.New(apperr.NotFound, "instance.none", "This household has no ready instance.")
	// ErrOffline: the instance is not connected; nothing was sent.
	ErrOffline = apperr.New(apperr.Unavailable, "instance.offline", "The home cannot be reached now.")
	// ErrServiceFailed: Home Assistant reported an error.
	ErrServiceFailed = apperr.New(apperr.Unavailable, "instance.service_failed", "The home reported an error.")
	// ErrNotSupported: the entity cannot do that (service_validation_error, unknown service).
	ErrNotSupported = apperr.New(apperr.Unprocessable, "instance.not_supported", "The device cannot do that.")
	// ErrOutOfRange: Home Assistant refused a value of the call.
	ErrOutOfRange = apperr.New(apperr.Unprocessable, "instance.out_of_range", "The device cannot take that value.")
	// ErrOutcomeUnknown: the call was sent, its end was not seen.
	ErrOutcomeUnknown = apperr.New(apperr.Unavailable, "instance.outcome_unknown", "Whether it was done is not known.")
)
