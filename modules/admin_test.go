package modules_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"homehub/docs"
	"homehub/modules"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

// operator is somebody with every right of an operator, and a household like everybody's: the
// first one comes to be at the command line, which shares the database with the server.
func (h *hub) operator(t *testing.T, name string) *person {
	t.Helper()
	p := h.register(name)
	h.command(t, "user", "promote", "--email", p.User.Email)

	return p
}

// command runs homehub's command line beside the server.
func (h *hub) command(t *testing.T, args ...string) {
	t.Helper()
	root := &cobra.Command{Use: "homehub", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(modules.Commands(func() (modules.Config, error) { return h.cfg, nil })...)
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	require.NoError(t, root.ExecuteContext(t.Context()))
}

// opsClient asks at server.ops_address.
func (h *hub) opsClient(as *person) *httpxtest.Client {
	return httpxtest.NewRemote(h.tb, "http://"+h.server.OpsAddr()).As(as.AccessToken)
}

// adminRoutes reads the operator's routes from the contract.
func adminRoutes(t *testing.T) []route {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	require.NoError(t, err)
	var found []route
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Extensions["x-right"] == string(identity.Admin) {
				found = append(found, route{method, path, identity.Admin, op, append(slices.Clone(item.Parameters), op.Parameters...)})
			}
		}
	}
	slices.SortFunc(found, func(a, b route) int { return strings.Compare(a.name(), b.name()) })
	require.NotEmpty(t, found)

	return found
}

type record struct {
	Items []struct {
		Action  string                    `json:"action"`
		Outcome string                    `json:"outcome"`
		Target  string                    `json:"target"`
		Actor   struct{ Kind, ID string } `json:"actor"`
	} `json:"items"`
}

// entries are what a record holds of one action, about one target, by one actor.
func entries(c *httpxtest.Client, path, action, target, actor string) int {
	var r record
	c.Get(path + "?limit=200").Expect(http.StatusOK).JSON(&r)
	n := 0
	for _, e := range r.Items {
		if e.Action == action && e.Target == target && e.Actor.ID == actor {
			n++
		}
	}

	return n
}

const operatorRecord = "/api/v1/admin/audit"

// TestOnlyOperatorsAdminister asks for every one of their routes as everybody else, at the address
// where they are and where they are not.
func TestOnlyOperatorsAdminister(t *testing.T) {
	t.Parallel()
	for name, opsAddress := range map[string]string{"one address": "", "an address of their own": "127.0.0.1:0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := startHub(t, func(cfg *modules.Config) { cfg.Server.OpsAddress = opsAddress })
			op := h.operator(t, "op")
			admin := h.opsClient(op)
			home := h.buildHouse(t, "itthon")
			for _, r := range adminRoutes(t) {
				require.True(t, strings.HasPrefix(r.path, "/api/v1/admin/"), r.path)
				ids := r.objectsOf(t, nil, identity.NewID())
				before := entries(home.owner.Client, "/api/v1/audit", "auth.refuse", r.name(), home.owner.User.ID)
				for role, caller := range home.byRole {
					got := r.ask(t, caller.At("http://"+h.server.OpsAddr()), "", ids)
					require.Equal(t, http.StatusForbidden, got.status, "%s as %s: %s", r.name(), role, got.body)
					require.Equal(t, "auth.not_allowed", got.code, "%s as %s", r.name(), role)
					if opsAddress != "" {
						require.Equal(t, http.StatusNotFound, r.ask(t, caller, "", ids).status, "%s as %s", r.name(), role)
					}
				}
				require.Equal(t, before+1, entries(home.owner.Client, "/api/v1/audit", "auth.refuse", r.name(), home.owner.User.ID), r.name())
				require.Equal(t, 1, entries(admin, operatorRecord, "auth.refuse", r.name(), home.owner.User.ID), r.name())
				require.NotContains(t, []int{http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusUnauthorized},
					r.ask(t, admin, "", ids).status, r.name())
				if opsAddress != "" {
					require.Equal(t, http.StatusNotFound, r.ask(t, op.Client, "", ids).status, "%s exists on server.address", r.name())
				}
			}
		})
	}
}

// TestOperatorsHaveNoRightsInHouseholdsOfOthers: seeing to a household is not living in it.
func TestOperatorsHaveNoRightsInHouseholdsOfOthers(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	op := h.operator(t, "op")
	home := h.buildHouse(t, "itthon")
	for _, r := range householdRoutes(t) {
		got := r.ask(t, op.Client, home.id, r.objectsOf(t, home, ""))
		require.Equal(t, http.StatusNotFound, got.status, "%s: %s", r.name(), got.body)
		require.Equal(t, "auth.household_not_found", got.code, r.name())
	}
}

