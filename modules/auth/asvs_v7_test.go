package auth

import (
	"encoding/base64"
	"math/bits"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/kv/kvtest"
)

// OWASP ASVS 5.0, chapter V7: sessions.

const sessionOver = "401 auth.session_ended"

func TestASVSV723SessionsCannotBeGuessed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.register("kata").RefreshToken
	seen, ones := map[string]bool{}, [256]int{}
	const rounds = 200
	for range rounds {
		token = b.mustRefresh(token).RefreshToken
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, refreshPrefix))
		require.NoError(t, err)
		require.Len(t, raw, 32)
		require.False(t, seen[token])
		seen[token] = true
		for i, octet := range raw {
			for bit := range 8 {
				ones[i*8+bit] += bits.OnesCount8(octet & (1 << bit))
			}
		}
	}
	for bit, n := range ones {
		require.InDelta(t, rounds/2, n, 45, "bit %d", bit) // more than 6 standard deviations
	}
	require.NoError(t, uuid.Validate(b.sessions(b.login("kata").AccessToken, "").Items[0].ID))
	say(t, "ASVS V7.2.3", "predicting a refresh token from the ones before", "256 bits, each as often 0 as 1")
}

func TestASVSV724ALoginBeginsASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	_, hers := genuine(t, nora.AccessToken)
	planted := hers["sid"].(string)
	fixing := b.http.As(nora.AccessToken).With("Cookie", "session="+planted+"; sid="+planted)

	body := credentials("kata", password)
	body["session_id"] = planted
	tried(t, "ASVS V7.2.4", "a login that names the session it would like", fixing.Post("/api/v1/auth/login", body), "400 request.invalid")
	var l loginDTO
	res := fixing.Post("/api/v1/auth/login?session_id="+planted, credentials("kata", password))
	res.Expect(http.StatusOK).JSON(&l)

	_, first := genuine(t, kata.AccessToken)
	_, second := genuine(t, l.AccessToken)
	require.Equal(t, kata.User.ID, second["sub"])
	require.NotContains(t, []any{planted, first["sid"]}, second["sid"])
	require.Empty(t, res.Header.Values("Set-Cookie"))
	say(t, "ASVS V7.2.4", "a login with somebody else's session in cookie, query and Authorization", "200, a session of its own, and no cookie")
}

func TestASVSV73SessionsEndByAge(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Config.SessionIdle, d.Config.SessionMaxAge = time.Hour, 90*time.Minute })
	idle, old := b.register("kata"), b.register("nora")

	b.clock.advance(50 * time.Minute)
	next := b.mustRefresh(old.RefreshToken)
	require.Equal(t, int64(40*60), next.RefreshExpiresIn) // the session ends before the idle time does
	b.clock.advance(11 * time.Minute)
	tried(t, "ASVS V7.3.1", "refreshing a session unused for longer than auth.session_idle", b.refreshTokens(idle.RefreshToken), sessionOver)
	next = b.mustRefresh(next.RefreshToken)
	b.clock.advance(29 * time.Minute)
	tried(t, "ASVS V7.3.2", "refreshing a session in use, older than auth.session_max_age", b.refreshTokens(next.RefreshToken), sessionOver)
}

func TestASVSV732AnAccessTokenEndsWithItsSession(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) {
		d.Config.AccessTTL, d.Config.SessionIdle, d.Config.SessionMaxAge = 2*time.Hour, 3*time.Hour, 3*time.Hour
	})
	l := b.register("kata")
	b.clock.advance(2*time.Hour - time.Minute)
	next := b.mustRefresh(l.RefreshToken)
	b.clock.advance(time.Hour + 2*time.Minute)

	res := b.http.As(next.AccessToken).Get(scoped)
	tried(t, "ASVS V7.3.2", "an access token that would outlive auth.session_max_age", res, sessionOver)
}

// victims are people and a device whose tokens every replica has just seen.
type victims struct {
	*bench

	t       *testing.T
	op      *httpxtest.Client
	home    string
	kata    loginDTO // a child in nora's household
	again   loginDTO // kata's other session
	nora    loginDTO
	device  deviceDTO
	tablet  tokensDTO
	account string // kata's name
}

func (b *bench) victims(t *testing.T, op *httpxtest.Client, round int) *victims {
	t.Helper()
	v := &victims{bench: b, t: t, op: op, account: "kata" + strconv.Itoa(round)}
	v.nora = b.register("nora" + strconv.Itoa(round))
	v.home = v.nora.Household.ID
	b.join(b.register(v.account).User.ID, v.home, identity.RoleChild, nil)
	body := credentials(v.account, password)
	body["household_id"] = v.home
	for _, l := range []*loginDTO{&v.kata, &v.again} {
		b.http.Post("/api/v1/auth/login", body).Expect(http.StatusOK).JSON(l)
	}
	v.device, v.tablet = b.pairedDevice(v.nora)

	return v
}

