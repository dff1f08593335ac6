package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
	"homehub/platform/kv/kvtest"
)

// OWASP ASVS 5.0, chapter V9: tokens that speak for themselves.

const notOurs = "401 auth.invalid_token"

// signers are those of an attacker who knows the public key, or has one of their own.
func signers(t *testing.T, public ed25519.PublicKey) map[string]func([]byte) []byte {
	t.Helper()
	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	prime, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)

	return map[string]func([]byte) []byte{
		"nobody": func([]byte) []byte { return nil },
		"HMAC of the public key": func(input []byte) []byte {
			mac := hmac.New(sha256.New, public)
			mac.Write(input)

			return mac.Sum(nil)
		},
		"another Ed25519 key": func(input []byte) []byte { return ed25519.Sign(foreign, input) },
		"a P-256 key": func(input []byte) []byte {
			sum := sha256.Sum256(input)
			r, s, err := ecdsa.Sign(rand.Reader, curve, sum[:])
			require.NoError(t, err)

			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		},
		"an RSA key": func(input []byte) []byte {
			sum := sha256.Sum256(input)
			signature, err := rsa.SignPKCS1v15(rand.Reader, prime, crypto.SHA256, sum[:])
			require.NoError(t, err)

			return signature
		},
	}
}

func TestASVSV912AlgorithmsAreNotTheAttackersChoice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	header, claims := genuine(t, b.register("kata").AccessToken)
	by := signers(t, b.svc.keys.present.Load().newest.public)
	by["homehub's own key"] = b.ours()
	for _, c := range []struct {
		alg    any
		signer string
	}{
		{"none", "nobody"},
		{"None", "nobody"},
		{"nOnE", "nobody"},
		{"", "nobody"},
		{nil, "nobody"},
		{nil, "homehub's own key"},
		{[]string{"EdDSA"}, "homehub's own key"},
		{"eddsa", "homehub's own key"},
		{"Ed25519", "homehub's own key"},
		{"HS256", "HMAC of the public key"},
		{"EdDSA", "HMAC of the public key"},
		{"ES256", "a P-256 key"},
		{"EdDSA", "a P-256 key"},
		{"RS256", "an RSA key"},
		{"EdDSA", "another Ed25519 key"},
		{"EdDSA", "nobody"},
	} {
		token := forge(t, altered(header, map[string]any{"alg": c.alg}), claims, by[c.signer])
		tried(t, "ASVS V9.1.2", "alg "+encode(t, c.alg)+", signed by "+c.signer, b.http.As(token).Get(scoped), notOurs)
	}
}

