package spelling

import "slices"

// shortestRepaired is the length of the shortest word that is known with a letter wrong.
// Among shorter ones too many differ by one letter, and mean something else.
const shortestRepaired = 5

// Neighbours finds the words that differ from a written one by a letter: one that is wrong,
// missing, too many, or changed places with the next. Two such words have a form in common
// once a letter of each is left out, so it is enough to keep those forms.
//
// Words that sound alike are neighbours too, see heardAs.
type Neighbours struct {
	words []string
	// keys are the hash of every word, whole and without each one of its letters, above the
	// place of the word; sorted.
	keys []uint64
	// heard are the hash of how each word sounds, above its place; sorted.
	heard []uint64
}

// NewNeighbours indexes words, those that are long enough with each of their letters wrong.
// They are folded, and so a letter is nearly always a byte.
func NewNeighbours(words []string) *Neighbours {
	n := &Neighbours{words: words, heard: make([]uint64, 0, len(words))}
	size := 0
	for _, w := range words {
		if len(w) >= shortestRepaired {
			size += len(w) + 1
		}
	}
	n.keys = make([]uint64, 0, size)
	for place, w := range n.words {
		n.heard = append(n.heard, uint64(hashWithout(heardAs(w), -1))<<32|uint64(place))
		if len(w) < shortestRepaired {
			continue
		}
		for without := -1; without < len(w); without++ {
			if without > 0 && w[without] == w[without-1] {
				continue // the same form again
			}
			n.keys = append(n.keys, uint64(hashWithout(w, without))<<32|uint64(place))
		}
	}
	slices.Sort(n.keys)
	slices.Sort(n.heard)

	return n
}

// Each calls found with every word that sounds like the written one or differs from it by a letter.
func (n *Neighbours) Each(written string, found func(word string)) {
	const shortestHeard = 3
	if len(written) < shortestHeard {
		return
	}
	sound := heardAs(written)
	withHash(n.heard, hashWithout(sound, -1), func(place uint32) {
		if word := n.words[place]; word != written && heardAs(word) == sound {
			found(word)
		}
	})
	if len(written)+1 < shortestRepaired {
		return
	}
	for without := -1; without < len(written); without++ {
		withHash(n.keys, hashWithout(written, without), func(place uint32) {
			if IsOneEdit(written, n.words[place]) {
				found(n.words[place])
			}
		})
	}
}

// withHash calls found with every place that a hash stands above.
func withHash(keys []uint64, hash uint32, found func(place uint32)) {
	at, _ := slices.BinarySearch(keys, uint64(hash)<<32)
	for ; at < len(keys) && keys[at]>>32 == uint64(hash); at++ {
		found(uint32(keys[at])) //nolint:gosec // its lower half
	}
}

// hashWithout is FNV-1a of a word without one of its bytes; -1 leaves out none.
func hashWithout(word string, without int) uint32 {
	const offset, prime = 2166136261, 16777619
	hash := uint32(offset)
	for i := range len(word) {
		if i != without {
			hash = (hash ^ uint32(word[i])) * prime
		}
	}

	return hash
}

// IsOneEdit reports whether two different words differ by a letter, or by two that changed places.
func IsOneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	at := 0
	for at < len(a) && a[at] == b[at] {
		at++
	}
	switch {
	case len(a) < len(b):
		return a[at:] == b[at+1:]
	case at == len(a):
		return false // the same word
	case a[at+1:] == b[at+1:]:
		return true
	default:
		return at+1 < len(a) && a[at] == b[at+1] && a[at+1] == b[at] && a[at+2:] == b[at+2:]
	}
}
