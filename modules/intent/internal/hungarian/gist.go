package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// readGist reads a command that is not understood to its last word, without what has nothing to
// do with the home: remarks of any kind beside it, for whom it is, how it is wished. It is tried
// when every other way to read the sentence has failed, and never where a word could turn
// the command into something else: a condition, somebody else's words, a "ne", another
// time, an unknown thing or place.
func (ix *Index) readGist(u meaning.Utterance, f *spanner) *interpretation {
	s := f.s
	if s.IsQuoted && !s.IsOnlySetOff {
		return nil
	}
	rows, _ := f.coverings()
	for _, row := range rows {
		row, left := ix.prepared(s, row, nil)
		a, ok := ix.gistOf(s, row)
		if !ok {
			continue
		}
		s.left = left
		if r := ix.subtract(ix.readKept(u, s, &a), left); r != nil && !r.isEmpty() {
			return r
		}
	}

	return nil
}

// gistOf leaves out what has nothing to do with the home. ok is false where there is no such thing,
// or where it is not safe to leave it out.
func (ix *Index) gistOf(s *sentence, row []*span) (a asides, ok bool) {
	if !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cVerb | cPrefix | cBe | cAsked | cAmount | cColor | cWhite | cFeel) }) {
		return a, false
	}
	pieces := piecesOf(s, row)
	if ix.addressesSomebody(s, pieces) {
		return a, false
	}
	parts := ix.partsOf(s, pieces)
	for i, piece := range pieces {
		switch parts[i] {
		case isUnsafe:
			return a, false
		case isBeside:
			if isNeeded(pieces, i) {
				return a, false
			}
			a.leaveOut(piece)
		default:
			ix.takeCore(s, piece, row, &a)
		}
	}

	isSaid := slices.ContainsFunc(a.kept, func(sp *span) bool { return isCommanding(sp) || isThing(sp) || sp.is(cFeel) })

	return a, isSaid && len(a.kept) < len(row)
}

// takeCore keeps of a piece what is part of the command.
func (ix *Index) takeCore(s *sentence, piece, row []*span, a *asides) {
	from, to := ix.trimmed(s, piece)
	a.leaveOut(piece[:from])
	core := piece[from:to]
	for at, sp := range core {
		if !ix.isAdjunct(s, core, at, row) {
			a.kept = append(a.kept, sp)
		}
	}
	a.leaveOut(piece[to:])
}

// part is what a piece of a sentence has to do with what is asked for.
type part uint8

const (
	isCore   part = iota // it asks, or names what is asked about
	isBeside             // a remark, a reason, an address
	isUnsafe             // it may change what the others mean
)

// partsOf decides what each piece is. Where nothing is asked for, talk about a room may ask: jaj de
// sötét van itt, nem látok semmit.
func (ix *Index) partsOf(s *sentence, pieces [][]*span) []part {
	parts := make([]part, len(pieces))
	for i, piece := range pieces {
		parts[i] = ix.partOf(s, piece)
		isAfter := slices.Contains(parts[:i], isCore)
		if parts[i] == isUnsafe && (isMeanwhile(piece, isAfter) || isAfter && ix.isReasonLater(s, piece)) {
			parts[i] = isBeside
		}
	}
	if !slices.Contains(parts, isCore) && !slices.ContainsFunc(pieces, isAboutHome) {
		hint := slices.IndexFunc(pieces, func(piece []*span) bool {
			return slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cFeel) })
		})
		if hint >= 0 && parts[hint] == isBeside {
			parts[hint] = isCore
		}
	}

	return parts
}

// isAboutHome reports whether a piece tells of something that homehub could do: felkapcsoltam.
func isAboutHome(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cVerb) && !sp.is(cFiller|cTells) })
}

// partOf decides what a piece between punctuation is.
func (ix *Index) partOf(s *sentence, piece []*span) part {
	commands := slices.ContainsFunc(piece, isCommanding)
	tells := slices.ContainsFunc(piece, func(sp *span) bool { return ix.lang.tells(s, sp) })
	for i := range piece {
		if ix.mayChange(s, piece, i, commands, tells) {
			return isUnsafe
		}
		tells = tells || piece[i].means(cNegation, "") // most ne zúgjon
	}
	first := slices.IndexFunc(piece, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })
	isWish := commands && ix.isWishBeside(piece)
	if s.IsOnlySetOff && !commands && slices.ContainsFunc(piece, func(sp *span) bool { return isUnknownImperative(s, sp) }) {
		return isUnsafe // fordítsd le: jó éjszakát
	}
	switch {
	case first < 0, piece[first].is(cReason), isWish, isArrival(piece[first:]):
		return isBeside
	case commands:
		return isCore
	case tells, isHow(piece), ix.namesNothing(s, piece):
		return isBeside
	default:
		return isCore
	}
}

