package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

func (b *bench) accept(accessToken, token string) *httpxtest.Response {
	b.tb.Helper()

	return b.http.As(accessToken).Post("/api/v1/invitations/accept", map[string]any{"token": token})
}

// foundingInvitation is one that the operator makes.
func (b *bench) foundingInvitation() string {
	b.tb.Helper()
	_, token, err := b.svc.newInvitation(b.tb.Context(), invitationWish{CreatedBy: "operator"})
	require.NoError(b.tb, err)

	return token
}

func TestAnInvitationIsForOnePerson(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	kata, nora := h.register("kata"), h.register("nora")
	made := h.invite(map[string]any{"role": "child"})
	require.True(t, strings.HasPrefix(made.Token, invitationPrefix))
	require.Equal(t, h.people[identity.RoleOwner].User.ID, made.CreatedBy)

	h.accept(h.tokens[identity.RoleAdult], made.Token).ExpectProblem(http.StatusConflict, "auth.already_member")
	var joined wholeHouseholdDTO
	h.accept(kata.AccessToken, made.Token).Expect(http.StatusOK).JSON(&joined)
	require.Equal(t, h.id, joined.ID)
	require.Equal(t, identity.RoleChild, joined.Role)
	require.Equal(t, "child", h.http.As(kata.AccessToken).Get(scoped+"?household_id="+h.id).Expect(http.StatusOK).Header.Get("X-Role"))

	var bodies []string
	for _, token := range []string{made.Token, made.Token + "x", "hhi_", "x"} {
		p := h.accept(nora.AccessToken, token).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
		bodies = append(bodies, p.Detail)
	}
	require.Equal(t, bodies[0], bodies[1], "used up and unknown look alike")
	accepted := h.audit.Find(actionAcceptInvitation)
	last := accepted[len(accepted)-1]
	require.Equal(t, auditapi.Refused, last.Outcome)
	require.Equal(t, nora.Household.ID, last.HouseholdID)
	for _, e := range h.audit.Events() {
		require.NotContains(t, fmt.Sprint(e), made.Token)
	}
}

func TestInvitationsAreListedWithoutTokensAndTakenBack(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	nora := h.register("nora")
	first, second := h.invite(map[string]any{"role": "adult"}), h.invite(map[string]any{"role": "guest"})

	require.Equal(t, []invitationDTO{second.invitationDTO, first.invitationDTO},
		collect[invitationDTO](h.bench, h.tokens[identity.RoleOwner], h.path+"/invitations", 1))
	require.NotContains(t, string(h.owner().Get(h.path+"/invitations").Body), invitationPrefix)

	h.http.As(nora.AccessToken).Delete(householdsPath+"/"+nora.Household.ID+"/invitations/"+first.ID).
		ExpectProblem(http.StatusNotFound, "auth.invitation_not_found")
	h.owner().Delete(h.path + "/invitations/" + first.ID).Expect(http.StatusNoContent)
	h.owner().Delete(h.path+"/invitations/"+first.ID).ExpectProblem(http.StatusNotFound, "auth.invitation_not_found")
	h.accept(nora.AccessToken, first.Token).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
	h.accept(nora.AccessToken, second.Token).Expect(http.StatusOK)
	h.owner().Delete(h.path+"/invitations/"+second.ID).ExpectProblem(http.StatusNotFound, "auth.invitation_not_found")
	require.Empty(t, collect[invitationDTO](h.bench, h.tokens[identity.RoleOwner], h.path+"/invitations", 1))
	require.Len(t, h.audit.Find(actionRevokeInvitation), 1)
}

