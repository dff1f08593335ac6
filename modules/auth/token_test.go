package auth

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/kv/kvtest"
	"homehub/platform/secret"
)

// forge makes a JWS of any header and claims, signed by sign.
func forge(tb testing.TB, header, claims map[string]any, sign func(input []byte) []byte) string {
	tb.Helper()
	segment := func(v any) string {
		b, err := json.Marshal(v)
		require.NoError(tb, err)

		return base64.RawURLEncoding.EncodeToString(b)
	}
	input := segment(header) + "." + segment(claims)

	return input + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(input)))
}

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

// Every header and claim that is not exactly ours, signed with our own key where that makes the
// attack stronger.
func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	key := b.svc.keys.present.Load().newest
	ours := func(input []byte) []byte { return ed25519.Sign(key.private, input) }
	withPublicKey := func(input []byte) []byte {
		mac := hmac.New(sha256.New, key.public)
		mac.Write(input)

		return mac.Sum(nil)
	}
	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	nobodys := func(input []byte) []byte { return ed25519.Sign(foreign, input) }
	none := func([]byte) []byte { return nil }
	soon, past := b.clock.now().Add(time.Hour).Unix(), b.clock.now().Add(-time.Second).Unix()

	cases := map[string]struct {
		header, claims map[string]any
		sign           func([]byte) []byte
	}{
		"alg none":                {map[string]any{"alg": "none"}, nil, none},
		"alg None":                {map[string]any{"alg": "None"}, nil, none},
		"HS256 by our public key": {map[string]any{"alg": "HS256"}, nil, withPublicKey},
		"EdDSA by a public HMAC":  {nil, nil, withPublicKey},
		"somebody else's key":     {nil, nil, nobodys},
		"unknown kid":             {map[string]any{"kid": "0000000000000000"}, nil, ours},
		"no kid":                  {map[string]any{"kid": nil}, nil, ours},
		"a kid that is a path":    {map[string]any{"kid": "../../etc/passwd"}, nil, ours},
		"another typ":             {map[string]any{"typ": "JWT"}, nil, ours},
		"jku":                     {map[string]any{"jku": "https://evil.example/jwks"}, nil, ours},
		"x5u":                     {map[string]any{"x5u": "https://evil.example/cert"}, nil, ours},
		"jwk":                     {map[string]any{"jwk": map[string]any{"kty": "OKP"}}, nil, ours},
		"crit":                    {map[string]any{"crit": []string{"exp"}}, nil, ours},
		"b64":                     {map[string]any{"b64": false}, nil, ours},
		"expired":                 {nil, map[string]any{"exp": past}, ours},
		"expires this second":     {nil, map[string]any{"exp": b.clock.now().Unix()}, ours},
		"never expires":           {nil, map[string]any{"exp": nil}, ours},
		"not valid yet":           {nil, map[string]any{"nbf": soon}, ours},
		"no nbf":                  {nil, map[string]any{"nbf": nil}, ours},
		"issued in the future":    {nil, map[string]any{"iat": soon}, ours},
		"no iat":                  {nil, map[string]any{"iat": nil}, ours},
		"another issuer":          {nil, map[string]any{"iss": "elsewhere"}, ours},
		"no issuer":               {nil, map[string]any{"iss": nil}, ours},
		"another audience":        {nil, map[string]any{"aud": []string{"elsewhere"}}, ours},
		"two audiences":           {nil, map[string]any{"aud": []string{"homehub", "elsewhere"}}, ours},
		"no audience":             {nil, map[string]any{"aud": nil}, ours},
		"no subject":              {nil, map[string]any{"sub": nil}, ours},
		"another subject":         {nil, map[string]any{"sub": "somebody"}, ours},
		"no session":              {nil, map[string]any{"sid": nil}, ours},
		"a session that is none":  {nil, map[string]any{"sid": "none"}, ours},
		"a device that is none":   {nil, map[string]any{"device": "d1"}, ours},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header, claims := genuine(t, l.AccessToken)
			merge(header, tc.header)
			merge(claims, tc.claims)
			token := forge(t, header, claims, tc.sign)

			status := b.http.For(t).As(token).Get(scoped).Status
			require.Equal(t, http.StatusUnauthorized, status)
		})
	}
}

// merge sets what is given; nil removes.
func merge(into, from map[string]any) {
	maps.Copy(into, from)
	maps.DeleteFunc(into, func(_ string, v any) bool { return v == nil })
}

func TestTamperedTokensAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.register("kata").AccessToken
	b.http.As(token).Get(scoped).Expect(http.StatusOK)
	parts := strings.Split(token, ".")
	asJSON, err := json.Marshal(map[string]any{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	require.NoError(t, err)

	for i := 0; i < len(token); i += 7 { // the cached verification must not help either
		flipped := []byte(token)
		if flipped[i] ^= 1; flipped[i] == '.' || token[i] == '.' {
			continue
		}
		if status := b.http.As(string(flipped)).Get(scoped).Status; status != http.StatusUnauthorized {
			t.Errorf("byte %d changed: %d", i, status)
		}
	}
	for _, token := range []string{
		parts[0] + "." + parts[1] + ".", parts[0] + ".." + parts[2], token + ".", "." + token,
		string(asJSON), strings.Repeat("a", maxTokenBytes+1), "a.b.c",
	} {
		b.http.As(token).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.invalid_token")
	}
}

func TestACachedTokenStillExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	l := b.register("kata")
	b.http.As(l.AccessToken).Get(scoped).Expect(http.StatusOK)

	b.clock.advance(15 * time.Minute)

	b.http.As(l.AccessToken).Get(scoped).ExpectProblem(http.StatusUnauthorized, "auth.invalid_token")
}

func TestSigningKeysRotateWithOverlap(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	b := setup(t, func(d *Deps) { d.KV = shared })
	replica := setup(t, b.on(shared))
	old := b.register("kata")
	replica.http.As(old.AccessToken).Get(scoped).Expect(http.StatusOK)
	b.clock.advance(reloadAtMostEvery)

	require.NoError(t, b.svc.rotateSigningKey(t.Context()))

	fresh := b.login("kata")
	oldHeader, _ := genuine(t, old.AccessToken)
	newHeader, _ := genuine(t, fresh.AccessToken)
	require.NotEqual(t, oldHeader["kid"], newHeader["kid"])
	replica.http.As(fresh.AccessToken).Get(scoped).Expect(http.StatusOK) // had not heard of the key
	replica.http.As(old.AccessToken).Get(scoped).Expect(http.StatusOK)
	var jwks jwksDTO
	replica.http.Get("/.well-known/jwks.json").JSON(&jwks)
	require.Len(t, jwks.Keys, 2)

	b.clock.advance(15*time.Minute + retireMargin)
	require.NoError(t, b.svc.clean(t.Context()))
	keys, err := b.svc.keys.reload(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, keys.all, 1)
	require.Len(t, b.audit.Find(actionRotateKeys), 1)
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
