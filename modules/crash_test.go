package modules_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules"
	"homehub/platform/httpx/httpxtest"
)

// childVariable makes the test binary a server, so that a test may kill it.
const childVariable = "HOMEHUB_TEST_CHILD"

// serveAsChild runs a server on the settings of the environment and tells where it is.
func serveAsChild() error {
	cfg, err := modules.LoadConfig("")
	if err != nil {
		return err
	}
	ctx := context.Background()
	server, err := modules.Start(ctx, cfg, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Println(server.BaseURL())

	return server.Run(ctx)
}

// startChild serves dir in a process of its own. kill ends it the hard way, and waits for its end.
func startChild(tb testing.TB, dir string, settings ...string) (client *httpxtest.Client, kill func()) {
	tb.Helper()
	child := exec.CommandContext(context.WithoutCancel(tb.Context()), os.Args[0])
	child.Env = append(withoutSettings(os.Environ()),
		childVariable+"=1", "HOMEHUB_DATA_DIR="+dir, "HOMEHUB_SERVER_ADDRESS=127.0.0.1:0", "HOMEHUB_AUTH_BCRYPT_COST=4",
		"HOMEHUB_LIMITS_ENABLED=false", "HOMEHUB_LLM_URL=", "HOMEHUB_LOG_LEVEL=error", "HOMEHUB_INTENT_DEADLINE=20s")
	child.Env = append(child.Env, settings...)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, child.Start())
	kill = sync.OnceFunc(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	tb.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)

	return httpxtest.NewRemote(tb, strings.TrimSpace(line)), kill
}

func withoutSettings(environ []string) []string {
	var kept []string
	for _, e := range environ {
		if !strings.HasPrefix(e, "HOMEHUB_") {
			kept = append(kept, e)
		}
	}

	return kept
}

// TestKilledServerNeverDoesItTwice kills a server between its call and the home's answer, and
// asks the next one with the same key.
func TestKilledServerNeverDoesItTwice(t *testing.T) {
	t.Parallel()
	dir, home := t.TempDir(), startVirtualHome(t)
	target, err := url.Parse(home.URL)
	require.NoError(t, err)
	between := startProxy(t, target.Host)

	client, kill := startChild(t, dir)
	h := &hub{tb: t, Client: client}
	p := h.registerHome("anna")
	p.Put("/api/v1/instance/link", map[string]string{"url": "http://" + between.address, "token": home.Token}).
		Expect(http.StatusOK)
	h.waitForHome(p)
	done := p.say(t, "kapcsold le a villanyt a konyhában")
	require.Contains(t, []string{"done", "already"}, done.Status)

	between.hold()
	body := map[string]any{"text": "kapcsold fel a villanyt a konyhában"}
	inFlight := make(chan struct{})
	go func() {
		defer close(inFlight)
		req := p.With("Idempotency-Key", "lamp-1").Request(http.MethodPost, "/api/v1/intent", body)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	between.waitForHeld(t)
	kill()
	<-inFlight
	http.DefaultClient.CloseIdleConnections()
	between.cut()
	between.restore(t)

	client, _ = startChild(t, dir)
	h.Client, p.Client = client, client.As(p.AccessToken)
	h.waitForHome(p)
	again := p.With("Idempotency-Key", "lamp-1").Post("/api/v1/intent", body).Expect(http.StatusOK)
	var a answer
	again.JSON(&a)
	require.Equal(t, "failed", a.Status)
	require.Equal(t, "outcome_unknown", a.Commands[0].Reason)
	require.Equal(t, "off", p.state(t, "light.konyha"), "it was not done a second time")
	second := p.With("Idempotency-Key", "lamp-1").Post("/api/v1/intent", body)
	require.Equal(t, again.Body, second.Body)
	require.Equal(t, "true", second.Header.Get("Idempotency-Replayed"))
}
