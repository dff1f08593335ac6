package hamanager

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/hamanager/internal/fixture"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/hasstest"
	"homehub/modules/hamanager/internal/virtualhome"
	"homehub/platform/clock"
)

// standIn serves a home on a port of this machine, as one that exists would be reached.
func standIn(t *testing.T) (url, token string) {
	t.Helper()
	definition, err := fixture.BuiltIn()
	require.NoError(t, err)
	home, err := virtualhome.New(virtualhome.Options{Definition: definition, Log: zap.NewNop(), Now: clock.System})
	require.NoError(t, err)
	server := httptest.NewServer(home.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		require.NoError(t, home.Close())
		server.Close()
	})
	token, err = setUp(t.Context(), hass.Endpoint{BaseURL: server.URL}, "password", defaultPlace())
	require.NoError(t, err)

	return server.URL, token
}

func (b *bench) link(t *testing.T, url, token string) error {
	t.Helper()
	_, err := b.svc.linkInstance(t.Context(), b.owner, url, secretOf(token))

	return err
}

func TestLinkTakesThePlaceOfAVirtualHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	virtual := b.awaitReady(t, b.owner.HouseholdID)
	id := b.stored(t, b.owner.HouseholdID).ID
	url, token := standIn(t)

	i, err := b.svc.linkInstance(t.Context(), b.owner, url+"/", secretOf(" "+token+"\n"))
	require.NoError(t, err)
	require.Equal(t, kindLinked, i.Kind)
	require.Equal(t, "2025.4.4", i.HAVersion)
	require.False(t, i.isSimulated())

	eventually(t, "the virtual home ended", func() bool { return !virtual.IsConnected() })
	linked := b.awaitReady(t, b.owner.HouseholdID)
	require.NotSame(t, virtual, linked)
	_, err = linked.Call(t.Context(), lampOn)
	require.NoError(t, err)
	stored := b.stored(t, b.owner.HouseholdID)
	require.Equal(t, id, stored.ID)
	require.Equal(t, url, stored.URL)
	require.NotContains(t, stored.Token, token)
	_, err = os.Stat(b.fleet.virtualPath(b.owner.HouseholdID))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, auditapi.OK, b.audit.Find(actionLink)[0].Outcome)

	b.Module = b.module(t) // and after a restart, too
	run(t, b.Module)
	b.awaitReady(t, b.owner.HouseholdID)
}

func TestLinkWithoutAnInstanceBefore(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.Kind = kindNone })
	run(t, b.Module)
	url, token := standIn(t)

	require.NoError(t, b.link(t, url, token))

	b.awaitReady(t, b.owner.HouseholdID)
}

