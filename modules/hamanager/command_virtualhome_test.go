package hamanager

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lockedBuffer is written by the command while the test reads it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buf.String()
}

func TestVirtualHomeCommandServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	state := filepath.Join(t.TempDir(), "sub", "home.json")
	var log lockedBuffer
	cmd := VirtualHomeCommand()
	cmd.SetArgs([]string{"--address", "127.0.0.1:0", "--state", state})
	cmd.SetErr(&log)
	ended := make(chan error, 1)
	go func() { ended <- cmd.ExecuteContext(ctx) }()

	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	require.Eventually(t, func() bool { return url.MatchString(log.String()) }, patience, 5*time.Millisecond)
	require.Contains(t, log.String(), "SIMULATED")
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url.FindString(log.String())+"/api/onboarding/users",
		bytes.NewReader([]byte(`{"name":"a","username":"a","password":"b","client_id":"http://x/","language":"hu"}`)))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	http.DefaultClient.CloseIdleConnections()

	stop()
	require.NoError(t, <-ended)
	require.FileExists(t, state)
}

func TestVirtualHomeCommandRefuses(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "home.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("rooms: []\n"), 0o600))
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"an address that others reach": {[]string{"--address", "0.0.0.0:8123"}, "--public"},
		"an address that is none":      {[]string{"--address", "x"}, "--public"},
		"a bad home":                   {[]string{"--home", broken}, "rooms: unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := VirtualHomeCommand()
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs(tc.args)

			require.ErrorContains(t, cmd.ExecuteContext(t.Context()), tc.want)
		})
	}
}
