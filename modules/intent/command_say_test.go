package intent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/exitcode"
)

// fakeServer answers as homehub does, as far as say goes.
type fakeServer struct {
	*httptest.Server

	mu       sync.Mutex
	logins   int
	renewals int
	valid    string // the access token that holds
	refresh  string // the refresh token that holds
	heard    []map[string]any
	status   string
}

func newFakeServer(t *testing.T) *fakeServer {
	t.Helper()
	f := &fakeServer{status: "done"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/login", func(w http.ResponseWriter, _ *http.Request) {
		f.logins++
		f.giveTokens(w, "login")
	})
	mux.HandleFunc("POST /api/v1/auth/refresh", func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		_ = json.NewDecoder(r.Body).Decode(&body)
		if body["refresh_token"] != f.refresh {
			problem(w, http.StatusUnauthorized)

			return
		}
		f.renewals++
		f.giveTokens(w, "renewed")
	})
	mux.HandleFunc("GET /api/v1/instance", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"status":"ready"}`))
	})
	mux.HandleFunc("POST /api/v1/intent", f.intent)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)

	return f
}

func (f *fakeServer) intent(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+f.valid {
		problem(w, http.StatusUnauthorized)

		return
	}
	var heard map[string]any
	_ = json.NewDecoder(r.Body).Decode(&heard)
	f.heard = append(f.heard, heard)
	fmt.Fprintf(w, `{"status":%q,"speech":"Kész.","conversation_id":"talk"}`, f.status)
}

func (f *fakeServer) giveTokens(w http.ResponseWriter, kind string) {
	f.valid, f.refresh = "access-"+kind, "refresh-"+kind
	fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q}`, f.valid, f.refresh)
}

func problem(w http.ResponseWriter, status int) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"detail":"No.","code":"auth.unauthenticated"}`))
}

// speaker runs say against a data folder.
type speaker struct {
	dir   string
	serve func(context.Context) (string, func() error, error)
}

func (s speaker) say(t *testing.T, args ...string) (out, notes string, err error) {
	t.Helper()
	deps := CommandDeps{DataDir: func() (string, error) { return s.dir, nil }, Serve: s.serve}
	cmd := sayCommand(deps)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var stdout, stderr bytes.Buffer
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())

	return stdout.String(), stderr.String(), err
}

func (s speaker) leaveLogin(t *testing.T, server string) {
	t.Helper()
	login, err := json.Marshal(map[string]string{"server": server, "email": "demo@example.org", "password": "secret", "household_id": "h"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "cli.json"), login, 0o600))
}

func TestSayKeepsItsLogin(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	s := speaker{dir: t.TempDir()}
	s.leaveLogin(t, server.URL)

	out, _, err := s.say(t, "kapcsold", "fel", "a", "villanyt")
	require.NoError(t, err)
	require.Equal(t, "Kész.\n", out)
	require.Equal(t, "kapcsold fel a villanyt", server.heard[0]["text"])
	_, _, err = s.say(t, "--area", "konyha", "--dry-run", "mi ég?")
	require.NoError(t, err)
	require.Equal(t, 1, server.logins)
	require.Equal(t, map[string]any{"text": "mi ég?", "device_area": "konyha", "dry_run": true}, server.heard[1])

	server.valid = "expired" // the access token no longer holds: it is renewed
	_, _, err = s.say(t, "mi ég?")
	require.NoError(t, err)
	require.Equal(t, 1, server.renewals)

	server.valid, server.refresh = "gone", "gone" // neither does the session: log in again
	_, _, err = s.say(t, "mi ég?")
	require.NoError(t, err)
	require.Equal(t, 2, server.logins)

	info, err := os.Stat(filepath.Join(s.dir, "cli-session.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestSayGoesOnWithAQuestion(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	s := speaker{dir: t.TempDir()}
	s.leaveLogin(t, server.URL)

	server.status = "confirm"
	_, _, err := s.say(t, "nyisd ki az ajtót")
	require.Equal(t, 3, exitcode.Of(err))
	server.status = "done"
	_, _, err = s.say(t, "igen")
	require.NoError(t, err)
	_, _, err = s.say(t, "mi ég?")
	require.NoError(t, err)

	require.NotContains(t, server.heard[0], "conversation_id")
	require.Equal(t, "talk", server.heard[1]["conversation_id"])
	require.NotContains(t, server.heard[2], "conversation_id", "the question is answered")
}

func TestSayExitCodes(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	s := speaker{dir: t.TempDir()}
	s.leaveLogin(t, server.URL)
	want := map[string]int{
		"done": 0, "already": 0, "answered": 0, "clarify": 3, "confirm": 3, "not_understood": 3, "failed": 1, "partial": 1, "started": 1,
	}
	for status, code := range want {
		server.status = status
		out, _, err := s.say(t, "valami")
		require.Equal(t, code, exitcode.Of(err), status)
		require.Equal(t, "Kész.\n", out)
		if err != nil {
			require.Empty(t, err.Error(), "the speech said it all")
		}
	}
}

func TestSayRunsAServerOfItsOwn(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	isStopped := false
	s := speaker{dir: t.TempDir()}
	s.serve = func(context.Context) (string, func() error, error) {
		s.leaveLogin(t, "http://127.0.0.1:8000")

		return server.URL, func() error { isStopped = true; return nil }, nil
	}

	out, notes, err := s.say(t, "kapcsold fel a villanyt")

	require.NoError(t, err)
	require.Equal(t, "Kész.\n", out)
	require.Contains(t, notes, "No server answers")
	require.True(t, isStopped)
}

func TestSayWithoutAServer(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	s := speaker{dir: t.TempDir()}
	s.leaveLogin(t, gone.URL)

	_, _, err := s.say(t, "mi ég?")

	require.Equal(t, 1, exitcode.Of(err))
	require.ErrorContains(t, err, "no homehub answers")
}

func TestSayWaitsForAnotherSay(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	tries := 0
	s := speaker{dir: t.TempDir()}
	s.serve = func(context.Context) (string, func() error, error) {
		s.leaveLogin(t, "http://127.0.0.1:1")
		if tries++; tries < 3 {
			return "", nil, ErrFolderInUse
		}

		return server.URL, func() error { return nil }, nil
	}

	out, _, err := s.say(t, "kapcsold fel a villanyt")

	require.NoError(t, err)
	require.Equal(t, "Kész.\n", out)
	require.Equal(t, 3, tries)
}

func TestSayTellsThatAQuestionEndsWithItsServer(t *testing.T) {
	t.Parallel()
	server := newFakeServer(t)
	server.status = "confirm"
	s := speaker{dir: t.TempDir()}
	s.serve = func(context.Context) (string, func() error, error) {
		s.leaveLogin(t, "http://127.0.0.1:1")

		return server.URL, func() error { return nil }, nil
	}

	_, notes, err := s.say(t, "nyisd ki az ajtót")

	require.Equal(t, 3, exitcode.Of(err))
	require.Contains(t, notes, "The question ends with this server")
}

func TestSayWantsAWholeAddress(t *testing.T) {
	t.Parallel()
	s := speaker{dir: t.TempDir()}
	s.leaveLogin(t, "")
	for _, address := range []string{"127.0.0.1:8000", "ftp://127.0.0.1"} {
		_, _, err := s.say(t, "--server", address, "mi ég?")
		require.ErrorContains(t, err, "an address like http://127.0.0.1:8000")
	}
}
