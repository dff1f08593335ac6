package hungarian

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/tokens"
)

// clock reads "hétkor", "7-kor", "fél nyolckor", "7:30-kor", "hét óra harminckor", "hét órakor".
func (r *timeReader) clock(p *timePhrase, i int) int {
	minutes, at := r.fractionOfHour(i)
	hour, rest, ok := r.number(at)
	if !ok || hour > 24 {
		return i
	}
	if minute, to, ok := r.minutes(at, hour, rest); ok && minutes == 0 {
		p.hasClock, p.hour, p.minute, p.isExact = true, int(hour), minute, minute > 0

		return to
	}
	to, ok := r.ending(at, rest)
	if !ok && p.part != nil && hour <= 12 && r.isByHour(at, rest) {
		to, ok = at+1, true
	}
	if !ok || hour != math.Trunc(hour) {
		return i
	}
	p.hasClock, p.hour, p.minute = true, int(hour), minutes
	if minutes > 0 {
		p.hour = (p.hour + 23) % 24
	}

	return to
}

// fractionOfHour reads how far the hour before the one that is named has gone: fél nyolc.
func (r *timeReader) fractionOfHour(i int) (minutes, to int) {
	minutes, to = 0, i
	for written, over := range times().Fractions {
		if r.isSaid(i, written) {
			minutes, to = over, i+1
		}
	}

	return minutes, to
}

// isByHour reports whether the number at token i, with this ending, is the hour by which something is
// to be so, and not how far: este hatra legyen húsz fok.
func (r *timeReader) isByHour(i int, rest string) bool {
	return slices.Contains(times().By, rest) && r.saysOtherNumber(i)
}

// saysOtherNumber reports whether another number is said than the one at token i: este hatra legyen
// húsz fok. Without one, that one is the amount (este húszra állítsd).
func (r *timeReader) saysOtherNumber(i int) bool {
	for k := range r.s.Tokens {
		if _, _, ok := r.number(k); ok && k != i && !tokens.IsArticle(r.s.Tokens[k].Fold) && r.s.Tokens[k].Fold != "egy" {
			return true
		}
	}

	return false
}

// ending reads what makes a time of day of the number at token i: 7-kor, hét órakor.
func (r *timeReader) ending(i int, rest string) (int, bool) {
	at := times().At
	switch {
	case rest == at:
		return i + 1, true
	case rest != "":
		return i, false
	case r.word(i+1) == at, r.isWord(i+1, endingIn(times().Hour, at)), r.isWord(i+1, times().Around):
		return i + 2, true
	case r.isWord(i+1, times().Hour) && r.isWord(i+2, times().Around):
		return i + 3, true
	default:
		return i, false
	}
}

// minutes reads what is after the hour at token i: 7:30-kor, 7.30-kor, 7 óra 30 perckor.
func (r *timeReader) minutes(i int, hour float64, rest string) (minute, to int, ok bool) {
	if strings.Contains(r.s.Tokens[i].Fold, ".") {
		minute = int(math.Round((hour - math.Trunc(hour)) * 100))
		to, ok = r.ending(i, rest)

		return minute, to, ok && minute < 60
	}
	next, ok := r.afterHour(i, rest)
	if !ok {
		return 0, i, false
	}
	value, ending, ok := r.number(next)
	if !ok || value != math.Trunc(value) || value > 59 {
		return 0, i, false
	}
	if ending == "" && r.isWord(next+1, endingIn(times().Minute, times().At)) {
		return int(value), next + 2, true
	}
	to, ok = r.ending(next, ending)

	return int(value), to, ok
}

// afterHour is the token that the minutes are to be in: what follows the hour's colon, or the
// word for hours.
func (r *timeReader) afterHour(i int, rest string) (next int, ok bool) {
	tok := r.s.Tokens[i]
	switch isColon := tok.To < len(r.s.Text) && r.s.Text[tok.To] == ':'; {
	case rest != "":
		return i, false
	case isColon:
		return i + 1, true
	default:
		return i + 2, r.isWord(i+1, times().Hour)
	}
}

func endingIn(words []string, ending string) []string {
	ended := make([]string, len(words))
	for i, w := range words {
		ended[i] = w + ending
	}

	return ended
}
