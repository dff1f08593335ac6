package auth

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/kv/kvtest"
)

type object = map[string]any

// operator makes somebody who has no household and every right of an operator.
func (b *bench) operator(name string) (loginDTO, *httpxtest.Client) {
	b.tb.Helper()
	_, err := b.svc.createUser(b.tb.Context(), newcomer{Email: name + "@example.org", Password: password, Name: name}, true, false)
	require.NoError(b.tb, err)
	l := b.login(name)

	return l, b.http.As(l.AccessToken)
}

// chains are those in which an action was recorded.
func (b *bench) chains(action string) []string {
	b.tb.Helper()
	var chains []string
	for _, e := range b.audit.Find(action) {
		chains = append(chains, e.HouseholdID)
	}

	return chains
}

func emails(res *httpxtest.Response) (found []string, next *string) {
	var page struct {
		Items      []adminUserDTO `json:"items"`
		NextCursor *string        `json:"next_cursor"`
	}
	res.Expect(http.StatusOK).JSON(&page)
	for _, u := range page.Items {
		found = append(found, strings.TrimSuffix(u.Email, "@example.org"))
	}

	return found, page.NextCursor
}

func TestOperatorsFindPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	for _, name := range []string{"anna", "kata", "k_ta", "béla"} {
		b.register(name)
	}
	b.http.As(b.login("kata").AccessToken).Patch("/api/v1/users/me", object{"name": "KŐVÁRI Katalin 100%"}).Expect(http.StatusOK)

	const users = "/api/v1/admin/users"
	for search, want := range map[string][]string{
		"Kővári":      {"kata"},
		"kovari kata": {"kata"},
		"BÉLA":        {"béla"},
		"100%":        {"kata"},
		"%":           {"kata"},
		"_":           {"k_ta"},
		`\`:           nil,
		"EXAMPLE.org": {"béla", "k_ta", "kata", "anna", "op"},
		"nobody":      nil,
		" ":           {"béla", "k_ta", "kata", "anna", "op"},
	} {
		found, next := emails(op.Get(users + "?search=" + url.QueryEscape(search)))
		require.Equal(t, want, found, search)
		require.Nil(t, next, search)
	}

	first, next := emails(op.Get(users + "?limit=3"))
	require.Equal(t, []string{"béla", "k_ta", "kata"}, first)
	second, next := emails(op.Get(users + "?limit=3&cursor=" + *next))
	require.Equal(t, []string{"anna", "op"}, second)
	require.Nil(t, next)
	op.Get(users+"?cursor=rubbish").ExpectProblem(http.StatusBadRequest, "request.invalid")
	op.Get(users+"/nobody").ExpectProblem(http.StatusNotFound, "auth.user_not_found")
}

func TestADisabledLoginEndsEverywhereAtOnceAndCanComeBack(t *testing.T) {
	t.Parallel()
	shared, told := kvtest.New(t), &eventRecorder{}
	b := setup(t, func(d *Deps) { d.KV, d.Events = shared, told })
	replica := setup(t, b.on(shared))
	_, op := b.operator("op")
	kata := b.register("kata")
	asKata := replica.http.As(kata.AccessToken)
	asKata.Get(scoped).Expect(http.StatusOK)
	path := "/api/v1/admin/users/" + kata.User.ID

	var dto adminUserDTO
	op.Patch(path, object{"is_disabled": true}).Expect(http.StatusOK).JSON(&dto)
	require.True(t, dto.IsDisabled)
	require.NotNil(t, dto.DisabledAt)
	require.Equal(t, kata.Household.ID, dto.Households[0].ID)
	asKata.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
	b.refreshTokens(kata.RefreshToken).Expect(http.StatusUnauthorized)
	b.http.Post("/api/v1/auth/login", credentials("kata", password)).ExpectProblem(http.StatusForbidden, "auth.user_disabled")
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionDisableUser))
	require.Contains(t, told.kinds(), events.SessionEnded)

	op.Patch(path, object{"is_disabled": false}).Expect(http.StatusOK).JSON(&dto)
	require.False(t, dto.IsDisabled)
	asKata.Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.session_ended") // over is over
	replica.http.As(b.login("kata").AccessToken).Get(scoped).Expect(http.StatusOK)
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionEnableUser))

	op.Patch(path, object{"is_disabled": false}).Expect(http.StatusOK) // nothing changed, nothing to tell
	require.Len(t, b.chains(actionEnableUser), 2)
	op.Patch(path, object{}).ExpectProblem(http.StatusBadRequest, "request.invalid")
}

func TestAnOperatorComesAndGoesWithTheNextRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	kata := b.register("kata")
	asKata, path := b.http.As(kata.AccessToken), "/api/v1/admin/users/"+kata.User.ID

	asKata.Get(path).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionRefuse))
	op.Patch(path, object{"is_admin": true}).Expect(http.StatusOK)
	asKata.Get(path).Expect(http.StatusOK)
	asKata.Patch(path, object{"is_admin": false}).Expect(http.StatusOK)
	asKata.Get(path).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	require.Equal(t, []string{auditapi.OperatorChain}, b.chains(actionPromoteUser))
	require.Equal(t, []string{auditapi.OperatorChain}, b.chains(actionDemoteUser))
}

func TestSomebodyStaysAnOperator(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, asOne := b.operator("one")
	pathOne := "/api/v1/admin/users/" + one.User.ID

	for _, want := range []object{{"is_disabled": true}, {"is_admin": false}, {"is_disabled": true, "is_admin": true}} {
		asOne.Patch(pathOne, want).ExpectProblem(http.StatusConflict, "auth.last_admin")
	}
	require.Equal(t, []string{auditapi.OperatorChain, auditapi.OperatorChain, auditapi.OperatorChain}, b.chains(actionRefuse))
	b.http.Do(b.http.As(one.AccessToken).Request(http.MethodDelete, "/api/v1/users/me", object{"password": password})).
		ExpectProblem(http.StatusConflict, "auth.last_admin")

	two, _ := b.operator("two")
	pathTwo := "/api/v1/admin/users/" + two.User.ID
	asOne.Patch(pathTwo, object{"is_disabled": true}).Expect(http.StatusOK) // who cannot sign in does not count
	asOne.Patch(pathOne, object{"is_admin": false}).ExpectProblem(http.StatusConflict, "auth.last_admin")
	asOne.Patch(pathTwo, object{"is_disabled": false}).Expect(http.StatusOK)
	asTwo := b.http.As(b.login("two").AccessToken)

	for range 5 { // each removes the other, or themselves, at the same moment
		var all sync.WaitGroup
		for _, attempt := range []struct {
			as   *httpxtest.Client
			path string
		}{{asOne, pathTwo}, {asTwo, pathOne}, {asOne, pathOne}, {asTwo, pathTwo}} {
			all.Go(func() { attempt.as.Patch(attempt.path, object{"is_admin": false}) })
		}
		all.Wait()
		var admins []string
		require.NoError(t, b.db.Conn(t.Context()).Raw(`SELECT id FROM auth_users WHERE is_admin`).Scan(&admins).Error)
		require.Len(t, admins, 1)
		b.exec(subjectMark(one.User.ID), `UPDATE auth_users SET is_admin = ?`, true)
		b.svc.rights.forget(t.Context(), subjectMark(two.User.ID))
	}
}

func TestADisabledHouseholdRefusesEverybodyAtOnceAndComesBack(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	b := setup(t, func(d *Deps) { d.KV, d.Areas = shared, rooms{} })
	replica := setup(t, b.on(shared))
	_, op := b.operator("op")
	kata := b.register("kata")
	_, tablet := b.pairedDevice(kata)
	person, device := replica.http.As(kata.AccessToken), replica.http.As(tablet.AccessToken)
	path := "/api/v1/admin/households/" + kata.Household.ID
	person.Get(scoped).Expect(http.StatusOK)
	device.Get(scoped).Expect(http.StatusOK)

	var dto adminHouseholdDTO
	op.Patch(path, object{"is_disabled": true}).Expect(http.StatusOK).JSON(&dto)
	require.True(t, dto.IsDisabled)
	require.Equal(t, []int64{1, 1}, []int64{dto.MemberCount, dto.DeviceCount})
	person.Get(scoped).ExpectProblem(http.StatusForbidden, "auth.household_disabled")
	device.Get(scoped).ExpectProblem(http.StatusForbidden, "auth.household_disabled")
	person.Get("/api/v1/users/me").Expect(http.StatusOK) // their login is their own
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionDisableHousehold))

	op.Patch(path, object{"is_disabled": false}).Expect(http.StatusOK).JSON(&dto)
	require.Nil(t, dto.DisabledAt)
	person.Get(scoped).Expect(http.StatusOK)
	device.Get(scoped).Expect(http.StatusOK)
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionEnableHousehold))
	op.Patch("/api/v1/admin/households/none", object{"is_disabled": true}).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
}

func TestOperatorsFindHouseholds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	for _, name := range []string{"anna", "kata", "béla"} {
		b.register(name)
	}
	names := func(query string) (found []string) {
		var page struct {
			Items []adminHouseholdDTO `json:"items"`
		}
		op.Get("/api/v1/admin/households" + query).Expect(http.StatusOK).JSON(&page)
		for _, h := range page.Items {
			found = append(found, h.Name)
			require.Equal(t, int64(1), h.MemberCount)
		}

		return found
	}

	require.Equal(t, []string{"béla otthona", "kata otthona", "anna otthona"}, names(""))
	require.Equal(t, []string{"béla otthona"}, names("?search=BELA"))
	require.Nil(t, names("?search=_"))
}

// many calls fn at once and counts the statuses.
func many(n int, fn func(i int) int) map[int]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for i := range n {
		all.Go(func() {
			status := fn(i)
			mu.Lock()
			defer mu.Unlock()
			counts[status]++
		})
	}
	all.Wait()

	return counts
}

func TestNoMoreMembersThanTheQuotaHoweverManyComeAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	kata := b.register("kata")
	path := "/api/v1/admin/households/" + kata.Household.ID
	var dto adminHouseholdDTO
	op.Patch(path, object{"max_members": 3, "max_devices": 0}).Expect(http.StatusOK).JSON(&dto)
	require.Equal(t, []int64{3, 0}, []int64{*dto.MaxMembers, *dto.MaxDevices})
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionSetQuota))

	const guests = 6
	tokens, callers := make([]string, guests), make([]*httpxtest.Client, guests)
	for i := range guests {
		var invitation struct{ Token string }
		b.http.As(kata.AccessToken).Post("/api/v1/households/"+kata.Household.ID+"/invitations", object{"role": "adult"}).
			Expect(http.StatusCreated).JSON(&invitation)
		tokens[i] = invitation.Token
		callers[i] = b.http.As(b.register("guest" + string(rune('a'+i))).AccessToken)
	}
	accept := func(i int) int {
		return callers[i].Post("/api/v1/invitations/accept", object{"token": tokens[i]}).Status
	}

	require.Equal(t, map[int]int{http.StatusOK: 2, http.StatusConflict: guests - 2}, many(guests, accept))
	op.Get(path).JSON(&dto)
	require.Equal(t, int64(3), dto.MemberCount)

	op.Patch(path, object{"max_members": nil}).Expect(http.StatusOK).JSON(&dto)
	require.Nil(t, dto.MaxMembers)
	require.Equal(t, int64(0), *dto.MaxDevices)                                                                       // what is not named stays
	require.Equal(t, map[int]int{http.StatusOK: guests - 2, http.StatusUnprocessableEntity: 2}, many(guests, accept)) // two are used up
}

func TestNoMoreDevicesThanTheQuotaHoweverManyComeAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Areas = rooms{} })
	_, op := b.operator("op")
	kata := b.register("kata")
	path := "/api/v1/admin/households/" + kata.Household.ID
	op.Patch(path, object{"max_devices": 2}).Expect(http.StatusOK)
	const devices = 5
	codes := make([]string, devices)
	for i := range codes {
		codes[i] = b.wait().UserCode
	}

	counts := many(devices, func(i int) int {
		return b.http.As(kata.AccessToken).Post("/api/v1/devices/approve", object{"user_code": codes[i], "name": "Tablet"}).Status
	})

	require.Equal(t, map[int]int{http.StatusOK: 2, http.StatusConflict: devices - 2}, counts)
	var dto adminHouseholdDTO
	op.Get(path).JSON(&dto)
	require.Equal(t, int64(2), dto.DeviceCount)
}

func TestAnInvitationOfTheOperatorFoundsAHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Config.Registration = RegistrationInvite })
	_, op := b.operator("op")
	const invitations = "/api/v1/admin/invitations"
	var made, spare newInvitationDTO
	op.Post(invitations, object{"expires_at": b.clock.now().AddDate(0, 0, 2)}).Expect(http.StatusCreated).JSON(&made)
	op.Post(invitations, nil).Expect(http.StatusCreated).JSON(&spare)
	list := func() []invitationDTO {
		var page struct{ Items []invitationDTO }
		op.Get(invitations).Expect(http.StatusOK).JSON(&page)

		return page.Items
	}
	require.Len(t, list(), 2)

	var l loginDTO
	b.http.Post("/api/v1/auth/register", object{
		"email": "kata@example.org", "password": password, "name": "kata", "invitation": made.Token,
	}).Expect(http.StatusCreated).JSON(&l)
	require.Equal(t, "owner", string(l.Household.Role))
	b.http.As(l.AccessToken).Get(invitations).ExpectProblem(http.StatusForbidden, "auth.not_allowed") // registering makes no operator
	require.Len(t, list(), 1)

	var own newInvitationDTO
	b.http.As(l.AccessToken).Post("/api/v1/households/"+l.Household.ID+"/invitations", object{"role": "adult"}).
		Expect(http.StatusCreated).JSON(&own)
	require.Len(t, list(), 1) // a household's is not the operator's
	op.Delete(invitations+"/"+own.ID).ExpectProblem(http.StatusNotFound, "auth.invitation_not_found")
	op.Delete(invitations+"/"+made.ID).ExpectProblem(http.StatusNotFound, "auth.invitation_not_found") // used up
	op.Delete(invitations + "/" + spare.ID).Expect(http.StatusNoContent)
	b.http.Post("/api/v1/auth/register", object{
		"email": "eva@example.org", "password": password, "name": "eva", "invitation": spare.Token,
	}).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
	require.Empty(t, list())
	require.Equal(t, []string{auditapi.OperatorChain, auditapi.OperatorChain, l.Household.ID}, b.chains(actionCreateInvitation))
	require.Equal(t, []string{auditapi.OperatorChain}, b.chains(actionRevokeInvitation))
}

func TestAResetTokenIsMadeByOperatorsAndSeenByOwners(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	kata := b.register("kata")

	var made resetTokenDTO
	op.Post("/api/v1/admin/users/"+kata.User.ID+"/reset-tokens", nil).Expect(http.StatusCreated).JSON(&made)

	require.True(t, made.ExpiresAt.After(b.clock.now()))
	require.Equal(t, []string{kata.Household.ID, auditapi.OperatorChain}, b.chains(actionCreateResetToken))
	b.redeem(made.Token, "egy-egészen-új-jelszó").Expect(http.StatusNoContent)
	b.http.Post("/api/v1/auth/login", credentials("kata", "egy-egészen-új-jelszó")).Expect(http.StatusOK)
	op.Post("/api/v1/admin/users/nobody/reset-tokens", nil).ExpectProblem(http.StatusNotFound, "auth.user_not_found")
}

func TestNamesFromBeforeAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, op := b.operator("op")
	b.register("béla")
	require.NoError(t, b.db.Conn(t.Context()).Exec(`UPDATE auth_users SET name_key = NULL, name = 'Bölcs'`).Error)

	found, _ := emails(op.Get("/api/v1/admin/users?search=bolcs"))
	require.Empty(t, found)
	require.NoError(t, b.svc.fillNameKeys(t.Context()))
	found, _ = emails(op.Get("/api/v1/admin/users?search=bolcs"))
	require.Len(t, found, 2)
}
