package hungarian

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// reading is one way to cut a token into a known word and an ending.
type reading struct {
	word   int32
	suffix morphology.Suffix
	// stem is the length of the word within the token, for comparing accents.
	stem int
}

// maxReadings bounds how many ways one token is read.
const maxReadings = 6

// span is a row of tokens that belong together, and everything they may be.
type span struct {
	from, to int // tokens
	classes  class
	lexemes  []lexeme // its meanings as words of the language
	name     *name    // what the home calls so
	suffix   morphology.Suffix
	number   float64
	time     *timePhrase

	// prefix and forms: it is a verb, with the prefix written together with it.
	prefix string
	forms  []verbForm

	// isWhole: one of its meanings is the word as it stands, without any ending cut off.
	isWhole bool
	score   float32

	// called is the name of a timer that is written together with it.
	called string

	// said is what a span of the turn before is called; empty for what was said now.
	said string
	// like: it stands for a thing like that one, elsewhere (a konyhait), and name says where.
	like *span
	// without: it means the rest, and these are not part of it.
	without []*hamanagerapi.Entity
	// isResolved: what it names was found by whose it is, or by its number.
	isResolved bool
}

// What coverings are scored by, for each token.
const (
	scoreWord    = 1.0
	scoreVerb    = 1.4
	scoreNumber  = 1.3
	scoreUnknown = -1.5
	// costAccent is taken where the accents speak against a word: fél is not fel.
	costAccent = 0.6
	// costEnding prefers the whole word to one with an ending cut off.
	costEnding = 0.05
	// costLayer prefers the reading of a name with fewer layers of endings.
	costLayer = 0.02
	// bonusPhrase prefers a phrase to its words.
	bonusPhrase = 0.25
)

// shortestDoubled: words up to this length take no two endings.
const shortestDoubled = 2

// spanner finds all spans of a sentence.
type spanner struct {
	ix       *Index
	s        *sentence
	readings [][]reading // of each token
	spans    []span
	byStart  []int   // spans[byStart[i]:byStart[i+1]] begin at token i
	found    []class // of each span, as it was found

	// rows and scores are the coverings, once they were found.
	rows   [][]*span
	scores []float32
}

func (ix *Index) newSpanner(s *sentence) *spanner {
	n := len(s.Tokens)
	f := &spanner{
		ix: ix, s: s, readings: make([][]reading, n),
		spans: make([]span, 0, n+n/4+1), byStart: make([]int, 0, n+1),
	}
	backing := make([]reading, 0, 2*n)
	for i := range s.Tokens {
		from := len(backing)
		backing = f.read(backing, &s.Tokens[i])
		f.readings[i] = backing[from:len(backing):len(backing)]
	}
	for i := range s.Tokens {
		f.byStart = append(f.byStart, len(f.spans))
		f.at(i)
	}
	f.byStart = append(f.byStart, len(f.spans))
	f.found = make([]class, len(f.spans))
	for i := range f.spans {
		f.found[i] = f.spans[i].classes
	}

	return f
}

// forget takes from the spans what was noted of them since they were found.
func (f *spanner) forget() {
	for i := range f.spans {
		f.spans[i].classes = f.found[i]
	}
}

// read appends the ways to read one token.
func (f *spanner) read(into []reading, tok *tokens.Token) []reading {
	from := len(into)
	// The accent tells someone's lamp (ventilátorát) from the lamp (ventilátort, házat).
	isSomeones := strings.HasSuffix(tok.Lower, "át") || strings.HasSuffix(tok.Lower, "ét")
	morphology.EachStem(tok.Fold, f.ix.lang.suffixes, func(stem string, s morphology.Suffix) bool {
		if isNotWith(tok, s) {
			return true
		}
		if isSomeones && len(stem) == len(tok.Fold)-len("at") && !morphology.EndsWithVowel(stem) {
			s.IsPossessed = true
		}
		s.IsOwners = f.isOwners(tok, stem)
		k := f.ix.look(stem)
		if k.word >= 0 {
			into = append(into, reading{word: k.word, suffix: s, stem: len(stem)})
		}
		_, isWord := f.ix.lang.vocabulary[stem] // a hőmérő is of no hó
		if word := f.ix.wordBeforeHead(stem); word >= 0 && !isWord {
			into = append(into, reading{word: word, suffix: s, stem: len(stem)})
		}
		if k.stemOf >= 0 {
			s.IsOwners = s.IsOwners && !k.isOwn // Emőkének is no Emőkéé
			into = append(into, reading{word: k.stemOf, suffix: s, stem: len(stem)})
		}

		return len(into)-from < maxReadings
	})

	return f.readNumber(into, tok)
}

