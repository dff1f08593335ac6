package auth

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/kv"
)

// OWASP ASVS 5.0, chapter V6: who signs in.

const wrongCredentials = "401 auth.invalid_credentials"

func TestASVSV638NobodyLearnsWhoHasALogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	attempts := map[string]map[string]any{
		"a wrong password":                 credentials("kata", "incorrect-horse"),
		"an address that nobody has":       credentials("nobody", password),
		"a password no one can have":       credentials("kata", strings.Repeat("x", 500)),
		"an address that can be nobody's":  {"email": "' OR 1=1 --", "password": password},
		"an address with a NUL, of nobody": {"email": "kata\u2400@example.org", "password": password},
	}
	var first *httpxtest.Problem
	for name, body := range attempts {
		res := b.http.Post("/api/v1/auth/login", body)
		tried(t, "ASVS V6.3.8", name, res, wrongCredentials)
		p := res.ExpectProblem(http.StatusUnauthorized, "auth.invalid_credentials")
		p.RequestID = ""
		if first == nil {
			first = &p
		}
		require.Equal(t, *first, p, "the same answer to a word")
	}
	refused := b.audit.Find(actionLogin)
	require.Len(t, refused, len(attempts))
	households := make([]string, 0, len(refused))
	for _, e := range refused {
		require.Equal(t, auditapi.Refused, e.Outcome)
		households = append(households, e.HouseholdID)
	}
	require.True(t, slices.Contains(households, l.Household.ID) && slices.Contains(households, auditapi.OperatorChain))

	b.exec(subjectMark(l.User.ID), `UPDATE auth_users SET disabled_at = ?`, b.clock.now())
	res := b.http.Post("/api/v1/auth/login", credentials("kata", "incorrect-horse"))
	tried(t, "ASVS V6.3.8", "a wrong password of a disabled login", res, wrongCredentials)
}

func TestASVSV631GuessesAreLimitedByAccount(t *testing.T) {
	t.Parallel()
	store := &brokenKV{}
	b := setup(t, func(d *Deps) {
		store.Store = d.KV
		d.KV = store
		d.LoginFailures = kv.Limit{Count: 3, Period: time.Hour}
	})
	b.register("kata")
	login := func(email, password string) *httpxtest.Response {
		return b.http.Post("/api/v1/auth/login", map[string]any{"email": email, "password": password})
	}
	for range 2 {
		login("kata@example.org", "wrong-password").Expect(http.StatusUnauthorized)
	}
	b.login("kata") // a success forgives
	for _, spelling := range []string{"KATA@example.org", " ｋａｔａ@example.org", "Kata@EXAMPLE.org"} {
		tried(t, "ASVS V6.3.1", "guessing, the address written "+strconv.Quote(spelling), login(spelling, "wrong-password"), wrongCredentials)
	}
	const locked = "429 auth.too_many_failures"
	res := login("kata@example.org", password)
	tried(t, "ASVS V6.3.1", "guessing on after limits.login_failures, now right", res, locked)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	tried(t, "ASVS V6.3.1", "guessing somebody else's meanwhile", login("nora@example.org", password), wrongCredentials)

	store.set(true) // neither open nor shut
	for range 3 {
		login("eva@example.org", password).Expect(http.StatusUnauthorized)
	}
	tried(t, "ASVS V6.3.1", "guessing on while Redis is away", login("eva@example.org", password), locked)
}

