package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// What bounds the reading of a sentence piece by piece.
const (
	maxPieces      = 8 // between punctuation and conjunctions
	maxPiecesInOne = 3 // that make one command together
)

// readPieces reads a sentence as a row of commands, each between punctuation or conjunctions and
// understood by itself, or about the place that the one before it named: az ikreknél redőny le, dínó
// be, mese stop. It is tried last. Every piece must be a command that can be carried out, or have
// nothing to do with the home (0096); else nothing is done.
func (ix *Index) readPieces(u meaning.Utterance, f *spanner) *interpretation {
	s := f.s
	if s.isQuestion || s.isQuoted && !s.isOnlySetOff {
		return nil
	}
	rows, _ := f.coverings()
	row, left := ix.prepared(s, rows[0], nil)
	if len(left) > 0 {
		return nil
	}
	cores := ix.corePieces(s, row)
	if len(cores) < 2 || len(cores) > maxPieces {
		return nil
	}

	return ix.readRow(u, s, cores, nil)
}

// corePieces cuts a row at punctuation and conjunctions, and leaves out what has nothing to do with the
// home; nil where that is not safe.
func (ix *Index) corePieces(s *sentence, row []*span) [][]*span {
	var cores [][]*span
	if ix.addressesSomebody(s, piecesOf(s, row)) {
		return nil
	}
	for _, piece := range cutAtConjunctions(piecesOf(s, row)) {
		switch ix.partOf(s, piece) {
		case isUnsafe:
			return nil
		case isCore:
			var a asides
			ix.takeCore(s, piece, row, &a)
			cores = append(cores, a.kept)
		default:
		}
	}

	return cores
}

// cutAtConjunctions cuts pieces further, before every conjunction.
func cutAtConjunctions(pieces [][]*span) [][]*span {
	var all [][]*span
	for _, piece := range pieces {
		from := 0
		for i, sp := range piece {
			if i > from && sp.is(cConjunction) && !sp.is(cPrefix) {
				all = append(all, piece[from:i])
				from = i
			}
		}
		all = append(all, piece[from:])
	}

	return all
}

// readRow reads the first pieces as one command, as few of them as make sense, and then the others.
func (ix *Index) readRow(u meaning.Utterance, s *sentence, pieces [][]*span, topic []*span) *interpretation {
	if len(pieces) == 0 {
		return new(interpretation)
	}
	for n := 1; n <= min(len(pieces), maxPiecesInOne); n++ {
		r, about := ix.readNext(u, s, slices.Concat(pieces[:n]...), topic)
		if !r.isPlain() {
			continue
		}
		if rest := ix.readRow(u, s, pieces[n:], ix.placesOf(about)); rest != nil {
			if n < len(pieces) && undoes(r.commands, rest.commands) && !isAfterwards(pieces[n]) {
				return nil
			}
			r.add(rest.commands)
			r.frame = "pieces;"

			return r
		}
	}

	return nil
}

// isPlain reports whether a reading is commands that can be carried out as they are.
func (r *interpretation) isPlain() bool {
	return r != nil && r.question == nil && !slices.ContainsFunc(r.commands, func(c meaning.Command) bool {
		return c.Reason != "" || meaning.IsQuestion(c.Intent)
	})
}
