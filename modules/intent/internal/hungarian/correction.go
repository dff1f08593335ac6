package hungarian

import "slices"

// corrected reads a sentence whose speaker takes a word back: a konyhait, nem is, a nappalit.
// What comes after the word of correction takes the place of the last that played the same
// part before it. A row without one is returned as it is; nil where it makes no sense.
func (ix *Index) corrected(s *sentence, row []*span) []*span {
	for {
		at := correctionIn(s, row)
		if at < 0 {
			return row
		}
		before, after := row[:at], row[at+1:]
		if !namesSomething(before) && !slices.ContainsFunc(before, isCommanding) {
			row = after // bocsánat, kapcsold fel a lámpát
			continue
		}
		piece := endOfPiece(s, after)
		switch {
		case slices.ContainsFunc(after[:piece], isCommanding):
			if countCommands(before) > 1 {
				return nil
			}
			row = slices.Concat(inherit(before, after[:piece]), after[piece:])
		default:
			before = ix.withoutReplaced(before, after[:piece])
			if before == nil {
				return nil
			}
			row = slices.Concat(before, after)
		}
	}
}

// correctionIn finds the word that takes something back. A bare "nem" does so only between
// commas.
func correctionIn(s *sentence, row []*span) int {
	return slices.IndexFunc(row, func(sp *span) bool {
		if sp.is(cCorrection) {
			return true
		}
		isApart := s.tokens[sp.from].breakBefore && sp.to < len(s.tokens) && s.tokens[sp.to].breakBefore

		return isApart && sp.means(cNegation, "told") && s.tokens[sp.from].fold == "nem"
	})
}

// endOfPiece is where the piece ends that a row begins with: at punctuation before a command,
// or at "then".
func endOfPiece(s *sentence, row []*span) int {
	for k := 1; k < len(row); k++ {
		if row[k].means(cConjunction, "then") || s.tokens[row[k].from].breakBefore && hasCommand(s, row, k) {
			return k
		}
	}

	return len(row)
}

func countCommands(row []*span) int {
	n := 0
	for _, sp := range row {
		if isCommanding(sp) {
			n++
		}
	}

	return n
}

// The parts that spans play: what is meant, where, how much, and the prefix of the verb.
const (
	partThing  = cEntity | cKind
	partPlace  = cArea | cFloor
	partAmount = cNumber | cFraction | cLevel | cColor | cWhite | cChange
)

// partOf is the part that a span plays, 0 for none.
func partOf(sp *span) class {
	switch {
	case isCommanding(sp):
		return 0
	case sp.is(partPlace):
		return partPlace
	case sp.is(partThing):
		return partThing
	case sp.is(partAmount):
		return partAmount
	case sp.is(cPrefix) && !sp.is(cConjunction|cFiller):
		return cPrefix
	default:
		return 0
	}
}

// withoutReplaced drops the last span that plays the part of each one in the correction. A
// device that is named with its room makes way for the same kind in another: a konyhai
// lámpát, bocsánat, az étkezőit.
func (ix *Index) withoutReplaced(before, correction []*span) []*span {
	kept := slices.Clone(before)
	replaced := false
	for _, sp := range correction {
		part := partOf(sp)
		if part == 0 {
			continue
		}
		at := lastIndexFunc(kept, func(old *span) bool { return partOf(old) == part })
		if at >= 0 {
			kept = slices.Delete(kept, at, at+1)
			replaced = true

			continue
		}
		at = lastIndexFunc(kept, func(old *span) bool { return partOf(old) == partThing })
		if part != partPlace || at < 0 {
			continue
		}
		replaced = true
		if k := asKind(kept[at]); k != nil {
			kept[at] = k
		}
	}
	if !replaced {
		return nil
	}

	return kept
}

func lastIndexFunc(row []*span, is func(*span) bool) int {
	for i, sp := range slices.Backward(row) {
		if is(sp) {
			return i
		}
	}

	return -1
}

// asKind makes of a span that names devices one that only names their kind.
func asKind(sp *span) *span {
	if !sp.is(cEntity) {
		return sp
	}
	e := sp.name.entities[0]
	k := &kind{Domain: e.Domain}
	if e.Domain == "cover" && e.DeviceClass != "" {
		k.Classes = []string{e.DeviceClass}
	}

	return &span{
		from: sp.from, to: sp.to, classes: cKind, suffix: sp.suffix, score: sp.score,
		lexemes: []lexeme{{class: cKind, value: k.Domain, of: k}},
	}
}
