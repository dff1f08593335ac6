package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// owner is whom or what rooms and devices are called after: Zsófi, who has the Zsófi szobája
// and the Zsófi redőnye.
type owner struct {
	rooms  []*hamanagerapi.Area
	things []*hamanagerapi.Entity
	// isMany: they are several, as children are.
	isMany bool
	// isPerson: it is one of the home's people.
	isPerson bool
}

// addOwners finds the owners of a home: who stands before what is someone's.
func (b *builder) addOwners() {
	for i := range b.ix.home.Areas {
		b.addOwnersOfRoom(&b.ix.home.Areas[i])
	}
	for _, e := range b.ix.home.Entities {
		if e.Exposed && e.Domain != "person" && !isSensor(e) {
			b.addOwnersOf(e, func([]string) bool { return true })
		}
	}
	for _, e := range b.ix.home.Entities {
		if e.Exposed && isSensor(e) { // the battery of the bejárati zár makes no owner of bejárati
			b.addOwnersOf(e, b.isOwner)
		}
	}
	for _, e := range b.ix.home.Entities {
		if e.Exposed && e.Domain == "person" {
			b.shareOwner(e)
		}
	}
	b.addRoles()
}

func (b *builder) addOwnersOfRoom(a *hamanagerapi.Area) {
	for _, text := range append([]string{a.Name}, a.Aliases...) {
		for _, called := range b.ownersIn(text) {
			b.addOwner(called, func(o *owner) { o.rooms = appendOnce(o.rooms, a) })
		}
	}
}

func isSensor(e *hamanagerapi.Entity) bool {
	return e.Domain == "sensor" || e.Domain == "binary_sensor"
}

// addOwnersOf gives a thing to those whom it is called after, as far as they may own it.
func (b *builder) addOwnersOf(e *hamanagerapi.Entity, mayOwn func(called []string) bool) {
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		for _, called := range b.ownersIn(text) {
			if mayOwn(called) {
				b.addOwner(called, func(o *owner) { o.things = appendOnce(o.things, e) })
			}
		}
	}
}

// isOwner reports whether somebody, or something, has things of its own. What looks like an adjective
// (bejárati) must be known to.
func (b *builder) isOwner(called []string) bool {
	key := strings.Join(called, " ")
	if !strings.HasSuffix(key, "i") {
		return true
	}
	at, ok := b.byText[key]

	return ok && (b.ix.names[at].owner != nil || b.isPerson(key))
}

// ownersIn are the ways to call the owner that a name begins with; nil for none. The last word of
// such a name is someone's: Lili íróasztali lámpája.
func (b *builder) ownersIn(text string) [][]string {
	tokens := b.tokens(text)
	if len(tokens) < 2 || len(tokens) > longestParted {
		return nil
	}
	words := replaced(tokens, -1)
	last := words[len(words)-1]
	if b.plainHead(last) == last && (!b.isPerson(words[0]) || !isSomeones(last)) {
		return nil
	}
	isOfThing := b.ix.lang.hasWord(words[0]) || len(words) > 2 && b.isKindWord(words[1])
	if isOfThing && !b.isPerson(words[0]) {
		return nil // alsó szintje; bejárati zár eleme, which is the lock's
	}
	owners := [][]string{words[:1]}
	if len(words) > 2 && b.isPerson(strings.Join(words[:2], " ")) {
		owners = append(owners, words[:2])
	}

	return owners
}

// isKindWord reports whether a folded word alone names a kind of device.
func (b *builder) isKindWord(folded string) bool {
	word, ok := b.ix.lang.vocabulary[folded]

	return ok && b.ix.lang.isKind(word)
}

// isSomeones reports whether a word of a name may be someone's: asztala, kuckója.
func isSomeones(folded string) bool {
	const shortest = 4

	return len(folded) >= shortest && (strings.HasSuffix(folded, "a") || strings.HasSuffix(folded, "e"))
}

func (b *builder) isPerson(called string) bool {
	at, ok := b.byText[called]

	return ok && slices.ContainsFunc(b.ix.names[at].entities, func(e *hamanagerapi.Entity) bool { return e.Domain == "person" })
}

func (b *builder) addOwner(called []string, set func(*owner)) {
	b.addWords(called, weightDerived, func(n *name) {
		if n.owner == nil {
			n.owner = new(owner)
		}
		set(n.owner)
	})
}

// shareOwner lets what is called after a person by one name be found by all others: Kati, anya.
func (b *builder) shareOwner(person *hamanagerapi.Entity) {
	var shared *owner
	for _, text := range append([]string{person.Name}, person.Aliases...) {
		if at, ok := b.byText[morphology.Fold(text)]; ok && b.ix.names[at].owner != nil {
			shared = b.ix.names[at].owner
		}
	}
	if shared == nil {
		return
	}
	shared.isPerson = true
	for _, text := range append([]string{person.Name}, person.Aliases...) {
		if at, ok := b.byText[morphology.Fold(text)]; ok && b.ix.names[at].owner == nil {
			b.ix.names[at].owner = shared
		}
	}
}

// role is what somebody of a home may be called; by one of also only where that is his name.
type role struct {
	Words []string `yaml:"words"`
	Also  []string `yaml:"also"`
}

// addRoles lets whoever is called by one word of a role be called by all of them: anya, anyukám.
func (b *builder) addRoles() {
	for _, r := range placesSaid().Roles {
		var known []name
		for _, called := range slices.Concat(r.Words, r.Also) {
			if at, ok := b.byText[called]; ok && (b.ix.names[at].owner != nil || b.isPerson(called)) {
				known = append(known, b.ix.names[at])
			}
		}
		if len(known) == 0 || slices.ContainsFunc(known, func(n name) bool { return n.owner != known[0].owner }) {
			continue // nobody, or it cannot be told who
		}
		people := slices.DeleteFunc(slices.Clone(known[0].entities), func(e *hamanagerapi.Entity) bool { return e.Domain != "person" })
		for _, called := range r.Words {
			if b.isKnownName(called) {
				continue
			}
			b.addWords([]string{called}, weightDerived, func(n *name) { n.owner, n.entities = known[0].owner, people })
		}
	}
}

func appendOnce[T comparable](list []T, one T) []T {
	if slices.Contains(list, one) {
		return list
	}

	return append(list, one)
}
