package hungarian

import "time"

// daysTried is how far ahead the next fitting day is looked for.
const daysTried = 8

// resolve returns the moment that a phrase means, the next one that fits; ok is false where there
// is none, such as this morning in the afternoon.
func (p *timePhrase) resolve(now time.Time) (at time.Time, ok bool) {
	if p.after > 0 {
		return now.Add(p.after), true
	}
	p.eachDay(now, func(day int) bool {
		for _, minutes := range p.minutesOfDay() {
			if then := onDay(now, day, minutes); then.After(now) && !ok {
				at, ok = then, true
			}
		}

		return !ok
	})

	return at, ok
}

// span returns the first and the last moment that the phrase may mean: of a part of the day all
// of it, and about so long of what was said from now.
func (p *timePhrase) span(now time.Time) (from, to time.Time) {
	const around = 5 * time.Minute
	at, ok := p.resolve(now)
	switch {
	case p.after > 0:
		return at.Add(-around), at.Add(around)
	case p.hasClock || p.part == nil:
		return at, at.Add(time.Minute - 1)
	}
	p.eachDay(now, func(day int) bool {
		from, to = onDay(now, day, p.part.From*60), onDay(now, day, p.part.To*60)
		ok = to.After(now)

		return !ok
	})

	return from, to
}

// eachDay calls try with the days that the phrase may mean, from today, until that returns false.
func (p *timePhrase) eachDay(now time.Time, try func(day int) bool) {
	switch {
	case p.weekday >= 0:
		day := (p.weekday - int(now.Weekday()) + 7) % 7
		if try(day) {
			try(day + 7)
		}
	case p.day >= 0:
		try(p.day)
	default: // the night that has begun yesterday is not over
		for day := -1; day < daysTried && try(day); day++ {
			continue
		}
	}
}

// minutesOfDay are the moments of a day that the phrase may mean, in minutes from its midnight.
func (p *timePhrase) minutesOfDay() []int {
	if !p.hasClock {
		return []int{p.part.Usual * 60}
	}
	said := p.hour*60 + p.minute
	const half, whole = 12 * 60, 24 * 60
	if p.part != nil {
		for _, minutes := range []int{said, said + half, said + whole} {
			if minutes >= p.part.From*60 && minutes <= p.part.To*60 {
				return []int{minutes}
			}
		}

		return nil
	}
	isAnyHalf := p.day <= 0 && p.weekday < 0 && !p.isExact && said > 0 && said < half+60
	if isAnyHalf {
		return []int{said, said + half}
	}

	return []int{said}
}

func onDay(now time.Time, day, minutes int) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+day, 0, minutes, 0, 0, now.Location())
}
