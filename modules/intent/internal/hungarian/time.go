package hungarian

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/numerals"
)

// timeWords is data/time.yaml.
type timeWords struct {
	After      []string           `yaml:"after"`
	Units      map[string]float64 `yaml:"units"`
	And        []string           `yaml:"and"`
	At         string             `yaml:"at"`
	Until      string             `yaml:"until"`
	Around     []string           `yaml:"around"`
	By         []string           `yaml:"by"`
	Hour       []string           `yaml:"hour"`
	Minute     []string           `yaml:"minute"`
	Fractions  map[string]int     `yaml:"fractions"`
	Amounts    map[string]float64 `yaml:"amounts"`
	Days       map[string]int     `yaml:"days"`
	Weekdays   map[string]int     `yaml:"weekdays"`
	Parts      []dayPart          `yaml:"parts"`
	Adjectives []string           `yaml:"adjectives"`
	Every      []string           `yaml:"every"`
	HalfOf     []string           `yaml:"half_of"`
	Plans      []string           `yaml:"plans"`
	Now        []string           `yaml:"now"`
	Timers     []string           `yaml:"timers"`
	TakesBack  []string           `yaml:"takes_back"`
	Instead    []string           `yaml:"instead"`
	// Adjectivals are the units of time as they say what something is like: perces.
	Adjectivals []string `yaml:"adjectivals"`

	beginnings map[string]bool // see findBeginnings
}

// dayPart is a part of the day, in hours from midnight.
type dayPart struct {
	Words []string `yaml:"words"`
	From  int      `yaml:"from"`
	To    int      `yaml:"to"`
	Usual int      `yaml:"usual"`
}

// times is the words of time, read once.
var times = sync.OnceValue(func() *timeWords {
	t := new(timeWords)
	data.MustLoad("time", t)
	morphology.FoldAll(t.Timers)
	t.findBeginnings()

	return t
})

// findBeginnings collects the first letters of every word that a phrase may begin with, so that most
// words are passed over at once.
func (t *timeWords) findBeginnings() {
	t.beginnings = map[string]bool{}
	lists := [][]string{
		t.After, t.And, t.Hour, t.Minute, t.Adjectives, t.Every, t.HalfOf, t.Plans, t.TakesBack, t.Instead,
		slices.Collect(maps.Keys(t.Fractions)), slices.Collect(maps.Keys(t.Amounts)), slices.Collect(maps.Keys(t.Days)), slices.Collect(maps.Keys(t.Weekdays)),
	}
	for _, part := range t.Parts {
		lists = append(lists, part.Words)
	}
	lists = append(lists, numerals.Parts())
	for _, list := range lists {
		for _, w := range list {
			t.beginnings[beginningOf(morphology.Fold(w))] = true
		}
	}
}

// beginningOf is the first three letters of a folded word.
func beginningOf(folded string) string { return folded[:min(3, len(folded))] }

// mayBegin reports whether a phrase may begin with a folded word. What is shorter than a beginning (öt)
// may go on with an ending.
func (t *timeWords) mayBegin(folded string) bool {
	return t.beginnings[beginningOf(folded)] || len(folded) > 2 && t.beginnings[folded[:2]]
}

// timePhrase is when something is to be done, as it was said: in half an hour; tomorrow evening
// at ten. Two of them in one clause may complete each other.
type timePhrase struct {
	after    time.Duration // from now; 0: not so
	parts    []quantity    // how that was said: one hour, ten minutes
	day      int           // from today; -1: not said
	weekday  int           // -1: not said
	part     *dayPart      // nil: not said
	hasClock bool
	hour     int
	minute   int
	isExact  bool // the hour was said as clocks show it
}

// isMoment reports whether the phrase says enough: a day alone does not.
func (p *timePhrase) isMoment() bool { return p.after > 0 || p.hasClock || p.part != nil }

// join completes a phrase by another one; nil where they speak of different things.
func (p *timePhrase) join(other *timePhrase) *timePhrase {
	if p.contradicts(other) {
		return nil
	}
	both := *p
	if other.day >= 0 {
		both.day = other.day
	}
	if other.weekday >= 0 {
		both.weekday = other.weekday
	}
	if other.part != nil {
		both.part = other.part
	}
	if other.hasClock {
		both.hasClock, both.hour, both.minute, both.isExact = true, other.hour, other.minute, other.isExact
	}

	return &both
}