// namesNothing reports whether a piece is made of words that nobody knows and that name nothing to be commanded.
func (ix *Index) namesNothing(s *sentence, piece []*span) bool {
	return hasUnknown(piece) && !slices.ContainsFunc(piece, func(sp *span) bool { return ix.isArgument(s, sp) })
}

// mayChange reports whether a span of a piece may change what the others mean, or what the other pieces do.
func (ix *Index) mayChange(s *sentence, piece []*span, at int, commands, tells bool) bool {
	sp := piece[at]
	switch {
	case sp.is(cTime):
		isNow := slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cCopula) }) // este van

		return !commands && !isNow
	case sp.is(cExcept), reports(sp), turns(sp), isOrWhat(s, piece, at):
		return true
	case sp.is(cBut) && onlyFillers(piece[:at]):
		return false // de a lámpát kapcsold le
	case sp.is(cBlock):
		return commands || !tells || !sp.isTelling()
	case sp.means(cNegation, ""):
		return ix.forbids(s, piece, at)
	default:
		return commands && isJoined(piece, at)
	}
}

// isOrWhat reports whether a piece begins with "vagy": nobody knows what the other choice is.
func isOrWhat(s *sentence, piece []*span, at int) bool {
	return at == 0 && s.Tokens[piece[at].from].Fold == "vagy"
}

// isJoined reports whether a word makes what follows it a part of what was said before: szóltam, hogy
// kapcsolja le.
func isJoined(piece []*span, at int) bool {
	return piece[at].means(cFiller, "joins") && !onlyFillers(piece[:at])
}

// turns reports whether a span takes back what stands before it, or says on what it depends.
func turns(sp *span) bool {
	return sp.is(cNevermind) && !sp.is(cFiller) || sp.means(cNeedless, "back") || sp.means(cEnds, "after")
}

// isArgument reports whether a span may say what a command is about, where, or how far.
func (ix *Index) isArgument(s *sentence, sp *span) bool {
	const things = cEntity | cArea | cFloor | cKind

	_, isBare := ix.lang.bare[sp.value(cPrefix)]

	return sp.is(things|partAmount) || sp.is(cPrefix) && isBare || sp.is(cUnknown) && mayBeArgument(s, sp)
}

func hasUnknown(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cUnknown | cAddress) })
}

// isTelling reports whether a word that blocks a command only says when a remark holds: este van,
// sötét lesz, de jó.
func (sp *span) isTelling() bool {
	return sp.means(cBlock, "past") || sp.means(cBlock, "tells") || sp.means(cBlock, "ago") || sp.means(cBlock, "why")
}

// reports reports whether a verb says that somebody says something.
func reports(sp *span) bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "report" })
}

// forbids reports whether the "ne" at a span is about something that homehub could do.
func (ix *Index) forbids(s *sentence, piece []*span, at int) bool {
	for _, sp := range piece[at+1:] {
		if sp.is(cFiller) && !sp.is(cVerb) {
			continue
		}

		return sp.is(cVerb) || !sp.is(cUnknown) || s.Tokens[sp.from].IsNumber
	}

	return true
}

// isWishBeside reports whether the only thing that is asked for is nobody's here: olvasni szeretnék.
func (ix *Index) isWishBeside(piece []*span) bool {
	isUnknown := false
	for i, sp := range piece {
		isUnknown = isUnknown || sp.is(cUnknown)
		if !isCommanding(sp) {
			continue
		}
		isWish := slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "want" })
		if !isWish || i+1 < len(piece) && piece[i+1].is(cPrefix) {
			return false
		}
	}

	return isUnknown && !slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cEntity | cKind) })
}

// tells reports whether a span is a verb that tells something.
func (l *language) tells(s *sentence, sp *span) bool {
	if sp.is(cTells|cFeel) || sp.isTelling() && !sp.is(cBut) || sp.means(cHome, "arrived") {
		return true
	}
	if slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood >= tellsOther }) {
		return true
	}
	folded := s.Tokens[sp.to-1].Fold

	return l.isRemark(folded) && !sp.is(cEntity|cArea|cFloor|cKind|cPrefix|cNumber|cFiller|cConjunction) || l.isFinite(sp, folded)
}

// isRemark reports whether a folded word is a form of a verb that tells of people and the world.
func (l *language) isRemark(folded string) bool {
	isRemark := func(form string) bool { return l.verbForms.mayHave(form) && l.remarks[form] }
	if isRemark(folded) {
		return true
	}
	for _, p := range l.prefixesOf(folded) {
		if rest, ok := strings.CutPrefix(folded, p); ok && isRemark(rest) {
			return true
		}
	}

	return false
}

