package auth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events/eventstest"
	"homehub/platform/httpx"
	"homehub/platform/identity"
)

const householdsPath = "/api/v1/households"

// house is a household with somebody of each role, and a device.
type house struct {
	*bench

	id     string
	path   string
	people map[identity.Role]loginDTO
	tokens map[identity.Role]string // access tokens, the device's too
	told   *eventstest.Recorder
}

func newHouse(b *bench) *house {
	b.tb.Helper()
	owner := b.register("owner")
	h := &house{
		bench: b, id: owner.Household.ID, path: householdsPath + "/" + owner.Household.ID,
		people: map[identity.Role]loginDTO{identity.RoleOwner: owner}, tokens: map[identity.Role]string{},
	}
	for _, role := range []identity.Role{identity.RoleAdult, identity.RoleChild, identity.RoleGuest} {
		h.people[role] = b.registerWith(string(role), h.invite(map[string]any{"role": role}).Token)
	}
	for role, l := range h.people {
		h.tokens[role] = l.AccessToken
	}
	_, tokens := b.pairedDevice(owner)
	h.tokens[identity.RoleDevice] = tokens.AccessToken

	return h
}

// setupHouse is setup with a house in it.
func setupHouse(tb testing.TB, options ...func(*Deps)) *house {
	tb.Helper()
	told := &eventstest.Recorder{}
	h := newHouse(setup(tb, append(options, func(d *Deps) { d.Events = told })...))
	h.told = told

	return h
}

// invite makes an invitation as the owner.
func (h *house) invite(body map[string]any) newInvitationDTO {
	h.tb.Helper()
	var made newInvitationDTO
	h.http.As(h.people[identity.RoleOwner].AccessToken).Post(h.path+"/invitations", body).Expect(http.StatusCreated).JSON(&made)

	return made
}

func (b *bench) registerWith(name, invitation string) loginDTO {
	b.tb.Helper()
	var l loginDTO
	b.http.Post("/api/v1/auth/register", map[string]any{
		"email": name + "@example.org", "password": password, "name": name, "invitation": invitation,
	}).Expect(http.StatusCreated).JSON(&l)

	return l
}

// TestWhoMayDoWhatInAHousehold asks for every operation as every role, the owner last.
func TestWhoMayDoWhatInAHousehold(t *testing.T) {
	t.Parallel()
	owner, adult, child, guest, device := identity.RoleOwner, identity.RoleAdult, identity.RoleChild, identity.RoleGuest, identity.RoleDevice
	everybody, people := []identity.Role{owner, adult, child, guest, device}, []identity.Role{owner, adult, child, guest}
	manage := []identity.Role{owner}
	cases := map[string]struct {
		method, path string
		body         any
		may          []identity.Role
	}{
		"list households":   {http.MethodGet, "", nil, people},
		"found one":         {http.MethodPost, "", map[string]any{"name": "Nyaraló"}, people},
		"see it":            {http.MethodGet, "/{}", nil, everybody},
		"change it":         {http.MethodPatch, "/{}", map[string]any{"name": "Ház"}, manage},
		"delete it":         {http.MethodDelete, "/{}", nil, manage},
		"set the PIN":       {http.MethodPut, "/{}/pin", map[string]any{"pin": "4711"}, manage},
		"remove the PIN":    {http.MethodDelete, "/{}/pin", nil, manage},
		"see members":       {http.MethodGet, "/{}/members", nil, manage},
		"change members":    {http.MethodPatch, "/{}/members/{child}", map[string]any{"role": "adult"}, manage},
		"remove members":    {http.MethodDelete, "/{}/members/{adult}", nil, []identity.Role{owner, adult}},
		"see invitations":   {http.MethodGet, "/{}/invitations", nil, manage},
		"invite":            {http.MethodPost, "/{}/invitations", map[string]any{"role": "guest"}, manage},
		"take back":         {http.MethodDelete, "/{}/invitations/{invitation}", nil, manage},
		"remove themselves": {http.MethodDelete, "/{}/members/{self}", nil, []identity.Role{adult, child, guest}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setupHouse(t)
			for _, role := range []identity.Role{device, guest, child, adult, owner} {
				path := householdsPath + h.fill(tc.path, role)
				before := len(h.audit.Find(actionRefuse))
				res := h.http.As(h.tokens[role]).Do(h.http.As(h.tokens[role]).Request(tc.method, path, tc.body))
				switch {
				case slices.Contains(tc.may, role):
					require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, res.Status, "%s: %s", role, res.Body)
					require.Len(t, h.audit.Find(actionRefuse), before)
				case role == owner: // the last one
					res.ExpectProblem(http.StatusConflict, "auth.last_owner")
				default:
					res.ExpectProblem(http.StatusForbidden, "auth.not_allowed")
					require.Len(t, h.audit.Find(actionRefuse), before+1, "a refusal is recorded")
				}
			}
		})
	}
}

