package hungarian

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/spelling"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// Index is what the grammar knows of one structure of a home: its names, cut into words
// and found by their first one. It is immutable; the states are read through the home.
type Index struct {
	home *hamanagerapi.Home
	lang *language

	// vocabulary numbers the folded words of names that the language does not have.
	vocabulary map[string]int32
	own        ownWords             // the words in vocabulary
	changed    map[string]int32     // as language.changed
	neighbours *spelling.Neighbours // of the words in vocabulary and changed
	names      []name
	byFirst    map[int32][]int32    // number of the first word -> names
	outside    []*hamanagerapi.Area // under the open sky
	words      sieve                // of the words in vocabulary and changed
	numbers    map[int32]bool       // the words of names that are numbers
	doers      []doer               // what is called after what it does
}

// name is one way to say what a home has, and everything that is called so.
type name struct {
	words []int32
	// weight is how surely the words mean it: names as the home has them weigh more than
	// what was derived from them.
	weight float32
	// isPart: only one word of an area's name; it must say where.
	isPart bool
	// isHead: a part that is a word for a room by itself; it may also be what something is done to.
	isHead bool
	// isShort: only one word of a device's name; it must be what something is done to.
	isShort bool
	// isSomeones: it is the end of a name that says whose it is: olvasólámpa, of Kati olvasólámpája.
	isSomeones bool

	// IsNumber: only a number; it must be said as one that things have (kettes).
	isNumber bool

	// isList: the name of a list without that word; it must say onto or off what.
	isList bool

	entities []*hamanagerapi.Entity
	// measured are the sensors of what is so called: the kazán of "Kazán hőmérséklet".
	measured []*hamanagerapi.Entity
	area     *hamanagerapi.Area
	floor    *hamanagerapi.Floor
	// areas are the rooms that one word sums up (gyerekszoba, vizes helyiség); area is nil then.
	areas []*hamanagerapi.Area
	// owner: rooms or devices are called after it.
	owner *owner
}

// isOnlyOwner reports whether nothing is called by the name itself: Nagyi, where there are only
// the Nagyi szobája and the Nagyi lámpája.
func (n *name) isOnlyOwner() bool {
	return n.owner != nil && len(n.entities)+len(n.measured) == 0 && n.area == nil && n.floor == nil && len(n.areas) == 0
}

// How surely a name is meant, for each of its words.
const (
	weightGiven   = 2.0
	weightDerived = 1.7
	weightPart    = 1.2
)

// NewIndex makes the index of a home's structure. Only what is exposed can be found.
func NewIndex(home *hamanagerapi.Home) *Index {
	const namesOfEach = 8 // about so many come of each name
	n := len(home.Entities)
	b := builder{
		ix: &Index{
			home: home, lang: hungarian(), vocabulary: map[string]int32{}, changed: map[string]int32{}, byFirst: map[int32][]int32{},
			numbers: map[int32]bool{}, names: make([]name, 0, namesOfEach*n),
		},
		byText: make(map[string]int32, namesOfEach*n), hasStems: make(map[string]bool, 2*n), adjectives: map[string]bool{}, ends: map[string]bool{},
		roomEnds: map[string]bool{}, cut: make(map[string][]tokens.Token, 2*n),
	}
	for i := range home.Floors {
		f := &home.Floors[i]
		for _, text := range append([]string{f.Name}, f.Aliases...) {
			b.add(text, weightGiven, func(n *name) { n.floor = f })
		}
	}
	for i := range home.Areas {
		b.addArea(&home.Areas[i])
	}
	for _, e := range home.Entities {
		if e.Exposed {
			b.addEntity(e)
		}
	}

	b.addOwners()
	b.addGroups()
	b.addEndsOfRooms()
	b.countBacks()
	b.collectFronts()
	for _, e := range home.Entities {
		if e.Exposed {
			b.addParts(e)
			b.addMeasured(e)
			b.addDoers(e)
		}
	}
	b.pack()
	stems := slices.DeleteFunc(slices.Sorted(maps.Keys(b.ix.changed)), func(stem string) bool { return b.adjectives[stem] })
	words := slices.Sorted(maps.Keys(b.ix.vocabulary))
	b.ix.own = newOwnWords(words)
	known := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return b.ends[word] })
	b.ix.neighbours = spelling.NewNeighbours(slices.Concat(known, stems))
	b.ix.fillSieve()

	return b.ix
}

