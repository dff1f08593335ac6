package hungarian

import (
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/wish"
)

// memory is what an index has found out about the words of a sentence, so that it is done once however often the
// sentence is read.
type memory struct {
	ix *Index
	of *sentence // as it stands; a copy, maybe with other words, has a memory of its own

	spans    *spanner
	mentions []*mentionWord // of each token; nil before it is asked for
	// called are the words of the names that devices were found to have.
	called map[*hamanagerapi.Entity]calledWords
	// pointed is what each token points at, as a word that is known and as one that is not.
	pointed [][2]map[int32]float32
	// scale knows what was weighed.
	scale *wish.Scale
	// evidence is each token as evidence; nil before it is asked for.
	evidence []*wish.Word
}

// memoryOf is what was found out about a sentence.
func (ix *Index) memoryOf(s *sentence) *memory {
	if s.memory == nil || s.memory.of != s || s.memory.ix != ix {
		s.memory = &memory{ix: ix, of: s}
	}

	return s.memory
}

// findSpans finds all that the words of a sentence may be. They are as they were found: what clauses note of them while
// they are read is forgotten.
func (ix *Index) findSpans(s *sentence) *spanner {
	m := ix.memoryOf(s)
	if m.spans == nil {
		m.spans = ix.newSpanner(s)
	} else {
		m.spans.forget()
	}

	return m.spans
}
