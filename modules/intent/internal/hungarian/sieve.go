package hungarian

import "hash/maphash"

// sieve holds back most texts that are not among some words, without a look at these: of all the stems and forms that the
// letters of a sentence may be, nearly none is a word.
type sieve struct {
	seed  maphash.Seed
	bits  []uint64 // one is set for every word; nil holds back nothing
	shift int      // of a hash, to the number of its bit
}

// newSieve makes a sieve for so many words.
func newSieve(seed maphash.Seed, words int) sieve {
	const forEach, hashBits, wordBits = 16, 64, 6
	shift := hashBits - wordBits
	for 1<<(hashBits-shift) < forEach*words {
		shift--
	}

	return sieve{seed: seed, bits: make([]uint64, 1<<(hashBits-shift-wordBits)), shift: shift}
}

func (s *sieve) add(word string) {
	at := maphash.String(s.seed, word) >> s.shift
	s.bits[at/64] |= 1 << (at % 64)
}

// mayHave reports whether a text may be one of the words.
func (s *sieve) mayHave(text string) bool {
	return s.bits == nil || s.mayHaveHash(maphash.String(s.seed, text))
}

// mayHaveHash is mayHave, where the hash of the text is known.
func (s *sieve) mayHaveHash(hash uint64) bool {
	at := hash >> s.shift

	return s.bits == nil || s.bits[at/64]&(1<<(at%64)) != 0
}

// fillSieves notes all words, when they are all there.
func (l *language) fillSieves() {
	seed := maphash.MakeSeed()
	l.words = newSieve(seed, len(l.vocabulary)+len(l.changed))
	for word := range l.vocabulary {
		l.words.add(word)
	}
	for stem := range l.changed {
		l.words.add(stem)
	}
	l.verbForms = newSieve(seed, len(l.verbs)+len(l.remarks))
	for form := range l.verbs {
		l.verbForms.add(form)
	}
	for form := range l.remarks {
		l.verbForms.add(form)
	}
}

// fillSieve does so for the words of a home.
func (ix *Index) fillSieve() {
	ix.words = newSieve(ix.lang.words.seed, len(ix.vocabulary)+len(ix.changed))
	for word := range ix.vocabulary {
		ix.words.add(word)
	}
	for stem := range ix.changed {
		ix.words.add(stem)
	}
}

// known is what letters are to the language and the home.
type known struct {
	word int32 // the number of the word that they are; -1 for none
	// stemOf is the number of the word that they are the stem of before endings, -1 for none; isOwn: of the home's.
	stemOf int32
	isOwn  bool
}

// look finds what some letters are.
func (ix *Index) look(folded string) known {
	k := known{word: -1, stemOf: -1}
	hash := maphash.String(ix.lang.words.seed, folded)
	if ix.lang.words.mayHaveHash(hash) {
		if n, ok := ix.lang.vocabulary[folded]; ok {
			k.word = n
		}
		if n, ok := ix.lang.changed[folded]; ok {
			k.stemOf = n
		}
	}
	if !ix.words.mayHaveHash(hash) {
		return k
	}
	if n, ok := ix.vocabulary[folded]; ok && k.word < 0 {
		k.word = n
	}
	if n, ok := ix.changed[folded]; ok && k.stemOf < 0 {
		k.stemOf, k.isOwn = n, true
	}

	return k
}

// wordNumber finds the number of a folded word, -1 where nobody has it.
func (ix *Index) wordNumber(folded string) int32 {
	hash := maphash.String(ix.lang.words.seed, folded)
	if ix.lang.words.mayHaveHash(hash) {
		if n, ok := ix.lang.vocabulary[folded]; ok {
			return n
		}
	}
	if ix.words.mayHaveHash(hash) {
		if n, ok := ix.vocabulary[folded]; ok {
			return n
		}
	}

	return -1
}
