package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// withModes has a word for a mood after the name of one say no more than that, whatever else is called by it: a naplemente
// módot is not the vendég mód, too.
func withModes(s *sentence, row []*span) []*span {
	var changed []*span
	for i := 1; i < len(row); i++ {
		if !isMood(row[i-1]) || s.Tokens[row[i].from].BreakBefore {
			continue
		}
		ending, isMode := modeWord(s, row[i])
		if !isMode {
			continue
		}
		if changed == nil {
			changed = slices.Clone(row)
		}
		k := &kind{Domain: row[i-1].name.entities[0].Domain}
		changed[i] = &span{
			from: row[i].from, to: row[i].to, score: row[i].score, classes: cKind, suffix: ending,
			lexemes: []lexeme{{class: cKind, value: k.Domain, of: k}},
		}
	}
	if changed == nil {
		return row
	}

	return changed
}

// isMood reports whether a span is the bare name of a scene or a script.
func isMood(sp *span) bool {
	return sp.is(cEntity) && !sp.suffix.IsThere && sp.name != nil && len(sp.name.entities) > 0 && len(of(sp.name.entities, []string{"scene", "script"})) == len(sp.name.entities)
}

// modeWord is the ending of a span that is a word for a mood; ok is false for any other.
func modeWord(s *sentence, sp *span) (ending morphology.Suffix, ok bool) {
	if sp.to-sp.from != 1 {
		return ending, false
	}
	morphology.EachStem(s.Tokens[sp.from].Fold, hungarian().suffixes, func(stem string, found morphology.Suffix) bool {
		ending, ok = found, slices.ContainsFunc(morphology.Rules().ModeHeads, func(head string) bool { return morphology.Fold(head) == stem })

		return !ok
	})

	return ending, ok
}
