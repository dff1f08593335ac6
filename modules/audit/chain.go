package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sync"
	"time"

	"homehub/platform/secret"
)

const (
	entryLabel = "homehub audit entry 1"
	headLabel  = "homehub audit head 1"
)

// zeroHash stands before the first entry.
var zeroHash [sha256.Size]byte //nolint:gochecknoglobals // a constant

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
	newest  secret.Key
	byID    map[string][]byte
	signers *sync.Pool // of *signer, with the newest key
}

// signer is used again: what an HMAC needs is made once.
type signer struct {
	mac     hash.Hash
	message []byte
}

func newKeyring(keys []secret.Key) keyring {
	k := keyring{byID: make(map[string][]byte, len(keys))}
	for _, key := range keys {
		k.byID[key.ID] = key.Value
	}
	if len(keys) > 0 {
		k.newest = keys[0]
	}
	k.signers = &sync.Pool{New: func() any { return &signer{mac: hmac.New(sha256.New, k.newest.Value)} }}

	return k
}

// appendField adds a field with its length before it, so that no two different lists of
// fields are ever the same bytes.
func appendField[S ~string | ~[]byte](b []byte, field S) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(field))) //nolint:gosec // no field comes near 4 GiB
	return append(b, field...)
}

func appendInteger(b []byte, n int64) []byte {
	b = binary.BigEndian.AppendUint32(b, 8)
	return binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // the bits are what is signed
}

// appendTo adds what is signed of e. doc.go describes it.
func (e *entry) appendTo(b []byte) []byte {
	b = appendField(b, entryLabel)
	b = appendField(b, e.HouseholdID)
	b = appendInteger(b, e.Seq)
	b = appendInteger(b, e.At.UnixMicro())
	for _, field := range [...]string{
		e.Action, e.Outcome, e.RequestID, e.ActorKind, e.ActorID, e.Target, e.Details, e.Commitments, e.KeyID,
	} {
		b = appendField(b, field)
	}

	return appendField(b, e.PrevHash)
}

func (h *head) appendTo(b []byte) []byte {
	b = appendField(b, headLabel)
	b = appendField(b, h.HouseholdID)
	b = appendInteger(b, h.Seq)
	b = appendField(b, h.Hash)

	return appendField(b, h.KeyID)
}

func (e *entry) sign(key []byte) []byte { return sign(key, e.appendTo(nil)) }

func (h *head) sign(key []byte) []byte { return sign(key, h.appendTo(nil)) }

func sign(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)

	return mac.Sum(nil)
}

// signed is the newest key's HMAC of what appendTo adds.
func (k keyring) signed(appendTo func([]byte) []byte) []byte {
	s := k.signers.Get().(*signer) //nolint:forcetypeassert // the only kind
	defer k.signers.Put(s)
	s.message = appendTo(s.message[:0])
	s.mac.Reset()
	s.mac.Write(s.message)

	return s.mac.Sum(nil)
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
	previous := h.previous()
	if !wasGenuine {
		broken := sha256.Sum256(append([]byte("homehub audit: the head was not genuine"), h.Hash...))
		previous = broken[:]
	}
	k.link(h, e, previous)

	return wasGenuine
}

// extendOwn is extend where h is as this process has sealed it.
func (k keyring) extendOwn(h *head, e *entry) { k.link(h, e, h.previous()) }

func (k keyring) link(h *head, e *entry, previous []byte) {
	e.PrevHash = previous
	e.Seq = h.Seq + 1
	e.KeyID = k.newest.ID
	e.Hash = k.signed(e.appendTo)

	h.Seq, h.Hash, h.KeyID = e.Seq, e.Hash, e.KeyID
	h.Seal = k.signed(h.appendTo)
}

// previous is what the next entry is linked to.
func (h *head) previous() []byte {
	if h.Seq == 0 {
		return zeroHash[:]
	}

	return h.Hash
}

// commit binds a personal value without revealing it.
func commit(salt []byte, field, value string) string {
	return hex.EncodeToString(sign(salt, appendField(appendField(nil, field), value)))
}
