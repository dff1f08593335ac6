package modules_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules"
	"homehub/platform/database/databasetest"
	"homehub/platform/events"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

// follow opens a stream of a person's events.
func (p *person) follow(tb testing.TB) *httpxtest.Stream {
	tb.Helper()
	return p.For(tb).Stream("/api/v1/events")
}

// again is another login of the same person.
func (h *hub) again(name string) *person {
	h.tb.Helper()
	var p person
	h.Post("/api/v1/auth/login", map[string]string{"email": name + "@example.org", "password": testPassword}).
		Expect(http.StatusOK).JSON(&p)
	p.Client = h.As(p.AccessToken)

	return &p
}

type told struct {
	ID   string         `json:"id"`
	Kind string         `json:"kind"`
	At   time.Time      `json:"at"`
	Data map[string]any `json:"data"`
}

// await passes over events until one of that kind comes.
func await(tb testing.TB, s *httpxtest.Stream, kind string) told {
	tb.Helper()
	for {
		var e told
		next := s.Next()
		next.JSON(tb, &e)
		require.Equal(tb, next.ID, e.ID)
		require.Equal(tb, next.Name, e.Kind)
		if e.Kind == kind {
			return e
		}
	}
}

// awaitStatus passes over what was told before the instance came to be so.
func awaitStatus(tb testing.TB, s *httpxtest.Stream, status string) told {
	tb.Helper()
	for {
		if e := await(tb, s, events.InstanceChanged); e.Data["status"] == status {
			return e
		}
	}
}

func TestPeopleHearOfTheirHome(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna, bela := h.registerHome("anna"), h.registerHome("bela")
	s, neighbour := anna.follow(t), bela.follow(t)

	anna.Post("/api/v1/instance/stop", nil).Expect(http.StatusAccepted)

	e := awaitStatus(t, s, "stopping")
	require.Equal(t, map[string]any{"kind": "virtual", "status": "stopping", "message": "", "is_simulated": true}, e.Data)
	require.WithinDuration(t, time.Now(), e.At, time.Minute)
	awaitStatus(t, s, "stopped")

	bela.Post("/api/v1/instance/restart", nil).Expect(http.StatusAccepted)
	for heard := ""; heard != "starting"; { // his own, and nothing of Anna's
		heard, _ = await(t, neighbour, events.InstanceChanged).Data["status"].(string)
		require.NotContains(t, []string{"stopping", "stopped"}, heard)
	}
	bela.For(t).Get("/api/v1/events?household_id="+anna.Household.ID).
		ExpectProblem(http.StatusNotFound, "auth.household_not_found")
}

func TestAListenerGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	s := anna.follow(t)
	anna.Post("/api/v1/instance/stop", nil).Expect(http.StatusAccepted)
	first := awaitStatus(t, s, "stopping")

	begun := time.Now()
	h.restart()
	require.Less(t, time.Since(begun), h.cfg.Server.ShutdownTimeout, "an open stream keeps no server from stopping")

	again := h.As(anna.AccessToken).With("Last-Event-ID", first.ID).Stream("/api/v1/events")
	awaitStatus(t, again, "stopped") // which came while nobody listened, or a moment before
}

func TestAnEndedSessionHearsNothingMore(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.register("anna")
	phone, tablet := h.again("anna"), h.again("anna")
	atHome, onPhone, onTablet := anna.follow(t), phone.follow(t), tablet.follow(t)

	phone.Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)

	e := await(t, atHome, events.SessionEnded)
	require.Equal(t, "logout", e.Data["reason"])
	require.NotEmpty(t, e.Data["session_id"])
	await(t, onTablet, events.SessionEnded)
	expectEnd(t, onPhone)

	anna.Post("/api/v1/auth/password", map[string]string{"current_password": testPassword, "new_password": testPassword + "-új"}).
		Expect(http.StatusNoContent)
	require.Equal(t, "password_changed", await(t, atHome, events.SessionEnded).Data["reason"])
	expectEnd(t, onTablet)
}

// expectEnd passes over what was told before the end; of the session's own end it hears nothing.
func expectEnd(tb testing.TB, s *httpxtest.Stream) {
	tb.Helper()
	for {
		e, isOver := s.NextOrEnd()
		if isOver {
			return
		}
		require.Equal(tb, events.InstanceChanged, e.Name)
	}
}

// TestTwoReplicasTellTheSame: what one publishes, a listener of the other hears.
func TestTwoReplicasTellTheSame(t *testing.T) {
	t.Parallel()
	if os.Getenv(databasetest.PostgresURL) == "" || os.Getenv("HOMEHUB_TEST_REDIS_URL") == "" {
		require.Empty(t, os.Getenv("HOMEHUB_TEST_REQUIRED"), "a database and a kv that replicas can share must be set")
		t.Skip("replicas need PostgreSQL and Redis")
	}
	a := startHub(t)
	b := startHub(t, func(cfg *modules.Config) {
		cfg.Database.URL, cfg.KV.URL, cfg.Secrets = a.cfg.Database.URL, a.cfg.KV.URL, a.cfg.Secrets
	})
	anna := a.register("anna")
	phone := b.again("anna")
	there, here := b.As(anna.AccessToken).For(t).Stream("/api/v1/events"), phone.follow(t)

	anna.Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)

	expectEnd(t, there)
	require.Equal(t, "logout", await(t, here, events.SessionEnded).Data["reason"])
}

func TestManyStreamsOfOnePersonAreRefused(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.register("anna")
	for range 5 {
		anna.follow(t)
	}
	anna.For(t).Get("/api/v1/events").ExpectProblem(http.StatusTooManyRequests, "events.too_many_streams")
	require.Contains(t, h.metrics(t), "homehub_events_streams 5")
}

func (h *hub) metrics(tb testing.TB) string {
	tb.Helper()
	return string(h.For(tb).Get("/metrics").Body)
}

// TestRightsOfTheMomentDecideWhoHears: an adult becomes a child, and then nobody, while listening.
func TestRightsOfTheMomentDecideWhoHears(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	bela := h.join(t, anna, identity.RoleAdult, "bela")
	bela.Household.ID = anna.Household.ID
	s := bela.follow(t)
	members := "/api/v1/households/" + anna.Household.ID + "/members/"

	deviceID, device := h.pair(t, anna, "tablet")
	require.Equal(t, deviceID, await(t, s, events.DevicePaired).Data["device_id"])
	onDevice := device.For(t).Stream("/api/v1/events")

	anna.Patch(members+bela.User.ID, map[string]any{"role": identity.RoleChild}).Expect(http.StatusOK)
	require.Equal(t, "child", await(t, s, events.MemberChanged).Data["role"])
	anna.Delete("/api/v1/devices/" + deviceID).Expect(http.StatusNoContent)
	expectEnd(t, onDevice)
	anna.Post("/api/v1/instance/stop", nil).Expect(http.StatusAccepted)
	for {
		e := s.Next()
		require.Equal(t, events.InstanceChanged, e.Name, "that the device is gone is for adults")
		var heard told
		if e.JSON(t, &heard); heard.Data["status"] == "stopped" {
			break
		}
	}

	anna.Delete(members + bela.User.ID).Expect(http.StatusNoContent)
	expectEnd(t, s)
}
