package hungarian

import (
	"slices"
	"strings"
	"sync"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// placeWords is data/places.yaml: what people call several rooms of a home.
type placeWords struct {
	Groups   []roomGroup `yaml:"groups"`
	Dwellers []roomGroup `yaml:"dwellers"`
	Roles    []role      `yaml:"roles"`
	Children struct {
		Words  []string `yaml:"words"`
		Others []string `yaml:"others"`
	} `yaml:"children"`
	Outside struct {
		Rooms   []string `yaml:"rooms"`
		Sensors []string `yaml:"sensors"`
	} `yaml:"outside"`
	Lawn       []string `yaml:"lawn"`
	Rooms      []string `yaml:"rooms"`
	Upstairs   []string `yaml:"upstairs"`
	Downstairs []string `yaml:"downstairs"`
}

// roomGroup are words for the rooms whose names begin or end with other ones.
type roomGroup struct {
	Words []string `yaml:"words"`
	Rooms []string `yaml:"rooms"`
	// Whole: only whole words of rooms' names count, and one that is called so itself is none of them.
	Whole bool `yaml:"whole"`
}

// placesSaid is the data, read once and folded.
var placesSaid = sync.OnceValue(func() *placeWords {
	p := new(placeWords)
	data.MustLoad("places", p)
	for _, groups := range [][]roomGroup{p.Groups, p.Dwellers} {
		for _, g := range groups {
			morphology.FoldAll(g.Words)
			morphology.FoldAll(g.Rooms)
		}
	}
	for _, r := range p.Roles {
		morphology.FoldAll(r.Words)
		morphology.FoldAll(r.Also)
	}
	for _, list := range [][]string{p.Children.Words, p.Children.Others, p.Outside.Rooms, p.Outside.Sensors, p.Lawn, p.Rooms, p.Upstairs, p.Downstairs} {
		morphology.FoldAll(list)
	}

	return p
})

// isPersonWord reports whether a folded word is one for people: vendég, gyerek.
func isPersonWord(folded string) bool {
	p := placesSaid()

	return slices.Contains(p.Children.Words, folded) || slices.Contains(p.Children.Others, folded)
}

// addGroups adds the words that sum up rooms of this home, where it has no name for itself.
func (b *builder) addGroups() {
	p := placesSaid()
	for _, g := range p.Groups {
		rooms := b.roomsCalled(g.Rooms)
		if g.Whole {
			rooms = slices.DeleteFunc(rooms, func(a *hamanagerapi.Area) bool {
				return !b.hasWordOf(a.Name, g.Rooms) || morphology.Fold(a.Name) == g.Rooms[0]
			})
		}
		b.addGroup(g.Words, rooms, false)
	}
	b.addChildren() // before those who live in stables become owners
	for _, g := range p.Dwellers {
		b.addGroup(g.Words, b.roomsCalled(g.Rooms), true)
	}
	b.ix.outside = b.roomsCalled(p.Outside.Rooms)
}

// addGroup adds words for rooms. Where isDweller, they only mean them in the forms of somebody's place.
func (b *builder) addGroup(called []string, rooms []*hamanagerapi.Area, isDweller bool) {
	if len(rooms) == 0 {
		return
	}
	for _, word := range called {
		if b.isKnownName(word) && !b.isOnlyPart(word) {
			continue
		}
		words := strings.Fields(word)
		if isDweller {
			b.addOwner(words, func(o *owner) { o.rooms, o.isMany = rooms, true })

			continue
		}
		b.addWords(words, weightDerived, func(n *name) { n.setRooms(rooms) })
		for _, tok := range tokenize(word, neverEnding).Tokens {
			b.addStems(tok)
		}
	}
}

// isOnlyPart reports whether a word is known for nothing but what has it in its name: the fürdő of "Fürdő lent", of "Fürdő
// páratartalma".
func (b *builder) isOnlyPart(word string) bool {
	at, ok := b.byText[word]

	return ok && (b.ix.names[at].isPart || b.ix.names[at].isOnlyOwner())
}

// setRooms makes a name mean rooms, as one area where there is one only.
func (n *name) setRooms(rooms []*hamanagerapi.Area) {
	n.area, n.areas = nil, rooms
	if len(rooms) == 1 {
		n.area, n.areas = rooms[0], nil
	}
}

// roomsCalled are the rooms that have a word in their names that begins or ends with one of these.
func (b *builder) roomsCalled(words []string) []*hamanagerapi.Area {
	var rooms []*hamanagerapi.Area
	for i := range b.ix.home.Areas {
		a := &b.ix.home.Areas[i]
		if slices.ContainsFunc(append([]string{a.Name}, a.Aliases...), func(text string) bool { return b.hasPart(text, words) }) {
			rooms = append(rooms, a)
		}
	}

	return rooms
}

// hasPart reports whether a word of a text begins or ends with one of others. Those of a few
// letters must be whole words.
func (b *builder) hasPart(text string, others []string) bool {
	const shortest = 4
	for _, tok := range b.tokens(text) {
		for _, other := range others {
			if tok.Fold == other || len(other) >= shortest && (strings.HasPrefix(tok.Fold, other) || strings.HasSuffix(tok.Fold, other)) {
				return true
			}
		}
	}

	return false
}

// addChildren adds the words for children, for their rooms and for what is theirs.
func (b *builder) addChildren() {
	p := placesSaid()
	children := &owner{isMany: true}
	for i := range b.ix.names {
		n := &b.ix.names[i]
		if n.owner == nil || len(n.owner.rooms) == 0 || len(n.words) != 1 || b.isGrownUp(n) {
			continue
		}
		for _, room := range n.owner.rooms {
			children.rooms = appendOnce(children.rooms, room)
		}
		for _, thing := range n.owner.things {
			children.things = appendOnce(children.things, thing)
		}
	}
	if len(children.rooms) == 0 {
		return
	}
	for _, word := range p.Children.Words {
		if b.isKnownName(word) {
			continue
		}
		b.addWords([]string{word}, weightDerived, func(n *name) {
			if strings.HasSuffix(word, "szoba") {
				n.setRooms(children.rooms)
			} else {
				n.owner = children
			}
		})
	}
}

// isGrownUp reports whether a name, or another of the same person, is that of somebody who is no child.
func (b *builder) isGrownUp(n *name) bool {
	others := placesSaid().Children.Others
	if slices.ContainsFunc(others, func(other string) bool { return b.byText[other] > 0 && &b.ix.names[b.byText[other]] == n }) {
		return true
	}
	for _, room := range n.owner.rooms {
		if slices.ContainsFunc(append([]string{room.Name}, room.Aliases...), func(text string) bool { return b.hasWordOf(text, others) }) {
			return true
		}
	}

	return slices.ContainsFunc(n.entities, func(e *hamanagerapi.Entity) bool {
		return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(text string) bool { return b.hasWordOf(text, others) })
	})
}

func (b *builder) hasWordOf(text string, words []string) bool {
	return slices.ContainsFunc(b.tokens(text), func(tok tokens.Token) bool { return slices.Contains(words, tok.Fold) })
}

// floorSaid is the floor that "upstairs" or "downstairs" means: the only one that goes by one of those
// words. nil for none, or where there are several.
func (ix *Index) floorSaid(words []string) *hamanagerapi.Floor {
	var said *hamanagerapi.Floor
	for i := range ix.home.Floors {
		f := &ix.home.Floors[i]
		if !slices.ContainsFunc(append([]string{f.Name}, f.Aliases...), func(text string) bool { return slices.Contains(words, morphology.Fold(text)) }) {
			continue
		}
		if said != nil {
			return nil
		}
		said = f
	}

	return said
}
