package audit

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"
)

// maxExportLine is far more than an entry can have.
const maxExportLine = 4 << 20

// exportLine is an entry with all that its hash covers. Details and commitments are texts, not
// objects: their exact bytes are signed.
type exportLine struct {
	HouseholdID string                      `json:"household_id"`
	Seq         int64                       `json:"seq"`
	At          time.Time                   `json:"at"`
	Action      string                      `json:"action"`
	Outcome     string                      `json:"outcome"`
	RequestID   string                      `json:"request_id"`
	ActorKind   string                      `json:"actor_kind"`
	ActorID     string                      `json:"actor_id"`
	Target      string                      `json:"target"`
	Details     string                      `json:"details"`
	Commitments string                      `json:"commitments"`
	KeyID       string                      `json:"key_id"`
	PrevHash    string                      `json:"prev_hash"`
	Hash        string                      `json:"hash"`
	Personal    map[string]exportedPersonal `json:"personal,omitempty"`
}

// exportedPersonal is what it takes to compare a value with its commitment.
type exportedPersonal struct {
	Salt string `json:"salt"`
	Text string `json:"text"`
}

// exportEnd is the last line: without it an export is not whole.
type exportEnd struct {
	Head *exportedHead `json:"head"`
}

type exportedHead struct {
	HouseholdID string `json:"household_id"`
	Seq         int64  `json:"seq"`
	Hash        string `json:"hash"`
	KeyID       string `json:"key_id"`
	Seal        string `json:"seal"`
}

func newExportLine(e *entry, values []personalOfEntry) exportLine {
	l := exportLine{
		HouseholdID: e.HouseholdID, Seq: e.Seq, At: e.At.UTC(), Action: e.Action, Outcome: e.Outcome, RequestID: e.RequestID,
		ActorKind: e.ActorKind, ActorID: e.ActorID, Target: e.Target, Details: e.Details, Commitments: e.Commitments,
		KeyID: e.KeyID, PrevHash: hex.EncodeToString(e.PrevHash), Hash: hex.EncodeToString(e.Hash),
	}
	for _, v := range values {
		if l.Personal == nil {
			l.Personal = make(map[string]exportedPersonal, len(values))
		}
		l.Personal[v.Field] = exportedPersonal{Salt: hex.EncodeToString(v.Salt), Text: v.Text}
	}

	return l
}

// entry is what the line was made of. What is not hexadecimal stays away, and does not verify.
func (l *exportLine) entry() (*entry, []personalOfEntry) {
	e := &entry{
		HouseholdID: l.HouseholdID, Seq: l.Seq, At: l.At, Action: l.Action, Outcome: l.Outcome, RequestID: l.RequestID,
		ActorKind: l.ActorKind, ActorID: l.ActorID, Target: l.Target, Details: l.Details, Commitments: l.Commitments,
		KeyID: l.KeyID, PrevHash: unhex(l.PrevHash), Hash: unhex(l.Hash),
	}
	values := make([]personalOfEntry, 0, len(l.Personal))
	for _, field := range slices.Sorted(maps.Keys(l.Personal)) {
		v := l.Personal[field]
		values = append(values, personalOfEntry{
			personal: personal{Field: field, Salt: unhex(v.Salt), Text: v.Text}, Seq: l.Seq,
		})
	}

	return e, values
}

func newExportEnd(h *head) exportEnd {
	return exportEnd{Head: &exportedHead{
		HouseholdID: h.HouseholdID, Seq: h.Seq, Hash: hex.EncodeToString(h.Hash), KeyID: h.KeyID, Seal: hex.EncodeToString(h.Seal),
	}}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}

	return b
}

// exportCheck verifies an export line by line, from its first to its head.
type exportCheck struct {
	stretch

	keys        keyring
	householdID string
	head        *head
	isKeyless   bool
}

// verifyExport reads an export and judges it as the chain itself would be. With isKeyless it
// checks what anybody can: that the entries follow one another, end in the head, and that the
// personal values are the ones committed to.
func verifyExport(r io.Reader, keys keyring, isKeyless bool) (report, error) {
	c := &exportCheck{keys: keys, isKeyless: isKeyless, stretch: stretch{
		checker: newChecker(keys), first: 1, last: math.MaxInt64, next: 1, prev: zeroHash[:],
	}}
	c.checker.isKeyless = isKeyless
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxExportLine)
	for number := 1; c.broken == nil && lines.Scan(); number++ {
		if err := c.read(lines.Bytes()); err != nil {
			return report{}, fmt.Errorf("read export: line %d: %w", number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return report{}, fmt.Errorf("read export: %w", err)
	}
	if c.broken == nil && c.head == nil {
		c.broken = &broken{Seq: c.next, Reason: reasonMissing}
	}
	found := report{HouseholdID: c.householdID, Entries: c.next - 1, Broken: c.broken}
	if c.head != nil {
		found.HeadHash = c.head.Hash
	}

	return found, nil
}

func (c *exportCheck) read(line []byte) error {
	if bytes.HasPrefix(line, []byte(`{"head":`)) {
		var end exportEnd
		if err := json.Unmarshal(line, &end); err != nil {
			return err
		}
		c.broken = c.checkHead(end.Head)

		return nil
	}

	var l exportLine
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	if c.householdID == "" {
		c.householdID = l.HouseholdID
	}
	var e *entry
	e, c.personal = l.entry()
	switch {
	case c.head != nil:
		c.broken = &broken{Seq: l.Seq, Reason: reasonBeyondHead}
	case l.HouseholdID != c.householdID:
		c.broken = &broken{Seq: l.Seq, Reason: reasonChanged}
	default:
		c.broken = c.step(e)
	}

	return nil
}

// checkHead compares the last line with what came before.
func (c *exportCheck) checkHead(l *exportedHead) *broken {
	if l == nil || c.head != nil {
		return &broken{Seq: c.next - 1, Reason: reasonHead}
	}
	c.head = &head{HouseholdID: l.HouseholdID, Seq: l.Seq, Hash: unhex(l.Hash), KeyID: l.KeyID, Seal: unhex(l.Seal)}
	switch {
	case c.householdID != "" && l.HouseholdID != c.householdID, !c.isKeyless && !c.keys.isGenuine(c.head):
		return &broken{Seq: l.Seq, Reason: reasonHead}
	case l.Seq >= c.next:
		return &broken{Seq: c.next, Reason: reasonMissing}
	case l.Seq < c.next-1:
		return &broken{Seq: l.Seq + 1, Reason: reasonBeyondHead}
	case l.Seq > 0 && !hmac.Equal(c.prev, c.head.Hash):
		return &broken{Seq: l.Seq, Reason: reasonHead}
	}
	c.householdID = l.HouseholdID

	return nil
}