func TestInvitationsEnd(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	nora := h.register("nora")
	in := func(d time.Duration) time.Time { return h.clock.now().Add(d).Truncate(time.Second) }
	week := h.clock.now().Add(7 * 24 * time.Hour).Truncate(time.Microsecond)
	require.Equal(t, week, h.invite(map[string]any{"role": "adult"}).ExpiresAt)
	require.Equal(t, week, h.invite(map[string]any{"role": "guest"}).ExpiresAt)
	for _, body := range []map[string]any{
		{"role": "adult", "expires_at": in(31 * 24 * time.Hour)},
		{"role": "guest", "expires_at": in(367 * 24 * time.Hour)},
		{"role": "guest", "expires_at": in(-time.Second)},
		{"role": "adult", "expires_at": "soon"},
	} {
		require.Equal(t, http.StatusBadRequest, problemField(t, h.owner().Post(h.path+"/invitations", body), "expires_at"), "%v", body)
	}
	require.Equal(t, http.StatusBadRequest, problemField(t, h.owner().Post(h.path+"/invitations", map[string]any{"role": "device"}), "role"))

	ends := in(10 * time.Minute)
	adult, guest := h.invite(map[string]any{"role": "adult", "expires_at": ends}), h.invite(map[string]any{"role": "guest", "expires_at": ends})
	h.accept(nora.AccessToken, guest.Token).Expect(http.StatusOK)
	require.Equal(t, "guest", h.http.As(nora.AccessToken).Get(scoped+"?household_id="+h.id).Expect(http.StatusOK).Header.Get("X-Role"))
	h.clock.advance(10 * time.Minute)
	h.http.As(nora.AccessToken).Get(h.path).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	h.accept(nora.AccessToken, adult.Token).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")

	h.clock.advance(h.svc.cfg.SessionIdle + maxGuestStay)
	require.NoError(t, h.svc.clean(t.Context()))
	for table, want := range map[string]int64{"auth_invitations": 0, "auth_memberships": 4} { // guest and nora are gone
		var left int64
		require.NoError(t, h.db.Conn(t.Context()).Table(table).Count(&left).Error)
		require.Equal(t, want, left, table)
	}
}

func TestOneOfTwentyGetsAnInvitation(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	const people = 20
	tokens := make([]string, people)
	for i := range tokens {
		tokens[i] = h.register(fmt.Sprintf("p%d", i)).AccessToken
	}
	for _, token := range []string{h.invite(map[string]any{"role": "adult"}).Token, h.foundingInvitation()} {
		statuses := map[int]int{}
		for _, status := range inParallel(people, func(i int) int { return h.accept(tokens[i], token).Status }) {
			statuses[status]++
		}
		require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusUnprocessableEntity: people - 1}, statuses)
	}

	// The same person, with twenty invitations at once, joins once.
	invitations := make([]string, people)
	for i := range invitations {
		invitations[i] = h.invite(map[string]any{"role": "adult"}).Token
	}
	nora, statuses := h.register("nora"), map[int]int{}
	for _, status := range inParallel(people, func(i int) int { return h.accept(nora.AccessToken, invitations[i]).Status }) {
		statuses[status]++
	}
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusConflict: people - 1}, statuses)
}

func TestRegisteringWithAnInvitation(t *testing.T) {
	t.Parallel()
	h := setupHouse(t, func(d *Deps) { d.Config.Registration = RegistrationOpen })
	invited := setup(t, func(d *Deps) {
		h.on(d.KV)(d)
		d.Config.Registration = RegistrationInvite
	})
	made := h.invite(map[string]any{"role": "child"})

	kata := invited.registerWith("kata", made.Token)
	require.Equal(t, h.id, kata.Household.ID)
	require.Equal(t, identity.RoleChild, kata.Household.Role)
	require.Equal(t, "child", h.http.As(kata.AccessToken).Get(scoped).Expect(http.StatusOK).Header.Get("X-Role"))

	founder := invited.registerWith("nora", h.foundingInvitation())
	require.Equal(t, "nora otthona", founder.Household.Name)
	require.Equal(t, identity.RoleOwner, founder.Household.Role)

	// Whoever has no good one learns nothing about addresses, and is not made.
	for _, email := range []string{"kata@example.org", "new@example.org"} {
		invited.http.Post("/api/v1/auth/register", map[string]any{
			"email": email, "password": password, "name": "X", "invitation": made.Token,
		}).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
	}
	user, err := h.svc.store.findUserByEmail(t.Context(), emailKey("new@example.org"))
	require.NoError(t, err)
	require.Nil(t, user)
	refused := h.audit.Find(actionAcceptInvitation)
	require.Equal(t, auditapi.OperatorChain, refused[len(refused)-1].HouseholdID)
}

