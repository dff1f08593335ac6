package hungarian

import (
	"cmp"
	"slices"
	"strings"
)

// ownWords are the words of a home's names that the language does not have, found by what they begin with and by what
// they end in.
type ownWords struct {
	forwards, backwards []string // sorted by their first letters, and by their last ones
}

// newOwnWords takes words that are sorted.
func newOwnWords(words []string) ownWords {
	return ownWords{forwards: words, backwards: slices.SortedFunc(slices.Values(words), compareBackwards)}
}

// beginningWith are the words that begin with some letters.
func (w *ownWords) beginningWith(front string) []string {
	from, _ := slices.BinarySearch(w.forwards, front)
	to := from
	for to < len(w.forwards) && strings.HasPrefix(w.forwards[to], front) {
		to++
	}

	return w.forwards[from:to]
}

// hasBeginning reports whether a word begins with some letters.
func (w *ownWords) hasBeginning(front string) bool {
	at, _ := slices.BinarySearch(w.forwards, front)

	return at < len(w.forwards) && strings.HasPrefix(w.forwards[at], front)
}

// endingIn are the words that end in some letters.
func (w *ownWords) endingIn(back string) []string {
	from, _ := slices.BinarySearchFunc(w.backwards, back, compareBackwards)
	to := from
	for to < len(w.backwards) && strings.HasSuffix(w.backwards[to], back) {
		to++
	}

	return w.backwards[from:to]
}

// compareBackwards compares two words letter by letter from their ends.
func compareBackwards(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := a[len(a)-1-i], b[len(b)-1-i]; x != y {
			return cmp.Compare(x, y)
		}
	}

	return cmp.Compare(len(a), len(b))
}
