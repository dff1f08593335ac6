package hungarian

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/numerals"
	"homehub/modules/intent/internal/hungarian/spelling"
)

// language is everything that is the same for all homes. It is read once and never changes.
type language struct {
	suffixes *morphology.Endings
	verbs    map[string][]verbForm // by folded form
	handwork []handwork            // what verbs of work by hand begin with
	remarks  map[string]bool       // folded forms of verbs that tell of people and the world
	prefixes []string              // of verbs, folded, longest first
	// prefixesByFirst and prefixesByLast are the same by the letter that they begin and end with.
	prefixesByFirst, prefixesByLast [256][]string
	bare                            map[string]string // what a prefix asks for without a verb
	kinds                           []kind
	sorts                           [][]string     // folded words for one sort of device each
	ordinals                        map[string]int // place in a row, from 0; negative from its end
	heads                           []string       // folded: what the names of sensors end in
	// timeUnits are the folded words for units of time.
	timeUnits []string
	frames    []frame
	byAction  map[string][]*frame // the frames that accept an action, in order
	// changed leads from a folded stem before endings to the word: bokr -> bokor.
	changed map[string]int32

	// vocabulary numbers the folded words of all phrases; a home continues the numbering.
	vocabulary map[string]int32
	// words and verbForms hold back most of what is none of the words and stems, or no form of a verb.
	words, verbForms sieve
	// phrases are found by their first word's number.
	phrases [][]phrase

	// neighbours are the words above and the stems, verbNeighbours the forms of verbs, as they
	// may be mistyped. otherWords are no mistyped ones: they mean something else.
	neighbours, verbNeighbours *spelling.Neighbours
	otherWords                 map[string]bool
	// hesitations are words, as they are written, that people say while they think.
	// trailing those that end a sentence after such a one (hát igen).
	hesitations, trailing map[string]bool
}

// phrase is a row of words with meanings.
type phrase struct {
	words   []int32
	written []string // with their accents
	lexemes []lexeme
}

// hungarian is the language, read once.
var hungarian = sync.OnceValue(func() *language {
	l := &language{
		suffixes:   morphology.Suffixes(),
		vocabulary: make(map[string]int32, 2000),
		changed:    map[string]int32{},
	}
	l.ordinals = numerals.Ordinals()
	l.frames = frames()
	l.loadVerbs()
	l.loadRemarks()
	l.loadWords()
	l.loadKinds()
	l.loadClasses()
	l.loadPlans()
	l.findFrames()
	l.loadTimeUnits()
	l.loadMeasures()
	l.loadNeighbours()
	l.fillSieves()

	return l
})

func (l *language) loadWords() {
	var file map[string]map[string][]string
	data.MustLoad("words", &file)
	classes := classNames()
	for _, name := range slices.Sorted(maps.Keys(file)) { // sorted, so that every process reads alike
		c, ok := classes[name]
		if !ok {
			panic("hungarian: words.yaml: unknown class " + name)
		}
		for _, value := range slices.Sorted(maps.Keys(file[name])) {
			for _, w := range file[name][value] {
				l.add(w, lexeme{class: c, value: value})
			}
		}
	}
}

func (l *language) loadKinds() {
	data.MustLoad("kinds", &l.kinds)
	data.MustLoad("sorts", &l.sorts)
	for _, sort := range l.sorts {
		for i := range sort {
			sort[i] = morphology.Fold(sort[i])
		}
	}
	for i := range l.kinds {
		k := &l.kinds[i]
		for _, w := range k.Words {
			l.add(w, lexeme{class: cKind, value: k.Domain, of: k})
		}
	}
}

// classWords are the words about one class of sensors.
type classWords struct {
	Nouns []string `yaml:"nouns"`
	On    []string `yaml:"on"`
	Off   []string `yaml:"off"`
	// Does are verbs that say it is so; they take no endings.
	Does []string `yaml:"does"`
}

func (l *language) loadClasses() {
	var file struct {
		BinarySensor map[string]classWords `yaml:"binary_sensor"`
		Sensor       map[string]classWords `yaml:"sensor"`
		Detects      []string              `yaml:"detects"`
		Heads        []string              `yaml:"heads"`
	}
	data.MustLoad("classes", &file)
	for _, head := range file.Heads {
		l.heads = append(l.heads, morphology.Fold(head))
	}
	for _, w := range file.Detects {
		l.add(w, lexeme{class: cDetects, value: "on"})
	}
	l.addClasses("binary_sensor", file.BinarySensor)
	l.addClasses("sensor", file.Sensor)
}

func (l *language) addClasses(domain string, classes map[string]classWords) {
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		of, about := &kind{Domain: domain, Classes: []string{name}}, classes[name]
		for _, w := range about.Nouns {
			l.add(w, lexeme{class: cClass, of: of})
		}
		for _, w := range about.On {
			l.add(w, lexeme{class: cClass, value: "on", of: of})
		}
		for _, w := range about.Does {
			l.add(w, lexeme{class: cClass, value: "on", of: of, isWhole: true})
		}
		for _, w := range about.Off {
			l.add(w, lexeme{class: cClass, value: "off", of: of})
		}
	}
}

