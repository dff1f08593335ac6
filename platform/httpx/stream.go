package httpx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"homehub/platform/identity"
)

// HeaderLastEventID is where a listener that comes back says how far it has got.
const HeaderLastEventID = "Last-Event-ID"

// reconnectAfter is how long a browser waits before it comes back.
const reconnectAfter = 3 * time.Second

// Why a stream ended.
var (
	// ErrStopping is the cause of a stream's context when the server stops.
	ErrStopping = errors.New("the server stops")
	// ErrSlowReader means that the listener did not take what was written in time.
	ErrSlowReader = errors.New("the listener reads too slowly")
	// ErrListenerGone means that there is nobody to write to any more.
	ErrListenerGone = errors.New("the listener went away")
)

// Stream is an answer without an end of its own: server-sent events, as the HTML standard has
// them. One goroutine uses it.
type Stream struct {
	writer   http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration
	buffer   bytes.Buffer

	mu      sync.Mutex // over the deadline of writing
	isOver  bool
	unhook  func() bool
	release context.CancelCauseFunc
}

// OpenStream begins the answer at an event of the stream. From then on the request's context ends
// with the server, too, and every write has its own time: patience. The caller closes the stream.
func OpenStream(c echo.Context, id string, patience time.Duration) (*Stream, error) {
	x, res := exchangeOf(c), c.Response()
	ctx, cancel := context.WithCancelCause(c.Request().Context())
	c.SetRequest(c.Request().WithContext(ctx))
	x.isStream = true
	s := &Stream{writer: res, control: http.NewResponseController(res.Writer), patience: patience, release: cancel}
	s.unhook = context.AfterFunc(x.server.stopping, s.end)

	// That a client has gone is noticed by reading from it, for as long as it may take.
	if err := unlessUnsupported(s.control.SetReadDeadline(time.Time{})); err != nil {
		s.Close()
		return nil, fmt.Errorf("open stream: %w", err)
	}
	res.Header().Set(echo.HeaderContentType, "text/event-stream")
	res.Header().Set("X-Accel-Buffering", "no") // a proxy would wait for more
	res.WriteHeader(http.StatusOK)
	fmt.Fprintf(&s.buffer, "retry: %d\nid: %s\n\n", reconnectAfter.Milliseconds(), id)
	if err := s.flush(); err != nil {
		s.Close()
		return nil, err
	}

	return s, nil
}

// Close lets go of the request; its handler returns then.
func (s *Stream) Close() {
	s.unhook()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isOver = true
	s.release(nil)
}

// end is Close for a server that stops. Who is just being written to is not waited for.
func (s *Stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isOver {
		return // its handler may have returned: nothing of the request may be touched
	}
	s.isOver = true
	s.release(ErrStopping) // first: a write that fails ends the context, too, and says less of why
	_ = s.control.SetWriteDeadline(time.Now())
}

// Send writes one event. Neither name nor data may have a line break.
func (s *Stream) Send(id, name string, data []byte) error {
	fmt.Fprintf(&s.buffer, "id: %s\nevent: %s\ndata: %s\n\n", id, name, data)

	return s.flush()
}

// Beat shows that the stream is alive, and how far it has got: an id without data is remembered
// by the listener, and no event.
func (s *Stream) Beat(id string) error {
	fmt.Fprintf(&s.buffer, ":\nid: %s\n\n", id)

	return s.flush()
}

func (s *Stream) flush() error {
	defer s.buffer.Reset()
	if err := s.allowTime(); err != nil {
		return err
	}
	_, err := s.writer.Write(s.buffer.Bytes())
	if err == nil {
		err = s.control.Flush()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrSlowReader
	default:
		return errors.Join(ErrListenerGone, err)
	}
}

func (s *Stream) allowTime() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isOver {
		return ErrStopping
	}

	return unlessUnsupported(s.control.SetWriteDeadline(time.Now().Add(s.patience)))
}

// unlessUnsupported forgives a recorder of tests that it has no deadlines.
func unlessUnsupported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}

	return err
}

// CallerNow judges the caller of an answer that goes on anew, as that of a new request would be;
// only limits and the record leave it alone. Its errors are those that such a request would get.
func CallerNow(c echo.Context) (identity.Principal, error) { return callerAgain(c, false) }

// CallerStored is CallerNow by what is stored, whatever is remembered elsewhere: rights are at
// least as new as anything that was read before.
func CallerStored(c echo.Context) (identity.Principal, error) { return callerAgain(c, true) }

// IsStrict asks Authenticate to judge by what is stored.
func IsStrict(c echo.Context) bool { return exchangeOf(c).isStrict }

func callerAgain(c echo.Context, isStrict bool) (p identity.Principal, err error) {
	x, request := exchangeOf(c), c.Request()
	x.refusal, x.isStrict = nil, isStrict
	defer c.SetRequest(request) // else every look would leave a layer on its context
	err = x.server.deps.Authenticate(func(c echo.Context) error {
		p, err = allowed(c)
		return err
	})(c)

	return p, err
}
