package virtualhome

import (
	"context"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Limits of Home Assistant's WebSocket API.
const (
	maxPending  = 4096    // messages that may wait for a slow reader
	maxMessage  = 4 << 20 // bytes of one incoming message
	authTimeout = 10 * time.Second
)

// conn is one authenticated WebSocket connection.
type conn struct {
	home *Home
	ws   *websocket.Conn

	// These belong to the home: its mutex guards them.
	user          *user
	tokenID       string
	lastID        int
	subscriptions map[int]subscription

	mu       sync.Mutex
	queue    [][]byte // messages that wait to be written
	coalesce bool     // the client takes several messages in one frame
	over     bool
	wake     chan struct{} // holds one signal for the writer
	done     chan struct{} // closed when the connection ends
}

// What a subscription delivers.
const (
	forEntities = iota
	forEvents
	forBackups
)

// subscription is one standing request for events.
type subscription struct {
	id        int
	kind      int
	eventType string          // of forEvents; empty for all
	entityIDs map[string]bool // of forEntities; nil for all
	filter    func(id string) bool
}

func (s subscription) isFor(eventType string) bool {
	return s.eventType == "" || s.eventType == eventType
}

func (s subscription) wants(id string) bool {
	return (s.entityIDs == nil || s.entityIDs[id]) && (s.filter == nil || s.filter(id))
}

func newConn(h *Home, ws *websocket.Conn) *conn {
	return &conn{
		home: h, ws: ws, subscriptions: map[int]subscription{},
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// send queues one message. It never blocks: a reader that is too slow is cut off.
func (c *conn) send(message []byte) {
	c.mu.Lock()
	c.queue = append(c.queue, message)
	tooMany := len(c.queue) > maxPending
	c.mu.Unlock()
	if tooMany {
		c.shut()

		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// sendEvent queues an event of a subscription.
func (c *conn) sendEvent(id int, event []byte) {
	b := make([]byte, 0, len(event)+40)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, `,"type":"event","event":`...)
	b = append(b, event...)
	c.send(append(b, '}'))
}

// shut ends the connection without waiting; reader and writer notice.
func (c *conn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.over = true
		close(c.done)
	}
}

// serve reads commands until the connection ends. ctx never ends by itself: the library
// then needs no watcher for each read and write.
func (c *conn) serve(ctx context.Context) {
	var owned sync.WaitGroup
	owned.Go(func() { c.write(ctx) })
	owned.Go(func() {
		<-c.done
		_ = c.ws.CloseNow()
	})
	buf := make([]byte, 0, 1024)
	for {
		var err error
		if buf, err = readMessage(ctx, c.ws, buf[:0]); err != nil {
			break
		}
		messages, err := decodeMessages(buf)
		if err != nil { // Home Assistant says goodbye, too
			_ = c.ws.Close(websocket.StatusNormalClosure, "")

			break
		}
		for _, m := range messages {
			c.handle(m)
		}
		if cap(buf) > 64<<10 {
			buf = nil
		}
	}
	c.shut()
	owned.Wait()
}

func readMessage(ctx context.Context, ws *websocket.Conn, buf []byte) ([]byte, error) {
	kind, r, err := ws.Reader(ctx)
	for err == nil && kind == websocket.MessageBinary {
		// Binary messages are for handlers that a command has registered; none of ours does.
		if _, err = io.Copy(io.Discard, r); err == nil {
			kind, r, err = ws.Reader(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			if isEOF(err) {
				return buf, nil
			}

			return nil, err
		}
	}
}

// write sends what is queued: everything in one frame where the client allows it.
func (c *conn) write(ctx context.Context) {
	var frame []byte
	for {
		select {
		case <-c.wake:
		case <-c.done:
			return
		}
		c.mu.Lock()
		queue, coalesce := c.queue, c.coalesce
		c.queue = nil
		c.mu.Unlock()
		if coalesce && len(queue) > 1 {
			frame = joinMessages(frame[:0], queue)
			queue = [][]byte{frame}
		}
		for _, m := range queue {
			if err := c.ws.Write(ctx, websocket.MessageText, m); err != nil {
				c.shut()

				return
			}
		}
		if cap(frame) > 16<<10 {
			frame = nil
		}
	}
}

func joinMessages(b []byte, messages [][]byte) []byte {
	for i, m := range messages {
		b = append(b, "[,"[min(i, 1)])
		b = append(b, m...)
	}

	return append(b, ']')
}