// addArea adds an area's names, and each with and without "szoba": dolgozó, dolgozószoba.
func (b *builder) addArea(a *hamanagerapi.Area) {
	set := func(n *name) {
		if n.area == nil {
			n.area = a
		}
	}
	for _, text := range append([]string{a.Name}, a.Aliases...) {
		b.add(text, weightGiven, set)
	}
	for _, text := range append([]string{a.Name}, a.Aliases...) {
		folded := morphology.Fold(text)
		if first, _, ok := strings.Cut(text, " "); ok && !b.isGeneric(first) {
			b.addFirst(text, first, a)
		}
		b.addLast(text, a)
		if short, ok := strings.CutSuffix(folded, "szoba"); ok && len(short) > 2 && !b.isOnlyWhich(short, a) && !slices.Contains(morphology.Rules().Sizes, short) {
			b.add(short, weightDerived, set)
		} else if !strings.Contains(folded, " ") {
			b.add(folded+"szoba", weightDerived, set)
		}
	}
}

// isOnlyWhich reports whether the word before a room's "szoba" is one that devices elsewhere are called by as well, and
// so names no room by itself: the hátsó szoba, where there is a hátsó kapu.
func (b *builder) isOnlyWhich(short string, a *hamanagerapi.Area) bool {
	word, isWord := strings.CutSuffix(short, " ")

	return isWord && slices.ContainsFunc(b.beginningWith(word), func(e *hamanagerapi.Entity) bool { return e.AreaID != a.ID })
}

// addEntity adds an entity's names, and each without the area that it begins with: what
// stands in the nappali is called "állólámpa" there, not "nappali állólámpa".
func (b *builder) addEntity(e *hamanagerapi.Entity) {
	set := func(n *name) {
		if !slices.Contains(n.entities, e) {
			n.entities = append(n.entities, e)
		}
	}
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		b.add(text, weightGiven, set)
		if e.Domain == "todo" {
			b.addList(strings.ToLower(text), set)
		}
		if rest := b.withoutArea(text, e.AreaID); rest != "" {
			b.add(rest, weightDerived, set)
		}
	}
}

// addList lets a list be called with the word for it and without: patikalista, takarmányhoz.
func (b *builder) addList(text string, set func(*name)) {
	const word, shortest = "lista", 4
	short, isCalled := strings.CutSuffix(text, word)
	switch {
	case !isCalled && !strings.Contains(text, word) && !strings.Contains(text, " "):
		b.add(text+word, weightDerived, set)
	case isCalled && len(short) >= shortest && !strings.HasSuffix(short, " "):
		b.add(short, weightDerived, func(n *name) {
			if len(n.entities) == 0 && n.area == nil && n.floor == nil { // nothing else is called so
				n.isList = true
				set(n)
			}
		})
	}
}

// isKnownName reports whether a word, or what it is the adjective of (konyhai), is a name
// itself, rather than what was made of one.
func (b *builder) isKnownName(folded string) bool {
	for _, text := range []string{folded, strings.TrimSuffix(folded, "i")} {
		if at, ok := b.byText[text]; ok && b.ix.names[at].isGiven() {
			return true
		}
	}

	return false
}

// isGiven reports whether something was given the name, or a place goes by it.
func (n *name) isGiven() bool {
	return n.weight == weightGiven || len(n.rooms()) > 0 || n.floor != nil || n.owner != nil
}

// withoutArea cuts the entity's area off the beginning of its name. What is left must say
// more than a kind of device: "lámpa" alone means any.
func (b *builder) withoutArea(text, areaID string) string {
	area := b.ix.home.Area(areaID)
	if area == nil {
		return ""
	}
	first, rest, ok := strings.Cut(text, " ")
	if !ok || b.isGeneric(rest) {
		return ""
	}
	first = morphology.Fold(first)
	for _, called := range append([]string{area.Name}, area.Aliases...) {
		if folded := morphology.Fold(called); first == folded || first == folded+"i" {
			return rest
		}
	}

	return ""
}

// isGeneric reports whether a text consists of words of the language and numbers only.
func (b *builder) isGeneric(text string) bool {
	for _, tok := range b.tokens(text) {
		if !tok.IsNumber && !b.ix.lang.hasWord(tok.Fold) {
			return false
		}
	}

	return true
}

