package virtualhome

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	mathrand "math/rand/v2"
	"time"
)

// newContextID makes the id of an event's context: a ULID, as Home Assistant's are. It
// needs to be unique, not secret.
func newContextID(now time.Time) string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var id [26]byte
	ms := uint64(now.UnixMilli())
	for i := 9; i >= 0; i-- {
		id[i] = alphabet[ms&31]
		ms >>= 5
	}
	low, high := mathrand.Uint64(), mathrand.Uint64() //nolint:gosec // unique is enough
	for i := 10; i < 18; i++ {
		id[i] = alphabet[low&31]
		low >>= 5
	}
	for i := 18; i < 26; i++ {
		id[i] = alphabet[high&31]
		high >>= 5
	}

	return string(id[:])
}

// newHexID makes a registry id: 32 hexadecimal digits.
func newHexID() string { return secretHex(16) }

// secretHex returns n random bytes that nobody can guess, in hexadecimal.
func secretHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails

	return hex.EncodeToString(b)
}

// stableID makes the same registry id for the same name, so that a home that was never
// changed needs no file to keep its ids.
func stableID(kind, name string) string {
	const offset, prime = 14695981039346656037, 1099511628211
	sum := uint64(offset)
	for _, s := range []string{kind, "/", name} {
		for i := range len(s) {
			sum = (sum ^ uint64(s[i])) * prime
		}
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], sum)
	binary.BigEndian.PutUint64(b[8:], (sum^0x9e3779b97f4a7c15)*prime)

	return hex.EncodeToString(b[:])
}
