package hungarian

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/numerals"
)

// matchVerb adds a verb form.
func (f *spanner) matchVerb(i, first int) {
	prefix, forms := f.ix.lang.formsOf(f.s.Tokens[i].Fold)
	if forms == nil {
		return
	}
	s := f.merge(i, i+1, first)
	s.prefix, s.forms = prefix, forms
	s.classes |= cVerb
	for _, form := range forms {
		if form.mood == tellsState {
			s.classes |= cState
		}
	}
	s.score = max(s.score, scoreVerb)
}

// matchNumber adds digits or a number word, with the ending that follows it.
func (f *spanner) matchNumber(i, first int) {
	tok := &f.s.Tokens[i]
	if tok.IsNumber {
		s := f.merge(i, i+1, first)
		s.number, s.classes, s.score = tok.Number, s.classes|cNumber, max(s.score, scoreNumber)
		if ending := strings.TrimLeft(tok.Fold, "0123456789.,/"); ending != "" {
			s.suffix, _ = f.ix.lang.suffixes.Find(ending)
			s.suffix.IsThere = true
		}

		return
	}
	value, rest, ok := numberIn(tok, f.s.HasAccent)
	if by, isBy := numerals.ParseBy(tok.Fold); isBy {
		s := f.merge(i, i+1, first)
		s.number, s.classes, s.score = by, s.classes|cNumber, max(s.score, scoreNumber)
		s.suffix = morphology.Suffix{Case: morphology.Instrumental, IsThere: true}

		return
	}
	if !ok {
		return
	}
	if rest == "" {
		f.matchLongNumber(i, first, value)
	}
	rest = f.withoutAdjective(i, value, rest)
	ending, known := f.ix.lang.suffixes.Find(rest)
	if rest != "" && !known || value == 1 && !f.isUnit(i+1) { // "egy" is an article first
		return
	}
	s := f.merge(i, i+1, first)
	s.number, s.classes, s.score = value, s.classes|cNumber, max(s.score, scoreNumber)
	if rest != "" {
		s.suffix = ending
	}
}

// matchLongNumber adds a number that was written as several words: negyven öt, két ezer ötszáz.
func (f *spanner) matchLongNumber(i, first int, value float64) {
	const most = 5
	for at := i + 1; at < len(f.s.Tokens) && at < i+most; at++ {
		tok := &f.s.Tokens[at]
		next, rest, ok := numberIn(tok, f.s.HasAccent)
		ending, known := f.ix.lang.suffixes.Find(rest)
		if !ok || tok.IsNumber || tok.BreakBefore || rest != "" && !known {
			return
		}
		if value, ok = continued(value, next); !ok {
			return
		}
		s := f.merge(i, at+1, first)
		s.number, s.classes, s.suffix = value, s.classes|cNumber, ending
		s.score = max(s.score, scoreNumber*float32(at+1-i)+bonusPhrase)
		if rest != "" {
			return
		}
	}
}

// continued puts a number and the next word of it together; ok is false where that is another number.
func continued(value, next float64) (whole float64, ok bool) {
	const hundred, thousand = 100, 1000
	switch {
	case next == thousand && value > 1 && value < thousand, next == hundred && value > 1 && value < 10:
		return value * next, true
	case next < lastPlace(value):
		return value + next, true
	default:
		return value, false
	}
}

// lastPlace is the value of the last digit that is no 0: what is said after it must be smaller.
func lastPlace(value float64) float64 {
	place := 1.0
	for value >= 10 && math.Mod(value, place*10) == 0 {
		place *= 10
	}

	return place
}

// matchCompound reads a room and a kind of device that were written as one word:
// konyhalámpa. The span then is both.
func (f *spanner) matchCompound(i int, s *span) {
	const shortest = 3
	folded := f.s.Tokens[i].Fold
	for cut := shortest; cut <= len(folded)-shortest; cut++ {
		room := f.roomOf(folded[:cut])
		if room == nil {
			continue
		}
		morphology.EachStem(folded[cut:], f.ix.lang.suffixes, func(stem string, ending morphology.Suffix) bool {
			word, ok := f.ix.lang.vocabulary[stem]
			if !ok {
				return true
			}
			for _, p := range f.ix.lang.phrases[word] {
				for _, l := range p.lexemes {
					if len(p.words) == 1 && l.class == cKind {
						s.lexemes = append(s.lexemes, l)
						s.name, s.suffix, s.score = room, ending, scoreWord+weightDerived
						s.classes |= cKind | cArea
					}
				}
			}

			return s.classes == 0
		})
		if s.classes != 0 {
			return
		}
	}
}

