// Package apperr is the taxonomy of failures that may leave homehub: what kind
// they are, which stable code names them, and what a client may read.
package apperr

import (
	"fmt"
	"time"
)

// Kind says how a caller should treat a failure. The zero value is Internal,
// so that a forgotten kind hides details rather than leaking them.
type Kind uint8

// The kinds. httpx maps each to one HTTP status.
const (
	Internal        Kind = iota // a bug or a broken dependency; details stay in the log
	Invalid                     // the request is malformed or breaks a rule of its schema
	Unprocessable               // well-formed, yet contradicts what is already recorded
	Unauthenticated             // no caller, or credentials that do not hold
	Forbidden                   // a known caller without the right
	NotFound                    // missing, or somebody else's: indistinguishable on purpose
	Conflict                    // the state of the resource forbids it now
	RateLimited                 // too often; RetryAfter says when again
	Unavailable                 // a dependency is away; trying again may help
)

// Field is one invalid input, named as the client wrote it (plain dotted name).
type Field struct {
	Name    string
	Message string
}

// Error is a failure that a client may see. Code is stable and of the form
// module.snake_case; Message is safe to show; Cause goes to the log only.
type Error struct {
	Kind       Kind
	Code       string
	Message    string
	Fields     []Field
	RetryAfter time.Duration // zero: unknown
	Cause      error
}

// New makes an error value, usually one of a module's errors.go.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Error is for logs: it includes the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}

	return e.Code + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches by code, so that a wrapped copy still equals the declared value.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Wrap returns a copy that carries cause.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.Cause = cause

	return &c
}

// WithMessage returns a copy with another client-safe message.
func (e *Error) WithMessage(format string, args ...any) *Error {
	c := *e
	c.Message = fmt.Sprintf(format, args...)

	return &c
}

// WithFields returns a copy that names the invalid inputs.
func (e *Error) WithFields(fields ...Field) *Error {
	c := *e
	c.Fields = append([]Field(nil), fields...)

	return &c
}

// WithRetryAfter returns a copy that says when trying again may help.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d

	return &c
}
