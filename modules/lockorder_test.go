package modules_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules"
	"homehub/platform/database"
	"homehub/platform/database/databasetest"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

// encounter is two acts that lock some of the same rows. The first waits for one of them, the
// second comes to wait as well, and then both may go on.
type encounter struct {
	owner, adult *person
	id           string // of the household
	admin        *person
	held         string // a query of the row that the first has to wait for
	first        func() *httpxtest.Response
	second       func() *httpxtest.Response
}

func (e *encounter) path(rest string) string { return "/api/v1/households/" + e.id + rest }

func (e *encounter) deleteHousehold() *httpxtest.Response { return e.owner.Delete(e.path("")) }

func (e *encounter) deleteOwner() *httpxtest.Response {
	return e.owner.Do(e.owner.Request(http.MethodDelete, "/api/v1/users/me", map[string]any{"password": testPassword}))
}

// invite returns the path of a new invitation.
func (e *encounter) invite() string {
	var made struct {
		ID string `json:"id"`
	}
	e.owner.Post(e.path("/invitations"), map[string]any{"role": "owner"}).Expect(http.StatusCreated).JSON(&made)

	return e.path("/invitations/" + made.ID)
}

// TestNobodyWaitsInACircle: whatever meets, all lock in one order, so that PostgreSQL has no
// transaction to undo.
func TestNobodyWaitsInACircle(t *testing.T) {
	t.Parallel()
	address := databasetest.NewPostgresURL(t)
	h := startHub(t, func(cfg *modules.Config) { cfg.Database.URL = secret.New(address) })
	db := h.openDatabase(t)
	admin := h.operator(t, "kezelő")

	for name, arrange := range map[string]func(*encounter){
		"a household goes, a member logs out": func(e *encounter) {
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response { return e.adult.Post("/api/v1/auth/logout", map[string]any{}) }
		},
		"a household goes, an invitation is taken back": func(e *encounter) {
			invitation := e.invite()
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response { return e.owner.Delete(invitation) }
		},
		"a household goes, its instance is stopped": func(e *encounter) {
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response { return e.owner.Post("/api/v1/instance/stop", nil) }
		},
		"a household goes, an instance is made": func(e *encounter) {
			e.owner.Delete("/api/v1/instance").Expect(http.StatusAccepted)
			eventually(t, func() (bool, string) {
				status := e.owner.Get("/api/v1/instance").Status

				return status == http.StatusNotFound, "the instance is there"
			})
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response { return e.owner.Post("/api/v1/instance", map[string]any{}) }
		},
		"a household goes, somebody speaks": func(e *encounter) {
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response {
				req := e.adult.Request(http.MethodPost, "/api/v1/intent", map[string]any{"text": "kapcsold fel a villanyt a konyhában"})
				req.Header.Set("Idempotency-Key", "one")

				return e.adult.Do(req)
			}
		},
		"a household goes, its device refreshes": func(e *encounter) {
			tablet := h.pairTablet(t, e.owner, "konyha")
			e.held = `SELECT id FROM auth_sessions WHERE household_id = ? AND kind = 'device' FOR UPDATE`
			e.first = e.deleteHousehold
			e.second = func() *httpxtest.Response {
				return h.form(t, "/oauth/token", url.Values{
					"client_id": {"homehub-device"}, "grant_type": {"refresh_token"}, "refresh_token": {tablet.RefreshToken},
				})
			}
		},
		"a person goes, and logs in": func(e *encounter) {
			e.first = e.deleteOwner
			e.second = func() *httpxtest.Response {
				return h.Post("/api/v1/auth/login", map[string]string{"email": e.owner.User.Email, "password": testPassword})
			}
		},
		"a person goes, and changes the name": func(e *encounter) {
			e.first = e.deleteOwner
			e.second = func() *httpxtest.Response {
				return e.owner.Do(e.owner.Request(http.MethodPatch, "/api/v1/users/me", map[string]any{"name": "más"}))
			}
		},
		"a person goes, and is given a token": func(e *encounter) {
			e.first = e.deleteOwner
			e.second = func() *httpxtest.Response {
				return e.admin.Post("/api/v1/admin/users/"+e.owner.User.ID+"/reset-tokens", nil)
			}
		},
		"a person goes, an invitation of theirs is taken back": func(e *encounter) {
			invitation := e.invite()
			e.owner.Patch(e.path("/members/"+e.adult.User.ID), map[string]any{"role": "owner"}).Expect(http.StatusOK)
			e.first = e.deleteOwner
			e.second = func() *httpxtest.Response { return e.adult.Delete(invitation) }
		},
		"a person goes, and founds a household": func(e *encounter) {
			e.first = e.deleteOwner
			e.second = func() *httpxtest.Response { return e.owner.Post("/api/v1/households", map[string]any{"name": "Új"}) }
		},
	} {
		e := &encounter{admin: admin, held: `SELECT seq FROM audit_heads WHERE household_id = ? FOR UPDATE`}
		e.owner = h.registerHome("gazda" + identity.NewID())
		e.id = e.owner.Household.ID
		if !strings.HasPrefix(name, "a person") || strings.Contains(name, "theirs") {
			e.adult = h.join(t, e.owner, identity.RoleAdult, "felnőtt"+identity.NewID())
		}
		arrange(e)
		before := h.repeated(t)
		e.meet(t, name, db)
		if h.repeated(t) != before {
			t.Errorf("%s: they waited for each other", name)
		}
	}
	requireNoEmptyHouse(t, db)
	eventually(t, func() (bool, string) {
		var left []string
		require.NoError(t, db.Conn(t.Context()).Raw(`SELECT household_id FROM hamanager_instances
			WHERE household_id NOT IN (SELECT id FROM auth_households)`).Scan(&left).Error)

		return len(left) == 0, fmt.Sprintf("instances of nobody's: %v", left)
	})
}

// repeated is how many transactions PostgreSQL has undone.
func (h *hub) repeated(t *testing.T) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(h.Get("/metrics").Body), "\nhomehub_database_repeated_transactions_total ")
	require.True(t, ok)
	count, _, _ := strings.Cut(rest, "\n")

	return count
}

// meet lets both acts wait, and then go on.
func (e *encounter) meet(t *testing.T, name string, db *database.DB) {
	t.Helper()
	holding, release, released := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		released <- db.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context) error {
			err := db.Conn(ctx).Exec(e.held, e.id).Error
			close(holding)
			<-release

			return err
		})
	}()
	<-holding
	outcomes := make(chan *httpxtest.Response, 2)
	for i, act := range []func() *httpxtest.Response{e.first, e.second} {
		go func() { outcomes <- act() }()
		eventually(t, func() (bool, string) {
			var waiting int
			err := db.Conn(t.Context()).Raw(`SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting).Error
			require.NoError(t, err)

			return waiting+len(outcomes) > i, name + ": nobody waits"
		})
	}
	close(release)
	require.NoError(t, <-released)
	for range 2 {
		res := <-outcomes
		require.Less(t, res.Status, http.StatusInternalServerError, "%s: %s", name, res.Body)
	}
}

// requireNoEmptyHouse looks for households that nobody is left to see.
func requireNoEmptyHouse(t *testing.T, db *database.DB) {
	t.Helper()
	var empty []string
	require.NoError(t, db.Conn(t.Context()).Raw(`SELECT name FROM auth_households h
		WHERE NOT EXISTS (SELECT 1 FROM auth_memberships m WHERE m.household_id = h.id)`).Scan(&empty).Error)
	require.Empty(t, empty)
}
