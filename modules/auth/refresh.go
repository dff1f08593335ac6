package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// refreshPrefix lets people and secret scanners recognise a refresh token.
const refreshPrefix = "hhr_"

const refreshLabel = "homehub refresh 1\x00"

// newRefreshToken returns the first token of a session.
func newRefreshToken() string { return randomToken(refreshPrefix) }

// randomToken returns a token whose 256 random bits are why a plain hash of it may be stored.
func randomToken(prefix string) string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails, by its contract

	return prefix + base64.RawURLEncoding.EncodeToString(raw[:])
}

// successorOf derives the token that follows presented. Whoever repeats a request gets the
// same successor without anybody having stored it; whoever reads the database learns none.
func successorOf(key []byte, presented string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(refreshLabel + presented))

	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// hashToken is how such tokens are stored and found.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))

	return sum[:]
}
