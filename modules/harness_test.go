package modules_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"homehub/modules"
	"homehub/platform/database/databasetest"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/secret"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		fmt.Fprintln(os.Stderr, serveAsChild())
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// patience bounds every wait of these tests; nothing in them takes nearly so long.
const patience = 2 * time.Minute

// hub is a whole homehub under test. On PostgreSQL and Redis when their addresses are set,
// else on the embedded defaults.
type hub struct {
	*httpxtest.Client
	tb     testing.TB
	cfg    modules.Config
	log    *logBuffer
	server *modules.Server
	stop   func() error
}

// startHub serves until the test ends.
func startHub(tb testing.TB, change ...func(*modules.Config)) *hub {
	tb.Helper()
	cfg := modules.Defaults()
	cfg.DataDir = tb.TempDir()
	cfg.Server.Address = "127.0.0.1:0"
	cfg.Auth.BcryptCost = 4
	cfg.Limits.Enabled = false
	cfg.Log.Level, cfg.Log.Format = "debug", "json"
	cfg.LLM.URL = ""
	// What else a machine has to do must not decide a test.
	cfg.Intent.Deadline, cfg.Intent.ObserveTimeout = 20*time.Second, 15*time.Second
	cfg.Database.Timeout, cfg.Server.ShutdownTimeout = time.Minute, time.Minute
	if os.Getenv(databasetest.PostgresURL) != "" {
		cfg.Database.URL = secret.New(databasetest.NewPostgresURL(tb))
		giveSecrets(&cfg)
	}
	if url := os.Getenv("HOMEHUB_TEST_REDIS_URL"); url != "" {
		cfg.KV.URL = secret.New(url)
	}
	for _, c := range change {
		c(&cfg)
	}
	h := &hub{tb: tb, cfg: cfg, log: &logBuffer{}}
	h.start()
	tb.Cleanup(func() { require.NoError(tb, h.stop()) })

	return h
}

// start serves on the hub's settings; restart uses it a second time.
func (h *hub) start() {
	h.tb.Helper()
	require.NoError(h.tb, h.cfg.Validate())
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.tb.Context()))
	server, err := modules.Start(ctx, h.cfg, h.log)
	if err != nil {
		cancel()
		require.NoError(h.tb, err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()

	h.server, h.Client = server, httpxtest.NewRemote(h.tb, server.BaseURL())
	h.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		if closeErr := server.Close(); err == nil {
			err = closeErr
		}

		return err
	})
}

// restart ends the server as a signal would, and starts it on the same data.
func (h *hub) restart() {
	h.tb.Helper()
	require.NoError(h.tb, h.stop())
	h.start()
}

// person is somebody with a household of their own.
type person struct {
	*httpxtest.Client
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"`
	User         struct {
		ID    string `json:"id"`
		Email string `json:"email"`
		Name  string `json:"name"`
	} `json:"user"`
	Household struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	} `json:"household"`
}

const testPassword = "macska-a-kemencén"

// register makes a person; every name gives another household.
func (h *hub) register(name string) *person {
	h.tb.Helper()
	var p person
	res := h.Post("/api/v1/auth/register", map[string]string{
		"email": name + "@example.org", "password": testPassword, "name": name,
	})
	require.Equal(h.tb, http.StatusCreated, res.Status, "%s", res.Body)
	res.JSON(&p)
	p.Client = h.As(p.AccessToken)

	return &p
}

// registerHome makes a person and waits for their home.
func (h *hub) registerHome(name string) *person {
	h.tb.Helper()
	p := h.register(name)
	h.waitForHome(p)

	return p
}

func (h *hub) waitForHome(p *person) {
	h.tb.Helper()
	eventually(h.tb, func() (bool, string) {
		var instance struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		}
		p.Get("/api/v1/instance").JSON(&instance)

		return instance.Status == "ready", fmt.Sprintf("instance: %+v", instance)
	})
}

// answer is what POST /api/v1/intent gives.
type answer struct {
	RequestID      string `json:"request_id"`
	ConversationID string `json:"conversation_id"`
	Status         string `json:"status"`
	Reason         string `json:"reason"`
	Speech         string `json:"speech"`
	Source         string `json:"source"`
	Commands       []struct {
		Intent  string         `json:"intent"`
		Slots   map[string]any `json:"slots"`
		Status  string         `json:"status"`
		Reason  string         `json:"reason"`
		Needs   string         `json:"needs"`
		Targets []string       `json:"targets"`
		Changes []struct {
			EntityID string `json:"entity_id"`
			From     string `json:"from"`
			To       string `json:"to"`
		} `json:"changes"`
	} `json:"commands"`
	Choices []struct {
		Label    string `json:"label"`
		EntityID string `json:"entity_id"`
	} `json:"choices"`
}

// say says a sentence; more are further fields of the request.
func (p *person) say(tb testing.TB, text string, more ...map[string]any) answer {
	tb.Helper()
	body := map[string]any{"text": text}
	for _, m := range more {
		maps.Copy(body, m)
	}
	var a answer
	res := p.For(tb).Post("/api/v1/intent", body)
	require.Equal(tb, http.StatusOK, res.Status, "%s", res.Body)
	res.JSON(&a)
	require.Equal(tb, res.Header.Get("X-Request-ID"), a.RequestID)

	return a
}

// state is an entity's state as GET /api/v1/home tells it.
func (p *person) state(tb testing.TB, entityID string) string {
	tb.Helper()
	var home struct {
		Entities []struct {
			EntityID string `json:"entity_id"`
			State    string `json:"state"`
		} `json:"entities"`
	}
	p.For(tb).Get("/api/v1/home").JSON(&home)
	for _, e := range home.Entities {
		if e.EntityID == entityID {
			return e.State
		}
	}
	tb.Fatalf("the home has no %s", entityID)

	return ""
}

// eventually asks until it is so. What it waits for is outside of this process's sight.
func eventually(tb testing.TB, isSo func() (bool, string)) {
	tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		ok, why := isSo()
		if ok {
			return
		}
		select {
		case <-again.C:
		case <-deadline.C:
			tb.Fatalf("it never came to be: %s", why)
		}
	}
}

// logBuffer keeps what a server logs.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.text.String()
}

// giveSecrets sets what only an embedded installation makes by itself.
func giveSecrets(cfg *modules.Config) {
	key := func(fill byte) secret.String {
		return secret.New(base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32)))
	}
	cfg.Secrets.EncryptionKeys = []secret.String{key(1)}
	cfg.Secrets.RefreshKey = key(2)
	cfg.Secrets.AuditKeys = []secret.String{key(3)}
}

// through puts a proxy between the hub and its database or kv.
func through(tb testing.TB, name string, between **proxy) func(*modules.Config) {
	tb.Helper()

	return func(cfg *modules.Config) {
		setting := &cfg.Database.URL
		if name == "kv" {
			setting = &cfg.KV.URL
		}
		u, err := url.Parse(setting.Reveal())
		require.NoError(tb, err)
		*between = startProxy(tb, u.Host)
		u.Host = (*between).address
		*setting = secret.New(u.String())
	}
}
