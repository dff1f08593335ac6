package audit

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// defaultPageSize bounds how long one statement reads, so that verifying millions of entries
// never holds back a checkpoint or a vacuum.
const defaultPageSize = 2000

// The reasons why a chain is broken.
const (
	reasonMissing    = "missing"          // the entry is not there
	reasonChanged    = "changed"          // the entry is not what was signed
	reasonUnlinked   = "unlinked"         // the entry does not follow the one before it
	reasonUnknownKey = "unknown_key"      // no configured audit key has the entry's key id
	reasonPersonal   = "personal_changed" // a personal value is not the one that was committed to
	reasonHead       = "head_changed"     // the head is not what was sealed, or is gone
	reasonBeyondHead = "beyond_head"      // the entry comes after the chain's end
)

// broken is the first place where a chain is not what was recorded.
type broken struct {
	Seq    int64
	Reason string
}

// report is what verifying one chain found.
type report struct {
	HouseholdID string
	Entries     int64 // verified in unbroken order
	HeadHash    []byte
	Broken      *broken
}

// verify checks a chain from its first entry to its head. Entries that are added meanwhile
// are left to the next time. progress, which may be nil, hears of each page.
func (s *service) verify(ctx context.Context, householdID string, progress func(done, total int64)) (report, error) {
	x, err := s.store.readExtent(ctx, householdID)
	if err != nil {
		return report{}, fmt.Errorf("verify %s: %w", householdID, err)
	}
	w := walk{keys: s.keys, prev: (&head{}).previous(), last: min(x.head.Seq, x.lastSeq)}
	if !x.hasHead {
		w.last = x.lastSeq
	}
	for w.broken == nil && w.done < w.last {
		if err := s.verifyPage(ctx, householdID, &w); err != nil {
			return report{}, fmt.Errorf("verify %s: %w", householdID, err)
		}
		if progress != nil {
			progress(w.done, w.last)
		}
	}
	if w.broken == nil {
		w.broken = s.checkHead(x, &w)
	}

	return report{HouseholdID: householdID, Entries: w.done, HeadHash: x.head.Hash, Broken: w.broken}, nil
}

// checkHead compares where the walk ended with where the chain should end.
func (s *service) checkHead(x extent, w *walk) *broken {
	switch {
	case !x.hasHead && x.lastSeq == 0:
		return nil // no chain at all
	case !x.hasHead:
		return &broken{Seq: x.lastSeq, Reason: reasonHead}
	case !s.keys.isGenuine(&x.head):
		return &broken{Seq: x.head.Seq, Reason: reasonHead}
	case w.done < x.head.Seq:
		return &broken{Seq: w.done + 1, Reason: reasonMissing}
	case x.head.Seq > 0 && !hmac.Equal(w.prev, x.head.Hash):
		return &broken{Seq: x.head.Seq, Reason: reasonHead}
	case x.lastSeq > x.head.Seq:
		return &broken{Seq: x.head.Seq + 1, Reason: reasonBeyondHead}
	}

	return nil
}

// verifyPage moves the walk on by one page.
func (s *service) verifyPage(ctx context.Context, householdID string, w *walk) error {
	page := make([]entry, 0, s.pageSize)
	after := w.done
	if after == 0 {
		after = math.MinInt64 // nothing may stand before the first entry either
	}
	err := s.store.scanEntries(ctx, householdID, after, s.pageSize, func(e *entry) bool {
		page = append(page, *e)
		return e.Seq < w.last
	})
	if err != nil {
		return err
	}
	if len(page) == 0 { // deleted since the extent was read
		w.broken = &broken{Seq: w.done + 1, Reason: reasonMissing}
		return nil
	}
	values, err := s.store.findPersonal(ctx, householdID, page[0].Seq, page[len(page)-1].Seq)
	if err != nil {
		return err
	}
	for i := range page {
		if w.broken = w.step(&page[i], values[page[i].Seq]); w.broken != nil {
			return nil
		}
	}

	return nil
}

// walk is how far verifying one chain has come.
type walk struct {
	keys   keyring
	prev   []byte // the hash of the last entry that was right
	done   int64  // its seq
	last   int64  // where to stop
	broken *broken
}

// step judges the entry that should come next.
func (w *walk) step(e *entry, values []personal) *broken {
	key, isKnown := w.keys.byID[e.KeyID]
	switch {
	case e.Seq != w.done+1:
		return &broken{Seq: w.done + 1, Reason: reasonMissing}
	case !isKnown:
		return &broken{Seq: e.Seq, Reason: reasonUnknownKey}
	case !hmac.Equal(e.Hash, e.sign(key)):
		return &broken{Seq: e.Seq, Reason: reasonChanged}
	case !hmac.Equal(e.PrevHash, w.prev):
		return &broken{Seq: e.Seq, Reason: reasonUnlinked}
	case !areCommitted(e.Commitments, values):
		return &broken{Seq: e.Seq, Reason: reasonPersonal}
	}
	w.prev, w.done = e.Hash, e.Seq

	return nil
}

// areCommitted reports whether the values that were not erased are the ones recorded.
func areCommitted(commitments string, values []personal) bool {
	if len(values) == 0 {
		return true
	}
	var committed map[string]string
	if err := json.Unmarshal([]byte(commitments), &committed); err != nil {
		return false
	}

	return !slices.ContainsFunc(values, func(v personal) bool {
		return !hmac.Equal([]byte(committed[v.Field]), []byte(commit(v.Salt, v.Field, v.Text)))
	})
}
