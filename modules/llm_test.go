package modules_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/stretchr/testify/require"

	"homehub/modules"
)

// standIn is an Ollama whose model has one wish: the cinema. The real one is asked in modules/llm.
type standIn struct {
	*httptest.Server

	mu    sync.Mutex
	chats []api.ChatRequest
	hang  chan struct{} // chats wait until it is closed
}

var cinema = regexp.MustCompile(`(?m)^(e\d+) \| mozi \|`)

func startStandIn(t *testing.T) *standIn {
	t.Helper()
	s := new(standIn)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"version":"0.17.4"}`)) })
	mux.HandleFunc("GET /api/tags", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"models":[{"name":"small:latest","model":"small:latest"}]}`))
	})
	mux.HandleFunc("POST /api/chat", s.chat)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)

	return s
}

func (s *standIn) chat(w http.ResponseWriter, r *http.Request) {
	var asked api.ChatRequest
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		w.WriteHeader(http.StatusBadRequest)

		return
	}
	s.mu.Lock()
	s.chats = append(s.chats, asked)
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}
	said := `{"kind":"answer","text":"Szívesen."}`
	if found := cinema.FindStringSubmatch(asked.Messages[len(asked.Messages)-1].Content); found != nil {
		said = `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["` + found[1] + `"]}]}`
	}
	answer, err := json.Marshal(api.ChatResponse{
		Model: asked.Model, Message: api.Message{Role: "assistant", Content: said}, Done: true, DoneReason: "stop",
		Metrics: api.Metrics{PromptEvalCount: 1000, EvalCount: 20},
	})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)

		return
	}
	_, _ = w.Write(answer)
}

// asked counts the chats about a sentence: the others only warm the model.
func (s *standIn) asked() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.chats {
		if len(c.Format) > 0 && len(c.Messages) > 1 && regexp.MustCompile(`"anyOf"`).Match(c.Format) {
			n++
		}
	}

	return n
}

func TestWishIsTheModels(t *testing.T) {
	t.Parallel()
	ollama := startStandIn(t)
	p := startHub(t, func(cfg *modules.Config) { cfg.LLM.URL, cfg.LLM.Model = ollama.URL, "small" }).registerHome("anna")
	const wish = "úgy érezném jól magam, mintha moziban ülnénk" // of which grammar makes nothing

	first := p.say(t, wish)
	require.Equal(t, "done", first.Status, first.Speech)
	require.Equal(t, "llm", first.Source)
	require.Equal(t, []string{"scene.mozi"}, first.Commands[0].Targets)
	require.Equal(t, 1, ollama.asked())

	again := p.say(t, "Úgy érezném jól magam, mintha moziban ülnénk!")
	require.Equal(t, "done", again.Status)
	require.Equal(t, "cache", again.Source)
	require.Equal(t, 1, ollama.asked())

	ordinary := p.say(t, "kapcsold fel a villanyt a konyhában")
	require.Equal(t, "grammar", ordinary.Source)
	require.Equal(t, 1, ollama.asked())
}

func TestModelThatHangsOrIsGone(t *testing.T) {
	t.Parallel()
	ollama := startStandIn(t)
	ollama.hang = make(chan struct{})
	t.Cleanup(func() { close(ollama.hang) })
	p := startHub(t, func(cfg *modules.Config) {
		cfg.LLM.URL, cfg.LLM.Model = ollama.URL, "small"
		cfg.Intent.Deadline, cfg.Intent.ObserveTimeout = 4*time.Second, 2*time.Second
	}).registerHome("anna")

	late := p.say(t, "mesélj valamit a tengerről")
	require.Equal(t, "not_understood", late.Status)
	require.Equal(t, "llm_unavailable", late.Reason)
	require.Contains(t, late.Speech, "nyelvi modell")
	require.Equal(t, "done", p.say(t, "kapcsold fel a villanyt a konyhában").Status)

	ollama.CloseClientConnections()
	ollama.Listener.Close() //nolint:errcheck // so that nobody answers
	gone := p.say(t, "mesélj valamit a hegyekről")
	require.Equal(t, "llm_unavailable", gone.Reason)
	require.Contains(t, gone.Speech, "nyelvi modell")
	require.Equal(t, "already", p.say(t, "kapcsold fel a villanyt a konyhában").Status)
}
