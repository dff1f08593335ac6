package hamanager

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/platform/identity"
)

var lampOn = hamanagerapi.ServiceCall{Domain: "light", Service: "turn_on", EntityIDs: []string{"light.konyha"}}

func TestAProvisionedHouseholdHasAReadyHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	_, err := b.Instance(t.Context(), b.owner.HouseholdID)
	require.ErrorIs(t, err, hamanagerapi.ErrNoInstance)

	begun := time.Now()
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	home := b.awaitReady(t, b.owner.HouseholdID)
	t.Logf("ready after %s", time.Since(begun))

	require.True(t, home.IsConnected())
	lamp := home.Home().Entity("light.konyha")
	require.Equal(t, "konyhai lámpa", lamp.Name)
	require.Equal(t, "konyha", lamp.AreaID)
	for _, e := range home.Home().Entities {
		require.True(t, e.Exposed, "%s is exposed", e.ID)
	}
	require.Equal(t, len(home.Home().Entities), home.Home().Index)
	require.Equal(t, "Europe/Budapest", home.Home().TimeZone)

	watch := home.Watch([]string{"light.konyha"})
	defer watch.Close()
	result, err := home.Call(t.Context(), lampOn)
	require.NoError(t, err)
	change := <-watch.Changes()
	require.Equal(t, "on", change.To.Value)
	require.Equal(t, result.ContextID, change.To.ContextID)

	eventually(t, "stored", func() bool { return b.stored(t, b.owner.HouseholdID).Status == statusReady })
	stored := b.stored(t, b.owner.HouseholdID)
	require.Equal(t, "2025.4.4", stored.HAVersion)
	require.NotNil(t, stored.ReadyAt)
	require.True(t, b.keyring.IsCurrent(stored.Token))
	require.True(t, b.keyring.IsCurrent(stored.Password))
	require.Equal(t, []string{actionCreate, actionOnboard}, b.audit.Actions())
	require.Equal(t, string(identity.System), b.audit.Events()[0].Actor.Kind)
}

// The row appears when the transaction commits, which may be later than the fleet was woken.
func TestProvisionWaitsForTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	rollback := errors.New("the person could not be stored")

	err := b.db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, b.Provision(ctx, b.owner.HouseholdID))
		time.Sleep(30 * time.Millisecond) // the fleet looks, and finds nothing yet

		return nil
	})
	require.NoError(t, err)
	b.awaitReady(t, b.owner.HouseholdID)

	other := identity.NewID()
	err = b.db.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, b.Provision(ctx, other))

		return rollback
	})
	require.ErrorIs(t, err, rollback)
	require.Empty(t, b.status(t, other))
}

func TestStatesSurviveARestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	_, err := b.awaitReady(t, b.owner.HouseholdID).Call(t.Context(), lampOn)
	require.NoError(t, err)
	stop()
	token := b.stored(t, b.owner.HouseholdID).Token

	b.Module = b.module(t)
	_, err = b.Instance(t.Context(), b.owner.HouseholdID)
	require.ErrorIs(t, err, hamanagerapi.ErrNoInstance)
	run(t, b.Module)
	home := b.awaitReady(t, b.owner.HouseholdID)

	require.Equal(t, "on", home.Home().Entity("light.konyha").State().Value)
	require.Equal(t, token, b.stored(t, b.owner.HouseholdID).Token, "and it was not onboarded again")
}

// A virtual home whose file is lost is set up anew; one whose onboarding was cut off goes on.
func TestOnboardingIsRepeated(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, b *bench){
		"the home forgot everything": func(t *testing.T, b *bench) {
			t.Helper()
			require.NoError(t, os.Remove(b.fleet.virtualPath(b.owner.HouseholdID)))
		},
		"homehub died before it stored the token": func(t *testing.T, b *bench) {
			t.Helper()
			i := b.stored(t, b.owner.HouseholdID)
			i.Token = ""
			require.NoError(t, b.svc.store.saveCredentials(t.Context(), i))
		},
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			stop := run(t, b.Module)
			require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
			b.awaitReady(t, b.owner.HouseholdID)
			stop()
			before := b.stored(t, b.owner.HouseholdID)
			damage(t, b)

			b.Module = b.module(t)
			run(t, b.Module)
			home := b.awaitReady(t, b.owner.HouseholdID)

			_, err := home.Call(t.Context(), lampOn)
			require.NoError(t, err)
			after := b.stored(t, b.owner.HouseholdID)
			require.NotEqual(t, before.Token, after.Token)
			require.Equal(t, before.Password, after.Password)
		})
	}
}

func TestManyHomesStartTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	const homes = 30
	ids := make([]string, homes)
	for i := range ids {
		ids[i] = identity.NewID()
		require.NoError(t, b.Provision(t.Context(), ids[i]))
	}

	for _, id := range ids {
		b.awaitReady(t, id)
	}
	require.Equal(t, "up", string(b.Check(t.Context()).Status))
}

func TestStopStartRestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	first := b.awaitReady(t, b.owner.HouseholdID)

	i, err := b.svc.stopInstance(t.Context(), b.owner)
	require.NoError(t, err)
	require.Equal(t, statusStopping, i.Status)
	eventually(t, "stopped", func() bool { return b.status(t, b.owner.HouseholdID) == statusStopped })
	require.False(t, first.IsConnected())
	_, err = first.Call(t.Context(), lampOn)
	require.ErrorIs(t, err, hamanagerapi.ErrOffline)
	_, err = b.Instance(t.Context(), b.owner.HouseholdID)
	require.ErrorIs(t, err, hamanagerapi.ErrNoInstance)

	_, err = b.svc.startInstance(t.Context(), b.owner)
	require.NoError(t, err)
	second := b.awaitReady(t, b.owner.HouseholdID)
	_, err = second.Call(t.Context(), lampOn)
	require.NoError(t, err)

	_, err = b.svc.restartInstance(t.Context(), b.owner)
	require.NoError(t, err)
	eventually(t, "another connection", func() bool {
		third, err := b.Instance(t.Context(), b.owner.HouseholdID)

		return err == nil && third != second && third.IsConnected()
	})
	third := b.awaitReady(t, b.owner.HouseholdID)
	require.Equal(t, "on", third.Home().Entity("light.konyha").State().Value)

	_, err = b.svc.upgradeInstance(t.Context(), b.owner)
	require.ErrorIs(t, err, errNotThis)
	require.Equal(t, []string{actionCreate, actionOnboard, actionStop, actionStart, actionRestart}, b.audit.Actions())
}

func TestRemove(t *testing.T) {
	t.Parallel()
	for name, keepsData := range map[string]bool{"with its data": false, "data is kept": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			run(t, b.Module)
			require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
			_, err := b.awaitReady(t, b.owner.HouseholdID).Call(t.Context(), lampOn)
			require.NoError(t, err)
			_, err = b.svc.createInstance(t.Context(), b.owner, "")
			require.ErrorIs(t, err, errExists)
			files := b.dataDir + "/homes/" + b.owner.HouseholdID + "*"

			i, err := b.svc.removeInstance(t.Context(), b.owner, keepsData)
			require.NoError(t, err)
			require.Equal(t, statusRemoving, i.Status)
			eventually(t, "gone", func() bool {
				_, err := b.fleet.getLive(t.Context(), b.owner.HouseholdID)

				return errors.Is(err, errNotFound)
			})
			_, err = b.Instance(t.Context(), b.owner.HouseholdID)
			require.ErrorIs(t, err, hamanagerapi.ErrNoInstance)
			left, err := filepath.Glob(files)
			require.NoError(t, err)
			require.Equal(t, keepsData, len(left) > 0, "left: %s", left)

			_, err = b.svc.createInstance(t.Context(), b.owner, "")
			require.NoError(t, err)
			again := b.awaitReady(t, b.owner.HouseholdID)
			want := map[bool]string{true: "on", false: "off"}[keepsData]
			require.Equal(t, want, again.Home().Entity("light.konyha").State().Value)
		})
	}
}

