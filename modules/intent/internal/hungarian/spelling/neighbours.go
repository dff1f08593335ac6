package spelling

import (
	"math/bits"
	"slices"
)

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
	// forms lead from every word, whole and without each one of its letters, to its place among the words, and
	// heard from how each sounds.
	forms, heard places
}

// NewNeighbours indexes words, those that are long enough with each of their letters wrong.
// They are folded, and so a letter is nearly always a byte.
func NewNeighbours(words []string) *Neighbours {
	size := 0
	for _, w := range words {
		if len(w) >= shortestRepaired {
			size += len(w) + 1
		}
	}
	forms, heard := make([]hashed, 0, size), make([]hashed, 0, len(words))
	for place, w := range words {
		heard = append(heard, newHashed(hashOf(heardAs(w)), place))
		if len(w) < shortestRepaired {
			continue
		}
		eachForm(w, func(hash uint32, isAgain bool) {
			if !isAgain {
				forms = append(forms, newHashed(hash, place))
			}
		})
	}

	return &Neighbours{words: words, forms: newPlaces(forms), heard: newPlaces(heard)}
}

// Each calls found with every word that sounds like the written one or differs from it by a letter.
func (n *Neighbours) Each(written string, found func(word string)) {
	const shortestHeard = 3
	if len(written) < shortestHeard {
		return
	}
	sound := heardAs(written)
	hash := hashOf(sound)
	for _, h := range n.heard.near(hash) {
		if h.hash() != hash {
			continue
		}
		if word := n.words[h.place()]; word != written && heardAs(word) == sound {
			found(word)
		}
	}
	if len(written)+1 < shortestRepaired {
		return
	}
	eachForm(written, func(hash uint32, _ bool) {
		for _, h := range n.forms.near(hash) {
			if h.hash() == hash && IsOneEdit(written, n.words[h.place()]) {
				found(n.words[h.place()])
			}
		}
	})
}

// hashed is the hash of a form, above the place of its word.
type hashed uint64

func newHashed(hash uint32, place int) hashed { return hashed(hash)<<32 | hashed(place) } //nolint:gosec // less than 2^32

func (h hashed) hash() uint32  { return uint32(h >> 32) }
func (h hashed) place() uint32 { return uint32(h) } //nolint:gosec // its lower half

// places finds hashed forms by the first bits of their hashes.
type places struct {
	all []hashed
	// starts are where in all those begin that share their first bits, and shift is what leaves these.
	starts []uint32
	shift  int
	// marks has a bit for each way a few bits more may be, set where there is a form: mostly there is none, and a look
	// at it tells.
	marks     []uint64
	markShift int
}

// newPlaces sorts forms by the first bits of their hashes; those that share them stay in order.
func newPlaces(forms []hashed) places {
	const together, more = 4, 5 // about as many share their first bits; bits more for a mark
	firstBits := bits.Len(uint(len(forms) / together))
	p := places{
		all: make([]hashed, len(forms)), starts: make([]uint32, 1<<firstBits+1), shift: 32 - firstBits,
		marks: make([]uint64, 1<<(firstBits+more)/64+1), markShift: 32 - firstBits - more,
	}
	for _, h := range forms {
		p.starts[h.hash()>>p.shift+1]++
		mark := h.hash() >> p.markShift
		p.marks[mark/64] |= 1 << (mark % 64)
	}
	for i := 1; i < len(p.starts); i++ {
		p.starts[i] += p.starts[i-1]
	}
	next := slices.Clone(p.starts)
	for _, h := range forms {
		first := h.hash() >> p.shift
		p.all[next[first]] = h
		next[first]++
	}

	return p
}

// near are the forms that share the first bits of a hash.
func (p *places) near(hash uint32) []hashed {
	if mark := hash >> p.markShift; p.marks[mark/64]&(1<<(mark%64)) == 0 {
		return nil
	}
	first := hash >> p.shift

	return p.all[p.starts[first]:p.starts[first+1]]
}

// A hash is a number in base prime, its digits the bytes of a word, so that what it is without one of them takes no second
// look at the others; its bits are mixed in the end.
const prime = 16777619

// hashOf hashes a word.
func hashOf(word string) uint32 {
	hash := uint32(0)
	for i := range len(word) {
		hash = hash*prime + uint32(word[i])
	}

	return mixed(hash)
}

// eachForm calls found with the hash of a word, and of it without each of its bytes in turn. IsAgain: it is the same as
// without the byte before.
func eachForm(word string, found func(hash uint32, isAgain bool)) {
	found(hashOf(word), false)
	if len(word) > longest {
		return
	}
	var behind, powers [longest + 1]uint32 // of what stands behind each byte
	powers[len(word)] = 1
	for i := len(word) - 1; i >= 0; i-- {
		behind[i] = behind[i+1] + uint32(word[i])*powers[i+1]
		powers[i] = powers[i+1] * prime
	}
	before := uint32(0)
	for i := range len(word) {
		found(mixed(before*powers[i+1]+behind[i+1]), i > 0 && word[i] == word[i-1])
		before = before*prime + uint32(word[i])
	}
}

// longest is the longest word that is known with a letter wrong.
const longest = 64

// mixed has all bits of a number tell in the first of them.
func mixed(hash uint32) uint32 {
	hash ^= hash >> 16
	hash *= 0x85ebca6b
	hash ^= hash >> 13
	hash *= 0xc2b2ae35

	return hash ^ hash>>16
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
