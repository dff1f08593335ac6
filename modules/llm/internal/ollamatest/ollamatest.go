// Package ollamatest is an Ollama without a model, for tests of load and of faults that the real
// one cannot be made to show. It serves HTTP (Server is a handler), and without any network in
// time that a test bubble controls (RoundTrip).
package ollamatest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/ollama/ollama/api"
)

// Reply is what becomes of one chat.
type Reply struct {
	Text string
	// Status other than 0 is answered instead, with Text as the error.
	Status int
	// BreaksOff: the connection ends in the middle of the answer.
	BreaksOff bool
	// IsCut: the answer ended at num_predict.
	IsCut bool
	// PromptTokens is what the prompt is said to have had; 0: a third of its bytes.
	PromptTokens int
}

// Server is the fake. Its fields are set before the first request, or by its methods.
type Server struct {
	// Models are those that it has; nil: every one.
	Models []string
	// Digest is what all of them are made of.
	Digest string
	// PullHangs: a pull begins and never goes on.
	PullHangs bool
	// Slots is how many chats it works on at once, each for Delay; 0: any number.
	Slots int
	Delay time.Duration
	// DelayOf is the Delay of some models.
	DelayOf map[string]time.Duration
	// Reply decides each chat, by the call and its number from 1; nil: {}.
	Reply func(call api.ChatRequest, number int) Reply

	once sync.Once
	work chan struct{}

	mu     sync.Mutex
	isDown bool
	seen   []api.ChatRequest
	pulled []string
	loaded []string
	stats  Stats
}

// Stats is what the fake saw.
type Stats struct {
	Chats     int // that came
	Answered  int
	Cancelled int // whose caller went away
	Running   int // that are worked on, or wait for a slot
	Most      int // of those at once
}

// SetDown makes the server refuse connections, or take them again.
func (s *Server) SetDown(isDown bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isDown = isDown
	s.loaded = nil
}

// Restart is one that nobody sees: no request comes while it lasts.
func (s *Server) Restart() { s.SetDown(false) }

// SetDelay makes a model faster or slower.
func (s *Server) SetDelay(model string, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.DelayOf[model] = delay
}

func (s *Server) delayOf(model string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if delay, ok := s.DelayOf[model]; ok {
		return delay
	}

	return s.Delay
}

// Seen returns the chats so far, oldest first.
func (s *Server) Seen() []api.ChatRequest {
	s.mu.Lock()
	defer s.mu.Unlock()

	return slices.Clone(s.seen)
}

// Stats returns what the fake saw so far.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.stats
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/version":
		answer(w, http.StatusOK, map[string]string{"version": "0.17.4"})
	case "/api/tags":
		answer(w, http.StatusOK, s.list())
	case "/api/ps":
		answer(w, http.StatusOK, s.running())
	case "/api/show":
		s.show(w, r)
	case "/api/pull":
		s.pull(w, r)
	case "/api/chat":
		s.chat(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) list() api.ListResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list api.ListResponse
	for _, name := range append(slices.Clone(s.Models), s.pulled...) {
		list.Models = append(list.Models, api.ListModelResponse{Name: name, Model: name, Digest: s.Digest})
	}

	return list
}

func (s *Server) running() api.ProcessResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list api.ProcessResponse
	for _, name := range s.loaded {
		list.Models = append(list.Models, api.ProcessModelResponse{Name: name, Model: name})
	}

	return list
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	var request api.ShowRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	if !s.has(request.Model) {
		answer(w, http.StatusNotFound, map[string]string{"error": "model '" + request.Model + "' not found"})

		return
	}
	answer(w, http.StatusOK, api.ShowResponse{Details: api.ModelDetails{ParameterSize: "3B", QuantizationLevel: "Q4_K_M"}})
}

func (s *Server) has(model string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	all := append(slices.Clone(s.Models), s.pulled...)

	return s.Models == nil || slices.Contains(all, model) || slices.Contains(all, model+":latest")
}

func (s *Server) pull(w http.ResponseWriter, r *http.Request) {
	var request api.PullRequest
	_ = json.NewDecoder(r.Body).Decode(&request)
	for _, done := range []int64{0, 50, 100} {
		line(w, api.ProgressResponse{Status: "pulling", Total: 100, Completed: done})
	}
	if s.PullHangs {
		<-r.Context().Done()

		return
	}
	s.mu.Lock()
	s.pulled = append(s.pulled, request.Model)
	s.mu.Unlock()
	line(w, api.ProgressResponse{Status: "success"})
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var call api.ChatRequest
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})

		return
	}
	number := s.begin(call)
	if !s.has(call.Model) {
		s.end(false)
		answer(w, http.StatusNotFound, map[string]string{"error": "model '" + call.Model + "' not found"})

		return
	}
	if !s.toil(r.Context(), s.delayOf(call.Model)) {
		s.end(true)

		return
	}
	s.load(call.Model)
	s.end(false)
	reply := Reply{Text: "{}"}
	if s.Reply != nil {
		reply = s.Reply(call, number)
	}
	send(w, call, reply)
}

