package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
	"homehub/platform/identity"
)

// eventRecorder remembers what a household was told.
type eventRecorder struct {
	mu    sync.Mutex
	heard []events.Event
}

func (r *eventRecorder) Publish(_ context.Context, e events.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, e)

	return nil
}

func (r *eventRecorder) kinds() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	kinds := make([]string, 0, len(r.heard))
	for _, e := range r.heard {
		kinds = append(kinds, e.Kind)
	}

	return kinds
}

// rooms is a home with a kitchen.
type rooms struct{}

func (rooms) ResolveArea(_ context.Context, _, nameOrID string) (id, name string, ok bool) {
	if slices.Contains([]string{"konyha_1", "Konyha", "konyha"}, nameOrID) {
		return "konyha_1", "Konyha", true
	}

	return "", "", false
}

func (rooms) AreaNames(context.Context, string) []string { return []string{"Fürdő", "Konyha"} }

func TestDevicesAreListedAndChanged(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Areas = rooms{} })
	l := b.register("kata")
	as := b.http.As(l.AccessToken)
	first, tokens := b.pairedDevice(l)
	require.Equal(t, []string{"Konyha", "konyha_1"}, []string{*first.Area, *first.AreaID})
	b.clock.advance(time.Second)
	second, _ := b.pairedDevice(l)

	var page struct {
		Items      []deviceDTO `json:"items"`
		NextCursor *string     `json:"next_cursor"`
	}
	as.Get("/api/v1/devices?limit=1").Expect(http.StatusOK).JSON(&page)
	require.Equal(t, second.ID, page.Items[0].ID)
	as.Get("/api/v1/devices?limit=1&cursor=" + *page.NextCursor).Expect(http.StatusOK).JSON(&page)
	require.Equal(t, first.ID, page.Items[0].ID)
	require.Nil(t, page.NextCursor)

	var d deviceDTO
	path := "/api/v1/devices/" + first.ID
	as.Patch(path, map[string]any{
		"name": "Fali tablet", "area": "padlás", "allowed_domains": []string{"light", "light"}, "allowed_areas": []string{"Konyha", "garázs"},
	}).Expect(http.StatusOK).JSON(&d)
	require.Equal(t, "Fali tablet", d.Name)
	require.Equal(t, "padlás", *d.Area)
	require.Nil(t, d.AreaID)
	require.Equal(t, []string{"light"}, d.AllowedDomains)
	require.Equal(t, []string{"konyha_1", "garázs"}, d.AllowedAreas)
	caller := b.principal(tokens.AccessToken)
	require.Equal(t, []string{"light"}, caller.AllowedDomains)
	require.Equal(t, []string{"konyha_1", "garázs"}, caller.AllowedAreas)
	require.Equal(t, "padlás", caller.Area)

	as.Patch(path, map[string]any{"allowed_areas": []string{}}).Expect(http.StatusOK)
	require.Equal(t, []string{}, b.principal(tokens.AccessToken).AllowedAreas)
	as.Patch(path, map[string]any{"allowed_domains": nil, "allowed_areas": nil, "area": nil}).Expect(http.StatusOK).JSON(&d)
	require.Equal(t, "Fali tablet", d.Name)
	require.Nil(t, d.Area)
	require.Nil(t, d.AllowedDomains)
	require.Nil(t, b.principal(tokens.AccessToken).AllowedAreas)
	as.Patch(path, map[string]any{"allowed_domains": []string{"Light!"}}).ExpectProblem(400, "request.invalid")
	as.Patch(path, map[string]any{"name": " \t "}).ExpectProblem(400, "request.invalid")
}

// principal is who a token's bearer is now.
func (b *bench) principal(accessToken string) identity.Principal {
	b.tb.Helper()
	said, err := b.svc.tokens.verify(b.tb.Context(), accessToken)
	require.NoError(b.tb, err)
	p, err := b.svc.rights.principal(b.tb.Context(), said, said.HouseholdID)
	require.NoError(b.tb, err)

	return p
}

func TestADeviceOfANeighbourIsLikeNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	device, _ := b.pairedDevice(nora)
	as := b.http.As(kata.AccessToken)
	for _, id := range []string{device.ID, identity.NewID(), "none"} {
		path := "/api/v1/devices/" + id
		as.Get(path).ExpectProblem(404, "auth.device_not_found")
		as.Patch(path, map[string]any{"name": "Enyém"}).ExpectProblem(404, "auth.device_not_found")
		as.Delete(path).ExpectProblem(404, "auth.device_not_found")
		as.Get(path+"?household_id="+nora.Household.ID).ExpectProblem(404, "auth.household_not_found")
	}
	b.http.As(nora.AccessToken).Get("/api/v1/devices/" + device.ID).Expect(http.StatusOK)
}

func TestADeviceSeesToItselfAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	own, tokens := b.pairedDevice(kata)
	other, _ := b.pairedDevice(kata)
	as := b.http.As(tokens.AccessToken)

	as.Get("/api/v1/devices/" + own.ID).Expect(http.StatusOK)
	as.Get("/api/v1/devices/"+other.ID).ExpectProblem(404, "auth.device_not_found")
	var list struct{ Items []deviceDTO }
	as.Get("/api/v1/devices").Expect(http.StatusOK).JSON(&list)
	require.Len(t, list.Items, 1)
	require.Equal(t, own.ID, list.Items[0].ID)
	as.Get(scoped+"?household_id="+nora.Household.ID).ExpectProblem(404, "auth.household_not_found")

	as.Patch("/api/v1/devices/"+own.ID, map[string]any{"name": "x"}).ExpectProblem(403, "auth.not_allowed")
	as.Delete("/api/v1/devices/"+own.ID).ExpectProblem(403, "auth.not_allowed")
	as.Get("/api/v1/users/me").ExpectProblem(403, "auth.not_allowed")
	as.Patch("/api/v1/users/me", map[string]any{"name": "x"}).ExpectProblem(403, "auth.not_allowed")
	as.Post("/api/v1/auth/logout", nil).ExpectProblem(403, "auth.not_allowed")
}

func TestDevicesAreSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	d, tokens := b.pairedDevice(l)
	paired := b.clock.now()
	lastSeen := func() time.Time {
		b.http.As(l.AccessToken).Get("/api/v1/devices/" + d.ID).Expect(http.StatusOK).JSON(&d)
		return *d.LastSeenAt
	}
	b.clock.advance(time.Minute)
	b.http.As(tokens.AccessToken).Get(scoped).Expect(http.StatusOK)
	require.WithinDuration(t, paired, lastSeen(), time.Second) // no request waits for the note
	b.svc.keepSightings(t.Context())
	require.WithinDuration(t, b.clock.now(), lastSeen(), time.Second)
	b.clock.advance(time.Minute)
	b.refreshDevice(tokens.RefreshToken).Expect(http.StatusOK)
	require.WithinDuration(t, b.clock.now(), lastSeen(), time.Second)
}

func TestARemovalBeatsWhatTheDeviceDoesMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	d, tokens := b.pairedDevice(l)
	p := b.wait()
	var unfetched deviceDTO
	b.http.As(l.AccessToken).Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK).JSON(&unfetched)
	caller := b.principal(l.AccessToken)

	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := b.svc.refresh(t.Context(), identity.Device, tokens.RefreshToken, client{}); err != nil &&
				!errors.Is(err, errInvalidRefresh) && !errors.Is(err, errSessionEnded) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := b.svc.redeemDeviceCode(t.Context(), p.DeviceCode, client{}); err != nil &&
				!errors.Is(err, errInvalidGrant) && !errors.Is(err, errAccessDenied) && !errors.Is(err, errSessionEnded) {
				t.Error(err)
			}
		})
	}
	for _, id := range []string{d.ID, unfetched.ID} {
		wg.Go(func() {
			if err := b.svc.removeDevice(t.Context(), caller, id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()

	var sessions int64
	require.NoError(t, b.db.Conn(t.Context()).Model(&sessionRow{}).Where("kind = 'device'").Count(&sessions).Error)
	require.Zero(t, sessions)
	b.http.As(tokens.AccessToken).Get(scoped).ExpectProblem(401, "auth.session_ended")
}

func TestTheOperatorsQuotaOfDevices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	b.exec(householdMark(l.Household.ID), `UPDATE auth_households SET max_devices = 1`)
	d, _ := b.pairedDevice(l)
	p := b.wait()
	as := b.http.As(l.AccessToken)
	as.Post("/api/v1/devices/approve", approving(p)).ExpectProblem(409, "auth.quota_reached")

	as.Delete("/api/v1/devices/" + d.ID).Expect(http.StatusNoContent)
	as.Post("/api/v1/devices/approve", approving(p)).Expect(http.StatusOK) // the code still waits
}

func TestADisabledHouseholdsDeviceIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	_, tokens := b.pairedDevice(l)
	b.http.As(tokens.AccessToken).Get(scoped).Expect(http.StatusOK)
	b.exec(householdMark(l.Household.ID), `UPDATE auth_households SET disabled_at = ?`, b.clock.now())
	b.http.As(tokens.AccessToken).Get(scoped).ExpectProblem(403, "auth.household_disabled")
	b.refreshDevice(tokens.RefreshToken).Expect(http.StatusOK) // it will be wanted again some day
}
