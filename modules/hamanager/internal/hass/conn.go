package hass

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

const (
	// maxMessage bounds what a home may send at once: the states of some ten thousand entities.
	maxMessage       = 64 << 20
	writeTimeout     = 10 * time.Second
	defaultKeepAlive = 20 * time.Second
	authTimeout      = 10 * time.Second
)

// Conn is one authenticated WebSocket. It ends by Close, by the home, or by silence; then
// every waiting command ends with ErrNoAnswer, and Done is closed. Safe for concurrent use.
type Conn struct {
	ws        *websocket.Conn
	version   string
	keepAlive time.Duration

	outgoing chan *request // unbuffered: taken means about to be written
	received atomic.Uint64 // frames, so that silence is noticed

	mu       sync.Mutex
	requests map[int]*request // sent, not answered
	handlers map[int]func(json.RawMessage)

	done    chan struct{} // closed when the connection ends
	endOnce sync.Once
	err     error // why; set before done is closed
	loops   sync.WaitGroup
}

// request is one command on its way.
type request struct {
	id      int
	body    []byte // a JSON object without its id
	onEvent func(json.RawMessage)
	answer  chan message // of capacity 1

	isForgotten bool // guarded by Conn.mu
}

// Connect dials, authenticates and starts the connection's two goroutines. Errors:
// ErrInvalidAuth, ErrNotHomeAssistant, ErrOffline.
func Connect(ctx context.Context, e Endpoint) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout+authTimeout)
	defer cancel()

	client := e.httpClient()
	defer client.CloseIdleConnections()

	//nolint:bodyclose // the library has closed it, or made the connection of it
	ws, response, err := websocket.Dial(ctx, e.BaseURL+"/api/websocket", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("%w: its WebSocket answered %s", ErrNotHomeAssistant, response.Status)
		}

		return nil, fmt.Errorf("%w: %w", ErrOffline, err)
	}
	ws.SetReadLimit(maxMessage)

	version, err := authenticate(ctx, ws, e.Token)
	if err != nil {
		_ = ws.CloseNow() // the reason is in err

		return nil, err
	}

	c := &Conn{
		ws: ws, version: version, keepAlive: e.KeepAlive,
		outgoing: make(chan *request),
		requests: map[int]*request{},
		handlers: map[int]func(json.RawMessage){},
		done:     make(chan struct{}),
	}
	if c.keepAlive <= 0 {
		c.keepAlive = defaultKeepAlive
	}

	// The loops end with the connection, not with the context that dialled it.
	lasting := context.WithoutCancel(ctx)
	c.loops.Go(func() { c.end(c.read(lasting)) })
	c.loops.Go(func() { c.end(c.write(lasting)) })

	return c, c.negotiate(ctx)
}

// negotiate allows the home to send several messages in one frame.
func (c *Conn) negotiate(ctx context.Context) error {
	command := map[string]any{"type": "supported_features", "features": map[string]int{"coalesce_messages": 1}}
	if err := c.Do(ctx, command, nil); err != nil {
		c.Close()

		return fmt.Errorf("negotiate features: %w", err)
	}

	return nil
}

// Version is the Home Assistant release that answered.
func (c *Conn) Version() string { return c.version }

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err says why the connection ended; nil before.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Close ends the connection and waits for its goroutines; event handlers must not call it.
func (c *Conn) Close() {
	c.end(errClosed)
	c.loops.Wait()
}

var errClosed = errors.New("closed by homehub")

// end closes the connection once; the first reason counts.
func (c *Conn) end(reason error) {
	c.endOnce.Do(func() {
		c.err = fmt.Errorf("%w: %w", ErrOffline, reason)
		close(c.done)
		_ = c.ws.CloseNow() // frees both loops
	})
}

// Do sends a command, a value that encodes to a JSON object with a type and no id, and
// decodes its result, unless result is nil. Errors: ErrOffline (not sent), ErrNoAnswer (sent),
// *CommandError.
func (c *Conn) Do(ctx context.Context, command, result any) error {
	answer, err := c.roundTrip(ctx, command, nil)
	if err != nil {
		return err
	}
	if result == nil || len(answer.Result) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("decode result: %w", err)
	}

	return nil
}

// roundTrip sends a command and waits for its result message.
func (c *Conn) roundTrip(ctx context.Context, command any, onEvent func(json.RawMessage)) (message, error) {
	body, err := json.Marshal(command)
	if err != nil {
		return message{}, fmt.Errorf("encode command: %w", err)
	}
	if _, hasDeadline := ctx.Deadline(); !hasDeadline {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestTimeout)
		defer cancel()
	}

	r := &request{body: body, onEvent: onEvent, answer: make(chan message, 1)}
	if err := ctx.Err(); err != nil {
		return message{}, fmt.Errorf("%w: %w", ErrOffline, err)
	}

	select {
	case c.outgoing <- r:
	case <-c.done:
		return message{}, c.err
	case <-ctx.Done():
		return message{}, fmt.Errorf("%w: %w", ErrOffline, ctx.Err())
	}

	answer, err := c.await(ctx, r)
	if err != nil {
		c.forget(r)

		return message{}, err
	}
	if answer.Type == typeResult && !answer.Success {
		c.forget(r)
		if answer.Error == nil {
			answer.Error = &CommandError{Code: "unknown_error"}
		}

		return message{}, answer.Error
	}

	return answer, nil
}

func (c *Conn) await(ctx context.Context, r *request) (message, error) {
	select {
	case answer := <-r.answer:
		return answer, nil
	case <-c.done:
	case <-ctx.Done():
		return message{}, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
	}

	select { // the answer may have come just before the end
	case answer := <-r.answer:
		return answer, nil
	default:
		return message{}, fmt.Errorf("%w: %w", ErrNoAnswer, c.err)
	}
}

// forget drops what a request registered; a late answer then has no taker.
func (c *Conn) forget(r *request) {
	c.mu.Lock()
	defer c.mu.Unlock()

	r.isForgotten = true
	delete(c.requests, r.id)
	delete(c.handlers, r.id)
}

// Subscribe sends a command whose result is followed by events. onEvent runs on the
// connection's reader, in order: it must be quick and must not use the connection. The
// returned function ends the subscription.
func (c *Conn) Subscribe(
	ctx context.Context, command any, onEvent func(event json.RawMessage),
) (unsubscribe func(ctx context.Context) error, err error) {
	answer, err := c.roundTrip(ctx, command, onEvent)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context) error {
		c.mu.Lock()
		delete(c.handlers, answer.ID)
		c.mu.Unlock()

		return c.Do(ctx, map[string]any{"type": "unsubscribe_events", "subscription": answer.ID}, nil)
	}, nil
}

// Ping asks for a sign of life.
func (c *Conn) Ping(ctx context.Context) error {
	return c.Do(ctx, map[string]any{"type": "ping"}, nil)
}