// fill names what a path is about.
func (h *house) fill(path string, role identity.Role) string {
	invitation := ""
	if path == "/{}/invitations/{invitation}" {
		invitation = h.invite(map[string]any{"role": "adult"}).ID
	}
	self := h.people[role].User.ID
	if self == "" {
		self = identity.NewID()
	}

	return replaceAll(path, map[string]string{
		"{}": h.id, "{adult}": h.people[identity.RoleAdult].User.ID, "{child}": h.people[identity.RoleChild].User.ID,
		"{invitation}": invitation, "{self}": self,
	})
}

func TestAHouseholdAndItsAttributes(t *testing.T) {
	t.Parallel()
	var prepared []string
	b := setup(t, func(d *Deps) {
		d.OnHouseholdCreated = func(_ context.Context, id string) error {
			prepared = append(prepared, id)

			return nil
		}
	})
	l := b.register("kata")
	as := b.http.As(l.AccessToken)
	var first, second, changed wholeHouseholdDTO
	as.Get(householdsPath + "/" + l.Household.ID).Expect(http.StatusOK).JSON(&first)
	require.Equal(t, wholeHouseholdDTO{
		householdDTO: *l.Household, Language: "hu", TimeZone: "Europe/Budapest", Country: "HU",
		Latitude: 47.4979, Longitude: 19.0402, UnitSystem: "metric", CreatedAt: first.CreatedAt,
	}, first)

	as.Post(householdsPath, map[string]any{
		"name": " Tengerpart ", "language": "hu-HU", "time_zone": "America/New_York", "country": "us",
		"latitude": 40.7, "longitude": -74, "unit_system": "us_customary",
	}).Expect(http.StatusCreated).JSON(&second)
	require.Equal(t, wholeHouseholdDTO{
		householdDTO: householdDTO{ID: second.ID, Name: "Tengerpart", Role: identity.RoleOwner},
		Language:     "hu", TimeZone: "America/New_York", Country: "US", Latitude: 40.7, Longitude: -74,
		UnitSystem: "us_customary", CreatedAt: second.CreatedAt,
	}, second)
	require.Equal(t, []string{first.ID, second.ID}, prepared)

	as.Patch(householdsPath+"/"+second.ID, map[string]any{"name": "Part", "latitude": 0, "longitude": 180}).
		Expect(http.StatusOK).JSON(&changed)
	second.Name, second.Latitude, second.Longitude = "Part", 0, 180
	require.Equal(t, second, changed)
	as.Patch(householdsPath+"/"+second.ID, map[string]any{"name": "Part"}).Expect(http.StatusOK)
	updates := b.audit.Find(actionUpdateHousehold)
	require.Len(t, updates, 1, "what changes nothing is not recorded")
	require.Equal(t, map[string]any{"changed": []string{"name", "latitude", "longitude"}}, updates[0].Details)
	require.Equal(t, second.ID, updates[0].HouseholdID)

	place, err := b.Place(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, Place{
		Name: "Part", Language: "hu", TimeZone: "America/New_York", Country: "US", UnitSystem: "us_customary", Longitude: 180,
	}, place)
	_, err = b.Place(t.Context(), identity.NewID())
	require.ErrorIs(t, err, errHouseholdNotFound)

	require.Equal(t, []wholeHouseholdDTO{second, first}, b.pages(l.AccessToken, householdsPath, 1))
}

