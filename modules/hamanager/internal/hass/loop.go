package hass

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// The message types that are told apart.
const (
	typeResult      = "result"
	typeEvent       = "event"
	typePong        = "pong"
	typeAuthOK      = "auth_ok"
	typeAuthInvalid = "auth_invalid"
	typeAuthRequest = "auth_required"
)

// message is one message of the server.
type message struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Success bool            `json:"success"`
	Result  json.RawMessage `json:"result"`
	Error   *CommandError   `json:"error"`
	Event   json.RawMessage `json:"event"`
	Version string          `json:"ha_version"`
	Message string          `json:"message"`
}

// authenticate takes the server's greeting and answers with the token.
func authenticate(ctx context.Context, ws *websocket.Conn, token string) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, authTimeout)
	defer cancel()

	var greeting message
	if err := readOne(ctx, ws, &greeting); err != nil {
		return "", err
	}
	if greeting.Type != typeAuthRequest {
		return "", fmt.Errorf("%w: it greets with %q", ErrNotHomeAssistant, greeting.Type)
	}

	raw, err := json.Marshal(map[string]string{"type": "auth", "access_token": token})
	if err != nil {
		return "", fmt.Errorf("encode auth: %w", err)
	}
	if err := ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffline, err)
	}

	var verdict message
	if err := readOne(ctx, ws, &verdict); err != nil {
		return "", err
	}

	switch verdict.Type {
	case typeAuthOK:
		return verdict.Version, nil
	case typeAuthInvalid:
		return "", fmt.Errorf("%w: %s", ErrInvalidAuth, verdict.Message)
	default:
		return "", fmt.Errorf("%w: it answers auth with %q", ErrNotHomeAssistant, verdict.Type)
	}
}

func readOne(ctx context.Context, ws *websocket.Conn, into *message) error {
	_, raw, err := ws.Read(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", ErrNotHomeAssistant, err)
	}

	return nil
}

// read takes frames until the connection ends. One buffer serves all but the largest.
func (c *Conn) read(ctx context.Context) error {
	const keep = 8 << 10 // a home's first states are large, what follows is not

	var buffer bytes.Buffer
	for {
		_, reader, err := c.ws.Reader(ctx)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if _, err := io.Copy(&buffer, reader); err != nil {
			return fmt.Errorf("read: %w", err)
		}

		c.received.Add(1)
		if err := c.takeFrame(buffer.Bytes()); err != nil {
			return err
		}
		if buffer.Reset(); buffer.Cap() > keep {
			buffer = bytes.Buffer{}
		}
	}
}

// takeFrame handles one message, or the array of them that coalescing makes. A NUL in it is replaced:
// no name and no state has one, and PostgreSQL keeps none.
func (c *Conn) takeFrame(frame []byte) error {
	if nul := []byte(`\u0000`); bytes.Contains(frame, nul) {
		frame = bytes.ReplaceAll(frame, nul, []byte(`\ufffd`))
	}
	if frame = bytes.TrimLeft(frame, " \t\r\n"); len(frame) > 0 && frame[0] == '[' {
		var several []json.RawMessage
		if err := json.Unmarshal(frame, &several); err != nil {
			return fmt.Errorf("decode frame: %w", err)
		}
		for _, one := range several {
			if err := c.takeMessage(one); err != nil {
				return err
			}
		}

		return nil
	}

	return c.takeMessage(frame)
}

func (c *Conn) takeMessage(raw []byte) error {
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}

	c.mu.Lock()
	handle := c.handlers[m.ID]
	waiting := c.requests[m.ID]
	if m.Type != typeEvent {
		delete(c.requests, m.ID)
	}
	c.mu.Unlock()

	switch {
	case m.Type == typeEvent && handle != nil:
		handle(m.Event)
	case (m.Type == typeResult || m.Type == typePong) && waiting != nil:
		waiting.answer <- m
	}

	return nil // anything else is for somebody who has left
}

// write sends commands in the order in which they get their ids, and pings a silent home.
func (c *Conn) write(ctx context.Context) error {
	ticker := time.NewTicker(c.keepAlive)
	defer ticker.Stop()

	var (
		id         int
		receivedAt uint64
		isPinged   bool
	)
	for {
		var r *request
		select {
		case <-c.done:
			return c.err
		case r = <-c.outgoing:
		case <-ticker.C:
			seen := c.received.Load()
			if isPinged && seen == receivedAt {
				return errors.New("silent for too long")
			}
			receivedAt, isPinged = seen, true
			r = &request{body: []byte(`{"type":"ping"}`), answer: make(chan message, 1)}
		}

		id++
		if err := c.send(ctx, r, id); err != nil {
			return err
		}
	}
}

// send registers the request and writes it.
func (c *Conn) send(ctx context.Context, r *request, id int) error {
	if !c.register(r, id) {
		return nil // its caller left before it was written
	}

	frame := make([]byte, 0, len(r.body)+16)
	frame = append(frame, `{"id":`...)
	frame = strconv.AppendInt(frame, int64(id), 10)
	frame = append(frame, ',')
	frame = append(frame, r.body[1:]...)

	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()

	if err := c.ws.Write(ctx, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("write: %w", err)
	}

	return nil
}

// register makes the answer find its way; false where nobody waits for one any more.
func (c *Conn) register(r *request, id int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	if r.isForgotten {
		return false
	}

	r.id = id
	c.requests[id] = r
	if r.onEvent != nil {
		c.handlers[id] = r.onEvent
	}

	return true
}