func TestADisabledHouseholdFallsSilentAtOnceAndComesBack(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	op := h.operator(t, "op")
	kata := h.registerHome("kata")
	_, tablet := h.pair(t, kata, "tablet")
	streams := []*httpxtest.Stream{kata.follow(t), tablet.Stream("/api/v1/events")}
	path := "/api/v1/admin/households/" + kata.Household.ID

	op.Patch(path, map[string]any{"is_disabled": true}).Expect(http.StatusOK)

	for _, caller := range []*httpxtest.Client{kata.Client, tablet} {
		for _, asked := range []string{"/api/v1/home", "/api/v1/intents", "/api/v1/instance", "/api/v1/events"} {
			caller.Get(asked).ExpectProblem(http.StatusForbidden, "auth.household_disabled")
		}
		caller.Post("/api/v1/intent", map[string]any{"text": "kapcsold fel a villanyt"}).
			ExpectProblem(http.StatusForbidden, "auth.household_disabled")
	}
	for _, stream := range streams {
		expectEnd(t, stream)
	}
	var instances struct {
		Items []struct {
			HouseholdID string `json:"household_id"`
			Desired     string `json:"desired"`
			IsConnected bool   `json:"is_connected"`
		} `json:"items"`
	}
	op.Get("/api/v1/admin/instances?status=ready").Expect(http.StatusOK).JSON(&instances)
	running := map[string]bool{}
	for _, i := range instances.Items {
		running[i.HouseholdID] = i.IsConnected && i.Desired == "running"
	}
	require.True(t, running[kata.Household.ID], "a disabled household's instance runs on: %v", slices.Collect(maps.Keys(running)))

	op.Patch(path, map[string]any{"is_disabled": false}).Expect(http.StatusOK)
	require.Equal(t, "done", kata.say(t, "kapcsold fel a villanyt a konyhában").Status)
	tablet.Get("/api/v1/home").Expect(http.StatusOK)
	for _, action := range []string{"auth.disable_household", "auth.enable_household"} {
		require.Equal(t, 1, entries(kata.Client, "/api/v1/audit", action, kata.Household.ID, op.User.ID), action)
		require.Equal(t, 1, entries(op.Client, operatorRecord, action, kata.Household.ID, op.User.ID), action)
	}
}

func TestADisabledLoginStopsListening(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	op, kata := h.operator(t, "op"), h.register("kata")
	stream := kata.follow(t)

	op.Patch("/api/v1/admin/users/"+kata.User.ID, map[string]any{"is_disabled": true}).Expect(http.StatusOK)

	kata.Get("/api/v1/home").ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	expectEnd(t, stream)
}

func TestOperatorsStopAndStartInstances(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	op, kata := h.operator(t, "op"), h.registerHome("kata")
	var own, shown struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	kata.Get("/api/v1/instance").Expect(http.StatusOK).JSON(&own)
	path := "/api/v1/admin/instances/" + own.ID
	become := func(status string) {
		t.Helper()
		eventually(t, func() (bool, string) {
			op.Get(path).Expect(http.StatusOK).JSON(&shown)

			return shown.Status == status, shown.Status
		})
	}

	become("ready")
	op.Patch(path, map[string]any{"desired": "stopped"}).Expect(http.StatusOK)
	become("stopped")
	op.Patch(path, map[string]any{"desired": "stopped"}).Expect(http.StatusOK) // it is: nothing to tell
	op.Patch(path, map[string]any{"desired": "running"}).Expect(http.StatusOK)
	become("ready")
	h.waitForHome(kata)
	op.Patch(path, map[string]any{"desired": "removed"}).ExpectProblem(http.StatusBadRequest, "request.invalid")
	op.Get("/api/v1/admin/instances/none").ExpectProblem(http.StatusNotFound, "instance.not_found")
	op.Get("/api/v1/admin/instances?cursor=none").ExpectProblem(http.StatusBadRequest, "request.invalid")
	for _, action := range []string{"hamanager.stop_instance", "hamanager.start_instance"} {
		require.Equal(t, 1, entries(kata.Client, "/api/v1/audit", action, own.ID, op.User.ID), action)
		require.Equal(t, 1, entries(op.Client, operatorRecord, action, own.ID, op.User.ID), action)
	}
	var report struct {
		OK bool `json:"ok"`
	}
	op.Get(operatorRecord + "/verify").Expect(http.StatusOK).JSON(&report)
	require.True(t, report.OK)
}

// TestTheContractIsWhatIsServed holds the routes of both addresses against docs/openapi.yaml.
func TestTheContractIsWhatIsServed(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	require.NoError(t, err)
	promised := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			promised[method+" "+path] = true
		}
	}

	for _, opsAddress := range []string{"", "127.0.0.1:0"} {
		h := startHub(t, func(cfg *modules.Config) { cfg.Server.OpsAddress = opsAddress })
		served := map[string]bool{}
		for _, r := range h.server.Routes() {
			served[r] = true
		}
		require.Equal(t, slices.Sorted(maps.Keys(promised)), slices.Sorted(maps.Keys(served)))
	}
}
