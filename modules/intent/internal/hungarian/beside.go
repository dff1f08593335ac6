package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// isGrown reports whether a span is what is watered or mown, as what something is done to: a gyepet.
func isGrown(sp *span) bool {
	return sp.means(cAbout, "cleaning") && sp.suffix.Case == morphology.Accusative && !sp.is(cVerb)
}

// asksForSuch reports whether a clause only says what something is to be like, as if it had been
// named: melegebbet! It is said of what was spoken of before.
func (s *sentence) asksForSuch(spans []*span) bool {
	return slices.ContainsFunc(spans, func(sp *span) bool {
		return sp.is(cChange) && sp.suffix.Case == morphology.Accusative && !sp.is(cFiller)
	})
}

// saysHowMuch reports whether a piece says how much of something is enough or wanted, and so is no
// remark: elég tíz százalékon hagyni.
func saysHowMuch(piece []*span) bool {
	isWished := slices.ContainsFunc(piece, func(sp *span) bool { return sp.is(cBe) || sp.means(cAsked, "enough") || sp.means(cAsked, "want") })

	return isWished && slices.ContainsFunc(piece, func(sp *span) bool {
		return sp.means(cUnit, "percent") || sp.means(cUnit, "degree") || sp.is(cColor|cWhite) && !sp.is(cArea|cEntity)
	})
}

// isNeeded reports whether what seems to stand beside a command is part of what follows, or says how
// much is meant: láttam, hogy.
func isNeeded(pieces [][]*span, at int) bool {
	return saysHowMuch(pieces[at]) || at+1 < len(pieces) && joinsWhatFollows(pieces[at+1])
}

// addressesSomebody reports whether a piece is one word that nobody knows, as a name is that is called,
// beside a command that people are given as well: Feri, nyírd le a füvet.
func (ix *Index) addressesSomebody(s *sentence, pieces [][]*span) bool {
	if len(pieces) < 2 {
		return false
	}
	isCalled := func(piece []*span) bool {
		return len(piece) == 1 && piece[0].is(cUnknown) && !mayBeCase(s, piece[0])
	}

	return slices.ContainsFunc(pieces, isCalled) && slices.ContainsFunc(pieces, isHumanWork)
}

// mayBeCase reports whether an unknown word has an ending that a name which is called has not.
func mayBeCase(s *sentence, sp *span) bool {
	return morphology.EndsWithAny(s.Tokens[sp.from].Fold, morphology.Rules().AdjunctEndings) || isUnknownImperative(s, sp)
}

// handwork is what a verb of work by hand begins with.
type handwork struct{ written, folded string }

// isHandwork reports whether a word begins as a verb of work that is done by hand: szereld, kipakolod. Its accents tell
// gyűjtsd from gyújtsd.
func (l *language) isHandwork(tok *tokens.Token) bool {
	begins := func(from int) bool {
		lower := string([]rune(tok.Lower)[from:])

		return slices.ContainsFunc(l.handwork, func(stem handwork) bool {
			return strings.HasPrefix(tok.Fold[from:], stem.folded) && (!tok.HasAccent || strings.HasPrefix(lower, stem.written))
		})
	}

	return begins(0) || slices.ContainsFunc(l.prefixes, func(p string) bool { return strings.HasPrefix(tok.Fold, p) && begins(len(p)) })
}

// isHumanWork reports whether a piece commands work that people do as well as machines.
func isHumanWork(piece []*span) bool {
	work := []string{"clean", "mow", "water", "dock"}
	for _, sp := range piece {
		for _, form := range sp.forms {
			if form.mood > asks {
				continue
			}
			isWork := slices.ContainsFunc(piece, func(p *span) bool { return p.is(cPrefix) && slices.Contains(work, form.verb.Senses[p.value(cPrefix)]) })
			if isWork || slices.Contains(work, form.verb.Senses[sp.prefix]) {
				return true
			}
		}
	}

	return false
}
