package virtualhome

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
	"golang.org/x/crypto/bcrypt"
)

// How long things last, as in Home Assistant.
const (
	accessLife  = 30 * time.Minute
	codeLife    = 10 * time.Minute
	refreshLife = 90 * 24 * time.Hour
	clockSkew   = 10 * time.Second // a token may be so much early, or late
)

// passwordCost is low on purpose: the house is simulated, the password that homehub makes
// for it is random, and a thousand houses may be founded at once.
const passwordCost = bcrypt.MinCost

// Types of refresh tokens.
const (
	normalToken    = "normal"
	longLivedToken = "long_lived_access_token" //nolint:gosec // the name of a type
)

// authStore is Home Assistant's auth storage, and what it keeps in memory only.
type authStore struct {
	Users  map[string]*user         `json:"users"`
	Tokens map[string]*refreshToken `json:"refresh_tokens"`

	codes map[string]authCode // by client id and code
	flows map[string]loginFlow
}

type user struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Username     string `json:"username"`
	PasswordHash string `json:"password_hash"`
	IsOwner      bool   `json:"is_owner"`
}

// refreshToken is a session; a long-lived access token is one, too. Access tokens are
// signed with its key, so that they end with it.
type refreshToken struct {
	ID         string        `json:"id"`
	UserID     string        `json:"user_id"`
	ClientID   string        `json:"client_id,omitempty"`
	ClientName string        `json:"client_name,omitempty"`
	Type       string        `json:"type"`
	Token      string        `json:"token"`
	Key        string        `json:"jwt_key"`
	CreatedAt  time.Time     `json:"created_at"`
	UsedAt     time.Time     `json:"last_used_at"`
	Life       time.Duration `json:"access_token_expiration"`
}

type authCode struct {
	userID string
	made   time.Time
}

type loginFlow struct{ clientID, redirectURI string }

func newAuthStore() authStore {
	return authStore{
		Users: map[string]*user{}, Tokens: map[string]*refreshToken{},
		codes: map[string]authCode{}, flows: map[string]loginFlow{},
	}
}

// hashPassword costs milliseconds: never call it under the home's lock. A long password
// is shortened first, for bcrypt reads 72 bytes only.
func hashPassword(password string) (string, error) {
	hash, err := bcrypt.GenerateFromPassword(shorten(password), passwordCost)

	return string(hash), err
}

func shorten(password string) []byte {
	sum := sha256.Sum256([]byte(password))

	return []byte(base64.RawStdEncoding.EncodeToString(sum[:]))
}

func (u *user) hasPassword(password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(u.PasswordHash), shorten(password)) == nil
}

func (a *authStore) findUser(username string) *user {
	for _, u := range a.Users {
		if u.Username == username {
			return u
		}
	}

	return nil
}

// newCode lets a client fetch tokens, once and soon.
func (a *authStore) newCode(clientID, userID string, now time.Time) string {
	for key, code := range a.codes {
		if now.Sub(code.made) > codeLife {
			delete(a.codes, key)
		}
	}
	code := newHexID()
	a.codes[clientID+"\x00"+code] = authCode{userID: userID, made: now}

	return code
}

// redeemCode returns the user of a code; the code is gone then.
func (a *authStore) redeemCode(clientID, code string, now time.Time) *user {
	key := clientID + "\x00" + code
	found, ok := a.codes[key]
	if !ok {
		return nil
	}
	delete(a.codes, key)
	if now.Sub(found.made) > codeLife {
		return nil
	}

	return a.Users[found.userID]
}

func (a *authStore) newRefreshToken(t refreshToken, now time.Time) *refreshToken {
	t.ID, t.Token, t.Key = newHexID(), secretHex(64), secretHex(64)
	t.CreatedAt, t.UsedAt = now, now
	a.Tokens[t.ID] = &t

	return &t
}

// findRefresh finds by the secret that the client holds.
func (a *authStore) findRefresh(token string) *refreshToken {
	for _, t := range a.Tokens {
		if subtle.ConstantTimeCompare([]byte(t.Token), []byte(token)) == 1 {
			return t
		}
	}

	return nil
}

// longLivedNamed finds a user's long-lived token by its unique name.
func (a *authStore) longLivedNamed(userID, name string) *refreshToken {
	for _, t := range a.Tokens {
		if t.UserID == userID && t.Type == longLivedToken && t.ClientName == name {
			return t
		}
	}

	return nil
}

// sign makes an access token.
func (t *refreshToken) sign(now time.Time) (string, error) {
	claims, err := jwt.NewBuilder().Issuer(t.ID).IssuedAt(now).Expiration(now.Add(t.Life)).Build()
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(claims, jwt.WithKey(jwa.HS256, []byte(t.Key)))

	return string(signed), err
}

// verify returns the session of a valid access token, nil for any other.
func (a *authStore) verify(token string, now time.Time) *refreshToken {
	claims, err := jwt.ParseInsecure([]byte(token))
	if err != nil {
		return nil
	}
	t := a.Tokens[claims.Issuer()]
	if t == nil || t.Type == normalToken && now.Sub(t.UsedAt) > refreshLife {
		return nil
	}
	_, err = jwt.Parse([]byte(token), jwt.WithKey(jwa.HS256, []byte(t.Key)), jwt.WithValidate(true),
		jwt.WithAcceptableSkew(clockSkew), jwt.WithClock(jwt.ClockFunc(func() time.Time { return now })))
	if err != nil {
		return nil
	}

	return t
}

// isClientID checks what Home Assistant asks of a client id: an address of http or https
// with a name or a local address, without a fragment, a user or dots in its path.
func isClientID(id string) bool {
	u, err := url.Parse(id)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Fragment != "" || u.User != nil {
		return false
	}
	if path := u.Path + "/"; strings.Contains(path, "/./") || strings.Contains(path, "/../") {
		return false
	}
	ip := net.ParseIP(u.Host)

	return ip == nil || ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// isRedirect reports whether an address belongs to the client: scheme and host are equal.
func isRedirect(clientID, redirect string) bool {
	c, errC := url.Parse(clientID)
	r, errR := url.Parse(redirect)

	return errC == nil && errR == nil && c.Scheme == r.Scheme && strings.EqualFold(c.Host, r.Host)
}
