package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"time"

	"homehub/platform/secret"
)

const (
	entryLabel = "homehub audit entry 1"
	headLabel  = "homehub audit head 1"
)

// entry is one link of a chain, as it is stored.
type entry struct {
	HouseholdID string
	Seq         int64
	At          time.Time
	Action      string
	Outcome     string
	RequestID   string
	ActorKind   string
	ActorID     string
	Target      string
	Details     string // JSON, signed byte for byte
	Commitments string // JSON, signed byte for byte
	KeyID       string
	PrevHash    []byte
	Hash        []byte
}

// head is the end of a chain. Seq 0 is a chain without entries.
type head struct {
	HouseholdID string
	Seq         int64
	Hash        []byte
	KeyID       string
	Seal        []byte
}

// keyring finds the key that signed something; the newest signs.
type keyring struct {
	newest secret.Key
	byID   map[string][]byte
}

func newKeyring(keys []secret.Key) keyring {
	k := keyring{byID: make(map[string][]byte, len(keys))}
	for _, key := range keys {
		k.byID[key.ID] = key.Value
	}
	if len(keys) > 0 {
		k.newest = keys[0]
	}

	return k
}

// encoder feeds length-prefixed fields to a MAC, so that no two different lists of fields
// are ever the same bytes.
type encoder struct{ mac hash.Hash }

func newEncoder(key []byte, label string) encoder {
	e := encoder{mac: hmac.New(sha256.New, key)}
	e.text(label)

	return e
}

func (e encoder) bytes(b []byte) {
	e.length(len(b))
	e.mac.Write(b)
}

func (e encoder) text(s string) {
	e.length(len(s))
	e.mac.Write([]byte(s))
}

func (e encoder) integer(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // the bits are what is signed
	e.bytes(b[:])
}

func (e encoder) length(n int) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n)) //nolint:gosec // no field comes near 4 GiB
	e.mac.Write(b[:])
}

func (e encoder) sum() []byte { return e.mac.Sum(nil) }

// sign returns the hash of e under key. doc.go describes the encoding.
func (e *entry) sign(key []byte) []byte {
	enc := newEncoder(key, entryLabel)
	enc.text(e.HouseholdID)
	enc.integer(e.Seq)
	enc.integer(e.At.UnixMicro())
	for _, field := range []string{
		e.Action, e.Outcome, e.RequestID, e.ActorKind, e.ActorID, e.Target, e.Details, e.Commitments, e.KeyID,
	} {
		enc.text(field)
	}
	enc.bytes(e.PrevHash)

	return enc.sum()
}

func (h *head) sign(key []byte) []byte {
	enc := newEncoder(key, headLabel)
	enc.text(h.HouseholdID)
	enc.integer(h.Seq)
	enc.bytes(h.Hash)
	enc.text(h.KeyID)

	return enc.sum()
}

// isGenuine reports whether the head is as this package last wrote it.
func (k keyring) isGenuine(h *head) bool {
	if h.Seq == 0 {
		return len(h.Hash) == 0 && len(h.Seal) == 0
	}
	key, ok := k.byID[h.KeyID]

	return ok && hmac.Equal(h.Seal, h.sign(key))
}

// extend makes e the entry after h and moves h onto it. It reports whether h was genuine;
// where it was not, e is linked to nothing that verifies, so that the break stays visible.
func (k keyring) extend(h *head, e *entry) (wasGenuine bool) {
	wasGenuine = k.isGenuine(h)
	e.PrevHash = h.previous()
	if !wasGenuine {
		broken := sha256.Sum256(append([]byte("homehub audit: the head was not genuine"), h.Hash...))
		e.PrevHash = broken[:]
	}
	e.Seq = h.Seq + 1
	e.KeyID = k.newest.ID
	e.Hash = e.sign(k.newest.Value)

	h.Seq, h.Hash, h.KeyID = e.Seq, e.Hash, e.KeyID
	h.Seal = h.sign(k.newest.Value)

	return wasGenuine
}

// previous is what the next entry is linked to.
func (h *head) previous() []byte {
	if h.Seq == 0 {
		return make([]byte, sha256.Size)
	}

	return h.Hash
}

// commit binds a personal value without revealing it.
func commit(salt []byte, field, value string) string {
	enc := encoder{mac: hmac.New(sha256.New, salt)}
	enc.text(field)
	enc.text(value)

	return hex.EncodeToString(enc.sum())
}