func TestASVSV631GuessesAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	spray := func(client *httpxtest.Client, header string) (last *httpxtest.Response) {
		for i := range httpx.DefaultLimits().Login.Count + 1 {
			c := client
			if header != "" {
				c = client.With(header, "198.51.100."+strconv.Itoa(i))
			}
			last = c.Post("/api/v1/auth/login", credentials("somebody"+strconv.Itoa(i), password))
		}

		return last
	}
	for header, attempt := range map[string]string{
		"":                 "one password for 31 addresses within a minute",
		"X-Forwarded-For":  "the same, each with another X-Forwarded-For, no proxy being trusted",
		"X-Real-IP":        "the same, each with another X-Real-IP",
		"Forwarded":        "the same, each with another Forwarded",
		"True-Client-IP":   "the same, each with another True-Client-IP",
		"CF-Connecting-IP": "the same, each with another CF-Connecting-IP",
	} {
		limited := b.behind(func(_ *httpx.Config, d *httpx.Deps) { d.Limits.Enabled = true })
		tried(t, "ASVS V6.3.1", attempt, spray(limited, header), "429 request.rate_limited")
	}
	elsewhere := b.behind(func(c *httpx.Config, d *httpx.Deps) {
		d.Limits.Enabled, c.TrustedProxies = true, []string{"203.0.113.0/24"}
	})
	res := spray(elsewhere, "X-Forwarded-For")
	tried(t, "RFC 9700 4.13", "the same, a proxy being trusted that the requests do not come from", res, "429 request.rate_limited")
}

func TestASVSV628PasswordsAreComparedWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long := strings.Repeat("Kő", 24) // 72 bytes, all that bcrypt reads
	body := map[string]any{"email": "kata@example.org", "password": long + "!", "name": "Kata"}
	tried(t, "ASVS V6.2.8", "a new password of 73 bytes", b.http.Post("/api/v1/auth/register", body), "400 request.invalid")
	body["password"] = long
	tried(t, "ASVS V6.2.9", "a new password of 72 bytes", b.http.Post("/api/v1/auth/register", body), "201")
	for name, given := range map[string]string{
		"the password and one more letter": long + "!", "the password twice": long + long, "the password without its end": long[:69],
		"the password in capitals": strings.ToUpper(long), "the password with a space before": " " + long,
	} {
		res := b.http.Post("/api/v1/auth/login", credentials("kata", given))
		tried(t, "ASVS V6.2.8", name, res, wrongCredentials)
	}
	res := b.http.Post("/api/v1/auth/login", credentials("kata", long+"\x00"))
	tried(t, "ASVS V6.2.8", "the password and a NUL", res, "400 request.invalid")
	b.http.Post("/api/v1/auth/login", credentials("kata", long)).Expect(http.StatusOK)
}

func TestASVSV62CommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	made, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	for _, weak := range []struct{ requirement, password string }{
		{"ASVS V6.2.1", "szamar1"},
		{"ASVS V6.2.4", "password123"},
		{"ASVS V6.2.4", "Password2024!"},
		{"ASVS V6.2.4", "qwertyuiop"},
		{"ASVS V6.2.4", "1234567890"},
		{"ASVS V6.2.12", "Jelszó2024"},
		{"ASVS V6.2.11", "kata-1985-kata"},
		{"ASVS V6.2.11", "homehub2024"},
	} {
		body := map[string]any{"email": "uj@example.org", "password": weak.password, "name": "Kata"}
		for way, res := range map[string]*httpxtest.Response{
			"registering":             b.http.Post("/api/v1/auth/register", body),
			"changing the password":   b.changePassword(kata.AccessToken, password, weak.password),
			"redeeming a reset token": b.redeem(made.Token, weak.password),
		} {
			tried(t, weak.requirement, way+" with "+weak.password, res, "400 request.invalid")
		}
	}
}

func TestASVSV638OneAddressIsOnePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("Kata")
	for _, email := range []string{"kata@example.org", "KATA@EXAMPLE.ORG", "ＫＡＴＡ@example.org", "\u212Aata@example.org"} {
		res := b.http.Post("/api/v1/auth/register", map[string]any{"email": email, "password": password, "name": "K"})
		tried(t, "ASVS V10.3.3", "a second person at "+strconv.QuoteToASCII(email), res, "409 auth.email_taken")
		res = b.http.Post("/api/v1/auth/login", map[string]any{"email": email, "password": password})
		tried(t, "ASVS V10.3.3", "signing in as "+strconv.QuoteToASCII(email), res, "200")
	}
	b.http.Post("/api/v1/auth/login", map[string]any{"email": " KATA@EXAMPLE.ORG", "password": password}).Expect(http.StatusOK)
}
