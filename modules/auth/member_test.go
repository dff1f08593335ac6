package auth

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/events"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv/kvtest"
)

// httpStatus is an answer as far as some tests look at it.
type httpStatus struct {
	status int
	body   string
}

func replaceAll(text string, values map[string]string) string {
	for name, value := range values {
		text = strings.ReplaceAll(text, name, value)
	}

	return text
}

func pageURL(path string, limit int, cursor string) string {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}

	return path + "?" + query.Encode()
}

// problemField returns the status of an answer whose problem names the field.
func problemField(t *testing.T, res *httpxtest.Response, field string) int {
	t.Helper()
	var p httpxtest.Problem
	res.JSON(&p)
	require.NotEmpty(t, p.Errors, "%s", res.Body)
	require.Equal(t, field, p.Errors[0].Field, "%s", res.Body)

	return res.Status
}

func (h *house) member(role identity.Role) string {
	return h.path + "/members/" + h.people[role].User.ID
}

func (h *house) owner() *httpxtest.Client { return h.http.As(h.tokens[identity.RoleOwner]) }

func TestMembersAreListedByThoseWhoCameLast(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	neighbour := h.register("szomszéd")

	for _, limit := range []int{1, 3, 50} {
		members := collect[memberDTO](h.bench, h.tokens[identity.RoleOwner], h.path+"/members", limit)
		require.Len(t, members, 4)
		for _, m := range members {
			l := h.people[m.Role]
			require.Equal(t, memberDTO{UserID: l.User.ID, Name: l.User.Name, Email: l.User.Email, Role: m.Role, ExpiresAt: m.ExpiresAt}, m)
			require.Equal(t, m.Role == identity.RoleGuest, m.ExpiresAt != nil)
		}
	}
	h.http.As(neighbour.AccessToken).Get(h.path+"/members").ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	h.clock.advance(defaultGuestStay)
	require.Len(t, collect[memberDTO](h.bench, h.login("owner").AccessToken, h.path+"/members", 50), 3, "a guest's stay has ended")
}

func TestACursorIsOneThatTheListGaveOut(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)

	for _, path := range []string{h.path + "/members", h.path + "/invitations", "/api/v1/households", "/api/v1/devices"} {
		for _, cursor := range []string{"x", "1", "x.y", "."} {
			p := h.owner().Get(pageURL(path, 1, cursor)).ExpectProblem(http.StatusBadRequest, "request.invalid")
			require.Equal(t, "cursor", p.Errors[0].Field, path)
		}
	}
}

func TestAChangedRoleCountsAtTheNextRequestOnEveryReplica(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	h := setupHouse(t, func(d *Deps) { d.KV = shared })
	replica := setup(t, h.on(shared))
	child := h.tokens[identity.RoleChild]
	role := func() string {
		return replica.http.As(child).Get(scoped).Expect(http.StatusOK).Header.Get("X-Role")
	}
	require.Equal(t, "child", role())

	var m memberDTO
	h.owner().Patch(h.member(identity.RoleChild), map[string]any{"role": "owner"}).Expect(http.StatusOK).JSON(&m)
	require.Equal(t, identity.RoleOwner, m.Role)
	require.Equal(t, "owner", role())
	replica.http.As(child).Patch(h.member(identity.RoleOwner), map[string]any{"role": "guest"}).Expect(http.StatusOK).JSON(&m)
	require.Equal(t, h.clock.now().Add(defaultGuestStay).Truncate(time.Microsecond), m.ExpiresAt.UTC())
	h.owner().Get(h.path+"/members").ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	replica.http.As(child).Delete(h.member(identity.RoleOwner)).Expect(http.StatusNoContent)
	h.owner().Get(h.path).ExpectProblem(http.StatusNotFound, "auth.household_not_found")

	changes := h.audit.Find(actionUpdateMember)
	require.Len(t, changes, 2)
	require.Equal(t, map[string]any{"from": identity.RoleChild, "role": identity.RoleOwner, "expires_at": (*time.Time)(nil)}, changes[0].Details)
	require.Equal(t, h.people[identity.RoleChild].User.ID, changes[0].Target)
}

func TestListenersHearOfMembers(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	joined := len(h.told.Find(events.MemberChanged))
	require.Equal(t, 6, joined, "three came, the owners and they themselves were told")

	h.owner().Patch(h.member(identity.RoleChild), map[string]any{"role": "adult"}).Expect(http.StatusOK)
	h.owner().Patch(h.member(identity.RoleChild), map[string]any{"role": "adult"}).Expect(http.StatusOK)
	h.owner().Delete(h.member(identity.RoleChild)).Expect(http.StatusNoContent)

	told := h.told.Find(events.MemberChanged)[joined:]
	id := h.people[identity.RoleChild].User.ID
	event := func(audience, change string) events.Event {
		return events.Event{
			HouseholdID: h.id, Kind: events.MemberChanged, Audience: audience,
			Data: map[string]any{"user_id": id, "change": change, "role": "adult"},
		}
	}
	require.Equal(t, []events.Event{event(events.Owners, memberUpdated), event(id, memberUpdated), event(events.Owners, memberLeft)}, told)
}

