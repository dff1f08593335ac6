package hass_test

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/hamanager/internal/fixture"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/virtualhome"
	"homehub/platform/clock"
)

// TestVirtualHome holds the virtual home to what the real one does.
func TestVirtualHome(t *testing.T) {
	t.Parallel()
	owner := hass.Owner{Name: "homehub", Username: "homehub", Password: "a virtual password", Language: "hu"}
	v := &virtualServer{path: filepath.Join(t.TempDir(), "home.json")}
	v.start(t)
	t.Cleanup(v.stop)
	h := home{
		endpoint: v.endpoint(),
		fresh: func(t *testing.T) hass.Endpoint {
			t.Helper()
			fresh := &virtualServer{}
			fresh.start(t)
			t.Cleanup(fresh.stop)

			return fresh.endpoint()
		},
		restart: func(t *testing.T) {
			t.Helper()
			v.stop()
			v.start(t)
		},
		owner: owner,
		lamp:  "light.konyha", cover: "cover.nappali_redony", lock: "lock.hatso_ajto", climate: "climate.klima",
		media: "media_player.haloszobai_hangszoro", scene: "scene.vacsora",
	}
	client := hass.NewClient(h.endpoint)
	defer client.Close()
	token, err := client.SetUp(t.Context(), setup(owner))
	require.NoError(t, err)
	h.endpoint.Token = token
	suite(t, h)
}

// virtualServer is a virtual home that can be stopped and started again.
type virtualServer struct {
	path string // empty: in memory

	mu     sync.Mutex
	home   *virtualhome.Home
	cancel context.CancelFunc
	done   chan struct{}
}

func (v *virtualServer) start(t *testing.T) {
	t.Helper()
	definition, err := fixture.BuiltIn()
	require.NoError(t, err)
	home, err := virtualhome.New(virtualhome.Options{
		Definition: definition, StatePath: v.path, Log: zap.NewNop(), Now: clock.System, Version: "2025.4.4",
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := home.Run(ctx); err != nil {
			t.Errorf("virtual home: %v", err)
		}
	}()

	v.mu.Lock()
	defer v.mu.Unlock()
	v.home, v.cancel, v.done = home, cancel, done
}

func (v *virtualServer) stop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cancel()
	<-v.done
}

func (v *virtualServer) endpoint() hass.Endpoint {
	return hass.Endpoint{BaseURL: "http://virtual-home.internal", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		v.mu.Lock()
		home := v.home
		v.mu.Unlock()

		return home.Dial(ctx, network, address)
	}}
}