// contradicts reports whether two phrases say the same thing, each in its way.
func (p *timePhrase) contradicts(other *timePhrase) bool {
	hasDay := p.day >= 0 || p.weekday >= 0
	hasOtherDay := other.day >= 0 || other.weekday >= 0

	return p.after > 0 || other.after > 0 || p.hasClock && other.hasClock || p.part != nil && other.part != nil || hasDay && hasOtherDay
}

// scoreTime is what a phrase of time scores for each of its words: more than they by themselves.
const scoreTime = 1.6

// matchTime adds the phrase of time that begins at a token. What the home calls so is no time.
func (f *spanner) matchTime(i, first int) {
	if tok := &f.s.Tokens[i]; !tok.IsNumber && !times().mayBegin(tok.Fold) {
		return
	}
	r := timeReader{s: f.s}
	phrase, to, ok := r.read(i)
	if !ok {
		return
	}
	sp := f.merge(i, to, first)
	if sp.name != nil {
		return
	}
	n := float32(to - i)
	sp.lexemes, sp.forms, sp.prefix, sp.suffix = nil, nil, "", morphology.Suffix{}
	sp.classes, sp.time, sp.isWhole = cTime, phrase, true
	sp.score = max(sp.score, n*scoreTime+(n-1)*bonusPhrase)
}

// timeReader reads phrases of time off the tokens.
type timeReader struct {
	s *sentence
}

// read reads the longest phrase that begins at token i.
func (r *timeReader) read(i int) (*timePhrase, int, bool) {
	p, to, ok := r.phraseAt(i)
	if ok && (r.isWord(i-1, times().Every) || r.endsDay(i-1)) { // what belongs together is read from its beginning
		return nil, i, false
	}

	return p, to, ok
}

func (r *timeReader) phraseAt(i int) (*timePhrase, int, bool) {
	if p, to, ok := r.after(i); ok {
		return p, to, true
	}
	p := &timePhrase{day: -1, weekday: -1}
	part := r.day(p, i)
	clock := r.part(p, part)
	if r.isUntil(clock) {
		return nil, i, false
	}
	if end := r.clock(p, clock); end > clock {
		return p, end, true
	}
	if clock > part && !r.isWord(part, times().Adjectives) {
		return p, clock, true
	}
	p.part = nil

	return p, part, p.weekday >= 0 || p.day > 0 // "ma" alone says nothing
}

// word returns the folded token; empty beyond the end, and after punctuation within a phrase.
func (r *timeReader) word(i int) string {
	if i < 0 || i >= len(r.s.Tokens) {
		return ""
	}

	return r.s.Tokens[i].Fold
}

func (r *timeReader) isWord(i int, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return r.isSaid(i, w) })
}

// isSaid reports whether token i is a word. Where accents are written they count: fel is not fél.
func (r *timeReader) isSaid(i int, written string) bool {
	if !morphology.IsFoldOf(r.word(i), written) {
		return false
	}

	return !r.s.HasAccent || r.s.Tokens[i].Lower == written || !r.s.Tokens[i].HasAccent && !isHalf(written)
}

// isHalf: the one word whose unaccented form is another word.
func isHalf(written string) bool { return morphology.IsFoldOf("fel", written) }

// phrase finds the longest of some phrases at token i; it returns where that ends.
func (r *timeReader) phrase(i int, written string) (int, bool) {
	if !beginsAlike(r.word(i), written) { // it is asked of every token for every phrase
		return i, false
	}
	to := i
	for w := range strings.FieldsSeq(written) {
		if to > i && to < len(r.s.Tokens) && r.s.Tokens[to].BreakBefore || !r.isSaid(to, w) {
			return i, false
		}
		to++
	}

	return to, true
}

// beginsAlike reports whether a folded word and a written one may begin with the same letter.
func beginsAlike(folded, written string) bool {
	return folded != "" && (folded[0] == written[0] || written[0] >= utf8.RuneSelf)
}

// number reads a number at token i, and what its token ends in.
func (r *timeReader) number(i int) (value float64, rest string, ok bool) {
	if i >= len(r.s.Tokens) {
		return 0, "", false
	}
	tok := &r.s.Tokens[i]
	if tok.IsNumber {
		return tok.Number, strings.TrimLeft(tok.Fold, "0123456789.,/"), true
	}
	value, rest, ok = numberIn(tok, r.s.HasAccent)

	return value, rest, ok
}