// Signed with homehub's own key, so that the header alone can be what is wrong.
func TestASVSV913KeysComeFromNowhereElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.register("kata").AccessToken
	header, claims := genuine(t, token)
	kid := header["kid"].(string)
	for name, changes := range map[string]map[string]any{
		"a kid nobody has":         {"kid": "0000000000000000"},
		"no kid":                   {"kid": nil},
		"an empty kid":             {"kid": ""},
		"a kid that is a path":     {"kid": "../../../../dev/null"},
		"a kid that is SQL":        {"kid": "' OR '1'='1"},
		"a kid that selects a key": {"kid": "x' UNION SELECT kid FROM auth_signing_keys--"},
		"a kid that is a command":  {"kid": kid + ";id"},
		"a kid with a NUL":         {"kid": kid + "\x00"},
		"a kid that is a list":     {"kid": []string{kid}},
		"a jku":                    {"jku": "https://evil.example/jwks.json"},
		"an x5u":                   {"x5u": "https://evil.example/cert.pem"},
		"an x5c":                   {"x5c": []string{"MIIB"}},
		"an x5t":                   {"x5t": "dGhl"},
		"a jwk":                    {"jwk": map[string]any{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
		"crit":                     {"crit": []string{"exp"}},
		"b64, unencoded payload":   {"b64": false, "crit": []string{"b64"}},
		"zip":                      {"zip": "DEF"},
		"cty JWT":                  {"cty": "JWT"},
		"a parameter nobody knows": {"x": "y"},
	} {
		forged := forge(t, altered(header, changes), claims, b.ours())
		tried(t, "ASVS V9.1.3", name, b.http.As(forged).Get(scoped), notOurs)
	}

	plain, said := encode(t, header), encode(t, claims)
	for name, forged := range map[string][2]string{
		"two algs in the header":    {strings.Replace(plain, "{", `{"alg":"none",`, 1), said},
		"two kids in the header":    {strings.Replace(plain, "{", `{"kid":"0000000000000000",`, 1), said},
		"ALG beside alg":            {strings.Replace(plain, "{", `{"ALG":"none",`, 1), said},
		"white space in the header": {" " + plain, said},
		"two subjects":              {plain, strings.Replace(said, "{", `{"sub":"somebody",`, 1)},
		"two ends":                  {plain, strings.Replace(said, "{", `{"exp":4102444800,`, 1)},
		"more after the claims":     {plain, said + "{}"},
	} {
		res := b.http.As(sealed(forged[0], forged[1], b.ours())).Get(scoped)
		tried(t, "ASVS V9.1.1", name, res, notOurs)
	}
	b.http.As(sealed(plain, said, b.ours())).Get(scoped).Expect(http.StatusOK) // what was forged above is not wrong otherwise
}

func TestASVSV911NoBitCanBeChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.register("kata").AccessToken
	b.http.As(token).Get(scoped).Expect(http.StatusOK) // the cached verification must not help either
	for i := range token {
		for bit := range 8 {
			flipped := []byte(token)
			flipped[i] ^= 1 << bit
			if got := answer(b.http.As(string(flipped)).Get(scoped)); got != notOurs {
				t.Errorf("bit %d of byte %d changed: %s", bit, i, got)
			}
		}
	}
	say(t, "ASVS V9.1.1", "each bit of header, claims and signature changed", notOurs)

	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	input := parts[0] + "." + parts[1]
	general := map[string]any{"payload": parts[1], "signatures": []any{map[string]any{"protected": parts[0], "signature": parts[2]}}}
	_, claims := genuine(t, token)
	for name, forged := range map[string]string{
		"no signature":                      input + ".",
		"without the part of the signature": input,
		"no claims":                         parts[0] + ".." + parts[2],
		"no header":                         "." + parts[1] + "." + parts[2],
		"a fourth part":                     token + ".",
		"a signature cut short":             token[:len(token)-8],
		"a signature made longer":           input + "." + base64.RawURLEncoding.EncodeToString(append(raw, 0)),
		"a signature whose S is too large":  input + "." + base64.RawURLEncoding.EncodeToString(addOrder(raw)),
		"a signature in padded base64":      input + "." + base64.URLEncoding.EncodeToString(raw),
		"a signature with stray bits":       strayBits(token),
		"JSON serialisation, flattened":     encode(t, map[string]any{"protected": parts[0], "payload": parts[1], "signature": parts[2]}),
		"JSON serialisation, general":       encode(t, general),
		"a token around the token":          sealed(`{"alg":"EdDSA","kid":"`+b.svc.keys.present.Load().newest.kid+`","typ":"at+jwt"}`, token, b.ours()),
		"encrypted form, five parts":        token + ".AAAA.AAAA",
		"4097 bytes":                        strings.Repeat("a", maxTokenBytes+1),
		"a megabyte":                        strings.Repeat("a", 1<<20),
		"genuine but 5 KiB long":            forge(t, header(b), altered(claims, map[string]any{"x": strings.Repeat("a", 5<<10)}), b.ours()),
		"words":                             "a.b.c",
	} {
		tried(t, "ASVS V9.1.1", name, b.http.As(forged).Get(scoped), notOurs)
	}
}

func header(b *bench) map[string]any {
	return map[string]any{"alg": "EdDSA", "typ": tokenType, "kid": b.svc.keys.present.Load().newest.kid}
}

// addOrder makes a second signature of an Ed25519 signature, by adding the order of the group to S.
func addOrder(signature []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(signature[32:])
	slices.Reverse(s) // it is little-endian
	s = new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(s)

	return append(slices.Clone(signature[:32]), s...)
}

// strayBits is the same signature in another text: the last of its 86 letters carries 4 bits too many.
func strayBits(token string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(letters, token[len(token)-1])

	return token[:len(token)-1] + string(letters[last^1])
}

