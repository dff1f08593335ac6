package llm

import (
	"context"
	"errors"
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
	lines   map[string]*line // households with something waiting or running
	ring    []*line          // those with something waiting, whose turn is next first
	waiting int
	pace    pace
	turn    int // which of equal servers is next
}

// line is what one household has in the queue.
type line struct {
	household string
	waiting   []*ticket
	running   int
}

// ticket is a call that wants a server.
type ticket struct {
	household, model string
	neededBy         time.Time // zero: it waits until its context ends
	not              *server   // failed this call before: another is better
	isAgain          bool      // it was served before: it goes first, and is not judged again
	granted          chan grant
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
		q.drop(l)
		q.mu.Unlock()

		return nil, err
	}
	q.enqueue(l, t)
	q.dispatch()
	q.mu.Unlock()

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

// release gives a server back. took is how long the call took; isAnswered: to its end.
func (q *queue) release(s *server, household string, took time.Duration, isAnswered bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if isAnswered {
		q.pace.add(took)
	} else {
		q.pace.exceed(took)
	}
	q.free(s, household)
	q.dispatch()
}

// free takes a call from a server and a household.
func (q *queue) free(s *server, household string) {
	s.running--
	l := q.lines[household]
	l.running--
	q.drop(l)
}

// lineOf returns the household's line, a new one where it has none.
func (q *queue) lineOf(household string) *line {
	l := q.lines[household]
	if l == nil {
		l = &line{household: household}
		q.lines[household] = l
	}

	return l
}

// drop forgets a line that holds nothing.
func (q *queue) drop(l *line) {
	if l.running == 0 && len(l.waiting) == 0 {
		delete(q.lines, l.household)
	}
}

// admit refuses what cannot be served in time.
func (q *queue) admit(l *line, t *ticket) error {
	slots, free := q.slots(t)
	switch {
	case slots == 0:
		return errNoServer
	case t.isAgain:
		return nil
	case len(l.waiting) >= maxOwnWaiting || q.waiting >= maxWaiting:
		return llmapi.ErrBusy
	case t.neededBy.IsZero():
		return nil
	case free > 0 && len(l.waiting) == 0 && l.running < q.limit: // what waits is held back by its own household
		return nil
	case q.now().Add(q.wait(l, slots)).After(t.neededBy):
		return llmapi.ErrBusy
	}

	return nil
}

// slots counts what the servers that can be asked can do at once, and how much of it is free.
func (q *queue) slots(t *ticket) (all, free int) {
	for _, s := range q.servers {
		if !s.isOpen() && !s.lacks(t.model) {
			all += q.concurrency
			free += max(0, q.concurrency-s.running)
		}
	}

	return all, free
}

// wait estimates how long a new call of the household takes, its turn and the answer together.
func (q *queue) wait(l *line, slots int) time.Duration {
	own := len(l.waiting)
	before := own
	for _, other := range q.ring {
		if other != l { // in its own turns, every other household comes first at most as often
			before += min(len(other.waiting), own+1)
		}
	}
	usual := q.pace.usual()
	shared := usual * time.Duration(before+1) / time.Duration(slots)
	limited := time.Duration(0)
	if ahead := own + l.running - q.limit + 1; ahead > 0 {
		limited = usual * time.Duration(ahead) / time.Duration(min(q.limit, slots))
	}

	return max(shared, limited) + q.pace.careful()
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
			q.free(g.server, t.household)
			g.server.abandon()
			q.dispatch()
		}

		return
	default:
	}
	if at := slices.Index(l.waiting, t); at >= 0 {
		q.remove(l, at)
		q.drop(l)
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
	s, err := q.pick(t)
	if s == nil && err == nil {
		return false
	}
	q.remove(l, 0)
	if s != nil {
		s.running++
		l.running++
		if at := slices.Index(q.ring, l); at >= 0 { // its next turn comes after the others'
			q.ring = append(slices.Delete(q.ring, at, at+1), l)
		}
	} else {
		q.drop(l)
	}
	t.granted <- grant{server: s, err: err}

	return true
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
