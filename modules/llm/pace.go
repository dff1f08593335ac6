package llm

import (
	"math"
	"time"
)

// pace is how long calls take lately. The zero value knows nothing.
type pace struct{ mean, deviation time.Duration }

// assumedPace is taken until a call has been seen.
const assumedPace = 400 * time.Millisecond

// add takes in a call that was answered.
func (p *pace) add(took time.Duration) {
	if p.mean == 0 {
		p.mean, p.deviation = took, took/4

		return
	}
	off := took - p.mean
	p.mean += off / 8
	p.deviation += (off.Abs() - p.deviation) / 4
}

// exceed takes in a call that ended without an answer: it would have taken longer than that.
func (p *pace) exceed(lasted time.Duration) {
	if lasted > p.mean {
		p.add(lasted)
	}
}

// usual is what a call takes on average.
func (p *pace) usual() time.Duration {
	if p.mean == 0 {
		return assumedPace
	}

	return p.mean
}

// careful is what nearly all calls stay below.
func (p *pace) careful() time.Duration { return p.usual() + max(2*p.deviation, p.usual()/8) }

// halfLife is after what time half of what a household had is forgotten.
const halfLife = 10 * time.Second

// share counts the calls that a household had lately: older ones count less and less.
type share struct {
	sum float64
	as  time.Time // of when sum is
}

func (s *share) at(now time.Time) float64 {
	return s.sum * math.Exp2(-now.Sub(s.as).Seconds()/halfLife.Seconds())
}

func (s *share) add(now time.Time) {
	s.sum, s.as = s.at(now)+1, now
}
