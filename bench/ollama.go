package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// The model that the fake Ollama has, and how many chats it works on at once.
const (
	fakeModel = "bench"
	fakeSlots = 8
)

// fakeOllama answers every chat after a delay, with something to say.
type fakeOllama struct {
	address string
	server  *http.Server
	slots   chan struct{}
	delay   atomic.Int64 // nanoseconds
	worked  atomic.Int64 // nanoseconds that the last chat was here
	chats   atomic.Int64
}

// startOllama listens on a free port.
func startOllama(ctx context.Context) (*fakeOllama, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	f := &fakeOllama{address: address, slots: make(chan struct{}, fakeSlots)}

	return f, f.up(ctx)
}

// up makes it listen; down makes it refuse connections.
func (f *fakeOllama) up(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.address)
	if err != nil {
		return err
	}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: time.Second}
	go f.server.Serve(listener) //nolint:errcheck // it ends with down

	return nil
}

func (f *fakeOllama) down() { _ = f.server.Close() }

// ServeHTTP implements http.Handler.
func (f *fakeOllama) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/version":
		tell(w, map[string]string{"version": "0.17.4"})
	case "/api/tags", "/api/ps":
		tell(w, map[string]any{"models": []map[string]string{{"name": fakeModel + ":latest", "model": fakeModel + ":latest"}}})
	case "/api/chat":
		f.chat(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f *fakeOllama) chat(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var call json.RawMessage
	if json.NewDecoder(r.Body).Decode(&call) != nil {
		w.WriteHeader(http.StatusBadRequest)

		return
	}
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-r.Context().Done():
		return
	}
	timer := time.NewTimer(time.Duration(f.delay.Load()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		return
	}
	f.chats.Add(1)
	f.worked.Store(int64(time.Since(began)))
	tell(w, map[string]any{
		"message": map[string]string{"role": "assistant", "content": `{"kind":"answer","text":"Sok a csillag az égen."}`},
		"done":    true, "done_reason": "stop", "prompt_eval_count": len(call) / 4, "prompt_eval_duration": 1000000, "eval_count": 20,
	})
}

func tell(w http.ResponseWriter, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err) // the fake's own words
	}
	_, _ = w.Write(append(encoded, '\n'))
}