// add registers a name under its words, and a name of several words also as one (garázs
// kapu, garázskapu).
func (b *builder) add(text string, weight float32, set func(*name)) {
	said := withoutOrdinalEnding(slices.Clone(b.tokens(text)))
	if len(said) == 0 || len(said) > maxNameWords {
		return
	}
	folded := make([]string, 0, len(said))
	for _, tok := range said {
		folded = append(folded, tok.Fold)
		b.addStems(tok)
	}
	b.addWords(folded, weight, set)
	b.addShort(folded, said[len(said)-1], set)
	for _, spoken := range spokenNames(said, func(tok tokens.Token) string { return text[tok.From:tok.To] }) {
		b.addWords(spoken, weight, set)
	}
	for _, other := range describedOtherwise(folded) {
		b.addWords(other, weight, set)
		b.addStems(tokens.Token{Lower: other[0], Fold: other[0]})
	}
	if len(folded) > 1 {
		joined := strings.Join(folded, "")
		b.addWords([]string{joined}, weight, set)
		if slices.ContainsFunc(folded, func(word string) bool { return spelling.Heard().Spoken[word] != nil }) {
			for _, written := range spokenTogether(folded) {
				b.addSpoken(written, joined)
			}
		}
	}
}

// addShort adds a name without the last part of a compound that people leave out after a
// participle: szárító(gép), but not kávé(gép).
func (b *builder) addShort(folded []string, last tokens.Token, set func(*name)) {
	const shortest = 4
	for _, head := range morphology.Rules().DroppableHeads {
		short, ok := strings.CutSuffix(last.Lower, head)
		if !ok || len(short) < shortest || !strings.HasSuffix(short, "ó") && !strings.HasSuffix(short, "ő") {
			continue
		}
		shortened := slices.Clone(folded)
		shortened[len(folded)-1] = morphology.Fold(short)
		b.addWords(shortened, weightDerived, set)
	}
}

// addStems registers the stems that a word has before endings, once for each word.
func (b *builder) addStems(tok tokens.Token) {
	if b.hasStems[tok.Fold] {
		return
	}
	b.hasStems[tok.Fold] = true
	for _, stem := range morphology.Rules().OtherStems(tok.Lower) {
		b.ix.changed[stem] = b.number(tok.Fold)
	}
	if tok.IsNumber || b.ix.lang.hasWord(tok.Fold) {
		return
	}
	for _, written := range spokenWords(tok.Fold) {
		b.addSpoken(written, tok.Fold)
	}
}

// addSpoken lets a word of a name be written in another way, where that is no word itself.
func (b *builder) addSpoken(written, folded string) {
	if b.ix.wordNumber(written) < 0 {
		b.ix.changed[written] = b.number(folded)
	}
}

const (
	maxNameWords = 12
	joinPenalty  = 0.3
)

func (b *builder) addWords(folded []string, weight float32, set func(*name)) {
	key := strings.Join(folded, " ")
	at, ok := b.byText[key]
	if !ok {
		n := name{weight: weight, isNumber: len(folded) == 1 && morphology.IsDigits(folded[0])}
		n.words = make([]int32, 0, len(folded))
		for _, w := range folded {
			word := b.number(w)
			n.words = append(n.words, word)
			if morphology.IsDigits(w) {
				b.ix.numbers[word] = true
			}
		}
		at = int32(len(b.ix.names)) //nolint:gosec // a few thousand names
		b.ix.names = append(b.ix.names, n)
		b.byText[key] = at
		b.ix.byFirst[n.words[0]] = append(b.ix.byFirst[n.words[0]], at)
	}
	n := &b.ix.names[at]
	n.weight = max(n.weight, weight)
	n.isList = false
	if n.isPart { // what is so called itself comes before a part of something else
		n.isPart, n.area, n.areas = false, nil, nil
	}
	set(n)
}

// number returns the number of a word: the language's, or one of the home's own.
func (b *builder) number(folded string) int32 {
	if n, ok := b.ix.lang.vocabulary[folded]; ok {
		return n
	}
	if n, ok := b.ix.vocabulary[folded]; ok {
		return n
	}
	n := int32(len(b.ix.lang.phrases) + len(b.ix.vocabulary)) //nolint:gosec // a few thousand words
	b.ix.vocabulary[folded] = n

	return n
}