func (s *Server) load(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.loaded, model) {
		s.loaded = append(s.loaded, model)
	}
}

// begin counts a chat in.
func (s *Server) begin(call api.ChatRequest) int {
	s.once.Do(func() {
		if s.Slots > 0 {
			s.work = make(chan struct{}, s.Slots)
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, call)
	s.stats.Chats++
	s.stats.Running++
	s.stats.Most = max(s.stats.Most, s.stats.Running)

	return s.stats.Chats
}

// end counts it out.
func (s *Server) end(isCancelled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Running--
	if isCancelled {
		s.stats.Cancelled++
	} else {
		s.stats.Answered++
	}
}

// toil takes a slot for a while; false: the caller went away.
func (s *Server) toil(ctx context.Context, delay time.Duration) bool {
	if s.work != nil {
		select {
		case s.work <- struct{}{}:
			defer func() { <-s.work }()
		case <-ctx.Done():
			return false
		}
	}
	if delay == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send streams an answer in two parts and a summary, as Ollama does.
func send(w http.ResponseWriter, call api.ChatRequest, reply Reply) {
	if reply.Status != 0 {
		answer(w, reply.Status, map[string]string{"error": reply.Text})

		return
	}
	half := len(reply.Text) / 2
	line(w, api.ChatResponse{Model: call.Model, Message: api.Message{Role: "assistant", Content: reply.Text[:half]}})
	if reply.BreaksOff {
		return
	}
	line(w, api.ChatResponse{Model: call.Model, Message: api.Message{Role: "assistant", Content: reply.Text[half:]}})
	done := api.ChatResponse{Model: call.Model, Done: true, DoneReason: "stop"}
	if reply.IsCut {
		done.DoneReason = "length"
	}
	done.PromptEvalCount = reply.PromptTokens
	if done.PromptEvalCount == 0 {
		for _, m := range call.Messages {
			done.PromptEvalCount += len(m.Content) / 3
		}
	}
	done.PromptEvalDuration = time.Duration(done.PromptEvalCount) * time.Millisecond
	done.EvalCount = len(reply.Text)/4 + 1
	line(w, done)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(body))
}

func encode(part any) []byte {
	encoded, err := json.Marshal(part)
	if err != nil {
		panic(err) // a part of the fake's own that is no JSON
	}

	return append(encoded, '\n')
}

func line(w http.ResponseWriter, part any) {
	_, _ = w.Write(encode(part))
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// RoundTrip implements http.RoundTripper: the request goes straight to the handler.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	isDown := s.isDown
	s.mu.Unlock()
	if isDown {
		return nil, syscall.ECONNREFUSED
	}
	body, into := io.Pipe()
	w := &writer{into: into, header: make(http.Header), status: make(chan int, 1)}
	ctx, cancel := context.WithCancel(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	go func() {
		defer cancel()
		s.ServeHTTP(w, r.WithContext(ctx))
		w.WriteHeader(http.StatusOK)
		_ = into.Close()
	}()
	select {
	case status := <-w.status:
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: w.header, Body: &cancelling{PipeReader: body, cancel: cancel}, Request: r,
		}, nil
	case <-r.Context().Done():
		_ = body.Close()

		return nil, r.Context().Err()
	}
}

// cancelling ends the handler's request when the caller closes the answer.
type cancelling struct {
	*io.PipeReader

	cancel context.CancelFunc
}

// Close implements io.Closer.
func (c *cancelling) Close() error {
	c.cancel()

	return c.PipeReader.Close()
}

// writer hands the status over once, and the body as it comes.
type writer struct {
	into   *io.PipeWriter
	header http.Header
	status chan int
	once   sync.Once
}

// Header implements http.ResponseWriter.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) { w.once.Do(func() { w.status <- status }) }

// Write implements http.ResponseWriter.
func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)

	return w.into.Write(p)
}

// Fleet sends each request to the server of its host.
type Fleet map[string]*Server

// RoundTrip implements http.RoundTripper.
func (f Fleet) RoundTrip(r *http.Request) (*http.Response, error) {
	server := f[r.URL.Host]
	if server == nil {
		return nil, syscall.ECONNREFUSED
	}

	return server.RoundTrip(r)
}
