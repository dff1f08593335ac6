package auth

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/kv/kvtest"
	"homehub/platform/secret"
)

// genuine returns the header and claims of a token as homehub issues it.
func genuine(tb testing.TB, token string) (header, claims map[string]any) {
	tb.Helper()
	parts := strings.Split(token, ".")
	for i, into := range []*map[string]any{&header, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		require.NoError(tb, err)
		require.NoError(tb, json.Unmarshal(b, into))
	}

	return header, claims
}

func TestAccessTokenSaysWhatItShould(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")

	header, claims := genuine(t, l.AccessToken)

	require.Equal(t, "EdDSA", header["alg"])
	require.Equal(t, "at+jwt", header["typ"])
	require.Equal(t, b.svc.keys.present.Load().newest.kid, header["kid"])
	for claim, want := range map[string]any{
		"iss": "homehub", "sub": l.User.ID, "household": l.Household.ID, "device": "", "role": "owner",
	} {
		require.Equal(t, want, claims[claim], claim)
	}
	require.Contains(t, claims, "sid")
	require.Contains(t, claims, "jti")
	require.InDelta(t, 900, claims["exp"].(float64)-claims["iat"].(float64), 0)
}

// Many first requests at once must not each bring a key along.
func TestTheFirstSigningKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.svc.keys.add(t.Context())
	require.NoError(t, err)

	second, err := b.svc.keys.add(t.Context())

	require.NoError(t, err)
	require.Equal(t, first.newest.kid, second.newest.kid)
	require.Len(t, second.all, 1)
}

func TestUnknownKeysAreNotLookedUpForEveryStranger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	_, err := b.svc.keys.verifier(t.Context(), "x")
	require.ErrorIs(t, err, errInvalidToken)
	before := b.svc.keys.reloadedAt

	b.clock.advance(reloadAtMostEvery - time.Second)
	_, err = b.svc.keys.verifier(t.Context(), "y")
	require.ErrorIs(t, err, errInvalidToken)
	require.Equal(t, before, b.svc.keys.reloadedAt)
	b.clock.advance(time.Second)
	_, err = b.svc.keys.verifier(t.Context(), "z")
	require.ErrorIs(t, err, errInvalidToken)
	require.NotEqual(t, before, b.svc.keys.reloadedAt)
}

func TestALostEncryptionKeyCostsTheSigningKeyOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.register("kata")
	text, err := secret.GenerateKey()
	require.NoError(t, err)
	ring, err := secret.NewKeyring(text)
	require.NoError(t, err)
	restarted := setup(t, func(d *Deps) {
		b.on(kvtest.New(t))(d)
		d.Secrets.Encryption = ring
	})

	fresh := restarted.login("kata")

	restarted.http.As(fresh.AccessToken).Get(scoped).Expect(http.StatusOK)
	restarted.http.As(old.AccessToken).Get(scoped).Expect(http.StatusOK) // its public half is in the clear
}

func BenchmarkVerifyCached(b *testing.B) {
	bench := setup(b)
	token := bench.register("kata").AccessToken
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bench.svc.tokens.verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrincipalCached(b *testing.B) {
	bench := setup(b)
	l := bench.register("kata")
	c, err := bench.svc.tokens.verify(b.Context(), l.AccessToken)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bench.svc.rights.principal(b.Context(), c, l.Household.ID); err != nil {
			b.Fatal(err)
		}
	}
}