// readNumber reads a number as the digits that a name may have: lámpa kettő, kettes lámpa,
// 2-es lámpa, a második lámpa.
func (f *spanner) readNumber(into []reading, tok *tokens.Token) []reading {
	var digits, rest string
	if tok.IsNumber {
		rest = strings.TrimLeft(tok.Fold, "0123456789")
		digits = tok.Fold[:len(tok.Fold)-len(rest)]
		if rest == "" { // it is found as it stands
			return into
		}
	} else if value, left, ok := numberIn(tok, f.s.HasAccent); ok {
		digits, rest = strconv.Itoa(int(value)), left
	} else {
		return f.readOrdinal(into, tok)
	}
	for _, adjective := range morphology.NumberAdjectives() {
		if after, ok := strings.CutPrefix(rest, adjective); ok {
			rest = after

			break
		}
	}
	ending, known := f.ix.lang.suffixes.Find(rest)
	if rest != "" && !known {
		return into
	}
	if word := f.ix.wordNumber(digits); word >= 0 {
		into = append(into, reading{word: word, suffix: ending, stem: len(tok.Fold) - len(rest)})
	}

	return into
}

func (f *spanner) readOrdinal(into []reading, tok *tokens.Token) []reading {
	morphology.EachStem(tok.Fold, f.ix.lang.suffixes, func(stem string, s morphology.Suffix) bool {
		place, ok := f.ix.lang.ordinals[stem]
		if !ok || place < 0 {
			return true
		}
		if word := f.ix.wordNumber(strconv.Itoa(place + 1)); word >= 0 {
			into = append(into, reading{word: word, suffix: s, stem: len(stem)})
		}

		return false
	})

	return into
}

// isNotWith reports whether the accent of a token speaks against the ending for with whom: Áronnál is at his place.
func isNotWith(tok *tokens.Token, s morphology.Suffix) bool {
	return s.Case == morphology.Instrumental && (strings.HasSuffix(tok.Lower, "nál") || strings.HasSuffix(tok.Lower, "nél"))
}

// wordBeforeHead finds the word that a sensor's name begins with: esőérzékelő.
func (ix *Index) wordBeforeHead(stem string) int32 {
	for _, head := range ix.lang.heads {
		if front, ok := strings.CutSuffix(stem, head); ok && front != "" {
			return ix.wordNumber(front)
		}
	}

	return -1
}

// at finds the spans that begin at a token. Spans over the same tokens become one.
func (f *spanner) at(i int) {
	first := len(f.spans)
	for _, r := range f.readings[i] {
		if int(r.word) < len(f.ix.lang.phrases) {
			for p := range f.ix.lang.phrases[r.word] {
				f.matchPhrase(i, r, &f.ix.lang.phrases[r.word][p], first)
			}
		}
		for _, at := range f.ix.byFirst[r.word] {
			f.matchName(i, r, &f.ix.names[at], first)
		}
	}
	f.matchVerb(i, first)
	f.matchNumber(i, first)
	f.matchDuration(i, first)
	f.matchSplitName(i, first)
	f.matchTime(i, first)

	unknown := f.merge(i, i+1, first)
	if unknown.classes == 0 {
		f.matchCompound(i, unknown)
	}
	if unknown.classes == 0 {
		f.matchNamedTimer(i, unknown)
	}
	if unknown.classes == 0 {
		unknown.classes = cUnknown
		unknown.score = scoreUnknown
	}
}

// merge returns the span over the tokens, a new one if there is none yet.
func (f *spanner) merge(from, to, first int) *span {
	for k := first; k < len(f.spans); k++ {
		if f.spans[k].to == to {
			return &f.spans[k]
		}
	}
	f.spans = append(f.spans, span{from: from, to: to, score: scoreUnknown})

	return &f.spans[len(f.spans)-1]
}

