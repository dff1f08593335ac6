// Package hasstest is a scripted Home Assistant: it speaks the WebSocket's frames and says
// exactly what a test tells it to, also what no real one would. It lives in memory and works
// inside of a synctest bubble.
package hasstest

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"homehub/modules/hamanager/internal/hass"
)

// Token is the one that the server accepts.
const Token = "the right token"

// Silence is no answer.
var Silence = new(int)

// Server is one scripted home.
type Server struct {
	listener *listener
	http     *http.Server
	done     sync.WaitGroup

	mu       sync.Mutex
	answers  map[string]any
	received map[string][]json.RawMessage
	peers    map[*peer]bool
	dials    int
	token    string
	isDown   bool
	isDeaf   bool
}

// peer is one authenticated connection.
type peer struct {
	ws            *websocket.Conn
	mu            sync.Mutex     // one writer at a time
	subscriptions map[string]int // by event type; states under "subscribe_entities"
}

// New starts a server that ends with the test.
func New(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{
		listener: &listener{conns: make(chan net.Conn), closed: make(chan struct{})},
		answers:  map[string]any{},
		received: map[string][]json.RawMessage{},
		peers:    map[*peer]bool{},
		token:    Token,
	}
	s.http = &http.Server{Handler: s.Handler()}
	s.done.Go(func() { _ = s.http.Serve(s.listener) })
	tb.Cleanup(s.Close)

	return s
}

// Close ends the server and every connection.
func (s *Server) Close() {
	_ = s.http.Close()
	s.Drop()
	s.done.Wait()
}

// Endpoint leads to the server.
func (s *Server) Endpoint() hass.Endpoint {
	return hass.Endpoint{BaseURL: "http://hass.test", Dial: s.dial, Token: Token}
}

// Handler serves the same over any other listener.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/websocket", s.serve)
	mux.HandleFunc("/manifest.json", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"name":"Home Assistant"}`))
	})

	return mux
}

// SetToken makes another token than Token the right one.
func (s *Server) SetToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Answer sets the result of a command: a value, a *hass.CommandError, Silence, or a function
// of the command that returns one of these. Commands without one succeed with null.
func (s *Server) Answer(command string, answer any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[command] = answer
}

// Received returns the commands of a type that came so far.
func (s *Server) Received(command string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.received[command]
}

// Dials counts the attempts to connect.
func (s *Server) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.dials
}

// SetDown makes every further attempt to connect fail, or work again.
func (s *Server) SetDown(isDown bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isDown = isDown
}

// SetDeaf stops the server from reading what it is sent, without closing anything.
func (s *Server) SetDeaf(isDeaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isDeaf = isDeaf
}

// Drop ends every connection without a word.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		_ = p.ws.CloseNow()
		delete(s.peers, p)
	}
}

// Fire sends an event to whoever subscribed to its type; "subscribe_entities" stands for the
// states.
func (s *Server) Fire(eventType string, event any) {
	s.mu.Lock()
	peers := make([]*peer, 0, len(s.peers))
	for p := range s.peers {
		peers = append(peers, p)
	}
	s.mu.Unlock()

	for _, p := range peers {
		p.mu.Lock()
		id := p.subscriptions[eventType]
		p.mu.Unlock()
		if id != 0 {
			p.send(map[string]any{"id": id, "type": "event", "event": event})
		}
	}
}

// SendRaw writes a frame as it is to every connection.
func (s *Server) SendRaw(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		p.write([]byte(frame))
	}
}

func (p *peer) send(message any) {
	raw, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	p.write(raw)
}

func (p *peer) write(raw []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.ws.Write(context.Background(), websocket.MessageText, raw) // a client may have left
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer ws.CloseNow()

	ctx := context.WithoutCancel(r.Context())
	p := &peer{ws: ws, subscriptions: map[string]int{}}
	p.send(map[string]string{"type": "auth_required", "ha_version": "2025.4.4"})
	var auth struct {
		Token string `json:"access_token"`
	}
	if _, raw, err := ws.Read(ctx); err != nil || json.Unmarshal(raw, &auth) != nil {
		return
	}
	s.mu.Lock()
	isRight := auth.Token == s.token
	s.mu.Unlock()
	if !isRight {
		p.send(map[string]string{"type": "auth_invalid", "message": "Invalid access token or password"})

		return
	}

	s.mu.Lock()
	s.peers[p] = true
	s.mu.Unlock()
	p.send(map[string]string{"type": "auth_ok", "ha_version": "2025.4.4"})
	for s.take(ctx, p) {
	}
}

// take reads one command and answers it.
func (s *Server) take(ctx context.Context, p *peer) bool {
	s.mu.Lock()
	isDeaf := s.isDeaf
	s.mu.Unlock()
	if isDeaf {
		<-s.listener.closed

		return false
	}
	_, raw, err := p.ws.Read(ctx)
	if err != nil {
		return false
	}

	var command struct {
		ID        int    `json:"id"`
		Type      string `json:"type"`
		EventType string `json:"event_type"`
	}
	if json.Unmarshal(raw, &command) != nil {
		return false
	}
	s.mu.Lock()
	s.received[command.Type] = append(s.received[command.Type], raw)
	answer := s.answers[command.Type]
	s.mu.Unlock()

	if f, ok := answer.(func(json.RawMessage) any); ok {
		answer = f(raw)
	}
	if answer == Silence {
		return true
	}
	switch command.Type {
	case "ping":
		p.send(map[string]any{"id": command.ID, "type": "pong"})

		return true
	case "subscribe_events":
		p.subscribe(command.EventType, command.ID)
	case "subscribe_entities":
		p.subscribe(command.Type, command.ID)
		p.send(map[string]any{"id": command.ID, "type": "result", "success": true, "result": nil})
		p.send(map[string]any{"id": command.ID, "type": "event", "event": answer})

		return true
	}
	if failure, ok := answer.(*hass.CommandError); ok {
		p.send(map[string]any{"id": command.ID, "type": "result", "success": false, "error": failure})

		return true
	}
	p.send(map[string]any{"id": command.ID, "type": "result", "success": true, "result": answer})

	return true
}

func (p *peer) subscribe(what string, id int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subscriptions[what] = id
}

func (s *Server) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	s.dials++
	isDown := s.isDown
	s.mu.Unlock()
	if isDown {
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}

	client, server := net.Pipe()
	select {
	case s.listener.conns <- server:
		return client, nil
	case <-s.listener.closed:
	case <-ctx.Done():
	}

	return nil, net.ErrClosed
}

// listener hands out the server's ends of pipes.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })

	return nil
}

func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "hass.test", Net: "memory"} }