// pages collects a list of households page by page.
func (b *bench) pages(accessToken, path string, limit int) []wholeHouseholdDTO {
	b.tb.Helper()

	return collect[wholeHouseholdDTO](b, accessToken, path, limit)
}

func TestWhatNoHouseholdCanBe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	as := b.http.As(l.AccessToken)
	for field, values := range map[string][]any{
		"name":        {"", "  ", "a\u0007b", nil},
		"language":    {"en", "hungarian", "h", "und", "x-hu", "hu_", ""},
		"time_zone":   {"Budapest", "Local", "", "../../etc/passwd", "Europe/budapest", "CET-1CEST", "posixrules", "Europe/"},
		"country":     {"Hungary", "H", "ZZ", "EU", "UK", "12", "HUN", "AA", "AN", "S ", "ſ"},
		"latitude":    {90.1, -91, "47", nil},
		"longitude":   {180.5, -1000},
		"unit_system": {"imperial", "", 1},
		"role":        {"owner"},
	} {
		for _, value := range values {
			for path, send := range map[string]func(string, any) int{
				householdsPath: func(p string, body any) int { return problemField(t, as.Post(p, body), field) },
				householdsPath + "/" + l.Household.ID: func(p string, body any) int {
					return problemField(t, as.Patch(p, body), field)
				},
			} {
				body := map[string]any{"name": "Ház"}
				maps.Copy(body, map[string]any{field: value})
				require.Equal(t, http.StatusBadRequest, send(path, body), "%s: %v", field, value)
			}
		}
	}
	// Whatever no schema knows is named with the rest.
	p := as.Patch(householdsPath+"/"+l.Household.ID, map[string]any{"time_zone": "Mars/Olympus", "country": "QQ"}).
		ExpectProblem(http.StatusBadRequest, "request.invalid")
	require.Len(t, p.Errors, 2)
	require.Len(t, b.pages(l.AccessToken, householdsPath, 50), 1)
	require.Empty(t, b.audit.Find(actionUpdateHousehold))
}

func TestWhoMayFoundAHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Config.Registration = RegistrationInvite })
	_, err := b.svc.createUser(t.Context(), newcomer{Email: "owner@example.org", Password: password, Name: "O"}, false, true)
	require.NoError(t, err)
	_, err = b.svc.createUser(t.Context(), newcomer{Email: "nobody@example.org", Password: password, Name: "N"}, false, false)
	require.NoError(t, err)
	_, err = b.svc.createUser(t.Context(), newcomer{Email: "admin@example.org", Password: password, Name: "A"}, true, false)
	require.NoError(t, err)
	found := func(name string) *httpStatus {
		res := b.http.As(b.login(name).AccessToken).Post(householdsPath, map[string]any{"name": "Ház"})

		return &httpStatus{res.Status, string(res.Body)}
	}

	require.Equal(t, http.StatusCreated, found("owner").status)
	require.Equal(t, http.StatusCreated, found("admin").status)
	refused := found("nobody")
	require.Equal(t, http.StatusForbidden, refused.status)
	require.Contains(t, refused.body, "auth.invitation_required")
}

func TestNobodyOwnsTooMany(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	for range maxOwned - 1 {
		row := b.svc.newHousehold("Ház")
		err := b.svc.store.insertHousehold(t.Context(), row, &membershipRow{
			HouseholdID: row.ID, UserID: l.User.ID, Role: "owner", CreatedAt: row.CreatedAt,
		})
		require.NoError(t, err)
	}

	b.http.As(l.AccessToken).Post(householdsPath, map[string]any{"name": "Ház"}).
		ExpectProblem(http.StatusConflict, "auth.too_many_households")
}

func TestADeletedHouseholdIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	var cleared []string
	h := setupHouse(t, func(d *Deps) {
		d.OnHouseholdDeleted = []func(context.Context, string) error{func(_ context.Context, id string) error {
			cleared = append(cleared, id)

			return nil
		}}
	})
	adult := h.people[identity.RoleAdult]
	var other wholeHouseholdDTO
	h.http.As(adult.AccessToken).Post(householdsPath, map[string]any{"name": "Másik"}).Expect(http.StatusCreated).JSON(&other)
	invitation := h.invite(map[string]any{"role": "child"})
	for _, token := range h.tokens { // fills the cache
		h.http.As(token).Get(scoped).Expect(http.StatusOK)
	}

	h.http.As(h.tokens[identity.RoleOwner]).Delete(h.path).Expect(http.StatusNoContent)

	require.Equal(t, []string{h.id}, cleared)
	for role, token := range h.tokens {
		res := h.http.As(token).Get(h.path)
		if role == identity.RoleDevice {
			res.ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
			continue
		}
		res.ExpectProblem(http.StatusNotFound, "auth.household_not_found")
		h.http.As(token).Get("/api/v1/users/me").Expect(http.StatusOK)
	}
	h.http.As(adult.AccessToken).Post("/api/v1/invitations/accept", map[string]any{"token": invitation.Token}).
		ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")

	// What people refresh acts on another household of theirs, or on none.
	again := h.mustRefresh(adult.RefreshToken)
	require.Equal(t, other.ID, h.http.As(again.AccessToken).Get(scoped).Expect(http.StatusOK).Header.Get("X-Household"))
	again = h.mustRefresh(h.people[identity.RoleGuest].RefreshToken)
	h.http.As(again.AccessToken).Get("/api/v1/users/me").Expect(http.StatusOK)
	h.http.As(again.AccessToken).Get(scoped).ExpectProblem(http.StatusNotFound, "auth.household_not_found")

	deletions := h.audit.Find(actionDeleteHousehold)
	require.Len(t, deletions, 2)
	require.Equal(t, []string{h.id, auditapi.OperatorChain}, []string{deletions[0].HouseholdID, deletions[1].HouseholdID})
	for _, table := range []string{"auth_households", "auth_memberships", "auth_invitations", "auth_devices"} {
		column := "household_id"
		if table == "auth_households" {
			column = "id"
		}
		var left int64
		require.NoError(t, h.db.Conn(t.Context()).Table(table).Where(column+" = ?", h.id).Count(&left).Error)
		require.Zero(t, left, table)
	}
}

func TestADeletionIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := setupHouse(t, func(d *Deps) {
		d.OnHouseholdDeleted = []func(context.Context, string) error{func(context.Context, string) error { return errors.New("no") }}
	})

	h.http.As(h.tokens[identity.RoleOwner]).Delete(h.path).ExpectProblem(http.StatusInternalServerError, "internal")

	for _, token := range h.tokens {
		h.http.As(token).Get(h.path).Expect(http.StatusOK)
	}
}

// collect reads a list page by page, and checks that the pages are as long as asked.
func collect[T any](b *bench, accessToken, path string, limit int) []T {
	b.tb.Helper()
	var all []T
	for cursor := ""; ; {
		var page httpx.List[T]
		b.http.As(accessToken).Get(pageURL(path, limit, cursor)).Expect(http.StatusOK).JSON(&page)
		all = append(all, page.Items...)
		if page.NextCursor == nil {
			return all
		}
		require.Len(b.tb, page.Items, limit)
		cursor = *page.NextCursor
	}
}

func TestANameIsSeenAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	as := b.http.As(b.register("kata").AccessToken)

	for _, name := range []string{"\u200b\u200d", "\ufeff", "\u00ad", "\u202e", "anna\u202etolvaj", "a\nb", "a\u0007"} {
		as.Patch("/api/v1/users/me", map[string]any{"name": name}).ExpectProblem(http.StatusBadRequest, "request.invalid")
		as.Post("/api/v1/households", map[string]any{"name": name}).ExpectProblem(http.StatusBadRequest, "request.invalid")
	}
	for _, name := range []string{"Ő", "漢字", "👩\u200d🌾", "!"} {
		as.Patch("/api/v1/users/me", map[string]any{"name": name}).Expect(http.StatusOK)
	}
}
