package llm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
)

const (
	// maxOwnWaiting and maxWaiting bound what waits, of one household and of all, however fast the
	// servers are and whatever the deadlines allow.
	maxOwnWaiting = 32
	maxWaiting    = 2048
)

// errNoServer: no server can be asked for the model now.
var errNoServer = errors.New("no ollama server can be asked now")

// queue decides whose call is next, and which server gets it. Households take turns: one that
// asks much waits behind its own calls. Its state is small and its lock is held for no I/O.
type queue struct {
	servers     []*server
	concurrency int // calls at once to each server
	limit       int // of those, one household's
	now         clock.Clock

	mu      sync.Mutex
	lines   map[string]*line // households that have something here, or had a moment ago
	ring    []*line          // those with something waiting, whose turn is next first
	waiting int
	running []*ticket // those that have a server
	pace    pace
	turn    int // which of equal servers is next
	sweptAt time.Time
}

// line is what one household has in the queue.
type line struct {
	household string
	waiting   []*ticket
	running   int
	share     share
	askedAt   time.Time
}

// ticket is a call that wants a server.
type ticket struct {
	household, model string
	neededBy         time.Time // zero: it waits until its context ends
	not              *server   // failed this call before: another is better
	isAgain          bool      // it was served before: it goes first, and is not judged again
	granted          chan grant
	begunAt          time.Time // when it got its server
}

// grant is what a waiting ticket gets: a server, or the reason why there is none.
type grant struct {
	server *server
	err    error
}

func newQueue(servers []*server, cfg Config, now clock.Clock) *queue {
	return &queue{
		servers: servers, concurrency: cfg.Concurrency, limit: cfg.HouseholdConcurrency, now: now,
		lines: make(map[string]*line),
	}
}

// acquire waits for a server. Whoever gets one calls release afterwards.
// Errors: llmapi.ErrBusy at once, when by the estimate it would be too late, and when it has become
// too late; errNoServer; ctx's, when the caller went away.
func (q *queue) acquire(ctx context.Context, t *ticket) (*server, error) {
	t.granted = make(chan grant, 1)
	q.mu.Lock()
	l := q.lineOf(t.household)
	if err := q.admit(l, t); err != nil {
		q.mu.Unlock()

		return nil, err
	}
	q.enqueue(l, t)
	q.dispatch()
	q.mu.Unlock()

	if !t.neededBy.IsZero() && !t.isAgain { // the context may last longer, for answers that come late
		limited, cancel := context.WithDeadline(ctx, t.neededBy)
		defer cancel()
		ctx = limited
	}
	select {
	case g := <-t.granted:
		return g.server, g.err
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.withdraw(l, t)
	if isDeadline(ctx.Err()) {
		return nil, llmapi.ErrBusy.Wrap(ctx.Err())
	}

	return nil, ctx.Err()
}

// release gives a ticket's server back after its call. isAnswered: it came to its end.
func (q *queue) release(s *server, t *ticket, isAnswered bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	took := q.now().Sub(t.begunAt)
	if isAnswered {
		q.pace.add(took)
	} else {
		q.pace.exceed(took)
	}
	q.free(s, t)
	q.dispatch()
}

// free takes a call from a server and a household.
func (q *queue) free(s *server, t *ticket) {
	s.running--
	q.lines[t.household].running--
	q.running = slices.DeleteFunc(q.running, func(other *ticket) bool { return other == t })
}

// lineOf returns the household's line, a new one where it has none. Now and then it forgets those
// that are of no use any more.
func (q *queue) lineOf(household string) *line {
	now := q.now()
	if now.Sub(q.sweptAt) > activeFor {
		q.sweptAt = now
		maps.DeleteFunc(q.lines, func(_ string, l *line) bool { return !l.isActive(now) })
	}
	l := q.lines[household]
	if l == nil {
		l = &line{household: household}
		q.lines[household] = l
	}
	l.askedAt = now

	return l
}

// enqueue puts a ticket into its line, and the line into the ring.
func (q *queue) enqueue(l *line, t *ticket) {
	if len(l.waiting) == 0 {
		q.ring = append(q.ring, l)
	}
	if t.isAgain {
		l.waiting = slices.Insert(l.waiting, 0, t)
	} else {
		l.waiting = append(l.waiting, t)
	}
	q.waiting++
}

// withdraw takes back a ticket whose caller went away, or the server that it has just got.
func (q *queue) withdraw(l *line, t *ticket) {
	select {
	case g := <-t.granted:
		if g.server != nil {
			q.free(g.server, t)
			g.server.abandon()
			q.dispatch()
		}

		return
	default:
	}
	if at := slices.Index(l.waiting, t); at >= 0 {
		q.remove(l, at)
	}
}

// remove takes a ticket out of its line, and an empty line out of the ring.
func (q *queue) remove(l *line, at int) {
	l.waiting = slices.Delete(l.waiting, at, at+1)
	q.waiting--
	if len(l.waiting) == 0 {
		q.ring = slices.DeleteFunc(q.ring, func(other *line) bool { return other == l })
	}
}

// dispatch hands out what is free, one call a household and round.
func (q *queue) dispatch() {
	for isServed := true; isServed && len(q.ring) > 0; {
		isServed = false
		for _, l := range slices.Clone(q.ring) {
			if l.running >= q.limit {
				continue
			}
			isServed = q.serve(l) || isServed
		}
	}
}

// serve tries to give a line's first call its server; it reports whether the call left the line.
func (q *queue) serve(l *line) bool {
	t := l.waiting[0]
	s, err := (*server)(nil), error(llmapi.ErrBusy)
	if !q.isTooLate(t) {
		s, err = q.pick(t)
	}
	if s == nil && err == nil {
		return false
	}
	q.remove(l, 0)
	if s != nil {
		s.running++
		l.running++
		l.share.add(q.now())
		t.begunAt = q.now()
		q.running = append(q.running, t)
		if at := slices.Index(q.ring, l); at >= 0 { // its next turn comes after the others'
			q.ring = append(slices.Delete(q.ring, at, at+1), l)
		}
	}
	t.granted <- grant{server: s, err: err}

	return true
}

// isTooLate reports whether a call has waited until an answer can hardly come in time: a slot is
// better used by another.
func (q *queue) isTooLate(t *ticket) bool {
	return !t.isAgain && !t.neededBy.IsZero() && len(q.ring) > 1 && q.now().Add(q.pace.usual()*3/4).After(t.neededBy)
}

// pick chooses the server with the least to do. None and no error: all are at work.
func (q *queue) pick(t *ticket) (*server, error) {
	candidates := make([]*server, 0, len(q.servers))
	for i := range q.servers {
		s := q.servers[(q.turn+i)%len(q.servers)]
		if !s.isOpen() && !s.lacks(t.model) {
			candidates = append(candidates, s)
		}
	}
	if len(candidates) == 0 {
		return nil, errNoServer
	}
	slices.SortStableFunc(candidates, func(a, b *server) int {
		if (a == t.not) != (b == t.not) {
			if a == t.not {
				return 1
			}

			return -1
		}

		return a.running - b.running
	})
	for _, s := range candidates {
		if s.running < q.concurrency && s.breaker.TryAcquirePermit() {
			q.turn++

			return s, nil
		}
	}

	return nil, nil //nolint:nilnil // wait: neither a server nor a reason to give up
}

// usual is how long a call takes on average.
func (q *queue) usual() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()

	return q.pace.usual()
}

// length counts what waits.
func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()

	return q.waiting
}

// runningOn counts what a server works on.
func (q *queue) runningOn(s *server) int {
	q.mu.Lock()
	defer q.mu.Unlock()

	return s.running
}