// Signed with homehub's own key, so that the claims alone can be what is wrong.
func TestASVSV92ClaimsAreJudged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	header, claims := genuine(t, b.register("kata").AccessToken)
	now := b.clock.now()
	soon, past := now.Add(time.Hour).Unix(), now.Add(-time.Second).Unix()
	for _, c := range []struct {
		requirement, name string
		changes           map[string]any
		want              string
	}{
		{"ASVS V9.2.1", "expired", map[string]any{"exp": past}, notOurs},
		{"ASVS V9.2.1", "expires this second", map[string]any{"exp": now.Unix()}, notOurs},
		{"ASVS V9.2.1", "never expires", map[string]any{"exp": nil}, notOurs},
		{"ASVS V9.2.1", "an exp that is text", map[string]any{"exp": "tomorrow"}, notOurs},
		{"ASVS V9.2.1", "not valid yet", map[string]any{"nbf": soon}, notOurs},
		{"ASVS V9.2.1", "no nbf", map[string]any{"nbf": nil}, notOurs},
		{"ASVS V9.2.1", "issued in the future", map[string]any{"iat": soon}, notOurs},
		{"ASVS V9.2.1", "no iat", map[string]any{"iat": nil}, notOurs},
		{"ASVS V9.2.3", "another issuer", map[string]any{"iss": "elsewhere"}, notOurs},
		{"ASVS V9.2.3", "no issuer", map[string]any{"iss": nil}, notOurs},
		{"ASVS V9.2.3", "another audience", map[string]any{"aud": []string{"elsewhere"}}, notOurs},
		{"ASVS V9.2.3", "homehub's audience among others", map[string]any{"aud": []string{"homehub", "elsewhere"}}, notOurs},
		{"ASVS V9.2.3", "no audience", map[string]any{"aud": nil}, notOurs},
		{"ASVS V9.2.3", "an empty audience", map[string]any{"aud": []string{}}, notOurs},
		{"ASVS V10.3.3", "no subject", map[string]any{"sub": nil}, notOurs},
		{"ASVS V10.3.3", "a subject that is a list", map[string]any{"sub": []string{"kata"}}, notOurs},
		{"ASVS V10.3.3", "another subject than the session's", map[string]any{"sub": identity.NewID()}, "401 auth.session_ended"},
		{"ASVS V7.2.1", "no session", map[string]any{"sid": nil}, notOurs},
		{"ASVS V7.2.1", "a session that is none", map[string]any{"sid": identity.NewID()}, "401 auth.session_ended"},
		{"ASVS V7.2.1", "a person's session named a device's", map[string]any{"device": "d1"}, "401 auth.session_ended"},
	} {
		forged := forge(t, header, altered(claims, c.changes), b.ours())
		tried(t, c.requirement, c.name, b.http.As(forged).Get(scoped), c.want)
	}
	for _, typ := range []any{"JWT", "at+JWT", "application/at+jwt", "refresh+jwt", "dpop+jwt", "", nil} {
		forged := forge(t, altered(header, map[string]any{"typ": typ}), claims, b.ours())
		tried(t, "ASVS V9.2.2", "typ "+encode(t, typ), b.http.As(forged).Get(scoped), notOurs)
	}
}

func TestASVSV921ACachedTokenStillExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	as := b.http.As(b.register("kata").AccessToken)
	as.Get(scoped).Expect(http.StatusOK)

	b.clock.advance(15 * time.Minute)

	tried(t, "ASVS V9.2.1", "15 minutes old, verified and cached before", as.Get(scoped), notOurs)
}