// matchPhrase adds a phrase of the language that stands at a token.
func (f *spanner) matchPhrase(i int, r reading, p *phrase, first int) {
	last, to, ok := f.follow(i, r, p.words, anyEnding)
	if !ok {
		return
	}
	n := float32(len(p.words))
	score := n*scoreWord + (n-1)*bonusPhrase
	for k, written := range p.written {
		score -= f.accentCost(i+k, written)
	}
	if last.suffix.IsThere {
		score -= costEnding
	}
	if last.suffix.Layers() > 1 && last.stem <= shortestDoubled {
		return // kímát is no ki-m-at
	}
	if tok := &f.s.Tokens[i]; len(p.words) == 1 && tok.HasAccent && !tok.IsRepaired && !last.suffix.IsThere && p.isPrefix() && tok.Lower != p.written[0] {
		return // lé is no le
	}
	f.merge(i, to, first).addPhrase(p, last.suffix, score)
}

// isPrefix reports whether a phrase is the prefix of a verb.
func (p *phrase) isPrefix() bool {
	return slices.ContainsFunc(p.lexemes, func(l lexeme) bool { return l.class == cPrefix })
}

// meanings are those that a phrase has with an ending. isWhole: the word as it stands has one, too.
func (p *phrase) meanings(ending morphology.Suffix, isWhole bool) []lexeme {
	if !ending.IsThere {
		return p.lexemes
	}

	return slices.DeleteFunc(slices.Clone(p.lexemes), func(l lexeme) bool { // hogyan is not hogy-an, egészen is not egész
		return l.isUnchanging() || isWhole && l.class == cQuantity
	})
}

// addPhrase adds the meanings of a phrase. Where one with the right accents is there, one
// with wrong ones no longer counts (fél, fel); where a whole word is there, a word with
// several endings cut off does not (minden, min-d-en).
func (sp *span) addPhrase(p *phrase, ending morphology.Suffix, score float32) {
	meant := p.meanings(ending, sp.isWhole)
	if len(meant) == 0 {
		return
	}
	if sp.lexemes != nil {
		if score < sp.score-costAccent/2 || sp.isWhole && ending.Layers() > 1 {
			return
		}
		if score > sp.score+costAccent/2 && sp.name == nil {
			sp.lexemes, sp.classes = nil, sp.classes&(cVerb|cState|cNumber)
		}
	}
	sp.lexemes = append(sp.lexemes, meant...)
	for _, l := range meant {
		sp.classes |= l.classes()
	}
	sp.isWhole = sp.isWhole || !ending.IsThere
	if score > sp.score {
		sp.score, sp.suffix = score, ending
	}
}

// matchName adds a name of the home that stands at a token.
func (f *spanner) matchName(i int, r reading, n *name, first int) {
	last, to, ok := f.follow(i, r, n.words, innerEnding)
	if !ok || !f.mayBeNamed(i, to, n, last.suffix) || f.isSmallWord(to, first, n, last.suffix) {
		return
	}
	isOwner := n.owner != nil && f.isOwner(n.owner, last.suffix, to)
	if !isOwner && n.isOnlyOwner() {
		return
	}
	score := n.weight*float32(len(n.words)) + bonusPhrase*float32(len(n.words)-1)
	if last.suffix.IsThere {
		score -= costEnding
	}
	if len(n.words) > 1 { // Nagyi lámpáját is no nagyi lámpa
		score -= costLayer * float32(r.suffix.Layers()+last.suffix.Layers())
	}
	sp := f.merge(i, to, first)
	f.addName(sp, n, last.suffix, score)
	if isOwner && sp.name == n {
		sp.takeOwner(last.suffix)
	}
}

// takeOwner makes an owner of a span. What is theirs is no longer themselves: Zsófié.
func (sp *span) takeOwner(ending morphology.Suffix) {
	sp.classes |= cOwner
	if ending.IsOwners {
		sp.classes &^= cEntity
	}
}

// mayBeNamed reports whether a name with an ending may stand at a row of tokens.
func (f *spanner) mayBeNamed(from, to int, n *name, ending morphology.Suffix) bool {
	return n.takes(ending) && f.isNumbering(from, n, ending) && !f.isCount(from, to, n, ending)
}

