package database

import "time"

const (
	// postgresPace is how far apart batches begin while there is company to be had: some callers more
	// for each commit, and one or two milliseconds of waiting.
	postgresPace = 3 * time.Millisecond
	// busyCallers within busyTime are so many that a commit for each would take a good part of
	// two processors. Below that a batch waits for nobody.
	busyCallers = 32
	busyTime    = 32 * time.Millisecond
	// enoughCompany is how many share a commit so well that more of them would save little.
	enoughCompany = 12
)

// company tells how long a batch is to wait for more callers (docs/decisions/0098).
type company struct {
	pace time.Duration // zero: a batch waits for nobody

	arrived [busyCallers]time.Time // a ring
	next    int                    // of arrived: the oldest

	begunAt  time.Time // of the newest batch
	isShared bool      // it was of several callers
}

// came notes that a caller has come.
func (c *company) came(now time.Time) {
	c.arrived[c.next] = now
	c.next = (c.next + 1) % busyCallers
}

// begin notes that a batch of n callers begins.
func (c *company) begin(now time.Time, n int) { c.begunAt, c.isShared = now, n > 1 }

// pause is how long the next batch is to wait, for which so many wait already. Who calls again and
// again, one call after the other, is never made to wait: there is nobody to wait for.
func (c *company) pause(now time.Time, waiting int) time.Duration {
	isAlone := waiting <= 1 && !c.isShared
	if c.pace == 0 || isAlone || waiting >= enoughCompany || now.Sub(c.arrived[c.next]) > busyTime {
		return 0
	}

	return c.pace - now.Sub(c.begunAt)
}