func TestSomebodyWhoCannotBeMadeUsesNoInvitation(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	made := h.invite(map[string]any{"role": "adult"})
	body := map[string]any{"email": "kata@example.org", "password": password, "name": "K", "invitation": made.Token}
	h.audit.Err = errors.New("no record")
	h.http.Post("/api/v1/auth/register", body).ExpectProblem(http.StatusInternalServerError, "internal")
	h.audit.Err = nil

	require.Equal(t, h.id, h.registerWith("kata", made.Token).Household.ID)
}

func TestOneOfManyRegistersWithAnInvitation(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	token, statuses := h.invite(map[string]any{"role": "adult"}).Token, map[int]int{}
	for _, status := range inParallel(8, func(i int) int {
		return h.http.Post("/api/v1/auth/register", map[string]any{
			"email": fmt.Sprintf("n%d@example.org", i), "password": password, "name": "N", "invitation": token,
		}).Status
	}) {
		statuses[status]++
	}

	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusUnprocessableEntity: 7}, statuses)
	var made int64
	require.NoError(t, h.db.Conn(t.Context()).Table("auth_users").Where("name = 'N'").Count(&made).Error)
	require.EqualValues(t, 1, made)
}

func TestAnInvitationFoundsAHouseholdForWhoIsHereAlready(t *testing.T) {
	t.Parallel()
	h := setupHouse(t, func(d *Deps) { d.Config.Registration = RegistrationOpen })
	var founded wholeHouseholdDTO
	h.accept(h.tokens[identity.RoleGuest], h.foundingInvitation()).Expect(http.StatusOK).JSON(&founded)
	require.Equal(t, "guest otthona", founded.Name)
	require.Equal(t, identity.RoleOwner, founded.Role)
}

func TestNobodyIsInvitedBeyondTheQuotaOrIntoADisabledHousehold(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	nora := h.register("nora")
	made := h.invite(map[string]any{"role": "adult"})
	h.exec(householdMark(h.id), `UPDATE auth_households SET max_members = 4 WHERE id = ?`, h.id)
	h.accept(nora.AccessToken, made.Token).ExpectProblem(http.StatusConflict, "auth.quota_reached")
	h.exec(householdMark(h.id), `UPDATE auth_households SET max_members = NULL, disabled_at = ? WHERE id = ?`, h.clock.now(), h.id)
	h.accept(nora.AccessToken, made.Token).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
	h.exec(householdMark(h.id), `UPDATE auth_households SET disabled_at = NULL WHERE id = ?`, h.id)
	h.accept(nora.AccessToken, made.Token).Expect(http.StatusOK)
}

// TestInvitationsEndWithTheirOwner: who is put out of a household, or may no longer manage it,
// lets nobody in any more, least of all themselves.
func TestInvitationsEndWithTheirOwner(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, member string){
		"removed": func(h *house, member string) { h.owner().Delete(member).Expect(http.StatusNoContent) },
		"demoted": func(h *house, member string) {
			h.owner().Patch(member, map[string]any{"role": "adult"}).Expect(http.StatusOK)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setupHouse(t)
			second := h.member(identity.RoleAdult)
			h.owner().Patch(second, map[string]any{"role": "owner"}).Expect(http.StatusOK)
			var theirs, mine struct {
				Token string `json:"token"`
			}
			path := "/api/v1/households/" + h.id + "/invitations"
			h.http.As(h.tokens[identity.RoleAdult]).Post(path, map[string]any{"role": "owner"}).Expect(http.StatusCreated).JSON(&theirs)
			h.owner().Post(path, map[string]any{"role": "owner"}).Expect(http.StatusCreated).JSON(&mine)

			end(h, second)

			kata := h.register("kata")
			h.accept(kata.AccessToken, theirs.Token).ExpectProblem(http.StatusUnprocessableEntity, "auth.invitation_invalid")
			h.accept(kata.AccessToken, mine.Token).Expect(http.StatusOK)
		})
	}
}
