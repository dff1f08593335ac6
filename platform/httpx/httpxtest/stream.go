package httpxtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// streamPatience bounds every wait for a stream; nothing takes nearly so long.
const streamPatience = 2 * time.Minute

// isStream reports whether an answer has no end of its own.
func isStream(h http.Header) bool { return h.Get("Content-Type") == "text/event-stream" }

// Event is one event of a stream.
type Event struct {
	ID   string // the last one said, as a browser remembers it
	Name string
	Data string
}

// JSON reads the event's data into v.
func (e Event) JSON(tb testing.TB, v any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(e.Data), v); err != nil {
		tb.Fatalf("event %s: %v in %s", e.ID, err, e.Data)
	}
}

// Stream is an open stream of server-sent events.
type Stream struct {
	tb     testing.TB
	cancel context.CancelFunc
	blocks chan block
}

// block is what lies between two empty lines.
type block struct {
	Event

	isBeat bool // a comment, and no event
	err    error
}

// Stream opens the stream at path, and fails the test when it is not as the contract has it. It
// returns once the server has written the stream's beginning. The stream is closed with the test.
func (c *Client) Stream(path string) *Stream {
	c.tb.Helper()
	ctx, cancel := context.WithCancel(c.tb.Context())
	req := c.Request(http.MethodGet, path, nil).WithContext(ctx)
	res, err := c.http.Do(req) //nolint:bodyclose // by who reads it
	if err != nil {
		cancel()
		c.tb.Fatalf("GET %s: %v", path, err)
	}
	r := &Response{Status: res.StatusCode, Header: res.Header, tb: c.tb, name: "GET " + req.URL.Path}
	if !isStream(res.Header) {
		r.Body, _ = io.ReadAll(res.Body)
	}
	c.check(req, r)
	s := &Stream{tb: c.tb, blocks: make(chan block)}
	done := make(chan struct{})
	s.cancel = func() {
		cancel()
		<-done
	}
	c.tb.Cleanup(s.cancel)
	go func() {
		defer close(done)
		defer func() { _ = res.Body.Close() }()
		s.read(ctx, res.Body)
	}()
	r.Expect(http.StatusOK)
	if first := s.next(); first.err != nil || first.Data != "" || first.ID == "" {
		c.tb.Fatalf("GET %s: the stream begins with %+v", path, first)
	}

	return s
}

// read takes the stream apart as the HTML standard says.
func (s *Stream) read(ctx context.Context, from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	var b block
	put := func(b block) {
		select {
		case s.blocks <- b:
		case <-ctx.Done():
		}
	}
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			b.ID = value
		case "event":
			b.Name = value
		case "data":
			b.Data += value
		case "":
			if lines.Text() == "" {
				b.isBeat = b.Data == ""
				put(b)
				b = block{Event: Event{ID: b.ID}}
			}
		}
	}
	err := lines.Err()
	if err == nil {
		err = io.EOF
	}
	put(block{err: err})
}

func (s *Stream) next() block {
	s.tb.Helper()
	select {
	case b := <-s.blocks:
		return b
	case <-time.After(streamPatience):
		s.tb.Fatal("nothing came of the stream")
		return block{}
	}
}

// Next waits for the next event; heartbeats are passed over.
func (s *Stream) Next() Event {
	s.tb.Helper()
	e, isOver := s.NextOrEnd()
	if isOver {
		s.tb.Fatal("the stream ended")
	}

	return e
}

// NextOrEnd waits for the next event, or for the orderly end of the stream.
func (s *Stream) NextOrEnd() (e Event, isOver bool) {
	s.tb.Helper()
	for {
		switch b := s.next(); {
		case errors.Is(b.err, io.EOF):
			return Event{}, true
		case b.err != nil:
			s.tb.Fatalf("the stream broke: %v", b.err)
		case !b.isBeat:
			return b.Event, false
		}
	}
}

// Beat waits for the next heartbeat, before which no event may come, and returns its id.
func (s *Stream) Beat() string {
	s.tb.Helper()
	b := s.next()
	if b.err != nil || !b.isBeat {
		s.tb.Fatalf("no heartbeat but %+v", b)
	}

	return b.ID
}

// ExpectEnd waits for the orderly end of the stream, before which no event may come.
func (s *Stream) ExpectEnd() {
	s.tb.Helper()
	if e, isOver := s.NextOrEnd(); !isOver {
		s.tb.Fatalf("no end of the stream but %+v", e)
	}
}

// Close leaves the stream.
func (s *Stream) Close() { s.cancel() }