// trimmed finds what is left of a piece without a remark that no punctuation parts from the command,
// before it or after it: fázom kapcsold fel a fűtést; kapcsold le a villanyt alszik a gyerek.
func (ix *Index) trimmed(s *sentence, piece []*span) (from, to int) {
	verb := slices.IndexFunc(piece, isCommanding)
	if verb < 0 {
		return 0, len(piece)
	}
	for from = verb; from > 0 && !ix.beginsRemark(s, piece, from-1); {
		from--
	}
	for from > 0 && from < verb && (piece[from].is(cFiller) || piece[from].is(cUnknown) && !mayBeArgument(s, piece[from])) {
		from++ // who does so: fázik a macska
	}
	for to = verb + 1; to < len(piece) && !ix.beginsRemark(s, piece, to); {
		to++
	}

	return from, to
}

// beginsRemark reports whether a span of a piece is a verb that tells something, and no noun that
// only looks like one.
func (ix *Index) beginsRemark(s *sentence, piece []*span, at int) bool {
	sp := piece[at]
	isNoun := at > 0 && (tokens.IsArticle(s.Tokens[piece[at-1].to-1].Fold) || piece[at-1].suffix.IsAdjective)
	isInfinitive := strings.HasSuffix(s.Tokens[sp.from].Fold, "ni")

	return sp.is(cUnknown|cTells|cFeel) && !isNoun && !isInfinitive && ix.lang.tells(s, sp)
}

// isAdjunct reports whether an unknown word of a command says neither what it is about nor where:
// for whom, with what, how.
func (ix *Index) isAdjunct(s *sentence, piece []*span, at int, row []*span) bool {
	sp := piece[at]
	if sp.means(cBlock, "tells") && slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cFeel) }) {
		return true // jaj de sötét van
	}
	if sp.is(cBut) && onlyFillers(piece[:at]) {
		return true
	}
	if isVerbWithoutSense(piece, at) {
		return isSaidWithoutVerb(piece, at, row)
	}
	if !sp.is(cUnknown) {
		return false
	}
	folded := s.Tokens[sp.from].Fold
	if isUnknownImperative(s, sp) {
		return !ix.lang.isHandwork(&s.Tokens[sp.from]) && isSaidWithoutVerb(piece, at, row)
	}
	if morphology.EndsWithAny(folded, morphology.Rules().AdjunctEndings) {
		return !slices.ContainsFunc(piece[at:], func(sp *span) bool { return sp.suffix.IsPossessed }) // a szomszédnak a lámpáját
	}

	return isManner(s, piece, at) || isLetIn(piece) && strings.HasSuffix(folded, "t") // engedd be a postást a kiskapun
}

// isManner reports whether an unknown word says how something is to be done.
func isManner(s *sentence, piece []*span, at int) bool {
	return morphology.EndsWithAny(s.Tokens[piece[at].from].Fold, morphology.Rules().MannerEndings) && (at == 0 || !tokens.IsArticle(s.Tokens[piece[at-1].to-1].Fold))
}

// isVerbWithoutSense reports whether a span is a verb that asks for nothing with the prefixes that are
// there: engedd félig.
func isVerbWithoutSense(piece []*span, at int) bool {
	sp := piece[at]
	if !isCommanding(sp) || sp.is(cKind|cEntity|cArea) {
		return false
	}
	for _, form := range sp.forms {
		if form.verb.Senses[sp.prefix] != "" {
			return false
		}
		for _, other := range piece {
			if other.is(cPrefix) && form.verb.Senses[other.value(cPrefix)] != "" {
				return false
			}
		}
	}

	return true
}

// isSaidWithoutVerb reports whether the other words say what is to be done, so that a verb nobody
// knows says nothing more: a thing and its value (a tévé mögé kéket varázsolj), or a thing and
// the prefix that follows the verb (pattintsd fel a villanyt).
func isSaidWithoutVerb(piece []*span, verb int, row []*span) bool {
	for at, sp := range piece {
		if at != verb && isCommanding(sp) {
			return false
		}
	}
	if !slices.ContainsFunc(piece, isThing) {
		return false
	}
	if verb+1 < len(piece) && piece[verb+1].is(cPrefix) {
		return true
	}

	return slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cAmount|cColor|cWhite) && !sp.is(cArea|cEntity) })
}

func isUnknownImperative(s *sentence, sp *span) bool {
	return sp.is(cUnknown) && looksImperative(s.Tokens[sp.from].Fold)
}

// looksImperative reports whether a folded word has the form of a verb that commands or wishes.
func looksImperative(folded string) bool {
	const shortest = 4
	if len(folded) < shortest {
		return false
	}
	if morphology.EndsWithAny(folded, morphology.Rules().ImperativeEndings) {
		return true
	}
	last, before := folded[len(folded)-1], folded[len(folded)-2]

	return (last == 'd' || last == 'j') && !morphology.IsVowel(rune(before)) // varázsold, varázsolj
}

// mayBeArgument reports whether an unknown word has the form of what something is done to, or of a place.
func mayBeArgument(s *sentence, sp *span) bool {
	return morphology.EndsWithAny(s.Tokens[sp.from].Fold, morphology.Rules().ArgumentEndings)
}