// roomOf finds the area that a folded word names.
func (f *spanner) roomOf(folded string) *name {
	word := f.ix.wordNumber(folded)
	if word < 0 {
		return nil
	}
	for _, at := range f.ix.byFirst[word] {
		if n := &f.ix.names[at]; len(n.words) == 1 && len(n.rooms()) > 0 {
			return n
		}
	}

	return nil
}

// withoutAdjective cuts the ending of a number that says how much of what follows (hatvanas hangerő), or how a thing is to
// be: huszonkettesre. A number that things may have as well (a hármas) is that rather.
func (f *spanner) withoutAdjective(i int, value float64, rest string) string {
	const fewest = 10
	for _, adjective := range morphology.NumberAdjectives() {
		ending, ok := strings.CutPrefix(rest, adjective)
		if !ok {
			continue
		}
		if _, known := f.ix.lang.suffixes.Find(ending); ending == "" && f.isOf(i+1, cAttribute) || value >= fewest && (ending == "" || known) {
			return ending
		}
	}

	return rest
}

// isUnit reports whether a token can be a unit of measure.
func (f *spanner) isUnit(i int) bool { return f.isOf(i, cUnit) }

// isOf reports whether a token can be a word of a class.
func (f *spanner) isOf(i int, of class) bool {
	if i >= len(f.s.Tokens) {
		return false
	}
	for _, r := range f.readings[i] {
		if int(r.word) >= len(f.ix.lang.phrases) {
			continue
		}
		for _, p := range f.ix.lang.phrases[r.word] {
			isOf := slices.ContainsFunc(p.lexemes, func(l lexeme) bool { return l.class == of })
			if len(p.words) == 1 && isOf {
				return true
			}
		}
	}

	return false
}

// matchSplitName finds a name of which the first word was written as two: garázs kapu; nagy mama lámpája.
func (f *spanner) matchSplitName(i, first int) {
	if !f.mayBeSplit(i) {
		return
	}
	left, right := f.s.Tokens[i].Fold, f.s.Tokens[i+1].Fold
	morphology.EachStem(left+right, f.ix.lang.suffixes, func(stem string, s morphology.Suffix) bool {
		if len(stem) <= len(left) {
			return false
		}
		word := f.ix.wordNumber(stem)
		if word < 0 {
			return true
		}
		_, isCommon := f.ix.lang.vocabulary[stem]
		for _, at := range f.ix.byFirst[word] {
			n := &f.ix.names[at]
			if isCommon && (len(n.words) > 1 || n.weight < weightGiven) {
				continue // lá mpákat are lamps, and not a Lamp
			}
			f.addSplit(i, first, n, reading{word: word, suffix: s})
		}

		return false
	})
}

// addSplit adds a name of which the first word stands as two tokens, if the rest of it follows.
func (f *spanner) addSplit(i, first int, n *name, r reading) {
	last, to, ok := f.follow(i+1, r, n.words, innerEnding)
	isLong := len(n.words) > 1
	if !ok || isLong && (!f.mayBeNamed(i, to, n, last.suffix) || n.isOnlyOwner()) {
		return
	}
	sp := f.merge(i, to, first)
	f.addName(sp, n, last.suffix, n.weight*float32(len(n.words)+1)-joinPenalty)
	if n.owner != nil && sp.name == n && f.isOwner(n.owner, last.suffix, to) {
		sp.takeOwner(last.suffix)
	}
}

// mayBeSplit reports whether a token may be the front of a word of the home that goes on with the next.
func (f *spanner) mayBeSplit(i int) bool {
	const shortest = 2
	if i+1 >= len(f.s.Tokens) {
		return false
	}
	left, right := &f.s.Tokens[i], &f.s.Tokens[i+1]
	if right.BreakBefore || left.IsNumber || right.IsNumber || len(right.Fold) < shortest {
		return false
	}

	return len(left.Fold) >= shortest && f.ix.own.hasBeginning(left.Fold)
}
