package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// builder makes an Index.
type builder struct {
	ix     *Index
	byText map[string]int32 // words of a name -> its place in ix.names
	// hasStems are the words whose stems are known already.
	hasStems map[string]bool
	// cut are the names that were cut into tokens already.
	cut map[string][]tokens.Token
	// adjectives are words of names as adjectives; nothing is repaired to be one.
	adjectives map[string]bool
	// ends are words that only end those of names; nothing is repaired to be one either. roomEnds are those of rooms.
	ends, roomEnds map[string]bool
	// byFirstWord are the devices by the first word of their names, made when it is asked for.
	byFirstWord map[string][]*hamanagerapi.Entity
	// backs counts the words that end so.
	backs map[string]int
	// fronts and tails are the words of devices' names by their first letters, and by their last.
	fronts, tails map[string][]frontWord
}

// pack gives back what the names grew beyond their size while they were made, and keeps all
// their words in one piece: a household's index stays as long as its home.
func (b *builder) pack() {
	b.ix.names = slices.Clone(b.ix.names)
	total := 0
	for i := range b.ix.names {
		total += len(b.ix.names[i].words)
	}
	all := make([]int32, 0, total)
	for i := range b.ix.names {
		n := &b.ix.names[i]
		start := len(all)
		all = append(all, n.words...)
		n.words = all[start:len(all):len(all)]
	}
}

// tokens cuts a name, each once.
func (b *builder) tokens(text string) []tokens.Token {
	known, ok := b.cut[text]
	if !ok {
		known = tokenize(text, neverEnding).Tokens
		b.cut[text] = known
	}

	return known
}

// beginningWith are the devices whose names begin with a word.
func (b *builder) beginningWith(word string) []*hamanagerapi.Entity {
	if b.byFirstWord == nil {
		b.byFirstWord = make(map[string][]*hamanagerapi.Entity, len(b.ix.home.Entities))
		for _, e := range b.ix.home.Entities {
			first, _, _ := strings.Cut(e.Name, " ")
			first = morphology.Fold(first)
			b.byFirstWord[first] = append(b.byFirstWord[first], e)
		}
	}

	return b.byFirstWord[word]
}
