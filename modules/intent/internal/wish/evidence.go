package wish

import "slices"

// Part is what a word of a sentence stands for.
type Part uint8

// The parts of a sentence.
const (
	Plain  Part = iota // a word as it is
	Thing              // a device or a kind of device; the word is its last one, with its ending
	Place              // a room or floor
	Number             // the word is what follows the number: its ending
	Item               // what is to be on a list
)

// Word is one word of a sentence, or all those that name one thing. Fold is without accents.
type Word struct {
	Fold string
	Part Part
	// Form is what the word looks like: a command, the past; empty for nothing special.
	Form string
	// Senses are what the language knows of the word.
	Senses []Sense
	// IsAside: punctuation parts it from what the sentence is about.
	IsAside bool
}

// Sense is something that a language knows of a word: of what kind that is, and what.
type Sense struct{ Of, Is string }

// Evidence is what a sentence has that may tell what is wanted.
type Evidence struct {
	Words                   []Word
	IsQuestion, IsExclaimed bool
}

// SetAside marks the words that punctuation parts from the first thing that is named, else from the first
// place. breaks tells for each word whether punctuation stands before it.
func (e *Evidence) SetAside(breaks []bool) {
	core := slices.IndexFunc(e.Words, func(w Word) bool { return w.Part == Thing })
	if core < 0 {
		core = slices.IndexFunc(e.Words, func(w Word) bool { return w.Part == Place })
	}
	if core < 0 {
		return
	}
	from, to := core, core+1
	for from > 0 && !breaks[from] {
		from--
	}
	for to < len(e.Words) && !breaks[to] {
		to++
	}
	for i := range e.Words {
		e.Words[i].IsAside = i < from || i >= to
	}
}

// WithoutAsides is the evidence of what is not aside alone.
func (e *Evidence) WithoutAsides() *Evidence {
	core := *e
	core.Words = slices.DeleteFunc(slices.Clone(e.Words), func(w Word) bool { return w.IsAside })

	return &core
}

// maxFeatures bounds the features of one sentence.
const maxFeatures = 1000

// features are the hashed features of a sentence.
func (e *Evidence) features() []uint32 {
	const forWord, forSentence = 20, 8
	x := extractor{features: make([]uint32, 0, min(forWord*len(e.Words)+forSentence, maxFeatures))}
	x.read(e)

	return x.features
}

// sources tells of each of the features in which word it was found, negative for none.
func (e *Evidence) sources() []int {
	x := extractor{at: -1, isTraced: true}
	x.read(e)

	return x.sources
}

// The kinds of features. Their order is part of what was learned.
const (
	fBias = iota
	fWord
	fBeginning
	fEnding
	fPair
	fThing
	fPlace
	fNumber
	fItem
	fAside
	fFirst
	fLast
	fQuestion
	fExclaimed
	fLength
	fForm
	fSense
)

// extractor finds the features of one sentence.
type extractor struct {
	features []uint32
	// sources are those of the features where isTraced; at is the word that is read.
	sources  []int
	at       int
	isTraced bool
}

func (x *extractor) read(e *Evidence) {
	x.add(fBias)
	if e.IsQuestion {
		x.add(fQuestion)
	}
	if e.IsExclaimed {
		x.add(fExclaimed)
	}
	before, length := "", 0
	for i := range e.Words {
		w := &e.Words[i]
		x.at = i
		now := x.word(w)
		if w.IsAside {
			x.add(fAside, asideOf(w))

			continue
		}
		length++
		if before == "" {
			x.add(fFirst, now)
		} else {
			x.add(fPair, before, now)
		}
		if i > 0 && !e.Words[i-1].IsAside && e.Words[i-1].Part == Plain && w.Part == Plain {
			x.add(fForm, smallOrForm(&e.Words[i-1]), w.Form)
		}
		before = now
	}
	if before != "" {
		x.add(fLast, before)
	}
	x.at = -1
	x.add(fLength, lengthClass(length))
}

// lengthClass sums up lengths that tell the same.
func lengthClass(words int) string {
	switch {
	case words <= 4:
		return "01234"[words : words+1]
	case words < 8:
		return "few"
	default:
		return "many"
	}
}

func asideOf(w *Word) string {
	switch w.Part {
	case Plain:
		return w.Fold
	case Number:
		return "<number>"
	default:
		return "<thing>"
	}
}

// smallOrForm is a small word itself, of a longer one its form.
func smallOrForm(w *Word) string {
	const small = 5
	if len(w.Fold) <= small {
		return w.Fold
	}

	return w.Form
}

// word adds the features of one word, and returns what pairs call it.
func (x *extractor) word(w *Word) string {
	switch w.Part {
	case Thing:
		if !w.IsAside {
			x.add(fThing)
			x.add(fThing, last(w.Fold, 1))
			x.add(fThing, last(w.Fold, 2))
			x.add(fThing, last(w.Fold, 3))
		}

		return "<thing>" + last(w.Fold, 1)
	case Place:
		if !w.IsAside {
			x.add(fPlace, last(w.Fold, 2))
			x.add(fPlace, last(w.Fold, 3))
		}

		return "<place>"
	case Number:
		if !w.IsAside {
			x.add(fNumber)
			x.add(fNumber, w.Fold)
		}

		return "<number>"
	case Item:
		x.add(fItem, last(w.Fold, 1))

		return "<item>"
	default:
		x.plain(w)

		return w.Fold[:min(len(w.Fold), 6)]
	}
}

// plain adds a word, its form, what the language knows of it, its beginnings, which are much like stems, and its endings.
func (x *extractor) plain(w *Word) {
	x.add(fWord, w.Fold)
	x.add(fForm, w.Form)
	for _, sense := range w.Senses {
		x.add(fSense, sense.Of, sense.Is)
	}
	for n := 3; n <= 7 && n < len(w.Fold); n++ {
		x.add(fBeginning, w.Fold[:n])
	}
	for n := 2; n <= 4 && n < len(w.Fold); n++ {
		x.add(fEnding, last(w.Fold, n))
	}
}

func last(word string, n int) string { return word[max(len(word)-n, 0):] }

// add hashes a feature: FNV-1a, its bits mixed, for the model looks it up by the first of them.
func (x *extractor) add(kind byte, texts ...string) {
	if len(x.features) >= maxFeatures {
		return
	}
	const offset, prime, end = 2166136261, 16777619, 0xff
	h := uint32(offset)
	h = (h ^ uint32(kind)) * prime
	for _, text := range texts {
		for i := range len(text) {
			h = (h ^ uint32(text[i])) * prime
		}
		h = (h ^ end) * prime
	}
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	x.features = append(x.features, h)
	if x.isTraced {
		x.sources = append(x.sources, x.at)
	}
}
