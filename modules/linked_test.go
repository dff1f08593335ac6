package modules_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager"
	"homehub/modules/hamanager/hamanagertest"
)

// proxy stands between homehub and something it depends on, and can take it away.
type proxy struct {
	target string

	mu       sync.Mutex
	listener net.Listener
	address  string
	conns    map[net.Conn]struct{}
	copies   sync.WaitGroup
	held     chan struct{} // not nil: nothing goes to the target any more; closed by the first that would
}

// startProxy forwards connections to target until the test ends.
func startProxy(tb testing.TB, target string) *proxy {
	tb.Helper()
	p := &proxy{target: target, address: "127.0.0.1:0", conns: map[net.Conn]struct{}{}}
	p.restore(tb)
	tb.Cleanup(p.cut)

	return p
}

// restore listens again, at the address it had before.
func (p *proxy) restore(tb testing.TB) {
	tb.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(context.WithoutCancel(tb.Context()), "tcp", p.address)
	require.NoError(tb, err)
	p.mu.Lock()
	p.listener, p.address = listener, listener.Addr().String()
	p.mu.Unlock()
	p.copies.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := (&net.Dialer{}).DialContext(context.WithoutCancel(tb.Context()), "tcp", p.target)
			if err != nil {
				_ = in.Close()

				continue
			}
			p.join(in, out)
		}
	})
}

func (p *proxy) join(in, out net.Conn) {
	p.mu.Lock()
	p.conns[in], p.conns[out] = struct{}{}, struct{}{}
	p.mu.Unlock()
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		p.copies.Go(func() {
			buffer := make([]byte, 32<<10)
			for {
				n, err := way[0].Read(buffer)
				if n > 0 && !p.isHeld(way[1] == out) {
					_, _ = way[1].Write(buffer[:n])
				}
				if err != nil {
					_, _ = way[0].Close(), way[1].Close()

					return
				}
			}
		})
	}
}

// cut ends every connection and takes no more, as a restart of the target does.
func (p *proxy) cut() {
	p.mu.Lock()
	_ = p.listener.Close()
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
	p.held = nil
	p.mu.Unlock()
	p.copies.Wait()
}

// hold lets connections stand, and nothing through to the target.
func (p *proxy) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = make(chan struct{})
}

// isHeld keeps what would go to the target.
func (p *proxy) isHeld(toTarget bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil || !toTarget {
		return false
	}
	select {
	case <-p.held:
	default:
		close(p.held)
	}

	return true
}

// waitForHeld returns when something was kept from the target.
func (p *proxy) waitForHeld(tb testing.TB) {
	tb.Helper()
	p.mu.Lock()
	held := p.held
	p.mu.Unlock()
	select {
	case <-held:
	case <-time.After(patience):
		tb.Fatal("nothing was sent")
	}
}

// startVirtualHome runs `homehub virtual-home` and sets it up as its owner would.
func startVirtualHome(tb testing.TB) hamanagertest.Real {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	log, logging := io.Pipe()
	command := hamanager.VirtualHomeCommand()
	command.SetArgs([]string{"--address", "127.0.0.1:0"})
	command.SetErr(logging)
	command.SilenceUsage = true
	done := make(chan error, 1)
	go func() {
		err := command.ExecuteContext(ctx)
		_ = logging.Close()
		done <- err
	}()
	tb.Cleanup(func() {
		cancel()
		require.NoError(tb, <-done)
	})

	lines := bufio.NewReader(log)
	first, err := lines.ReadString('\n')
	require.NoError(tb, err)
	go func() { _, _ = io.Copy(os.Stderr, lines) }() // ends with the command, which closes its log
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(first)
	require.NotEmpty(tb, address, first)

	return hamanagertest.SetUp(tb, address)
}

// homeAssistants are the ones that a household may link: the simulated one always, the real
// one where it is.
func homeAssistants() map[string]func(tb testing.TB) hamanagertest.Real {
	return map[string]func(tb testing.TB) hamanagertest.Real{"virtual": startVirtualHome, "real": hamanagertest.RealHass}
}

// link makes the household's instance the given Home Assistant, through a proxy.
func (h *hub) link(tb testing.TB, p *person, home hamanagertest.Real) *proxy {
	tb.Helper()
	target, err := url.Parse(home.URL)
	require.NoError(tb, err)
	between := startProxy(tb, target.Host)
	p.For(tb).Put("/api/v1/instance/link", map[string]string{"url": "http://" + between.address, "token": home.Token}).
		Expect(http.StatusOK)
	h.waitForHome(p)

	return between
}

