package morphology

// Endings are folded endings of words, found letter by letter from the end of a word: where its last letters are none,
// a look at them tells. They are immutable.
type Endings struct {
	// all are the endings and whatever they end in themselves; the first is the empty one.
	all []ending
}

type ending struct {
	// before leads to the ending with one more letter before this one; 0 where there is none.
	before [letters]uint16
	// suffix is what it says; it is not there where it is only the end of others.
	suffix Suffix
}

const letters = 'z' - 'a' + 1

func newEndings(table map[string]Suffix) *Endings {
	e := &Endings{all: make([]ending, 1, 2*len(table))}
	for text, suffix := range table {
		at := uint16(0)
		for i := len(text) - 1; i >= 0; i-- {
			next := &e.all[at].before[text[i]-'a']
			if *next == 0 {
				*next = uint16(len(e.all)) //nolint:gosec // a few thousand
				e.all = append(e.all, ending{})
			}
			at = *next
		}
		e.all[at].suffix = suffix
	}

	return e
}

// before finds the ending with one more letter before it; 0 where there is none.
func (e *Endings) before(at uint16, letter byte) uint16 {
	if letter < 'a' || letter > 'z' {
		return 0
	}

	return e.all[at].before[letter-'a']
}

// Find finds an ending.
func (e *Endings) Find(folded string) (s Suffix, ok bool) {
	at := uint16(0)
	for i := len(folded) - 1; i >= 0; i-- {
		if at = e.before(at, folded[i]); at == 0 {
			return Suffix{}, false
		}
	}

	return e.all[at].suffix, e.all[at].suffix.IsThere
}

// cut tries every ending of a word, the shortest first; false once try returned false.
func (e *Endings) cut(word string, try func(stem string, s Suffix) bool) bool {
	at := uint16(0)
	for end := len(word) - 1; end > 0; end-- {
		if at = e.before(at, word[end]); at == 0 {
			return true
		}
		if s := e.all[at].suffix; s.IsThere && !try(word[:end], s) {
			return false
		}
	}

	return true
}
