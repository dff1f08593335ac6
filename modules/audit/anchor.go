package audit

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

const anchorLabel = "homehub audit anchor 1"

// anchor is a head that was told outside of the database, so that not even a whole old database
// put in place of the present one goes unnoticed.
type anchor struct {
	head

	At time.Time
	// Follows says that the chain held the anchor before this one when this was made: only then
	// does it stand for that one, too.
	Follows bool
}

// anchorLine is an anchor in a file of anchors and in the log.
type anchorLine struct {
	At          time.Time `json:"at"`
	HouseholdID string    `json:"household_id"`
	Seq         int64     `json:"seq"`
	Hash        string    `json:"hash"`
	KeyID       string    `json:"key_id"`
	Follows     bool      `json:"follows"`
	Seal        string    `json:"seal"`
}

// appendTo adds what is signed of a. doc.go describes it.
func (a *anchor) appendTo(b []byte) []byte {
	b = appendField(b, anchorLabel)
	b = appendInteger(b, a.At.UnixMicro())
	b = appendField(b, a.HouseholdID)
	b = appendInteger(b, a.Seq)
	b = appendField(b, a.Hash)
	b = appendField(b, a.KeyID)
	if a.Follows {
		return appendInteger(b, 1)
	}

	return appendInteger(b, 0)
}

// newAnchor seals a head with the newest key.
func (k keyring) newAnchor(h *head, at time.Time, follows bool) anchor {
	a := anchor{
		head:    head{HouseholdID: h.HouseholdID, Seq: h.Seq, Hash: h.Hash, KeyID: k.newest.ID},
		At:      at.UTC().Truncate(time.Microsecond),
		Follows: follows,
	}
	a.Seal = sign(k.newest.Value, a.appendTo(nil))

	return a
}

func (a *anchor) line() anchorLine {
	return anchorLine{
		At: a.At, HouseholdID: a.HouseholdID, Seq: a.Seq, Hash: hex.EncodeToString(a.Hash),
		KeyID: a.KeyID, Follows: a.Follows, Seal: hex.EncodeToString(a.Seal),
	}
}

// readAnchor reads a line of a file of anchors, or one of the log that tells of an anchor. It
// refuses what no key of the ring has sealed.
func (k keyring) readAnchor(text []byte) (anchor, error) {
	var l anchorLine
	if err := json.Unmarshal(text, &l); err != nil {
		return anchor{}, fmt.Errorf("read anchor: %w", err)
	}
	hash, errHash := hex.DecodeString(l.Hash)
	seal, errSeal := hex.DecodeString(l.Seal)
	a := anchor{
		head: head{HouseholdID: l.HouseholdID, Seq: l.Seq, Hash: hash, KeyID: l.KeyID, Seal: seal},
		At:   l.At, Follows: l.Follows,
	}
	key, isKnown := k.byID[l.KeyID]
	if errHash != nil || errSeal != nil || len(hash) != sha256.Size || !isKnown || !hmac.Equal(seal, sign(key, a.appendTo(nil))) {
		return anchor{}, errForgedAnchor
	}

	return a, nil
}

// anchorSet is what has to hold of each chain: its newest anchor, and those that no later one
// stands for.
type anchorSet map[string][]anchor

// add takes in the next anchor of a chain, in the order in which they were made.
func (set anchorSet) add(a anchor) {
	known := set[a.HouseholdID]
	if n := len(known); a.Follows && n > 0 {
		known = known[:n-1]
	}
	set[a.HouseholdID] = append(known, a)
}

// newest is the anchor that was made last.
func (set anchorSet) newest(householdID string) (anchor, bool) {
	known := set[householdID]
	if len(known) == 0 {
		return anchor{}, false
	}

	return known[len(known)-1], true
}

// of gives the anchors of a chain in the order of their seqs.
func (set anchorSet) of(householdID string) []anchor {
	return slices.SortedStableFunc(slices.Values(set[householdID]), func(a, b anchor) int { return cmp.Compare(a.Seq, b.Seq) })
}

// anchorsFrom leaves out those before an entry.
func anchorsFrom(anchors []anchor, first int64) []anchor {
	i, _ := slices.BinarySearchFunc(anchors, first, func(a anchor, seq int64) int { return cmp.Compare(a.Seq, seq) })

	return anchors[i:]
}