func TestWhatDoesNotWorkIsNotLinked(t *testing.T) {
	t.Parallel()
	url, token := standIn(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	website := serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	otherJSON := serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"name": "Pantry"}`)) })
	metadata := serve(t, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	})
	circle := serve(t, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	untrusted := serve(t, httptest.NewTLSServer, func(http.ResponseWriter, *http.Request) {})
	scripted := hasstest.New(t)
	scripted.Answer("auth/current_user", map[string]any{"id": "1", "is_admin": false})
	guests := serve(t, httptest.NewServer, scripted.Handler().ServeHTTP)

	cases := map[string]struct {
		url, token string
		wantErr    error
	}{
		"no URL":                    {"home assistant", token, errInvalidURL},
		"no token":                  {url, " ", errNoToken},
		"nobody there":              {closed.URL, token, errUnreachable},
		"no such host":              {"http://home.invalid:8123", token, errUnreachable},
		"wrong token":               {url, token + "x", errTokenRefused},
		"some website":              {website, token, errNotHomeAssistant},
		"another service":           {otherJSON, token, errNotHomeAssistant},
		"metadata":                  {"http://169.254.169.254", token, errAddressNotAllowed},
		"metadata, by another form": {"http://[::ffff:169.254.169.254]", token, errAddressNotAllowed},
		"metadata, by a redirect":   {metadata, token, errAddressNotAllowed},
		"redirects without end":     {circle, token, errUnreachable},
		"untrusted certificate":     {untrusted, token, errCertificate},
		"not an administrator":      {guests, hasstest.Token, errNotAdmin},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
			before := b.stored(t, b.owner.HouseholdID)

			err := b.link(t, tc.url, tc.token)

			require.ErrorIs(t, err, tc.wantErr)
			require.Equal(t, before, b.stored(t, b.owner.HouseholdID))
			if attempts := b.audit.Find(actionLink); len(attempts) > 0 { // malformed ones are none
				require.Equal(t, auditapi.Failed, attempts[0].Outcome)
			}
		})
	}
}

func serve(t *testing.T, start func(http.Handler) *httptest.Server, handle http.HandlerFunc) string {
	t.Helper()
	server := start(handle)
	t.Cleanup(server.Close)

	return server.URL
}

// A server that others reach must not let them reach what only its machine should.
func TestLoopbackIsForLoopback(t *testing.T) {
	t.Parallel()
	url, token := standIn(t)
	b := setup(t)
	m, err := New(Deps{Config: b.cfg, DataDir: b.dataDir, DB: b.db, Keyring: b.keyring, Audit: b.audit, Log: zap.NewNop(), Now: clock.System})
	require.NoError(t, err)

	_, err = m.svc.linkInstance(t.Context(), b.owner, url, secretOf(token))

	require.ErrorIs(t, err, errAddressNotAllowed)
}

func TestALinkedHomeComesAndGoes(t *testing.T) {
	t.Parallel()
	scripted := hasstest.New(t)
	scripted.Answer("auth/current_user", map[string]any{"id": "1", "is_admin": true})
	scripted.Answer("subscribe_entities", map[string]any{"a": map[string]any{
		"light.konyha": map[string]any{"s": "off", "a": map[string]any{}, "c": "01A", "lc": 1},
	}})
	url := serve(t, httptest.NewServer, scripted.Handler().ServeHTTP)
	b := setup(t, func(c *Config) { c.Kind = kindNone })
	stop := run(t, b.Module)
	require.NoError(t, b.link(t, url, hasstest.Token))
	home := b.awaitReady(t, b.owner.HouseholdID)

	// Lost, and found again by itself.
	scripted.Drop()
	eventually(t, "unhealthy", func() bool { return b.status(t, b.owner.HouseholdID) == statusUnhealthy })
	require.NotNil(t, home.Home(), "the last model stays")
	_, err := home.Call(t.Context(), lampOn)
	require.ErrorIs(t, err, hamanagerapi.ErrOffline)
	b.awaitReady(t, b.owner.HouseholdID)

	// Refused, until somebody links it again.
	scripted.SetToken("another")
	scripted.Drop()
	eventually(t, "refused", func() bool {
		i, err := b.fleet.getLive(t.Context(), b.owner.HouseholdID)

		return err == nil && i.Message == messageRefused
	})
	require.Equal(t, statusUnhealthy, b.status(t, b.owner.HouseholdID))
	require.NoError(t, b.link(t, url, "another"))
	b.awaitReady(t, b.owner.HouseholdID)

	// Gone when this process begins: its household is told so, and nobody waits.
	eventually(t, "stored", func() bool { return b.stored(t, b.owner.HouseholdID).ReadyAt != nil })
	stop()
	i := b.stored(t, b.owner.HouseholdID)
	i.URL = "http://127.0.0.1:1"
	require.NoError(t, b.svc.update(t.Context(), &i))
	b.Module = b.module(t)
	run(t, b.Module)
	eventually(t, "offline", func() bool { return b.status(t, b.owner.HouseholdID) == statusUnhealthy })
	_, err = b.Instance(t.Context(), b.owner.HouseholdID)
	require.ErrorIs(t, err, hamanagerapi.ErrOffline)
}

// TestLinkRealHomeAssistant is the whole way with the real thing.
func TestLinkRealHomeAssistant(t *testing.T) {
	t.Parallel()
	reference := hamanagertest.RealHass(t)
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	b.awaitReady(t, b.owner.HouseholdID)

	require.ErrorIs(t, b.link(t, reference.URL, reference.Token+"x"), errTokenRefused)
	require.NoError(t, b.link(t, reference.URL, reference.Token))
	eventually(t, "linked", func() bool {
		i, err := b.fleet.getLive(t.Context(), b.owner.HouseholdID)

		return err == nil && i.Kind == kindLinked && i.Status == statusReady
	})
	home := b.awaitReady(t, b.owner.HouseholdID)
	lamp := home.Home().Entity("light.teszt_lampa")
	require.Equal(t, "Teszt lámpa", lamp.Name)

	for _, service := range []string{"turn_on", "turn_off"} {
		watch := home.Watch([]string{lamp.ID})
		result, err := home.Call(t.Context(), hamanagerapi.ServiceCall{Domain: "light", Service: service, EntityIDs: []string{lamp.ID}})
		require.NoError(t, err)
		require.NotEmpty(t, result.ContextID)
		want := map[string]string{"turn_on": "on", "turn_off": "off"}[service]
		awaitState(t, watch, lamp, want)
		watch.Close()
	}
}

func awaitState(t *testing.T, watch hamanagerapi.Watch, e *hamanagerapi.Entity, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for e.State().Value != want {
		select {
		case <-watch.Changes():
		case <-ctx.Done():
			require.Fail(t, "no change", "%s is %s", e.ID, e.State().Value)
		}
	}
}