// after reads "fél óra múlva", "egy óra tíz perc múlva", "két és fél óra múlva".
func (r *timeReader) after(i int) (p *timePhrase, to int, ok bool) {
	const longest = 100 * 365 * 24 * float64(time.Hour)
	var sum float64
	var parts []quantity
	for to = i; ; {
		amount, unit, next, found := r.amount(to)
		if !found {
			break
		}
		sum += amount * unit * float64(time.Second)
		parts = append(parts, quantity{value: amount, unit: unitOf(unit)})
		to = next
		if r.isWord(to, times().And) {
			to++
		}
	}
	if sum <= 0 || !r.isWord(to, times().After) {
		return nil, i, false
	}

	return &timePhrase{after: time.Duration(min(sum, longest)), parts: parts, day: -1, weekday: -1}, to + 1, true
}

// amount reads a number with its unit: öt perc, másfél óra, félóra, két és fél óra.
func (r *timeReader) amount(i int) (amount, unit float64, to int, ok bool) {
	if amount, unit, to, ok = r.amountInWords(i); ok {
		return amount, unit, to, true
	}
	value, rest, ok := r.number(i)
	if unit, isOne := times().Units[rest]; ok && isOne { // tízperc múlva
		return value, unit, i + 1, true
	}
	if !ok || rest != "" {
		return 0, 0, i, false
	}
	to = i + 1
	if half, next := r.andHalf(to); next > to {
		value, to = value+half, next
	}
	if unit, ok := r.unit(to); ok {
		return value, unit, to + 1, true
	}

	return 0, 0, i, false
}

// amountInWords reads an amount that is a word of its own, apart from its unit or in one with it:
// másfél óra, félóra.
func (r *timeReader) amountInWords(i int) (amount, unit float64, to int, ok bool) {
	t := times()
	for word, value := range t.Amounts {
		if r.isSaid(i, word) {
			if unit, ok := r.unit(i + 1); ok {
				return value, unit, i + 2, true
			}
		}
		rest, isOne := morphology.CutFoldOf(r.word(i), word)
		if !isOne || rest == "" {
			continue
		}
		for name, seconds := range t.Units {
			if morphology.IsFoldOf(rest, name) {
				return value, seconds, i + 1, true
			}
		}
	}

	return 0, 0, i, false
}

// andHalf reads "és fél" after a number.
func (r *timeReader) andHalf(i int) (float64, int) {
	at := i
	if r.isWord(at, times().And) {
		at++
	}
	if _, isUnit := r.unit(at + 1); isUnit && r.isWord(at, times().HalfOf) {
		return 0.5, at + 1
	}

	return 0, i
}

func (r *timeReader) unit(i int) (float64, bool) {
	for name, seconds := range times().Units {
		if r.isSaid(i, name) {
			return seconds, true
		}
	}

	return 0, false
}

// day reads "holnap", "szombaton".
func (r *timeReader) day(p *timePhrase, i int) int {
	best := i
	for written, day := range times().Days {
		if to, ok := r.phrase(i, written); ok && to > best {
			best, p.day = to, day
		}
	}
	for written, weekday := range times().Weekdays {
		if to, ok := r.phrase(i, written); ok && to > best {
			best, p.weekday = to, weekday
		}
	}

	return best
}

// endsDay reports whether token i is a day by itself.
func (r *timeReader) endsDay(i int) bool {
	p := timePhrase{day: -1, weekday: -1}

	return r.day(&p, i) > i
}

// isUntil reports whether token i says how long rather than when: este tízig, reggel hét óráig.
func (r *timeReader) isUntil(i int) bool {
	_, rest, ok := r.number(i)

	return ok && (rest == times().Until || rest == "" && r.isWord(i+1, endingIn(times().Hour, times().Until)))
}

// part reads "reggel", "éjfélkor".
func (r *timeReader) part(p *timePhrase, i int) int {
	if i < len(r.s.Tokens) && i > 0 && r.s.Tokens[i].BreakBefore && (p.day >= 0 || p.weekday >= 0) {
		return i
	}
	best := i
	for k := range times().Parts {
		part := &times().Parts[k]
		for _, written := range part.Words {
			if to, ok := r.phrase(i, written); ok && to > best {
				best, p.part = to, part
			}
		}
	}

	return best
}