func (v *victims) as(l loginDTO) *httpxtest.Client { return v.http.As(l.AccessToken) }

// ending is an act, and what tokens get after it.
type ending struct {
	requirement, act string
	do               func(v *victims)
	access, refresh  string // kata's
	tablet           string // the device's access token
}

const stays = "200 as device"

// endingsOfSessions are what people and the operator do about a login.
func endingsOfSessions() []ending {
	return []ending{
		{"ASVS V7.4.1", "logging out", func(v *victims) {
			v.as(v.kata).Post("/api/v1/auth/logout", nil).Expect(http.StatusNoContent)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.1", "logging out everywhere, from another session", func(v *victims) {
			v.as(v.again).Post("/api/v1/auth/logout", object{"everywhere": true}).Expect(http.StatusNoContent)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.5.2", "ending the session from the list of another one", func(v *victims) {
			for _, s := range v.sessions(v.kata.AccessToken, "").Items {
				if s.IsCurrent {
					v.as(v.again).Delete("/api/v1/auth/sessions/" + s.ID).Expect(http.StatusNoContent)
				}
			}
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.3", "changing the password, from another session", func(v *victims) {
			v.changePassword(v.again.AccessToken, password, renewed).Expect(http.StatusNoContent)
			v.as(v.again).Get(scoped).Expect(http.StatusOK)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.3", "redeeming a reset token", func(v *victims) {
			made, err := v.svc.newResetToken(v.t.Context(), v.kata.User.ID, operator())
			require.NoError(v.t, err)
			v.redeem(made.Token, renewed).Expect(http.StatusNoContent)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.5", "resetting the password by command", func(v *victims) {
			_, err := v.run(renewed, "user", "reset-password", "--email", v.kata.User.Email)
			require.NoError(v.t, err)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.2", "disabling the login", func(v *victims) {
			v.op.Patch("/api/v1/admin/users/"+v.kata.User.ID, object{"is_disabled": true}).Expect(http.StatusOK)
		}, sessionOver, sessionOver, stays},
		{"ASVS V7.4.2", "deleting the profile, from another session", func(v *victims) {
			v.deleteMe(v.again.AccessToken, password).Expect(http.StatusNoContent)
		}, sessionOver, "401 auth.invalid_refresh_token", stays},
		{"RFC 9700 4.14.2", "presenting a used refresh token after the grace time", func(v *victims) {
			v.mustRefresh(v.kata.RefreshToken)
			v.clock.advance(31 * time.Second)
			v.refreshTokens(v.kata.RefreshToken).ExpectProblem(http.StatusUnauthorized, "auth.refresh_reused")
		}, sessionOver, sessionOver, stays},
	}
}

// endingsOfRights are what becomes of a device, a membership and a household.
func endingsOfRights() []ending {
	const (
		member   = "/api/v1/households/"
		noHome   = "404 auth.household_not_found"
		disabled = "403 auth.household_disabled"
	)

	return []ending{
		{"ASVS V7.4.2", "removing the device", func(v *victims) {
			v.as(v.nora).Delete("/api/v1/devices/" + v.device.ID).Expect(http.StatusNoContent)
		}, "200 as child", "200", sessionOver},
		{"ASVS V8.3.2", "changing the role", func(v *victims) {
			v.as(v.nora).Patch(member+v.home+"/members/"+v.kata.User.ID, object{"role": "guest"}).Expect(http.StatusOK)
		}, "200 as guest", "200", stays},
		{"ASVS V8.3.2", "removing from the household", func(v *victims) {
			v.as(v.nora).Delete(member + v.home + "/members/" + v.kata.User.ID).Expect(http.StatusNoContent)
		}, noHome, "200", stays},
		{"ASVS V8.3.2", "disabling the household", func(v *victims) {
			v.op.Patch("/api/v1/admin/households/"+v.home, object{"is_disabled": true}).Expect(http.StatusOK)
		}, disabled, "200", disabled},
		{"ASVS V8.3.2", "deleting the household", func(v *victims) {
			v.as(v.nora).Delete(member + v.home).Expect(http.StatusNoContent)
		}, noHome, "200", sessionOver},
	}
}

