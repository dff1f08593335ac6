package hass

import (
	"errors"
	"fmt"
)

// How talking to a home fails, beside what hamanagerapi names for service calls.
var (
	// ErrInvalidAuth: the token, or the user name and password, are not accepted.
	ErrInvalidAuth = errors.New("home assistant refused the credentials")
	// ErrOffline: no connection; what was asked for was not sent.
	ErrOffline = errors.New("home assistant is not connected")
	// ErrNoAnswer: sent, but the connection or the deadline ended before the answer.
	ErrNoAnswer = errors.New("home assistant did not answer")
	// ErrNotHomeAssistant: something answers, and it is not Home Assistant.
	ErrNotHomeAssistant = errors.New("this is not home assistant")
	// ErrStepDone: this step of the onboarding was taken before.
	ErrStepDone = errors.New("onboarding step already done")
)

// The codes of Home Assistant's errors that something here acts on.
const (
	codeNotFound          = "not_found"
	codeNotSupported      = "not_supported"
	codeInvalidFormat     = "invalid_format"
	codeServiceValidation = "service_validation_error"
)

// CommandError is Home Assistant's answer to a command that it did not carry out.
type CommandError struct {
	Code           string `json:"code"`
	Message        string `json:"message"`
	TranslationKey string `json:"translation_key"`
}

// Error is for logs.
func (e *CommandError) Error() string {
	return fmt.Sprintf("home assistant: %s: %s", e.Code, e.Message)
}

// StatusError is a REST answer that is not the expected one.
type StatusError struct {
	Path   string
	Status int
	Body   string // the beginning of it
}

// Error is for logs.
func (e *StatusError) Error() string {
	return fmt.Sprintf("home assistant: %s answered %d: %s", e.Path, e.Status, e.Body)
}
