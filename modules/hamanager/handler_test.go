package hamanager

import (
	"net/http"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

type object = map[string]any

// client speaks to the module's routes as the caller; it holds every answer to the contract.
func (b *bench) client(t *testing.T, caller identity.Principal) *httpxtest.Client {
	t.Helper()
	cfg, store := httpx.Defaults(), kv.NewMemory(clock.System)
	cfg.Address = "127.0.0.1:0"
	t.Cleanup(store.Close)
	server, err := httpx.New(cfg, httpx.Deps{
		Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: httpx.DefaultLimits(),
		Now: clock.System, Health: health.New(map[string]health.Check{"instances": b.Check}, clock.System),
		Authenticate: func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				c.SetRequest(c.Request().WithContext(identity.With(c.Request().Context(), caller)))

				return next(c)
			}
		},
	})
	require.NoError(t, err)
	b.Routes(server.API())

	return httpxtest.New(t, server.Handler()).As("somebody")
}

func TestInstanceOverHTTP(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.client(t, b.owner)
	client.Get("/api/v1/instance").ExpectProblem(http.StatusNotFound, "instance.not_found")
	client.Post("/api/v1/instance", object{"kind": "docker"}).ExpectProblem(http.StatusUnprocessableEntity, "instance.kind_not_available")

	var answer instanceDTO
	client.Post("/api/v1/instance", nil).Expect(http.StatusAccepted).JSON(&answer)
	require.Equal(t, statusQueued, answer.Status)
	client.Post("/api/v1/instance", object{"kind": "virtual"}).ExpectProblem(http.StatusConflict, "instance.exists")
	client.Post("/api/v1/instance", object{"kind": "docker"}).ExpectProblem(http.StatusConflict, "instance.exists")

	run(t, b.Module)
	b.awaitReady(t, b.owner.HouseholdID)
	client.Get("/api/v1/instance").Expect(http.StatusOK).JSON(&answer)
	require.Equal(t, statusReady, answer.Status)
	require.Equal(t, "2025.4.4", *answer.HAVersion)
	require.True(t, answer.IsSimulated)
	require.NotNil(t, answer.ReadyAt)
	stored, err := b.svc.store.find(t.Context(), b.owner.HouseholdID)
	require.NoError(t, err)
	for _, at := range []time.Time{answer.CreatedAt, *answer.ReadyAt, stored.UpdatedAt} {
		require.Equal(t, at.Truncate(time.Microsecond), at, "as exactly as PostgreSQL keeps it")
	}

	for _, action := range []string{"stop", "start", "restart"} {
		client.Post("/api/v1/instance/"+action, nil).Expect(http.StatusAccepted)
	}
	client.Post("/api/v1/instance/upgrade", nil).ExpectProblem(http.StatusConflict, "instance.not_supported")
	client.Put("/api/v1/instance/link", object{"url": "http://127.0.0.1:1/lovelace", "token": "x"}).
		ExpectProblem(http.StatusBadRequest, "instance.invalid_url")
	client.Put("/api/v1/instance/link", object{"url": "http://127.0.0.1:1", "token": "x"}).
		ExpectProblem(http.StatusUnprocessableEntity, "instance.unreachable")
	client.Put("/api/v1/instance/link", object{"url": "http://127.0.0.1:1"}).ExpectProblem(http.StatusBadRequest, "request.invalid")
	client.Delete("/api/v1/instance?keep_data=perhaps").ExpectProblem(http.StatusBadRequest, "request.invalid")
	client.Delete("/api/v1/instance?keep_data=true").Expect(http.StatusAccepted).JSON(&answer)
	require.Equal(t, statusRemoving, answer.Status)

	adult := b.owner
	adult.Role = identity.RoleAdult
	b.client(t, adult).Post("/api/v1/instance", nil).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
}

func TestHomeOverHTTP(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.client(t, b.owner)
	var answer homeDTO
	client.Get("/api/v1/home").Expect(http.StatusOK).JSON(&answer)
	require.Equal(t, emptyHomeDTO(b.owner.HouseholdID), answer, "without an instance it is empty")

	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	client.Get("/api/v1/home").Expect(http.StatusOK).JSON(&answer)
	require.Equal(t, &homeInstanceDTO{Kind: kindVirtual, Status: statusQueued, IsSimulated: true}, answer.Instance)
	require.Empty(t, answer.Entities, "before it is ready, too")

	run(t, b.Module)
	home := b.awaitReady(t, b.owner.HouseholdID).Home()
	client.Get("/api/v1/home").Expect(http.StatusOK).JSON(&answer)
	require.Len(t, answer.Floors, len(home.Floors))
	require.Len(t, answer.Areas, len(home.Areas))
	require.Len(t, answer.Entities, len(home.Entities))
	kitchen := "konyha"
	require.Contains(t, answer.Entities, entityDTO{
		EntityID: "light.konyha", Name: "konyhai lámpa", Aliases: []string{}, AreaID: &kitchen, Domain: "light", State: "off", IsExposed: true,
	})

	neighbour := b.owner
	neighbour.HouseholdID = identity.NewID()
	b.client(t, neighbour).Get("/api/v1/instance").ExpectProblem(http.StatusNotFound, "instance.not_found")
}

func TestWhatIsNotExposedIsForOwners(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	home := b.awaitReady(t, b.owner.HouseholdID).Home()
	home.Entities[0].Exposed = false // a model of this test alone
	guest := b.owner
	guest.Role = identity.RoleGuest

	var all, some homeDTO
	b.client(t, b.owner).Get("/api/v1/home").Expect(http.StatusOK).JSON(&all)
	b.client(t, guest).Get("/api/v1/home").Expect(http.StatusOK).JSON(&some)

	require.Len(t, all.Entities, len(home.Entities))
	require.Len(t, some.Entities, len(home.Entities)-1)
}

func TestANarrowedDeviceSeesWhatItMayAskAbout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	b.awaitReady(t, b.owner.HouseholdID)
	seen := func(domains, areas []string) homeDTO {
		device := b.owner
		device.Kind, device.Role, device.AllowedDomains, device.AllowedAreas = identity.Device, identity.RoleDevice, domains, areas
		var home homeDTO
		b.client(t, device).Get("/api/v1/home").Expect(http.StatusOK).JSON(&home)

		return home
	}
	all := seen(nil, nil)

	for _, e := range seen([]string{"light"}, nil).Entities {
		require.Equal(t, "light", e.Domain)
	}
	kitchen := seen(nil, []string{"Konyha", "no such area"})
	require.Equal(t, all.Areas, kitchen.Areas, "rooms are no secret")
	require.NotEmpty(t, kitchen.Entities)
	require.Less(t, len(kitchen.Entities), len(all.Entities))
	for _, e := range kitchen.Entities {
		require.Equal(t, "konyha", *e.AreaID)
	}
	require.Empty(t, seen([]string{}, nil).Entities)
	require.Empty(t, seen(nil, []string{}).Entities)
}