// Each act happens at one replica; the tokens are tried at another one with the very next request.
func TestASVSV74WhatIsOverIsOverAtOnceOnEveryReplica(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	b := setup(t, func(d *Deps) { d.KV = shared })
	replica := setup(t, b.on(shared))
	_, op := b.operator("op")
	for round, c := range append(endingsOfSessions(), endingsOfRights()...) {
		v := b.victims(t, op, round)
		for _, at := range []*bench{b, replica} { // fills the caches
			for _, token := range []string{v.kata.AccessToken, v.again.AccessToken, v.nora.AccessToken, v.tablet.AccessToken} {
				at.http.As(token).Get(scoped).Expect(http.StatusOK)
			}
		}
		c.do(v)
		attempt := "a person's access and refresh token after " + c.act
		access, tablet := replica.http.As(v.kata.AccessToken).Get(scoped), replica.http.As(v.tablet.AccessToken).Get(scoped)
		require.Equal(t, c.access, answerAs(access), attempt)
		require.Equal(t, c.refresh, answer(replica.refreshTokens(v.kata.RefreshToken)), attempt)
		require.Equal(t, c.tablet, answerAs(tablet), attempt)
		say(t, c.requirement, attempt, c.access+"; "+c.refresh)
		if c.tablet != stays {
			say(t, c.requirement, "a device's access token after "+c.act, c.tablet)
		}
		if c.tablet == sessionOver {
			tried(t, c.requirement, "a device's refresh token after "+c.act, replica.refreshDevice(v.tablet.RefreshToken), "400 invalid_grant")
		}
	}
}

// answerAs is answer, with the role that was granted.
func answerAs(res *httpxtest.Response) string {
	if role := res.Header.Get("X-Role"); role != "" {
		return answer(res) + " as " + role
	}

	return answer(res)
}

func TestASVSV75OnlyWhoKnowsThePasswordChangesTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.LoginFailures = kv.Limit{Count: 3, Period: time.Hour} })
	kata := b.register("kata")
	as := b.http.As(kata.AccessToken)

	res := as.Post("/api/v1/auth/password", object{"new_password": renewed})
	tried(t, "ASVS V7.5.1", "changing the password with a borrowed session, without the old one", res, "400 request.invalid")
	tried(t, "ASVS V7.5.1", "deleting the profile with a borrowed session, without the password", as.Delete("/api/v1/users/me"), "400 request.invalid")
	res = b.deleteMe(kata.AccessToken, "wrong-password")
	tried(t, "ASVS V7.5.1", "deleting the profile with a wrong password", res, "403 auth.wrong_password")
	for range 2 {
		res = b.changePassword(kata.AccessToken, "wrong-password", renewed)
		tried(t, "ASVS V7.5.1", "changing the password with a wrong one", res, "403 auth.wrong_password")
	}

	res = b.changePassword(kata.AccessToken, password, renewed)
	tried(t, "ASVS V7.5.1", "guessing on with a borrowed session", res, "429 auth.too_many_failures")
	res = b.http.Post("/api/v1/auth/login", credentials("kata", password))
	tried(t, "ASVS V7.5.1", "guessing on at the login", res, "429 auth.too_many_failures")
	events := b.audit.Find(actionChangePassword)
	require.Len(t, events, 2)
	require.Equal(t, auditapi.Refused, events[0].Outcome)
	as.Get(scoped).Expect(http.StatusOK)
}

func TestASVSV752OnlyOnesOwnSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata, nora := b.register("kata"), b.register("nora")
	theirs := b.sessions(nora.AccessToken, "").Items[0].ID
	b.login("kata")

	require.Len(t, b.sessions(kata.AccessToken, "").Items, 2)
	require.Len(t, b.sessions(kata.AccessToken, "?household_id="+kata.Household.ID).Items, 2)
	say(t, "ASVS V7.5.2", "listing sessions", "one's own, those of nobody else")
	for name, id := range map[string]string{
		"somebody else's": theirs, "nobody's": identity.NewID(), "a malformed": "x", "another spelling of somebody else's": "urn:uuid:" + theirs,
	} {
		res := b.http.As(kata.AccessToken).Delete("/api/v1/auth/sessions/" + id)
		tried(t, "ASVS V7.5.2", "ending "+name+" session", res, "404 auth.session_not_found")
	}
	b.http.As(nora.AccessToken).Get(scoped).Expect(http.StatusOK)
	require.Empty(t, b.audit.Find(actionEndSession))

	own := b.sessions(kata.AccessToken, "").Items[0].ID
	b.http.As(kata.AccessToken).Delete("/api/v1/auth/sessions/" + own).Expect(http.StatusNoContent)
	require.Equal(t, own, b.audit.Find(actionEndSession)[0].Target)
	tried(t, "ASVS V7.5.2", "ending a session twice", b.http.As(kata.AccessToken).Delete("/api/v1/auth/sessions/"+own), "404 auth.session_not_found")
}