func TestOnlyOwnersChangeInstances(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	before := b.stored(t, b.owner.HouseholdID)
	caller := b.owner
	for _, role := range []identity.Role{identity.RoleAdult, identity.RoleChild, identity.RoleGuest, identity.RoleDevice} {
		caller.Role = role
		client := b.client(t, caller)
		for _, action := range []string{"", "/start", "/stop", "/restart", "/upgrade"} {
			client.Post("/api/v1/instance"+action, nil).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
		}
		client.Delete("/api/v1/instance").ExpectProblem(http.StatusForbidden, "auth.not_allowed")
		client.Put("/api/v1/instance/link", object{"url": "http://127.0.0.1:1", "token": "x"}).
			ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	}
	require.Equal(t, before, b.stored(t, b.owner.HouseholdID))
}

func TestANeighbourHasNothingToDoWithIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	neighbour := b.owner
	neighbour.HouseholdID = identity.NewID()

	_, err := b.fleet.getLive(t.Context(), neighbour.HouseholdID)
	require.ErrorIs(t, err, errNotFound)
	_, err = b.svc.stopInstance(t.Context(), neighbour)
	require.ErrorIs(t, err, errNotFound)
	require.Equal(t, desireRunning, b.stored(t, b.owner.HouseholdID).Desired)
}

func TestAFailedAuditUndoesTheChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.audit.Err = errors.New("no audit, no change")

	require.ErrorIs(t, b.Provision(t.Context(), b.owner.HouseholdID), b.audit.Err)

	_, err := b.fleet.getLive(t.Context(), b.owner.HouseholdID)
	require.ErrorIs(t, err, errNotFound)
}

func TestKindNoneMakesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.Kind = kindNone })
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	require.Empty(t, b.status(t, b.owner.HouseholdID))
	require.Equal(t, "off", string(b.Check(t.Context()).Status))

	_, err := b.svc.createInstance(t.Context(), b.owner, "")
	require.ErrorIs(t, err, errKind)
	_, err = b.svc.createInstance(t.Context(), b.owner, kindDocker)
	require.ErrorIs(t, err, errKind)
}

func TestResealTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	b.awaitReady(t, b.owner.HouseholdID)
	stop()
	b.rotate(t)
	require.False(t, b.keyring.IsCurrent(b.stored(t, b.owner.HouseholdID).Token))

	require.NoError(t, b.ResealTokens(t.Context()))

	stored := b.stored(t, b.owner.HouseholdID)
	require.True(t, b.keyring.IsCurrent(stored.Token))
	require.True(t, b.keyring.IsCurrent(stored.Password))
	run(t, b.Module)
	b.awaitReady(t, b.owner.HouseholdID)
}

func TestAHomeThatCannotStartIsTriedAgain(t *testing.T) {
	t.Parallel()
	description := []byte("entities:\n  - {name: lámpa, id: light.konyha, state: 'off'}\n")
	b := setup(t, func(c *Config) {
		c.Virtual.Home = t.TempDir() + "/home.yaml"
		require.NoError(t, os.WriteFile(c.Virtual.Home, description, 0o600))
	})
	require.NoError(t, os.Remove(b.cfg.Virtual.Home))
	run(t, b.Module)
	require.NoError(t, b.Provision(t.Context(), b.owner.HouseholdID))
	eventually(t, "failed", func() bool { return b.status(t, b.owner.HouseholdID) == statusFailed })
	require.Equal(t, "degraded", string(b.Check(t.Context()).Status))

	require.NoError(t, os.WriteFile(b.cfg.Virtual.Home, description, 0o600))
	b.fleet.look(b.owner.HouseholdID) // the next round

	b.awaitReady(t, b.owner.HouseholdID)
}

func TestOpenFixture(t *testing.T) {
	t.Parallel()
	home, stop, err := OpenFixture(t.Context(), "", func(*hamanagerapi.Home) any { return "index" })
	require.NoError(t, err)
	require.Equal(t, "index", home.Home().Index)
	_, err = home.Call(t.Context(), lampOn)
	require.NoError(t, err)
	require.NoError(t, stop())

	_, _, err = OpenFixture(t.Context(), t.TempDir()+"/nothing.yaml", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}
