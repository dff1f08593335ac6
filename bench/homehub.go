package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// process is a homehub command that runs as its own process.
type process struct {
	cmd  *exec.Cmd
	url  string
	dir  string
	exit chan error
}

// serve starts `homehub serve` on a free port with dir as its data folder and waits until it
// is ready. The settings come on top of: no limits, cheap password hashes, quiet logs.
func serve(ctx context.Context, binary, dir string, settings ...string) (*process, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	settings = append([]string{
		"HOMEHUB_SERVER_ADDRESS=" + address, "HOMEHUB_DATA_DIR=" + dir, "HOMEHUB_LIMITS_ENABLED=false",
		"HOMEHUB_AUTH_BCRYPT_COST=4", "HOMEHUB_LOG_LEVEL=warn", "HOMEHUB_LLM_URL=http://127.0.0.1:1",
	}, settings...)

	return start(ctx, binary, "http://"+address, "/readyz", dir, settings, "serve")
}

// start runs a command in an empty working folder, where no config.yaml lies, and waits until
// url+path answers 200.
func start(ctx context.Context, binary, url, path, dir string, env []string, args ...string) (*process, error) {
	logFile, err := os.OpenFile(filepath.Join(dir, args[0]+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer logFile.Close() //nolint:errcheck // the process has its own

	cmd := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the binary to measure
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(cleanEnvironment(), env...), logFile, logFile
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, url: url, dir: dir, exit: make(chan error, 1)}
	go func() { p.exit <- cmd.Wait() }()

	return p, p.waitFor(ctx, path)
}

// cleanEnvironment keeps settings of whoever runs this out.
func cleanEnvironment() []string {
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "HOMEHUB_") {
			env = append(env, variable)
		}
	}

	return env
}

func (p *process) waitFor(ctx context.Context, path string) error {
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for {
		if answers(ctx, p.url+path) {
			return nil
		}
		select {
		case err := <-p.exit:
			log, _ := os.ReadFile(filepath.Join(p.dir, p.cmd.Args[1]+".log"))

			return fmt.Errorf("%s ended before it answered (%w): %s", p.cmd.Args[1], err, log)
		case <-deadline.C:
			return fmt.Errorf("%s does not answer", p.url+path)
		case <-time.After(time.Millisecond):
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()

	return resp.StatusCode == http.StatusOK
}

// stop ends the process as an operator does, and waits for it.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}

	return <-p.exit
}

// residentMB is the memory that the process holds, as Linux counts it.
func (p *process) residentMB() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, isIt := strings.CutPrefix(line, "VmRSS:"); isIt {
			kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)

			return kilobytes / 1024, err
		}
	}

	return 0, errors.New("no VmRSS in /proc")
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}

	return listener.Addr().String(), listener.Close()
}

// caller is somebody with a token.
type caller struct {
	url   string
	token string
	http  *http.Client
}

// demo signs in to the demonstration household.
func (p *process) demo(ctx context.Context) (*caller, error) {
	content, err := os.ReadFile(filepath.Join(p.dir, "cli.json"))
	if err != nil {
		return nil, err
	}
	var login struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := json.Unmarshal(content, &login); err != nil {
		return nil, err
	}

	return p.enter(ctx, "/api/v1/auth/login", map[string]string{"email": login.Email, "password": login.Password})
}

const ownerPassword = "a long password for a bench"

func ownerEmail(number int) string { return fmt.Sprintf("owner%d@bench.example", number) }

// tryLogin returns the status of the answer; 0 when there was none.
func (p *process) tryLogin(ctx context.Context, client *http.Client, number int) int {
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, ownerEmail(number), ownerPassword)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/api/v1/auth/login", strings.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection is used again

	return resp.StatusCode
}

// login signs the owner of a household in once more.
func (p *process) login(ctx context.Context, client *http.Client, number int) (*caller, error) {
	c := &caller{url: p.url, http: client}

	return c, c.enter(ctx, "/api/v1/auth/login", map[string]string{"email": ownerEmail(number), "password": ownerPassword})
}

// register makes a household with its owner.
func (p *process) register(ctx context.Context, number int) (*caller, error) {
	return p.enter(ctx, "/api/v1/auth/register", map[string]string{
		"email": ownerEmail(number), "password": ownerPassword,
		"name": fmt.Sprintf("Owner %d", number), "household_name": fmt.Sprintf("Household %d", number),
	})
}

func (p *process) enter(ctx context.Context, path string, body any) (*caller, error) {
	c := &caller{url: p.url, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}}

	return c, c.enter(ctx, path, body)
}

// enter keeps the token of a login.
func (c *caller) enter(ctx context.Context, path string, body any) error {
	var login struct {
		AccessToken string `json:"access_token"`
	}
	err := c.do(ctx, http.MethodPost, path, body, &login)
	c.token = login.AccessToken

	return err
}

// do sends body as JSON and reads the answer into result, where that is not nil.
func (c *caller) do(ctx context.Context, method, path string, body, result any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, content)
	}
	if result == nil || len(content) == 0 {
		return nil
	}

	return json.Unmarshal(content, result)
}

// answer is the part of an intent's answer that is looked at.
type answer struct {
	Status string             `json:"status"`
	Speech string             `json:"speech"`
	Timing map[string]float64 `json:"timing_ms"`
}

// say sends an utterance; an answer that is none of the wanted ones is an error.
func (c *caller) say(ctx context.Context, text string, wanted ...string) (answer, error) {
	var got answer
	if err := c.do(ctx, http.MethodPost, "/api/v1/intent", map[string]string{"text": text}, &got); err != nil {
		return answer{}, err
	}
	if slices.Contains(wanted, got.Status) {
		return got, nil
	}

	return answer{}, fmt.Errorf("%q was answered %s: %s", text, got.Status, got.Speech)
}

// waitForHome waits until the caller's instance is ready and its home model is there.
func (c *caller) waitForHome(ctx context.Context) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		var home struct {
			Instance struct {
				Status string `json:"status"`
			} `json:"instance"`
			Entities []json.RawMessage `json:"entities"`
		}
		if err := c.do(ctx, http.MethodGet, "/api/v1/home", nil, &home); err != nil {
			return err
		}
		if home.Instance.Status == "ready" && len(home.Entities) > 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the instance is still %s", home.Instance.Status)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