func TestOnlyAGuestsMembershipEndsByItself(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	in := func(d time.Duration) string { return h.clock.now().Add(d).Format(time.RFC3339) }
	guest := h.member(identity.RoleGuest)
	for _, body := range []map[string]any{
		{"role": "adult", "expires_at": in(time.Hour)},
		{"expires_at": in(-time.Second)},
		{"expires_at": in(maxGuestStay + time.Hour)},
		{"expires_at": "holnap"},
		{"expires_at": nil},
	} {
		require.Equal(t, http.StatusBadRequest, problemField(t, h.owner().Patch(guest, body), "expires_at"), "%v", body)
	}
	require.Equal(t, http.StatusBadRequest, problemField(t, h.owner().Patch(guest, map[string]any{"role": "device"}), "role"))

	var m memberDTO
	h.owner().Patch(guest, map[string]any{"expires_at": in(time.Hour)}).Expect(http.StatusOK).JSON(&m)
	token := h.tokens[identity.RoleGuest]
	h.http.As(token).Get(h.path).Expect(http.StatusOK)
	h.owner().Patch(guest, map[string]any{}).Expect(http.StatusOK).JSON(&m)
	require.Equal(t, in(time.Hour), m.ExpiresAt.Format(time.RFC3339), "an end stays where nobody names another")

	h.clock.advance(time.Hour)
	token = h.login("guest").AccessToken
	h.http.As(token).Get(h.path).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	owner := h.http.As(h.login("owner").AccessToken)
	owner.Patch(guest, map[string]any{"role": "adult"}).ExpectProblem(http.StatusNotFound, "auth.member_not_found")
	owner.Delete(guest).ExpectProblem(http.StatusNotFound, "auth.member_not_found")
	owner.Patch(h.path+"/members/"+identity.NewID(), map[string]any{"role": "adult"}).ExpectProblem(http.StatusNotFound, "auth.member_not_found")
	var invitation newInvitationDTO
	owner.Post(h.path+"/invitations", map[string]any{"role": "child"}).Expect(http.StatusCreated).JSON(&invitation)
	h.http.As(token).Post("/api/v1/invitations/accept", map[string]any{"token": invitation.Token}).Expect(http.StatusOK)
	require.Equal(t, "child", h.http.As(token).Get(scoped+"?household_id="+h.id).Expect(http.StatusOK).Header.Get("X-Role"))
}

func TestTheLastOwnerStays(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	h.owner().Delete(h.member(identity.RoleOwner)).ExpectProblem(http.StatusConflict, "auth.last_owner")
	for _, role := range []string{"adult", "guest"} {
		h.owner().Patch(h.member(identity.RoleOwner), map[string]any{"role": role}).ExpectProblem(http.StatusConflict, "auth.last_owner")
	}

	h.owner().Patch(h.member(identity.RoleAdult), map[string]any{"role": "owner"}).Expect(http.StatusOK)
	// One whose login is disabled cannot see to anything.
	h.exec(subjectMark(h.people[identity.RoleAdult].User.ID), `UPDATE auth_users SET disabled_at = ? WHERE name = 'adult'`, h.clock.now())
	h.owner().Delete(h.member(identity.RoleOwner)).ExpectProblem(http.StatusConflict, "auth.last_owner")
	h.exec(subjectMark(h.people[identity.RoleAdult].User.ID), `UPDATE auth_users SET disabled_at = NULL`)
	h.owner().Delete(h.member(identity.RoleOwner)).Expect(http.StatusNoContent)
	removal := h.audit.Find(actionRemoveMember)[0]
	require.Equal(t, map[string]any{"role": identity.RoleOwner, "is_own": true}, removal.Details)
}

// TestOwnersWhoLeaveAtOnceLeaveOne lets two owners leave, or demote each other, at the same time.
func TestOwnersWhoLeaveAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	for range 5 {
		one, two := h.people[identity.RoleOwner], h.people[identity.RoleAdult]
		for _, l := range []loginDTO{one, two} { // both own it again
			h.exec(subjectMark(l.User.ID), `DELETE FROM auth_memberships WHERE user_id = ?`, l.User.ID)
			h.join(l.User.ID, h.id, identity.RoleOwner, nil)
		}

		statuses := inParallel(2, func(i int) int {
			who := []loginDTO{one, two}[i]
			if i == 0 {
				return h.http.As(who.AccessToken).Delete(h.member(identity.RoleOwner)).Status
			}

			return h.http.As(who.AccessToken).Patch(h.member(identity.RoleAdult), map[string]any{"role": "child"}).Status
		})

		require.Contains(t, statuses, http.StatusConflict)
		var owners int64
		err := h.db.Conn(t.Context()).Model(&membershipRow{}).Where("household_id = ? AND role = 'owner'", h.id).Count(&owners).Error
		require.NoError(t, err)
		require.EqualValues(t, 1, owners)
	}
}

// inParallel calls fn n times at once.
func inParallel(n int, fn func(i int) int) []int {
	results := make([]int, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { results[i] = fn(i) })
	}
	all.Wait()

	return results
}

func TestWhoeverLeavesKeepsTheirLogin(t *testing.T) {
	t.Parallel()
	h := setupHouse(t)
	adult := h.people[identity.RoleAdult]
	var other wholeHouseholdDTO
	h.http.As(adult.AccessToken).Post(householdsPath, map[string]any{"name": "Másik"}).Expect(http.StatusCreated).JSON(&other)

	h.http.As(adult.AccessToken).Delete(h.member(identity.RoleAdult)).Expect(http.StatusNoContent)

	h.http.As(adult.AccessToken).Get(scoped).ExpectProblem(http.StatusNotFound, "auth.household_not_found")
	again := h.mustRefresh(adult.RefreshToken)
	require.Equal(t, other.ID, h.http.As(again.AccessToken).Get(scoped).Expect(http.StatusOK).Header.Get("X-Household"))
}
