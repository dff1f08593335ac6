package auth

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

// The files asvs_v*_test.go and rfc*_test.go attack auth through HTTP, and are named after what they
// hold it against. Each attempt says its line, which docs/security.md shows.

// say writes a line of the table: the requirement, what was attempted, and what came of it.
func say(tb testing.TB, requirement, attempt, outcome string) {
	tb.Helper()
	tb.Logf("ATTACK %s | %s | %s", requirement, attempt, outcome)
}

// tried fails the test unless an attempt got the answer want, such as "401 auth.invalid_token".
func tried(tb testing.TB, requirement, attempt string, res *httpxtest.Response, want string) {
	tb.Helper()
	require.Equal(tb, want, answer(res), "%s: %s\n%s", requirement, attempt, res.Body)
	say(tb, requirement, attempt, want)
}

// answer is a response in short: its status, and the code of the problem or OAuth's word for it.
func answer(res *httpxtest.Response) string {
	var said struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}
	_ = json.Unmarshal(res.Body, &said) // a page says neither

	return strings.TrimSpace(fmt.Sprint(res.Status, " ", cmp.Or(said.Code, said.Error)))
}

// behind puts the module behind another HTTP layer than the usual one.
func (b *bench) behind(option func(*httpx.Config, *httpx.Deps)) *httpxtest.Client {
	b.tb.Helper()

	return httpxtest.New(b.tb, b.serve(b.tb, option))
}

// ours signs with the key that signs access tokens, which makes an attack as strong as it can be.
func (b *bench) ours() func(input []byte) []byte {
	private := b.svc.keys.present.Load().newest.private

	return func(input []byte) []byte { return ed25519.Sign(private, input) }
}

// forge makes a JWS of any header and claims, signed by sign.
func forge(tb testing.TB, header, claims map[string]any, sign func(input []byte) []byte) string {
	tb.Helper()

	return sealed(encode(tb, header), encode(tb, claims), sign)
}

// sealed makes a JWS of any two texts.
func sealed(header, claims string, sign func(input []byte) []byte) string {
	segment := base64.RawURLEncoding.EncodeToString
	input := segment([]byte(header)) + "." + segment([]byte(claims))

	return input + "." + segment(sign([]byte(input)))
}

func encode(tb testing.TB, v any) string {
	tb.Helper()
	text, err := json.Marshal(v)
	require.NoError(tb, err)

	return string(text)
}

// altered is a copy with what is given; nil removes.
func altered(original, changes map[string]any) map[string]any {
	copied := maps.Clone(original)
	maps.Copy(copied, changes)
	maps.DeleteFunc(copied, func(_ string, v any) bool { return v == nil })

	return copied
}