// command is a lamp of one of the Home Assistants, and the sentences that switch it.
type lamp struct{ entityID, on, off string }

func lampOf(name string) lamp {
	if name == "real" {
		return lamp{"light.bed_light", "kapcsold fel a bed light lámpát", "kapcsold le a bed light lámpát"}
	}

	return lamp{"light.konyha", "kapcsold fel a villanyt a konyhában", "kapcsold le a villanyt a konyhában"}
}

func TestLinkedHomeIsSwitchedAndComesBack(t *testing.T) {
	t.Parallel()
	for name, start := range homeAssistants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := startHub(t)
			p := h.registerHome("anna")
			between := h.link(t, p, start(t))
			lamp := lampOf(name)

			p.say(t, lamp.off)
			require.Equal(t, "off", p.state(t, lamp.entityID))
			on := p.say(t, lamp.on)
			require.Equal(t, "done", on.Status, on.Speech)
			require.Equal(t, "on", p.state(t, lamp.entityID))

			between.cut()
			eventually(t, func() (bool, string) {
				a := p.say(t, lamp.off)

				return a.Reason == "home_offline" || len(a.Commands) > 0 && a.Commands[0].Reason == "home_offline", a.Speech
			})

			between.restore(t)
			eventually(t, func() (bool, string) {
				a := p.say(t, lamp.off)

				return a.Status == "done" || a.Status == "already", a.Speech
			})
			require.Equal(t, "off", p.state(t, lamp.entityID))
		})
	}
}

func TestLinkIsTriedBeforeItIsKept(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")
	home := startVirtualHome(t)

	for name, body := range map[string]map[string]string{
		"nobody there":    {"url": "http://127.0.0.1:1", "token": home.Token},
		"a wrong token":   {"url": home.URL, "token": "not-a-token"},
		"metadata":        {"url": "http://169.254.169.254", "token": home.Token},
		"no http address": {"url": "file:///etc/passwd", "token": home.Token},
		"homehub itself":  {"url": h.server.BaseURL(), "token": home.Token},
	} {
		res := p.Put("/api/v1/instance/link", body)
		require.GreaterOrEqual(t, res.Status, 400, name)
		require.NotEqual(t, http.StatusInternalServerError, res.Status, name)
	}

	var instance struct {
		Kind   string `json:"kind"`
		Status string `json:"status"`
	}
	p.Get("/api/v1/instance").JSON(&instance)
	require.Equal(t, "virtual", instance.Kind)
	require.Equal(t, "ready", instance.Status)
	require.Equal(t, "done", p.say(t, "kapcsold fel a villanyt a konyhában").Status)
}

// TestDependencyComesBack takes PostgreSQL and Redis away for a moment, under requests.
func TestDependencyComesBack(t *testing.T) {
	t.Parallel()
	for name, variable := range map[string]string{"database": "HOMEHUB_TEST_POSTGRES_URL", "kv": "HOMEHUB_TEST_REDIS_URL"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Getenv(variable) == "" {
				if os.Getenv("HOMEHUB_TEST_REQUIRED") != "" {
					t.Fatalf("%s must be set", variable)
				}
				t.Skipf("SKIPPED: set %s to take it away and bring it back", variable)
			}
			var between *proxy
			h := startHub(t, through(t, name, &between))
			p := h.registerHome("anna")

			between.cut()
			for range 10 {
				began := time.Now()
				res := p.Post("/api/v1/intent", map[string]string{"text": "kapcsold fel a villanyt a konyhában"})
				require.Less(t, time.Since(began), h.cfg.Intent.Deadline/2)
				if name == "kv" {
					require.Equal(t, http.StatusOK, res.Status, "without kv the lights still work: %s", res.Body)
				} else {
					require.Equal(t, http.StatusServiceUnavailable, res.Status, "%s", res.Body)
				}
			}
			ready := http.StatusOK
			if name == "database" {
				ready = http.StatusServiceUnavailable
			}
			h.Get("/livez").Expect(http.StatusOK)
			h.Get("/readyz").Expect(ready)

			between.restore(t)
			eventually(t, func() (bool, string) {
				res := p.Post("/api/v1/intent", map[string]string{"text": "kapcsold le a villanyt a konyhában"})

				return res.Status == http.StatusOK, string(res.Body)
			})
			h.Get("/readyz").Expect(http.StatusOK)
		})
	}
}