// Each secret that homehub gives out, where another one is expected.
func TestASVSV922TokensServeOnePurpose(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	_, tablet := b.pairedDevice(kata)
	reset, err := b.svc.newResetToken(t.Context(), kata.User.ID, operator())
	require.NoError(t, err)
	p := b.wait()
	page := pageOf(t, b.pairLogin("kata", p.UserCode))
	for name, token := range map[string]string{
		"a person's refresh token": kata.RefreshToken, "a device's refresh token": tablet.RefreshToken,
		"a reset token": reset.Token, "a device code": p.DeviceCode, "a founding invitation": b.foundingInvitation(),
		"the sealed word of the page /pair": page, "a password": password,
		"a session's id": b.sessions(kata.AccessToken, "").Items[0].ID,
	} {
		tried(t, "ASVS V9.2.2", name+" as access token", b.http.As(token).Get(scoped), notOurs)
		if token != kata.RefreshToken && len(token) < 200 {
			tried(t, "ASVS V9.2.2", name+" as a person's refresh token", b.refreshTokens(token), "401 auth.invalid_refresh_token")
		}
		if token != tablet.RefreshToken && len(token) < 200 {
			tried(t, "ASVS V9.2.2", name+" as a device's refresh token", b.refreshDevice(token), "400 invalid_grant")
		}
		if token != reset.Token && len(token) < 200 {
			tried(t, "ASVS V9.2.2", name+" as reset token", b.redeem(token, renewed), "422 auth.reset_token_invalid")
		}
	}
	tried(t, "ASVS V9.2.2", "an access token as a person's refresh token", b.refreshTokens(kata.AccessToken), "400 request.invalid")
	tried(t, "ASVS V9.2.2", "an access token as a device's refresh token", b.refreshDevice(tablet.AccessToken), "400 invalid_request")
	res := postForm(b.http, "/pair/device", "page", kata.AccessToken, "action", "approve", "user_code", p.UserCode, "name", "x")
	tried(t, "ASVS V9.2.2", "an access token as the sealed word of the page /pair", res, "403")
	b.mustRefresh(kata.RefreshToken) // none of it has cost anything
	b.refreshDevice(tablet.RefreshToken).Expect(http.StatusOK)
}

func TestASVSV913KeysRotateWithOverlap(t *testing.T) {
	t.Parallel()
	shared := kvtest.New(t)
	b := setup(t, func(d *Deps) { d.KV = shared })
	replica := setup(t, b.on(shared))
	old := b.register("kata")
	replica.http.As(old.AccessToken).Get(scoped).Expect(http.StatusOK)
	oldHeader, claims := genuine(t, old.AccessToken)
	stolen := forge(t, oldHeader, altered(claims, map[string]any{"exp": b.clock.now().Add(8760 * time.Hour).Unix()}), b.ours())
	b.clock.advance(reloadAtMostEvery)

	require.NoError(t, b.svc.rotateSigningKey(t.Context()))

	fresh := b.login("kata")
	newHeader, _ := genuine(t, fresh.AccessToken)
	require.NotEqual(t, oldHeader["kid"], newHeader["kid"])
	const overlap = "in the overlap of a rotation, at another replica"
	tried(t, "ASVS V9.1.3", "the new key's token, "+overlap, replica.http.As(fresh.AccessToken).Get(scoped), "200")
	tried(t, "ASVS V9.1.3", "the old key's token, "+overlap, replica.http.As(old.AccessToken).Get(scoped), "200")
	var jwks jwksDTO
	replica.http.Get("/.well-known/jwks.json").JSON(&jwks)
	require.Len(t, jwks.Keys, 2)
	for _, at := range []*bench{b, replica} { // a stolen key is a key, until it retires; both have seen this token then
		at.http.As(stolen).Get(scoped).Expect(http.StatusOK)
	}

	b.clock.advance(15*time.Minute + retireMargin)
	for _, at := range []*bench{b, replica} {
		tried(t, "ASVS V9.1.3", "a year's token by a stolen key, verified before, once the key has retired", at.http.As(stolen).Get(scoped), notOurs)
	}
	require.NoError(t, b.svc.clean(t.Context()))
	keys, err := b.svc.keys.reload(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, keys.all, 1)
	require.Len(t, b.audit.Find(actionRotateKeys), 1)
}

func TestASVSV913ThePublishedKeysArePublic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.http.Get("/.well-known/jwks.json").Expect(http.StatusOK)
	require.Equal(t, "public, max-age=300", res.Header.Get("Cache-Control"))
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(res.Body, &set))
	require.Len(t, set.Keys, 1)
	for _, member := range []string{"d", "k", "p", "q"} {
		require.NotContains(t, set.Keys[0], member)
	}
	say(t, "ASVS V9.1.3", "private members in the published keys", "none; readers may keep them for 5 minutes")
}
