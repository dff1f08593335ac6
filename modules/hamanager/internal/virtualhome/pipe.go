package virtualhome

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeLimit bounds what one direction of a connection holds: a slow reader makes the
// writer wait, as a socket would.
const pipeLimit = 64 << 10

// newPipe returns the two ends of a connection that never leaves the process. Unlike
// net.Pipe it is buffered, so that a small write costs no hand-over between goroutines.
func newPipe() (client, server net.Conn) {
	up, down := newStream(), newStream()

	return &pipeEnd{in: down, out: up}, &pipeEnd{in: up, out: down}
}

// stream is one direction of a pipe.
type stream struct {
	mu       sync.Mutex
	changed  *sync.Cond
	buf      []byte
	start    int
	closed   bool // by either end
	readEnd  deadline
	writeEnd deadline
}

// deadline is a moment after which waiting is over.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func newStream() *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.mu)

	return s
}

func (d *deadline) isOver() bool { return !d.at.IsZero() && !time.Now().Before(d.at) } //nolint:forbidigo // a socket's deadline is real time

// set moves the deadline; waiters look again at once and when it is reached.
func (s *stream) set(d *deadline, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.at = at
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if !at.IsZero() {
		d.timer = time.AfterFunc(time.Until(at), func() { //nolint:forbidigo // a socket's deadline is real time
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changed.Broadcast()
		})
	}
	s.changed.Broadcast()
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readEnd.isOver():
			return 0, os.ErrDeadlineExceeded
		case len(s.buf) > s.start:
			n := copy(p, s.buf[s.start:])
			s.start += n
			if s.start == len(s.buf) {
				s.rewind()
			}
			s.changed.Broadcast()

			return n, nil
		case s.closed:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		s.changed.Wait()
	}
}

// rewind reuses the buffer, unless one large message made it large.
func (s *stream) rewind() {
	s.start = 0
	if cap(s.buf) > 8<<10 {
		s.buf = nil

		return
	}
	s.buf = s.buf[:0]
}

func (s *stream) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch {
		case s.closed:
			return written, io.ErrClosedPipe
		case s.writeEnd.isOver():
			return written, os.ErrDeadlineExceeded
		case len(p) == 0:
			return written, nil
		}
		if room := pipeLimit - (len(s.buf) - s.start); room > 0 {
			n := min(room, len(p))
			s.buf = append(s.buf, p[:n]...)
			p = p[n:]
			written += n
			s.changed.Broadcast()

			continue
		}
		s.changed.Wait()
	}
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, d := range []*deadline{&s.readEnd, &s.writeEnd} {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	s.changed.Broadcast()
}

// pipeEnd is one end of a pipe.
type pipeEnd struct{ in, out *stream }

func (e *pipeEnd) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *pipeEnd) Write(p []byte) (int, error) { return e.out.write(p) }

// Close ends both directions; what was written before can still be read by the other end.
func (e *pipeEnd) Close() error {
	e.in.close()
	e.out.close()

	return nil
}

func (e *pipeEnd) LocalAddr() net.Addr  { return pipeAddr{} }
func (e *pipeEnd) RemoteAddr() net.Addr { return pipeAddr{} }

func (e *pipeEnd) SetDeadline(t time.Time) error {
	e.in.set(&e.in.readEnd, t)
	e.out.set(&e.out.writeEnd, t)

	return nil
}

func (e *pipeEnd) SetReadDeadline(t time.Time) error {
	e.in.set(&e.in.readEnd, t)

	return nil
}

func (e *pipeEnd) SetWriteDeadline(t time.Time) error {
	e.out.set(&e.out.writeEnd, t)

	return nil
}

// pipeAddr is where in-memory connections come from.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "memory" }
func (pipeAddr) String() string  { return "virtual-home" }
