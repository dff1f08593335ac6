package httpx

import (
	"time"

	"github.com/labstack/echo/v4"
)

// Failure is what a client may know of a request that came to nothing.
type Failure struct {
	Status     int
	Code       string
	Detail     string
	RequestID  string
	RetryAfter time.Duration // zero: unknown
}

// FailureWriter answers a failure in the language of its route's clients: what OAuth prescribes, or
// a page for people. Status and headers that concern every failure are not its matter, but the
// status that it writes is its choice.
type FailureWriter func(c echo.Context, f Failure) error

// failureWriter is nil where failures are problems. A request may fail before anybody has looked
// it up in the contract. What there is not speaks as what it would lie under.
func (s *Server) failureWriter(c echo.Context) FailureWriter {
	op := exchangeOf(c).operation
	if op == nil {
		op = s.contract.find(c)
	}
	if op == nil {
		op = s.contract.above(c.Request().URL.Path)
	}
	if op == nil {
		return nil
	}

	return s.deps.FailureWriters[op.failures]
}
