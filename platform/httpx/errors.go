package httpx

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
	"homehub/platform/log"
)

// What the platform itself refuses. Kinds have no status for some of them: those are rejections.
var (
	// ErrInvalid means that the request breaks the contract of docs/openapi.yaml.
	ErrInvalid = apperr.New(apperr.Invalid, "request.invalid", "The request is not valid.")

	errRateLimited = apperr.New(apperr.RateLimited, "request.rate_limited", "Too many requests. Please slow down.")
	errDeadline    = apperr.New(apperr.Unavailable, "request.deadline", "That took too long. Please try again.")
	errNotAllowed  = apperr.New(apperr.Forbidden, "auth.not_allowed", "You may not do that.")
	errInternal    = apperr.New(apperr.Internal, "internal", "Something went wrong.")

	errNotFound         = &rejection{http.StatusNotFound, "request.not_found", "There is nothing at this address."}
	errMethodNotAllowed = &rejection{http.StatusMethodNotAllowed, "request.method_not_allowed", "This address does not take that method; see Allow."}
	errTooSlow          = &rejection{http.StatusRequestTimeout, "request.timeout", "The request took too long to arrive."}
	errTooLarge         = &rejection{http.StatusRequestEntityTooLarge, "request.too_large", "The body is too large."}
	errFormMediaType    = &rejection{http.StatusUnsupportedMediaType, "request.unsupported_media_type", "The body must be application/x-www-form-urlencoded in UTF-8."}
	errMediaType        = &rejection{http.StatusUnsupportedMediaType, "request.unsupported_media_type", "The body must be application/json in UTF-8."}
	errClientGone       = &rejection{statusClientGone, "request.cancelled", "The client went away."}
)

// statusClientGone is for the log only: nobody reads the answer.
const statusClientGone = 499

// rejection is a refusal of the HTTP layer, whose status no apperr kind stands for.
type rejection struct {
	status  int
	code    string
	message string
}

// Error is for logs.
func (r *rejection) Error() string { return r.code + ": " + r.message }

// problem is an error response, RFC 9457.
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	RequestID string         `json:"request_id"`
	Errors    []problemField `json:"errors,omitempty"`

	retryAfter time.Duration
}

type problemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// statusOf is the one place where a kind of failure becomes an HTTP status.
func statusOf(k apperr.Kind) int {
	switch k {
	case apperr.Invalid:
		return http.StatusBadRequest
	case apperr.Unprocessable:
		return http.StatusUnprocessableEntity
	case apperr.Unauthenticated:
		return http.StatusUnauthorized
	case apperr.Forbidden:
		return http.StatusForbidden
	case apperr.NotFound:
		return http.StatusNotFound
	case apperr.Conflict:
		return http.StatusConflict
	case apperr.RateLimited:
		return http.StatusTooManyRequests
	case apperr.Unavailable:
		return http.StatusServiceUnavailable
	case apperr.Internal:
		return http.StatusInternalServerError
	}

	return http.StatusInternalServerError
}

// describe says what a client may read about err.
func describe(err error) problem {
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind != apperr.Internal {
		p := newProblem(statusOf(e.Kind), e.Code, e.Message)
		p.retryAfter = e.RetryAfter
		for _, f := range e.Fields {
			p.Errors = append(p.Errors, problemField{Field: f.Name, Message: f.Message})
		}

		return p
	}
	if r, ok := errors.AsType[*rejection](err); ok {
		return newProblem(r.status, r.code, r.message)
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return describeEcho(he)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return newProblem(errClientGone.status, errClientGone.code, errClientGone.message)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, errDeadline.Code, errDeadline.Message)
	}

	return newProblem(http.StatusInternalServerError, errInternal.Code, errInternal.Message)
}

// describeEcho gives the router's own errors our codes.
func describeEcho(he *echo.HTTPError) problem {
	switch he.Code {
	case http.StatusNotFound:
		return describe(errNotFound)
	case http.StatusMethodNotAllowed:
		return describe(errMethodNotAllowed)
	case http.StatusRequestEntityTooLarge:
		return describe(errTooLarge)
	case http.StatusUnsupportedMediaType:
		return describe(errMediaType)
	case http.StatusInternalServerError:
		return newProblem(he.Code, errInternal.Code, errInternal.Message)
	}

	return newProblem(he.Code, "request.refused", http.StatusText(he.Code))
}

func newProblem(status int, code, detail string) problem {
	title := http.StatusText(status)
	if title == "" {
		title = "Client Closed Request"
	}

	return problem{Type: "about:blank", Title: title, Status: status, Detail: detail, Code: code}
}

// respond writes err as a problem, or as its route prescribes. What may not be seen stays in the
// log; see observe.
func (s *Server) respond(c echo.Context, err error) {
	res := c.Response()
	if res.Committed {
		return // a part of the answer is out already: only the log can tell
	}
	p := describe(err)
	p.RequestID = log.RequestID(c.Request().Context())
	switch {
	case p.Status == http.StatusUnauthorized:
		res.Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
	case p.Status == http.StatusTooManyRequests && p.retryAfter <= 0:
		p.retryAfter = time.Second
	}
	if p.retryAfter > 0 {
		res.Header().Set(echo.HeaderRetryAfter, seconds(p.retryAfter))
	}
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	if write := s.failureWriter(c); write != nil {
		_ = write(c, Failure{Status: p.Status, Code: p.Code, Detail: p.Detail, RequestID: p.RequestID, RetryAfter: p.retryAfter})
		return
	}
	res.Header().Set(echo.HeaderContentType, "application/problem+json")
	res.WriteHeader(p.Status)
	_ = c.Echo().JSONSerializer.Serialize(c, p, "") // the client may be gone
}

// seconds rounds up: trying a moment too early would fail again.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(math.Ceil(d.Seconds())), 10)
}
