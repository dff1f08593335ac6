package audit

import (
	"context"
	"crypto/hmac"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// defaultPageSize bounds how long one statement reads, so that verifying millions of entries
// never holds back a checkpoint or a vacuum.
const defaultPageSize = 5000

// The reasons why a chain is broken.
const (
	reasonMissing    = "missing"          // the entry is not there
	reasonChanged    = "changed"          // the entry is not what was signed
	reasonUnlinked   = "unlinked"         // the entry does not follow the one before it
	reasonUnknownKey = "unknown_key"      // no configured audit key has the entry's key id
	reasonPersonal   = "personal_changed" // a personal value is not the one that was committed to
	reasonHead       = "head_changed"     // the head is not what was sealed, or is gone
	reasonBeyondHead = "beyond_head"      // the entry comes after the chain's end
	reasonBehind     = "behind_anchor"    // the chain ends before an anchor, or is another one than was anchored
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

// isNothing reports whether there is no chain, nor an anchor that tells of one.
func (r report) isNothing() bool { return r.Entries == 0 && r.HeadHash == nil && r.Broken == nil }

// verification says how a chain is to be verified. The zero value is: by one worker.
type verification struct {
	workers  int
	anchors  []anchor                // of this chain, in the order of their seqs
	progress func(done, total int64) // one call at a time; nil: nobody wants to know
}

// Requests leave processors to those that switch lamps: few are verified at once, each by one
// worker, and one that would wait for long is told so.
const (
	maxVerifying   = 2
	verifyingWaits = 5 * time.Second
)

// verifyForRequest verifies a chain against the anchors that this server knows of.
func (s *service) verifyForRequest(ctx context.Context, householdID string) (report, error) {
	turn, cancel := context.WithTimeout(ctx, verifyingWaits)
	defer cancel()
	if err := s.verifying.Acquire(turn, 1); err != nil {
		if ctx.Err() != nil {
			return report{}, ctx.Err()
		}

		return report{}, errVerifyingElsewhere
	}
	defer s.verifying.Release(1)

	return s.verify(ctx, householdID, verification{anchors: s.anchors.of(householdID)})
}

// verify checks a chain as it was when this began. Where it stops, entries written meanwhile
// are simply not looked at.
func (s *service) verify(ctx context.Context, householdID string, v verification) (report, error) {
	x, err := s.store.readExtent(ctx, householdID)
	if err != nil {
		return report{}, fmt.Errorf("verify %s: %w", householdID, err)
	}
	w := &walk{verification: v, last: min(x.head.Seq, x.lastSeq), next: 1}
	if !x.hasHead {
		w.last = x.lastSeq
	}

	group, ctx := errgroup.WithContext(ctx)
	for range max(v.workers, 1) {
		group.Go(func() error { return s.verifyPages(ctx, householdID, w) })
	}
	if err := group.Wait(); err != nil {
		return report{}, fmt.Errorf("verify %s: %w", householdID, err)
	}

	if w.broken == nil {
		w.broken = s.checkEnd(x, w)
	}
	if w.broken != nil {
		s.metrics.brokenChains.WithLabelValues(w.broken.Reason).Inc()
	}

	return report{HouseholdID: householdID, Entries: w.unbroken(), HeadHash: x.head.Hash, Broken: w.broken}, nil
}

// checkEnd compares where the walk ended with where the chain should end.
func (s *service) checkEnd(x extent, w *walk) *broken {
	switch {
	case !x.hasHead && x.lastSeq > 0:
		return &broken{Seq: x.lastSeq, Reason: reasonHead}
	case x.hasHead && !s.keys.isGenuine(&x.head):
		return &broken{Seq: x.head.Seq, Reason: reasonHead}
	case w.last < x.head.Seq:
		return &broken{Seq: w.last + 1, Reason: reasonMissing}
	case x.head.Seq > 0 && !hmac.Equal(w.lastHash, x.head.Hash):
		return &broken{Seq: x.head.Seq, Reason: reasonHead}
	case x.lastSeq > x.head.Seq:
		return &broken{Seq: x.head.Seq + 1, Reason: reasonBeyondHead}
	}
	if n := len(w.anchors); n > 0 && w.anchors[n-1].Seq > x.head.Seq {
		return &broken{Seq: x.head.Seq + 1, Reason: reasonBehind}
	}

	return nil
}

// walk is how far verifying one chain has come. Workers take its pages in order and verify them
// side by side: a page needs of what lies before it only the last hash.
type walk struct {
	verification

	last int64 // where to stop

	mu       sync.Mutex
	next     int64 // where the next page begins
	done     int64 // entries looked at, by all workers
	lastHash []byte
	broken   *broken // the first break that was found so far
}

// take gives out the next page; none after a break: what comes later cannot be the first.
func (w *walk) take(pageSize int64) (first, last int64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next > w.last || w.broken != nil {
		return 0, 0, false
	}
	first, last = w.next, min(w.next+pageSize-1, w.last)
	w.next = last + 1

	return first, last, true
}

// finish takes a page's outcome in.
func (w *walk) finish(p *stretch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.broken != nil && (w.broken == nil || p.broken.Seq < w.broken.Seq) {
		w.broken = p.broken
	}
	if p.last == w.last {
		w.lastHash = p.prev
	}
	w.done += p.next - p.first
	if w.progress != nil {
		w.progress(w.done, w.last)
	}
}

// unbroken is how many entries stand in unbroken order.
func (w *walk) unbroken() int64 {
	if w.broken == nil || w.broken.Seq > w.last {
		return w.last
	}

	return max(w.broken.Seq-1, 0)
}

// verifyPages is one worker.
func (s *service) verifyPages(ctx context.Context, householdID string, w *walk) error {
	c := newChecker(s.keys)
	var values []personalOfEntry
	for {
		first, last, ok := w.take(int64(s.pageSize))
		if !ok {
			return nil
		}
		p := &stretch{checker: c, first: first, last: last, next: first, anchors: anchorsFrom(w.anchors, first)}
		var err error
		if values, err = s.store.scanPersonal(ctx, values[:0], householdID, first, last); err != nil {
			return err
		}
		p.personal = values
		if err := s.verifyPage(ctx, householdID, p); err != nil {
			return err
		}
		s.metrics.verified.Add(float64(p.next - p.first))
		w.finish(p)
	}
}

// verifyPage reads the entry before the page, too, for its hash: it is judged with its own page.
func (s *service) verifyPage(ctx context.Context, householdID string, p *stretch) error {
	from := p.first - 1
	if from == 0 {
		from = math.MinInt64 // nothing may stand before the first entry
		p.prev = zeroHash[:]
	}
	err := s.store.scanEntries(ctx, householdID, from, p.last, func(e *entry) bool {
		if p.prev == nil && e.Seq == p.first-1 {
			p.prev = e.Hash
			return true
		}
		p.broken = p.step(e)

		return p.broken == nil
	})
	if err == nil && p.broken == nil && p.next <= p.last { // or deleted since the extent was read
		p.broken = &broken{Seq: p.next, Reason: reasonMissing}
	}

	return err
}

// stretch is a page of a chain that one worker verifies.
type stretch struct {
	*checker

	first, last int64
	next        int64             // the seq that should come next
	prev        []byte            // the hash of the entry before that
	personal    []personalOfEntry // of what comes next, in order
	anchors     []anchor          // the same
	broken      *broken
}

// step judges the entry that should come next.
func (p *stretch) step(e *entry) *broken {
	sum, isKnown := p.hashOf(e)
	switch {
	case e.Seq != p.next:
		return &broken{Seq: p.next, Reason: reasonMissing}
	case !isKnown:
		return &broken{Seq: e.Seq, Reason: reasonUnknownKey}
	case !hmac.Equal(e.Hash, sum):
		return &broken{Seq: e.Seq, Reason: reasonChanged}
	case !hmac.Equal(e.PrevHash, p.prev):
		return &broken{Seq: e.Seq, Reason: reasonUnlinked}
	case !p.isPersonalOf(e):
		return &broken{Seq: e.Seq, Reason: reasonPersonal}
	case !p.isAnchored(e):
		return &broken{Seq: e.Seq, Reason: reasonBehind}
	}
	p.prev, p.next = e.Hash, e.Seq+1

	return nil
}

// isPersonalOf reports whether the values of e that were not erased are the ones recorded.
func (p *stretch) isPersonalOf(e *entry) bool {
	for len(p.personal) > 0 && p.personal[0].Seq <= e.Seq {
		v := &p.personal[0]
		if v.Seq == e.Seq && !p.isCommitted(e.Commitments, &v.personal) {
			return false
		}
		p.personal = p.personal[1:]
	}

	return true
}

// isAnchored reports whether e is what the anchors of its place say.
func (p *stretch) isAnchored(e *entry) bool {
	for len(p.anchors) > 0 && p.anchors[0].Seq <= e.Seq {
		if p.anchors[0].Seq == e.Seq && !hmac.Equal(p.anchors[0].Hash, e.Hash) {
			return false
		}
		p.anchors = p.anchors[1:]
	}

	return true
}
