package virtualhome

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// memoryServer serves HTTP on connections that never leave the process. It starts with
// the first dial.
type memoryServer struct {
	http  *http.Server
	conns chan net.Conn
	done  chan struct{} // closed with the listener
	ended chan struct{} // closed when Serve returned

	mu      sync.Mutex
	started bool
	closed  bool
}

func newMemoryServer(handler http.Handler) *memoryServer {
	return &memoryServer{
		http:  &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
		conns: make(chan net.Conn), done: make(chan struct{}), ended: make(chan struct{}),
	}
}

func (s *memoryServer) dial(ctx context.Context) (net.Conn, error) {
	if err := s.start(); err != nil {
		return nil, err
	}
	client, server := newPipe()
	select {
	case s.conns <- server:
		return client, nil
	case <-s.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *memoryServer) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	if !s.started {
		s.started = true
		go func() { // ends when close closes the listener, and close waits for it
			defer close(s.ended)
			_ = s.http.Serve(s)
		}()
	}

	return nil
}

func (s *memoryServer) close() error {
	s.mu.Lock()
	started := s.started
	s.closed = true
	s.mu.Unlock()
	if !started {
		return nil
	}
	// Requests under way may finish; connections upgraded to WebSocket are not counted.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) //nolint:forbidigo // the callers' contexts have ended
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.ended

	return err
}

// Accept implements net.Listener.
func (s *memoryServer) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener; the server calls it once.
func (s *memoryServer) Close() error {
	close(s.done)

	return nil
}

// Addr implements net.Listener.
func (s *memoryServer) Addr() net.Addr { return pipeAddr{} }
