package llm

import (
	"slices"
	"time"

	"homehub/modules/llm/llmapi"
)

// activeFor is how long a household counts after it asked, where what each had is compared.
const activeFor = 20 * time.Second

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
	}

	left := t.neededBy.Sub(q.now())
	queued := q.wait(l, slots)
	isCrowded := queued > left/4
	if queued+queued/16+q.pace.careful() > left || isCrowded && q.hadMore(l) { // the longer the queue, the less is known
		return llmapi.ErrBusy
	}

	return nil
}

// hadMore reports whether the household had more than its share lately, with what it has here. In
// a crowd such a one is refused before the queue is full, so that those who were refused find room.
func (q *queue) hadMore(l *line) bool {
	now := q.now()
	sum, active := 0.0, 0
	for _, other := range q.lines {
		if other.isActive(now) {
			sum += other.had(now)
			active++
		}
	}

	return l.had(now) > sum/float64(active)+0.5 // half a call: nobody has exactly the mean
}

// had is what a household got lately, in calls, with what it has here.
func (l *line) had(now time.Time) float64 {
	return l.share.at(now) + float64(l.running+len(l.waiting))
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

// wait estimates how long a new call of the household waits for its turn.
func (q *queue) wait(l *line, slots int) time.Duration {
	own, others := len(l.waiting), len(q.ring)
	if own > 0 {
		others--
	}
	before := own + others*(own+1) // each of its turns comes once everybody else had one
	all, ours := q.ends(l)

	return max(q.start(all, before, slots), q.start(ours, own, min(q.limit, slots)))
}

// ends returns in how long the calls that run are expected to end, and which of them are the line's.
func (q *queue) ends(l *line) (all, ours []time.Duration) {
	now := q.now()
	for _, t := range q.running {
		left := max(q.pace.usual()-now.Sub(t.begunAt), q.pace.usual()/8) // what is overdue ends soon
		all = append(all, left)
		if t.household == l.household {
			ours = append(ours, left)
		}
	}

	return all, ours
}

// start estimates when a call begins that has so many before it, with so many slots, some of
// which are taken until the given ends.
func (q *queue) start(ends []time.Duration, before, slots int) time.Duration {
	behind := before - max(0, slots-len(ends))
	if behind < 0 {
		return 0
	}
	slices.Sort(ends)
	end := q.pace.usual() // of one that begins at once, on a slot that is free now
	if at := behind % slots; at < len(ends) {
		end = ends[at]
	}

	return time.Duration(behind/slots)*q.pace.usual() + end
}

// isActive reports whether the household has something here, or asked lately.
func (l *line) isActive(now time.Time) bool {
	return l.running > 0 || len(l.waiting) > 0 || now.Sub(l.askedAt) < activeFor
}
