package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// asides is a sentence without the clauses that ask for nothing: that tell why (rohanok), or
// whom one speaks to (kisfiam).
type asides struct {
	kept []*span
	// before are the spans of what was left out before the first command: what the command
	// is about may have been named there.
	before []*span
	// places are the spans of what was left out that say where something is.
	places []*span
}

// withoutAsides leaves out the clauses between punctuation that ask for nothing. ok is false
// where there are none, or where one of them may turn the others into something not meant:
// a condition, a negation, someone else's words.
func (ix *Index) withoutAsides(s *sentence, row []*span) (a asides, ok bool) {
	if s.IsQuoted || hasReserved(row) {
		return a, false
	}
	wasAside := false
	for _, piece := range piecesOf(s, row) {
		if ix.lang.isAside(s, piece) {
			if saysHowMuch(piece) {
				return a, false
			}
			if slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cTime) }) {
				return a, false // holnap elutazunk, kapcsold le: who knows when
			}
			a.leaveOut(piece)
			wasAside, ok = true, true

			continue
		}
		if wasAside && joinsWhatFollows(piece) { // Péter kért, hogy húzd fel
			return a, false
		}
		wasAside = false
		a.kept = append(a.kept, piece...)
	}

	return a, ok && len(a.kept) > 0
}

func (a *asides) leaveOut(piece []*span) {
	if len(a.kept) == 0 {
		a.before = append(a.before, piece...)
	}
	for _, sp := range piece {
		if sp.is(cArea|cFloor) && sp.suffix.SaysWhere() && !sp.is(cEntity) {
			a.places = append(a.places, sp)
		}
	}
}

// piecesOf cuts a row at the punctuation, and before a word that begins a reason.
func piecesOf(s *sentence, row []*span) [][]*span {
	var pieces [][]*span
	from := 0
	for i, sp := range row {
		if i > from && (s.Tokens[sp.from].BreakBefore || sp.is(cReason)) {
			pieces = append(pieces, row[from:i])
			from = i
		}
	}

	return append(pieces, row[from:])
}

// hasReserved reports whether any word makes it unsafe to leave anything out. Of a timer or a list,
// "töröld" is the command, and takes nothing back.
func hasReserved(row []*span) bool {
	isCancelled := slices.ContainsFunc(row, func(sp *span) bool {
		return sp.means(cAbout, "timer") || sp.means(cAbout, "shopping") || isListNamed(sp)
	})

	return slices.ContainsFunc(row, func(sp *span) bool {
		cancels := isCancelled && sp.is(cNevermind) && isCommanding(sp)

		return isReserved(sp) && !cancels
	})
}

// isReserved reports whether a word makes it unsafe to leave anything out.
func isReserved(sp *span) bool {
	if sp.is(cBlock) && !sp.means(cBlock, "past") || sp.is(cNevermind) && !sp.is(cFiller) || sp.means(cNeedless, "back") || sp.means(cEnds, "after") {
		return true
	}

	return slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.verb.Senses[sp.prefix] == "report" })
}

func joinsWhatFollows(piece []*span) bool {
	for _, sp := range piece {
		if sp.means(cFiller, "joins") {
			return true
		}
		if !sp.is(cFiller | cConjunction) {
			return false
		}
	}

	return false
}

// isAside reports whether a clause asks for nothing.
func (l *language) isAside(s *sentence, piece []*span) bool {
	if isTimerNeedless(piece) {
		return false
	}
	tells, addresses := isPredicate(s, piece), true
	for i, sp := range piece {
		switch {
		case isCommanding(sp), sp.means(cNegation, ""), sp.means(cConjunction, "then"):
			return false
		case sp.is(cReason):
			tells = tells || onlyFillers(piece[:i])
		case i > 0 && sp.means(cFiller, "joins"):
			return false // ami a konyhában van
		case l.isTelling(s, piece, i):
			tells = true
		}
		addresses = addresses && sp.is(cAddress|cFiller)
	}

	return tells || addresses && slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cAddress) })
}

// isPredicate reports whether a clause says how something is, without a verb: koszos a nappali; csupa víz az ablak.
func isPredicate(s *sentence, piece []*span) bool {
	isWord := func(sp *span) bool { return !sp.is(cFiller | cConjunction) }
	first := slices.IndexFunc(piece, isWord)
	if first < 0 || !piece[first].is(cUnknown) || strings.HasSuffix(s.Tokens[piece[first].from].Fold, "t") {
		return false
	}
	at := first + 1
	if at < len(piece) && isWord(piece[at]) && !piece[at].is(cVerb|cPrefix|cNegation|cQuestion|cAsked|cNumber|cChange|cState) && piece[at].suffix.Case == morphology.Nominative {
		at++
	}
	if at+1 >= len(piece) || !tokens.IsArticle(s.Tokens[piece[at].from].Fold) {
		return false
	}

	return !slices.ContainsFunc(piece[at+1:], func(sp *span) bool { return sp.suffix.Case != morphology.Nominative || sp.is(cPrefix) })
}

// isTelling reports whether a span is a verb that tells of what is or was: a known one, or an
// unknown word with the form of one.
func (l *language) isTelling(s *sentence, piece []*span, at int) bool {
	sp := piece[at]
	if sp.is(cTells|cCopula|cBlock|cFeel) || sp.means(cAsked, "stop") || sp.means(cAsked, "enough") || sp.is(cState) && sp.isWhole || sp.means(cHome, "arrived") {
		return true
	}
	if slices.ContainsFunc(sp.forms, func(f verbForm) bool { return f.mood >= tellsPresent }) {
		return true
	}
	isAfterArticle := at > 0 && tokens.IsArticle(s.Tokens[piece[at-1].from].Fold)

	return !isAfterArticle && l.isFinite(sp, s.Tokens[sp.from].Fold)
}

// isFinite reports whether a word that is not known as it stands has the form of a verb that
// tells something.
func (l *language) isFinite(sp *span, folded string) bool {
	const shortest = 5
	isKnown := !sp.is(cUnknown) && (sp.isWhole || sp.is(cEntity|cArea|cFloor|cKind|cNumber|cVerb))
	if isKnown || len(folded) < shortest {
		return false
	}
	if morphology.EndsWithAny(folded, morphology.Rules().FiniteEndings) {
		return true
	}
	for _, prefix := range l.prefixesOf(folded) { // kiszalad
		if rest, ok := strings.CutPrefix(folded, prefix); ok && len(prefix) > 1 && len(rest) > 3 {
			return true
		}
	}

	return false
}
