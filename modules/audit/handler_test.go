package audit

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/modules/audit/auditapi"
	"homehub/platform/clock"
	"homehub/platform/health"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

// serve puts s behind httpx; the caller's role and household come from headers.
func serve(tb testing.TB, s *service) *httpxtest.Client {
	tb.Helper()
	store := kv.NewMemory(clock.System)
	tb.Cleanup(store.Close)
	limits := httpx.DefaultLimits()
	limits.Enabled = false
	server, err := httpx.New(httpx.Defaults(), httpx.Deps{
		Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), KV: store, Spec: docs.OpenAPI, Limits: limits,
		Health: health.New(nil, clock.System), Authenticate: fakeCaller, Now: clock.System,
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = server.Close() })
	(&Module{svc: s}).Routes(server.API())

	return httpxtest.New(tb, server.Handler())
}

func fakeCaller(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		p := identity.Principal{
			Kind: identity.User, ID: "u1", Name: "Kata",
			HouseholdID: r.Header.Get("X-Household"), Role: identity.Role(r.Header.Get("X-Role")),
		}
		c.SetRequest(r.WithContext(identity.With(r.Context(), p)))

		return next(c)
	}
}

func ownerOf(c *httpxtest.Client, householdID string) *httpxtest.Client {
	return c.With("X-Household", householdID).With("X-Role", "owner")
}

type page struct {
	Items []entryDTO `json:"items"`
	Next  *string    `json:"next_cursor"`
}

func TestListIsPagedNewestFirst(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 5)
	fill(t, s, neighbour, 2)
	owner := ownerOf(serve(t, s), home)

	var seqs []int64
	path := "/api/v1/audit?limit=2"
	for {
		var p page
		owner.Get(path).Expect(http.StatusOK).JSON(&p)
		for _, e := range p.Items {
			seqs = append(seqs, e.Seq)
			require.Equal(t, actorDTO{Kind: "user", ID: "u1", Name: "Kovács Kata"}, e.Actor)
			require.Equal(t, "light.l"+strconv.FormatInt(e.Seq, 10), e.Target)
		}
		if p.Next == nil {
			break
		}
		path = "/api/v1/audit?limit=2&cursor=" + *p.Next
	}
	require.Equal(t, []int64{5, 4, 3, 2, 1}, seqs)

	for _, cursor := range []string{"x", "0", "-1", "99999999999999999999"} {
		owner.Get("/api/v1/audit?cursor="+cursor).ExpectProblem(http.StatusBadRequest, "request.invalid")
	}
}

func TestAnEmptyRecordIsAnEmptyList(t *testing.T) {
	t.Parallel()
	owner := ownerOf(serve(t, setup(t)), home)
	var p page
	owner.Get("/api/v1/audit").Expect(http.StatusOK).JSON(&p)
	require.Empty(t, p.Items)
	var r reportDTO
	owner.Get("/api/v1/audit/verify").Expect(http.StatusOK).JSON(&r)
	require.Equal(t, reportDTO{OK: true}, r)
}

func TestVerifyTellsWhereItBroke(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 3)
	owner := ownerOf(serve(t, s), home)
	var list page
	owner.Get("/api/v1/audit?limit=1").JSON(&list)

	var r reportDTO
	owner.Get("/api/v1/audit/verify").Expect(http.StatusOK).JSON(&r)
	require.Equal(t, reportDTO{OK: true, Entries: 3, HeadHash: list.Items[0].Hash}, r)

	require.NoError(t, s.db.Conn(t.Context()).Exec(`UPDATE audit_entries SET details = 'no JSON' WHERE seq = 2`).Error)
	owner.Get("/api/v1/audit/verify").Expect(http.StatusOK).JSON(&r)
	require.Equal(t, &brokenDTO{Seq: 2, Reason: reasonChanged}, r.Broken)
	require.False(t, r.OK)
	owner.Get("/api/v1/audit").Expect(http.StatusOK) // the list does not fail on it
}

func TestVerifyingWaitsItsTurn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 1)
	require.NoError(t, s.verifying.Acquire(t.Context(), maxVerifying))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.verifyForRequest(ctx, home)
	require.ErrorIs(t, err, context.Canceled, "a caller that is gone waits for nothing")

	synctest.Test(t, func(t *testing.T) {
		_, err := s.verifyForRequest(t.Context(), home)
		require.ErrorIs(t, err, errVerifyingElsewhere)
	})

	s.verifying.Release(1)
	r, err := s.verifyForRequest(t.Context(), home)
	require.NoError(t, err)
	require.Nil(t, r.Broken)
}

func TestOnlyOwnersRead(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c := serve(t, s).With("X-Household", home)
	for _, role := range []identity.Role{identity.RoleAdult, identity.RoleChild, identity.RoleGuest, identity.RoleDevice} {
		for _, path := range []string{"/api/v1/audit", "/api/v1/audit/verify", "/api/v1/audit/export"} {
			c.With("X-Role", string(role)).Get(path).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
		}
	}
	serve(t, s).Get("/api/v1/audit").ExpectProblem(http.StatusForbidden, "auth.not_allowed") // no household at all
}

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 3)
	fill(t, s, neighbour, 2)
	fill(t, s, auditapi.OperatorChain, 1)
	run := func(args ...string) (string, error) {
		root := &cobra.Command{Use: "homehub", SilenceUsage: true, SilenceErrors: true}
		root.AddCommand(Commands(CommandDeps{Open: func(context.Context) (*Module, func() error, error) {
			return &Module{svc: s}, func() error { return nil }, nil
		}})...)
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append([]string{"audit", "verify"}, args...))
		err := root.ExecuteContext(t.Context())

		return out.String(), err
	}

	out, err := run()
	require.NoError(t, err)
	require.Contains(t, out, "6 entries in 3 chains verified")

	require.NoError(t, s.db.Conn(t.Context()).Exec(`DELETE FROM audit_entries WHERE household_id = ? AND seq = 2`, home).Error)
	out, err = run()
	require.ErrorIs(t, err, ErrBroken)
	require.Contains(t, out, home+" BROKEN at entry 2: missing")
	_, err = run("--household", neighbour)
	require.NoError(t, err)
	_, err = run("--household", home)
	require.ErrorIs(t, err, ErrBroken)
	const mistyped = "0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11"
	out, err = run("--household", mistyped)
	require.EqualError(t, err, mistyped+": there is no such chain")
	require.NotContains(t, out, "ok")
}
