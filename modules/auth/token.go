package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"
	"github.com/maypok86/otter/v2"

	"homehub/platform/clock"
	"homehub/platform/identity"
)

const (
	tokenType      = "at+jwt" // RFC 9068: no other kind of JWT can be mistaken for an access token
	tokenAudience  = "homehub"
	maxTokenBytes  = 4096
	maxCachedToken = 20_000
	// clockSkew is how far ahead the clock of the replica that issued a token may be. It never
	// makes a token live longer.
	clockSkew = 5 * time.Second
)

// claims are what an access token says. Its role is for the reader's information: what the
// caller may do is looked up at each request.
type claims struct {
	Subject     string // the user's or device's id
	HouseholdID string
	DeviceID    string // set for devices
	Role        identity.Role
	SessionID   string
	ExpiresAt   time.Time

	keyID string // of the key that signed it
}

// tokens issues and verifies access tokens.
type tokens struct {
	keys     *keys
	issuer   string
	ttl      time.Duration
	now      clock.Clock
	verified *otter.Cache[[sha256.Size]byte, claims] // Ed25519 takes 40 us; the same token comes again
}

func newTokens(k *keys, issuer string, ttl time.Duration, now clock.Clock) (*tokens, error) {
	// Bounded by size alone: verify judges the time, and otter's own expiry needs a goroutine.
	verified, err := otter.New(&otter.Options[[sha256.Size]byte, claims]{
		MaximumSize: maxCachedToken,
	})
	if err != nil {
		return nil, fmt.Errorf("make token cache: %w", err)
	}

	return &tokens{keys: k, issuer: issuer, ttl: ttl, now: now, verified: verified}, nil
}

// issue signs an access token that ends after the ttl, which it returns.
func (t *tokens) issue(ctx context.Context, c claims) (string, time.Duration, error) {
	key, err := t.keys.signer(ctx)
	if err != nil {
		return "", 0, err
	}
	now := t.now()
	token, err := jwt.NewBuilder().
		Issuer(t.issuer).Audience([]string{tokenAudience}).Subject(c.Subject).JwtID(identity.NewID()).
		IssuedAt(now).NotBefore(now).Expiration(now.Add(t.ttl)).
		Claim("household", c.HouseholdID).Claim("device", c.DeviceID).Claim("role", string(c.Role)).Claim("sid", c.SessionID).
		Build()
	if err != nil {
		return "", 0, fmt.Errorf("build access token: %w", err)
	}
	headers := jws.NewHeaders()
	for name, value := range map[string]string{jws.TypeKey: tokenType, jws.KeyIDKey: key.kid} {
		if err := headers.Set(name, value); err != nil {
			return "", 0, fmt.Errorf("build access token: %w", err)
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA, key.private, jws.WithProtectedHeaders(headers)))
	if err != nil {
		return "", 0, fmt.Errorf("sign access token: %w", err)
	}

	return string(signed), t.ttl, nil
}

// verify returns what a genuine, present token says; else errInvalidToken, with the reason
// as its cause.
func (t *tokens) verify(ctx context.Context, token string) (claims, error) {
	if len(token) > maxTokenBytes {
		return claims{}, errInvalidToken
	}
	hash := sha256.Sum256([]byte(token))
	if c, ok := t.verified.GetIfPresent(hash); ok && t.now().Before(c.ExpiresAt) && t.keys.isPresent(c.keyID) {
		return c, nil
	}
	payload, kid, err := t.checkSignature(ctx, token)
	if err != nil {
		return claims{}, err
	}
	c, err := t.checkClaims(payload)
	if err != nil {
		return claims{}, errInvalidToken.Wrap(err)
	}
	c.keyID = kid
	t.verified.Set(hash, c)

	return c, nil
}

// checkSignature returns the payload of a compact JWS made with one of our keys, and which. The
// header must be exactly what issue writes: nothing in it chooses the algorithm or fetches a key.
func (t *tokens) checkSignature(ctx context.Context, token string) (payload []byte, kid string, err error) {
	header, err := decodeHeader(token)
	if err != nil {
		return nil, "", errInvalidToken.Wrap(err)
	}
	if kid, err = parseHeader(header); err != nil {
		return nil, "", errInvalidToken.Wrap(err)
	}
	public, err := t.keys.verifier(ctx, kid)
	if err != nil {
		return nil, "", err
	}
	payload, err = jws.Verify([]byte(token), jws.WithKey(jwa.EdDSA, public), jws.WithCompact())
	if err != nil {
		return nil, "", errInvalidToken.Wrap(err)
	}

	return payload, kid, nil
}

// decodeHeader returns the first of a token's three parts. Decoders forgive padding, stray bits and
// other alphabets; a token of ours has one spelling only.
func decodeHeader(token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%d parts", len(parts))
	}
	var header []byte
	for i, part := range parts {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != part {
			return nil, errors.New("a part is not base64url as it should be")
		}
		if i == 0 {
			header = raw
		}
	}

	return header, nil
}

func parseHeader(raw []byte) (kid string, err error) {
	var header map[string]string // so that no parameter can be anything but text
	if err := json.Unmarshal(raw, &header); err != nil {
		return "", fmt.Errorf("decode header: %w", err)
	}
	kid = header[jws.KeyIDKey]
	if len(header) != 3 || header[jws.AlgorithmKey] != jwa.EdDSA.String() || header[jws.TypeKey] != tokenType || kid == "" {
		return "", errors.New("the header is not one of ours")
	}

	return kid, checkSpelling(raw, header)
}

// checkSpelling refuses what decoding does not show: members that are there twice.
func checkSpelling(raw []byte, decoded any) error {
	again, err := json.Marshal(decoded)
	if err != nil || !bytes.Equal(again, raw) {
		return errors.New("not spelt as ours are")
	}

	return nil
}

// checkClaims judges whom the token is from and for, and when.
func (t *tokens) checkClaims(payload []byte) (claims, error) {
	token, err := jwt.Parse(payload, jwt.WithVerify(false), jwt.WithValidate(false)) // verified above
	if err != nil {
		return claims{}, fmt.Errorf("decode claims: %w", err)
	}
	if err := checkSpelling(payload, token); err != nil {
		return claims{}, err
	}
	now := t.now()
	latest := now.Add(clockSkew)
	switch {
	case token.Issuer() != t.issuer:
		return claims{}, fmt.Errorf("unexpected issuer %q", token.Issuer())
	case !slices.Equal(token.Audience(), []string{tokenAudience}):
		return claims{}, fmt.Errorf("unexpected audience %q", strings.Join(token.Audience(), " "))
	case token.IssuedAt().IsZero() || token.IssuedAt().After(latest):
		return claims{}, fmt.Errorf("issued at %s", token.IssuedAt())
	case token.NotBefore().IsZero() || token.NotBefore().After(latest):
		return claims{}, fmt.Errorf("not valid before %s", token.NotBefore())
	case !now.Before(token.Expiration()): // also when there is none
		return claims{}, fmt.Errorf("expired at %s", token.Expiration())
	}
	c := claims{
		Subject:     token.Subject(),
		HouseholdID: text(token, "household"),
		DeviceID:    text(token, "device"),
		Role:        identity.Role(text(token, "role")),
		SessionID:   text(token, "sid"),
		ExpiresAt:   token.Expiration(),
	}
	if c.Subject == "" || c.SessionID == "" {
		return claims{}, fmt.Errorf("subject %q, session %q", c.Subject, c.SessionID)
	}

	return c, nil
}

func text(token jwt.Token, claim string) string {
	value, _ := token.Get(claim)
	s, _ := value.(string)

	return s
}
