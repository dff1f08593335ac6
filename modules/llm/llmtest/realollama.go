package llmtest

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// The environment of tests that need a real Ollama with a small model on it.
const (
	urlVariable      = "HOMEHUB_TEST_OLLAMA_URL"      // a server that all tests share
	modelVariable    = "HOMEHUB_TEST_OLLAMA_MODEL"    // a model that it has
	binaryVariable   = "HOMEHUB_TEST_OLLAMA_BINARY"   // starts servers of a test's own
	modelsVariable   = "HOMEHUB_TEST_OLLAMA_MODELS"   // the folder of models for those
	requiredVariable = "HOMEHUB_TEST_OLLAMA_REQUIRED" // forbids to go without
	startPatience    = time.Minute
)

// Real is a real Ollama and a model on it.
type Real struct {
	URL, Model     string
	binary, models string
}

// RealOllama returns the Ollama that HOMEHUB_TEST_OLLAMA_URL names. Without one the test is skipped,
// or fails where HOMEHUB_TEST_OLLAMA_REQUIRED is set, as in CI.
func RealOllama(tb testing.TB) Real {
	tb.Helper()

	r := Real{
		URL: os.Getenv(urlVariable), Model: os.Getenv(modelVariable),
		binary: os.Getenv(binaryVariable), models: os.Getenv(modelsVariable),
	}
	if r.URL == "" || r.Model == "" {
		miss(tb, urlVariable+" and "+modelVariable)
	}

	return r
}

func miss(tb testing.TB, variables string) {
	tb.Helper()
	if os.Getenv(requiredVariable) != "" {
		tb.Fatalf("%s must be set: %s forbids to go without a real Ollama", variables, requiredVariable)
	}
	tb.Skipf("SKIPPED: needs a real Ollama; set %s, or run: .ci/run tools llm", variables)
}

// Server is a real Ollama of one test's own.
type Server struct {
	Real

	tb       testing.TB
	parallel int
	cmd      *exec.Cmd
}

// Start starts an Ollama that makes so many calls at once. It ends with the test.
func (r Real) Start(tb testing.TB, parallel int) *Server {
	tb.Helper()
	if r.binary == "" || r.models == "" {
		miss(tb, binaryVariable+" and "+modelsVariable)
	}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	r.URL = "http://" + address
	s := &Server{Real: r, tb: tb, parallel: parallel}
	s.Restart()
	tb.Cleanup(s.Kill)

	return s
}

// Restart starts the server again, at the address of before, and waits until it answers.
func (s *Server) Restart() {
	s.tb.Helper()
	log, err := os.OpenFile(filepath.Join(s.tb.TempDir(), "ollama.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	s.cmd = exec.CommandContext(context.WithoutCancel(s.tb.Context()), s.binary, "serve")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.Env = append(os.Environ(), "HOME="+s.tb.TempDir(), "OLLAMA_HOST="+s.URL, "OLLAMA_MODELS="+s.models,
		"OLLAMA_NUM_PARALLEL="+strconv.Itoa(s.parallel), "OLLAMA_MULTIUSER_CACHE=1", "OLLAMA_NOPRUNE=1")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with the processes that run its models
	if err := s.cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	for deadline := time.Now().Add(startPatience); ; time.Sleep(50 * time.Millisecond) {
		if s.isUp() {
			return
		}
		if time.Now().After(deadline) {
			s.tb.Fatalf("the Ollama at %s did not start", s.URL)
		}
	}
}

func (s *Server) isUp() bool {
	request, err := http.NewRequestWithContext(s.tb.Context(), http.MethodGet, s.URL+"/api/version", http.NoBody)
	if err != nil {
		return false
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()

	return response.StatusCode == http.StatusOK
}

// Kill ends the server in the middle of whatever it does. A second Kill does nothing.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	s.cmd = nil
}