// takes reports whether a name may be said with an ending: a part of a room's must say where.
func (n *name) takes(ending morphology.Suffix) bool {
	return (!n.isPart || ending.SaysWhere() || n.isHead && ending.Case == morphology.Accusative && !ending.IsPossessed) && (!n.isList || ending.IsOntoOrOff()) && (!n.isShort || n.isSomeones || !ending.IsPossessed || ending.IsMine)
}

func (f *spanner) addName(s *span, n *name, ending morphology.Suffix, score float32) {
	if s.name != nil && score < s.score { // a name with another ending cut off
		return
	}
	s.name, s.suffix, s.score = n, ending, max(score, s.score)
	s.classes &^= cEntity | cArea | cFloor | cOwner | cMeasured
	called := n.classes()
	if called == cMeasured && len(s.lexemes)+len(s.forms) == 0 {
		called |= cUnknown // nothing that commands reach
	}
	s.classes |= called
}

// classes are what the things are that go by a name.
func (n *name) classes() class {
	var c class
	if len(n.measured) > 0 {
		c |= cMeasured
	}
	if len(n.entities) > 0 {
		c |= cEntity
	}
	if n.area != nil || len(n.areas) > 0 {
		c |= cArea
	}
	if n.floor != nil {
		c |= cFloor
	}

	return c
}

// follow checks that the words of a phrase stand at token i and after it, with endings that
// allowed accepts for the inner ones; the last one may have any. An article may stand
// between them (Zsófinak a lámpája). It returns how the last one was read, and where the
// phrase ends.
func (f *spanner) follow(i int, r reading, wanted []int32, allowed func(morphology.Suffix) bool) (last reading, to int, ok bool) {
	at := i + 1
	for _, word := range wanted[1:] {
		if at < len(f.s.Tokens) && f.isSkipped(at) && !f.isWord(at, word) { // túl erős a fény has one of its own
			at++
		}
		if at >= len(f.s.Tokens) || f.s.Tokens[at].BreakBefore && !isLinker(f.s.Tokens[at].Fold) || !allowed(r.suffix) {
			return r, 0, false
		}
		next := slices.IndexFunc(f.readings[at], func(next reading) bool { return next.word == word })
		if next < 0 {
			return r, 0, false
		}
		r = f.readings[at][next]
		at++
	}

	return r, at, true
}

// isSkipped reports whether a token says nothing within a name: an article (Zsófinak a lámpája), or that what stands before it is
// a side (a bal oldali kapu).
func (f *spanner) isSkipped(at int) bool {
	rules, folded := morphology.Rules(), f.s.Tokens[at].Fold

	return tokens.IsArticle(folded) || slices.Contains(rules.OfSide, folded) && slices.Contains(rules.Sides, f.s.Tokens[at-1].Fold)
}

// isWord reports whether a token can be the word.
func (f *spanner) isWord(at int, word int32) bool {
	return slices.ContainsFunc(f.readings[at], func(r reading) bool { return r.word == word })
}

// isLinker: a comma before it does not part it from the words before: szeretném, ha.
func isLinker(folded string) bool { return folded == "ha" || folded == "hogy" }

func anyEnding(morphology.Suffix) bool { return true }

// innerEnding is what the inner words of a name may end in: konyha(i) lámpa, Zsófi(nak a) lámpája.
func innerEnding(s morphology.Suffix) bool {
	return s.Case == morphology.Nominative && (!s.IsPlural || s.IsAdjective) || s.Case == morphology.Dative
}

// accentCost is what a token loses where it is written with other accents than a word. A
// final a or e may be lengthened; a speaker who writes no accents at all loses nothing.
func (f *spanner) accentCost(i int, written string) float32 {
	if !f.s.HasAccent || f.s.Tokens[i].IsRepaired {
		return 0
	}
	said := f.s.Tokens[i].Lower
	for len(written) > 0 && len(said) > 0 {
		w, wn := utf8.DecodeRuneInString(written)
		s, sn := utf8.DecodeRuneInString(said)
		isLast := len(written) == wn
		if w != s && (!isLast || morphology.FoldRune(w) != morphology.FoldRune(s)) {
			if morphology.FoldRune(w) == morphology.FoldRune(s) {
				return costAccent
			}

			return 0 // another stem
		}
		written, said = written[wn:], said[sn:]
	}

	return 0
}
