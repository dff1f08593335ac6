package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strings"
)

// checker recomputes hashes and commitments without making anything anew for each: millions of
// entries are verified with one. It is one goroutine's.
type checker struct {
	macs map[string]hash.Hash // by key id
	buf  []byte
	sum  []byte

	isKeyless bool // hashes are taken for what they say they are
}

func newChecker(keys keyring) *checker {
	c := &checker{macs: make(map[string]hash.Hash, len(keys.byID))}
	for id, key := range keys.byID {
		c.macs[id] = hmac.New(sha256.New, key)
	}

	return c
}

// hashOf is the hash that e should have, valid until the next call; false: its key is not known.
func (c *checker) hashOf(e *entry) ([]byte, bool) {
	if c.isKeyless {
		return e.Hash, true
	}
	mac, ok := c.macs[e.KeyID]
	if !ok {
		return nil, false
	}
	c.buf = e.appendTo(c.buf[:0])
	mac.Reset()
	mac.Write(c.buf)
	c.sum = mac.Sum(c.sum[:0])

	return c.sum, true
}

// isCommitted reports whether v is what an entry's commitments bind. They are genuine: the
// entry's hash has been compared before.
func (c *checker) isCommitted(commitments string, v *personal) bool {
	sum := c.commit(v)
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], sum[:])
	for rest, isMore := commitments, true; isMore; {
		var field, digest string
		_, rest, _ = strings.Cut(rest, `"`)
		field, rest, _ = strings.Cut(rest, `":"`)
		digest, rest, isMore = strings.Cut(rest, `"`)
		if field == v.Field && digest == string(digits[:]) {
			return true
		}
	}

	// A field whose name JSON has to escape is compared at leisure.
	var committed map[string]string
	err := json.Unmarshal([]byte(commitments), &committed)

	return err == nil && committed[v.Field] == string(digits[:])
}

// commit is commit without a MAC for each salt: HMAC as RFC 2104 has it, on one buffer.
func (c *checker) commit(v *personal) [sha256.Size]byte {
	if len(v.Salt) > sha256.BlockSize {
		return [sha256.Size]byte(sign(v.Salt, appendField(appendField(nil, v.Field), v.Text)))
	}
	var inner, outer [sha256.BlockSize]byte
	copy(inner[:], v.Salt)
	copy(outer[:], v.Salt)
	for i := range inner {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	c.buf = appendField(appendField(append(c.buf[:0], inner[:]...), v.Field), v.Text)
	sum := sha256.Sum256(c.buf)

	return sha256.Sum256(append(append(c.buf[:0], outer[:]...), sum[:]...))
}