// add gives a word or phrase one more meaning.
func (l *language) add(written string, meaning lexeme) {
	p := phrase{}
	for _, tok := range tokenize(written, neverEnding).Tokens {
		n := l.number(tok.Fold)
		for _, stem := range morphology.Rules().OtherStems(tok.Lower) {
			l.changed[stem] = n
		}
		p.words = append(p.words, n)
		p.written = append(p.written, tok.Lower)
	}
	if len(p.words) == 0 {
		panic("hungarian: a word without letters: " + written)
	}

	first := p.words[0]
	for i := range l.phrases[first] {
		if known := &l.phrases[first][i]; equalWords(known.written, p.written) {
			known.lexemes = append(known.lexemes, meaning)

			return
		}
	}
	p.lexemes = []lexeme{meaning}
	l.phrases[first] = append(l.phrases[first], p)
}

// loadNeighbours indexes all words for repair, when they are all there.
func (l *language) loadNeighbours() {
	l.otherWords, l.hesitations, l.trailing = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, w := range spelling.Heard().OtherWords {
		l.otherWords[morphology.Fold(w)] = true
	}
	for _, w := range spelling.Heard().Hesitations {
		l.hesitations[w] = true
	}
	for _, w := range spelling.Heard().Trailing {
		l.trailing[w] = true
	}
	l.loadSpoken()
	l.neighbours = spelling.NewNeighbours(slices.Concat(slices.DeleteFunc(slices.Sorted(maps.Keys(l.vocabulary)), l.isMinor), slices.Sorted(maps.Keys(l.changed)), numerals.Mistypable(), l.unitForms()))
	l.verbNeighbours = spelling.NewNeighbours(slices.Sorted(maps.Keys(l.verbs)))
}

// loadSpoken lets a foreign word that is one of the language's as well be written as it is said: pléj, for play.
func (l *language) loadSpoken() {
	for word, spoken := range spelling.Heard().Spoken {
		at, ok := l.vocabulary[word]
		if !ok {
			continue
		}
		for _, written := range spoken {
			if folded := morphology.Fold(written); !l.hasWord(folded) {
				l.changed[folded] = at
			}
		}
	}
}

// isMinor reports whether a folded word only accompanies a question: nothing is repaired to be such.
func (l *language) isMinor(folded string) bool {
	phrases := l.phrases[l.vocabulary[folded]]

	return len(phrases) > 0 && !slices.ContainsFunc(phrases, func(p phrase) bool {
		return slices.ContainsFunc(p.lexemes, func(x lexeme) bool { return x.class&(cRoams|cWonder) == 0 })
	})
}

// unitForms are the forms of units, whose words are too short to be repaired: fokkal, fokra.
func (l *language) unitForms() []string {
	var forms []string
	for i := range l.phrases {
		for _, p := range l.phrases[i] {
			if unit := p.written[0]; len(p.words) == 1 && p.lexemes[0].class == cUnit && morphology.HasVowel(unit) {
				forms = append(forms, morphology.Fold(inflect.Instrumental(unit)), morphology.Fold(inflect.Sublative(unit)))
			}
		}
	}

	return forms
}

// number returns the number of a folded word, a new one if need be.
func (l *language) number(folded string) int32 {
	if n, ok := l.vocabulary[folded]; ok {
		return n
	}
	n := int32(len(l.phrases)) //nolint:gosec // a few thousand words
	l.vocabulary[folded] = n
	l.phrases = append(l.phrases, nil)

	return n
}

// hasWord reports whether a folded word is one of the language's, maybe in the plural.
func (l *language) hasWord(folded string) bool {
	if _, ok := l.vocabulary[folded]; ok {
		return true
	}
	for _, ending := range []string{"ok", "ek", "ak", "k"} {
		if stem, ok := strings.CutSuffix(folded, ending); ok && stem != "" {
			if _, ok := l.vocabulary[stem]; ok {
				return true
			}
		}
	}

	return false
}

// hasMeaning reports whether a folded word, maybe in the plural, means something by itself, rather than only as
// a part of phrases. Short words (kis) are common ones.
func (l *language) hasMeaning(folded string) bool {
	const shortest = 6
	if len(folded) < shortest {
		return l.hasWord(folded)
	}
	for _, ending := range []string{"", "ok", "ek", "ak", "k"} {
		stem, ok := strings.CutSuffix(folded, ending)
		word, isKnown := l.vocabulary[stem]
		if ok && isKnown && slices.ContainsFunc(l.phrases[word], func(p phrase) bool { return len(p.words) == 1 }) {
			return true
		}
	}

	return false
}

func neverEnding(string) bool { return false }

func equalWords(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }
