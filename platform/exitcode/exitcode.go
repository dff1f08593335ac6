// Package exitcode lets a command end the process with a number of its own, without any
// package but main calling os.Exit.
package exitcode

import "errors"

// The exit codes that homehub documents.
const (
	OK = 0
	// Failed is every failure that has no number of its own.
	Failed = 1
	// AsksBack: homehub did not understand, or answered with a question.
	AsksBack = 3
)

// Error carries an exit code. Without a cause it prints nothing: the command has already
// said what there was to say.
type Error struct {
	code  int
	cause error
}

// New returns an error that ends the process with code; cause may be nil.
func New(code int, cause error) *Error { return &Error{code: code, cause: cause} }

// Error returns the cause's text; empty without one.
func (e *Error) Error() string {
	if e.cause == nil {
		return ""
	}

	return e.cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// ExitCode returns the number the process should end with.
func (e *Error) ExitCode() int { return e.code }

// Of returns the exit code that err asks for: OK for nil, Failed where it names none.
func Of(err error) int {
	if err == nil {
		return OK
	}
	if coded, ok := errors.AsType[interface {
		error
		ExitCode() int
	}](err); ok {
		return coded.ExitCode()
	}

	return Failed
}
