package hungarian

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// owner is whom or what rooms and devices are called after: Zsófi, who has the Zsófi szobája
// and the Zsófi redőnye.
type owner struct {
	rooms  []*hamanagerapi.Area
	things []*hamanagerapi.Entity
	// isMany: they are several, as children are.
	isMany bool
}

// addOwners finds the owners of a home: who stands before what is someone's.
func (b *builder) addOwners() {
	for i := range b.ix.home.Areas {
		a := &b.ix.home.Areas[i]
		for _, text := range append([]string{a.Name}, a.Aliases...) {
			for _, called := range b.ownersIn(text) {
				b.addOwner(called, func(o *owner) { o.rooms = appendOnce(o.rooms, a) })
			}
		}
	}
	for _, e := range b.ix.home.Entities {
		if !e.Exposed || e.Domain == "person" {
			continue
		}
		for _, text := range append([]string{e.Name}, e.Aliases...) {
			for _, called := range b.ownersIn(text) {
				b.addOwner(called, func(o *owner) { o.things = appendOnce(o.things, e) })
			}
		}
	}
	for _, e := range b.ix.home.Entities {
		if e.Exposed && e.Domain == "person" {
			b.shareOwner(e)
		}
	}
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
	if b.plainHead(last) == last && !(b.isPerson(words[0]) && isSomeones(last)) {
		return nil
	}
	if b.ix.lang.hasWord(words[0]) && !b.isPerson(words[0]) {
		return nil // alsó szintje
	}
	owners := [][]string{words[:1]}
	if len(words) > 2 && b.isPerson(strings.Join(words[:2], " ")) {
		owners = append(owners, words[:2])
	}

	return owners
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
		if at, ok := b.byText[fold(text)]; ok && b.ix.names[at].owner != nil {
			shared = b.ix.names[at].owner
		}
	}
	if shared == nil {
		return
	}
	for _, text := range append([]string{person.Name}, person.Aliases...) {
		if at, ok := b.byText[fold(text)]; ok && b.ix.names[at].owner == nil {
			b.ix.names[at].owner = shared
		}
	}
}

func appendOnce[T comparable](list []T, one T) []T {
	if slices.Contains(list, one) {
		return list
	}

	return append(list, one)
}

// isOwners reports whether an ending says that something is the stem's: Zsófié, Péterét, a
// konyháét. Where no accents are written only a vowel before it tells it from other endings.
func (f *spanner) isOwners(tok *token, stem string) bool {
	ending, ok := strings.CutPrefix(tok.fold, stem)
	if !ok || ending == "" || ending[0] != 'e' {
		return false
	}
	if s, ok := f.ix.lang.suffixes[ending[1:]]; ending != "e" && (!ok || s.isPlural || s.isPossessed) {
		return false
	}
	if !f.s.hasAccent || tok.isRepaired {
		return endsWithVowel(stem)
	}
	at := 0
	for _, r := range tok.lower {
		if at == len(stem) {
			return r == 'é'
		}
		at++
	}

	return false
}

// isOwner reports whether an owner is named as one: at whose place it is (Zsófinál), whose
// something is (Zsófié), or before what is theirs (Zsófinak a redőnye), which ends before a token.
func (f *spanner) isOwner(o *owner, ending suffix, to int) bool {
	switch {
	case ending.isOwners, len(o.rooms) > 0 && ending.isAtSomeones():
		return true
	case ending.isPlural, ending.isPossessed, ending.grammaticalCase != nominative && ending.grammaticalCase != dative:
		return false
	}
	if to < len(f.s.tokens) && isArticle(f.s.tokens[to].fold) {
		to++
	}

	return to < len(f.s.tokens) && !f.s.tokens[to].breakBefore &&
		slices.ContainsFunc(f.readings[to], func(r reading) bool { return r.suffix.isPossessed })
}

// isAtSomeones reports whether the ending is one of somebody's place: Zsófinál, Zsófihoz, Zsófitól.
func (s suffix) isAtSomeones() bool {
	return s.grammaticalCase == adessive || s.grammaticalCase == allative || s.grammaticalCase == ablative
}

// saysAll reports whether an ending says that all are meant: gyerekszobákban. What makes an
// adjective says nothing of it (gyerekszobai).
func (s suffix) saysAll() bool { return s.isPlural && !s.isAdjective }

// rooms are the areas that a name means.
func (n *name) rooms() []*hamanagerapi.Area {
	if n.area != nil {
		return []*hamanagerapi.Area{n.area}
	}

	return n.areas
}

// withOwned reads what is called by whose it is or where (Zsófi lámpája, Marcié, a konyhait) as
// the things themselves. last is what was spoken of before.
func (ix *Index) withOwned(s *sentence, row []*span, last *span) []*span {
	if !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cOwner|cNumber) || sp.isSubstantive() || sp.isTheirs() }) {
		return row
	}
	o := owning{ix: ix, s: s, row: row, last: last}
	if o.last == nil { // a Marcié maradhat, de a Zsófi redőnyét húzd le
		if at := slices.IndexFunc(row, isDevice); at >= 0 {
			o.ahead = row[at]
		}
	}
	for o.at < len(row) {
		o.step()
	}

	return o.read
}

// owning is the work of one withOwned.
type owning struct {
	ix    *Index
	s     *sentence
	row   []*span
	at    int
	last  *span // the thing that was named last
	ahead *span // the first thing that is named
	read  []*span
}

// isDevice reports whether a span names a thing that is no person.
func isDevice(sp *span) bool {
	return sp.is(cEntity|cKind) && !isCommanding(sp) && !sp.is(cFiller|cOwner) && !sp.isForSomeone() &&
		!(sp.is(cEntity) && !sp.is(cKind) && sp.name.entities[0].Domain == "person")
}

func (o *owning) step() {
	sp := o.row[o.at]
	switch {
	case sp.is(cOwner):
		o.readOwner(sp)
	case sp.is(cNumber) && o.last != nil && o.isNumbered(sp):
		o.add(o.numbered(sp))
	case sp.isSubstantive() && o.last != nil && o.isFurther():
		o.add(standIn(sp, sp.name, o.last))
	case sp.isTheirs():
		o.add(o.ofOwnerBefore(sp))
	default:
		o.add(sp)
	}
}

// isTheirs reports whether a kind is somebody's who is not named with it: húzd le a redőnyét.
func (sp *span) isTheirs() bool {
	return sp.is(cKind) && !sp.is(cEntity|cClass|cAttribute|cVerb) && sp.suffix.isPossessed && !sp.suffix.isPlural && !sp.suffix.isMine && !sp.suffix.isAdjective
}

// ofOwnerBefore is what the owner who was spoken of before has of a kind: húzd le Zsófi redőnyét, és
// kapcsold fel a lámpáját.
func (o *owning) ofOwnerBefore(thing *span) *span {
	if o.at == 0 || !isArticle(o.s.tokens[thing.from-1].fold) || len(o.read) > 1 && o.read[len(o.read)-2].is(partPlace) {
		return thing
	}
	for _, sp := range slices.Backward(o.read) {
		if !sp.is(cEntity) || sp.name == nil || len(sp.name.entities) != 1 {
			continue
		}
		owner := o.ix.ownerOf(sp.name)
		if owner == nil {
			continue
		}
		if found := notOfOtherSort(owner.ofKinds(kindsOf(thing)), o.ix.lang.sortOf(thing, o.s), o.ix.lang); len(found) > 0 {
			return thing.naming(found, thing.from)
		}

		return thing
	}

	return thing
}

// ownerOf is the owner that a name means, or whose thing it is.
func (ix *Index) ownerOf(n *name) *owner {
	if n.owner != nil {
		return n.owner
	}
	for i := range ix.names {
		if o := ix.names[i].owner; o != nil && !o.isMany && slices.Contains(o.things, n.entities[0]) {
			return o
		}
	}

	return nil
}

func (o *owning) add(spans ...*span) {
	for _, sp := range spans {
		if isDevice(sp) {
			o.last = sp
		}
	}
	o.read = append(o.read, spans...)
	o.at++
}

// readOwner reads an owner with what is theirs.
func (o *owning) readOwner(sp *span) {
	owner := sp.name.owner
	if sp.suffix.isOwners {
		o.add(o.theirs(sp, owner)...)

		return
	}
	if sp.suffix.isAtSomeones() {
		o.add(roomOf(sp, owner))

		return
	}
	next := o.at + 1
	for next < len(o.row)-1 && o.row[next].is(cFiller) && !o.row[next].is(cKind) {
		next++
	}
	if next >= len(o.row) || !o.row[next].suffix.isPossessed {
		o.add(sp)

		return
	}
	thing := o.row[next]
	found := notOfOtherSort(owner.ofKinds(kindsOf(thing)), o.ix.lang.sortOf(thing, o.s), o.ix.lang)
	switch {
	case len(found) > 0 && !thing.suffix.isPlural:
		o.at = next
		o.add(thing.naming(found, sp.from))
	case len(owner.rooms) > 0 && thing.is(cEntity|cKind|cClass|cAttribute):
		o.add(roomOf(sp, owner))
	case len(found) > 0:
		o.at = next
		for _, e := range found {
			o.read = append(o.read, thing.naming([]*hamanagerapi.Entity{e}, sp.from))
		}
		o.last = thing
		o.at = next + 1
	default:
		o.add(sp)
	}
}

// theirs is what an owner has like the thing that was named before: Bence éjjeli lámpája be,
// Lilié ki.
func (o *owning) theirs(sp *span, owner *owner) []*span {
	like := cmp.Or(o.last, o.ahead)
	if like == nil {
		return []*span{sp}
	}
	kinds := kindsOf(like)
	found := notOfOtherSort(owner.ofKinds(kinds), o.sortOf(like), o.ix.lang)
	if called := within(found, func(e *hamanagerapi.Entity) bool { return like.isCalledAs(e) }); len(called) > 0 {
		return []*span{sp.naming(called, sp.from)}
	}
	if len(owner.rooms) == 0 || len(kinds) == 0 {
		return []*span{sp}
	}

	return []*span{standIn(sp, roomOf(sp, owner).name, like)}
}

// isCalledAs reports whether an entity is called as the one that a span names, but for its first word.
func (sp *span) isCalledAs(e *hamanagerapi.Entity) bool {
	if !sp.is(cEntity) {
		return false
	}
	_, rest, _ := strings.Cut(e.Name, " ")

	return slices.ContainsFunc(sp.name.entities, func(other *hamanagerapi.Entity) bool {
		_, of, _ := strings.Cut(other.Name, " ")

		return of != "" && strings.EqualFold(of, rest)
	})
}

// ofKinds are the things of an owner that are of one of the kinds.
func (o *owner) ofKinds(kinds []*kind) []*hamanagerapi.Entity {
	var found []*hamanagerapi.Entity
	for _, e := range o.things {
		if slices.ContainsFunc(kinds, func(k *kind) bool { return k.covers(e) }) {
			found = append(found, e)
		}
	}

	return found
}

// kindsOf are the kinds of device that a span names.
func kindsOf(sp *span) []*kind {
	var kinds []*kind
	for _, l := range sp.lexemes {
		if l.class == cKind {
			kinds = append(kinds, l.of)
		}
	}
	if sp.is(cEntity) && sp.name != nil {
		for _, e := range sp.name.entities {
			k := &kind{Domain: e.Domain}
			if e.DeviceClass != "" && (e.Domain == "cover" || e.Domain == "sensor" || e.Domain == "binary_sensor") {
				k.Classes = []string{e.DeviceClass}
			}
			if !slices.ContainsFunc(kinds, func(known *kind) bool { return known.Domain == k.Domain && (k.Classes == nil || known.covers(e)) }) {
				kinds = append(kinds, k)
			}
		}
	}

	return kinds
}

// naming is a span that names entities, from a token on.
func (sp *span) naming(entities []*hamanagerapi.Entity, from int) *span {
	ending := sp.suffix
	ending.isPossessed, ending.isPlural, ending.isOwners = false, false, false

	return &span{from: from, to: sp.to, classes: cEntity, name: &name{entities: entities}, suffix: ending, score: sp.score, isResolved: true}
}

// roomOf is where an owner is.
func roomOf(sp *span, o *owner) *span {
	at := *sp
	at.name, at.classes, at.lexemes = &name{areas: o.rooms}, cArea, nil
	if len(o.rooms) == 1 {
		at.name = &name{area: o.rooms[0]}
	}

	return &at
}

// standIn is a span for something like another, elsewhere.
func standIn(sp *span, where *name, like *span) *span {
	s := &span{from: sp.from, to: sp.to, classes: cKind, name: where, suffix: sp.suffix, score: sp.score, like: like}
	for _, k := range kindsOf(like) {
		s.lexemes = append(s.lexemes, lexeme{class: cKind, value: k.Domain, of: k})
	}
	if s.suffix.isAdjective && s.suffix.isPossessed { // konyhait, no one's
		s.suffix.isPossessed, s.suffix.isPlural = false, false
	}

	return s
}

// meant is the span whose words say what a span means.
func (sp *span) meant() *span {
	if sp.like != nil {
		return sp.like
	}

	return sp
}

// isSubstantive reports whether a place stands for a thing that is there: a konyháé, a konyhait.
func (sp *span) isSubstantive() bool {
	return sp.is(cArea|cFloor) && !sp.is(cKind|cEntity) &&
		(sp.suffix.isOwners || sp.suffix.isAdjective && sp.suffix.grammaticalCase == accusativeCase)
}

// isFurther reports whether a thing that is called by its place is one more, and not only says
// which one is meant (a redőnyt, a konyhait): it is said to be one more, or other things were said
// between the two.
func (o *owning) isFurther() bool {
	if o.row[o.at].suffix.isOwners || o.at+1 < len(o.row) && o.row[o.at+1].means(cFiller, "too") {
		return true
	}
	for k := o.at - 1; k >= 0; k-- {
		sp := o.row[k]
		switch {
		case sp == o.last:
			return false
		case sp.is(cConjunction|cNumber|cLevel|cColor|cPrefix) || isCommanding(sp):
			return true
		}
	}

	return true
}

// standIns finds what is called by its place only.
func (c *clause) standIns(domains []string) []target {
	var found []target
	for _, sp := range c.spans {
		if sp.like == nil {
			continue
		}
		for _, l := range sp.lexemes {
			if slices.Contains(domains, l.of.Domain) {
				var p places
				p.add(sp.name)
				p.isOneOf = len(sp.name.areas) > 0 && !sp.suffix.isPlural
				found = append(found, c.ofKind(l.of, sp, p)...)
			}
		}
	}

	return found
}

// sortOf are the words for the sort of a thing, where it was named now.
func (o *owning) sortOf(sp *span) []string {
	if sp.said == "" {
		return o.ix.lang.sortOf(sp, o.s)
	}

	return nil
}

// notOfOtherSort drops what is called by the word for another sort: Zsófi's tévé is not the Zsófi
// hangszórója.
func notOfOtherSort(found []*hamanagerapi.Entity, sort []string, l *language) []*hamanagerapi.Entity {
	if len(sort) == 0 {
		return found
	}

	return slices.DeleteFunc(found, func(e *hamanagerapi.Entity) bool {
		return !isOfSort(e, sort) && slices.ContainsFunc(l.sorts, func(other []string) bool { return isOfSort(e, other) })
	})
}

// isNumbered reports whether a number stands for a thing that has it in its name: a kettest. A
// bare one must be joined to another: az 1-es és a 2-es; the number of something else is said with a unit.
func (o *owning) isNumbered(sp *span) bool {
	if sp.is(cEntity|cArea|cFloor|cTime) || !o.last.is(cEntity) || o.at+1 < len(o.row) && o.row[o.at+1].is(cUnit|cFraction|cEntity|cKind) {
		return false
	}
	tok := &o.s.tokens[sp.from]
	ending := strings.TrimLeft(tok.fold, "0123456789")
	if !tok.isNumber {
		_, ending, _ = o.ix.lang.numbers.parse(tok, o.s.hasAccent)
	}

	return slices.ContainsFunc(numberAdjectives(), func(adjective string) bool { return strings.HasPrefix(ending, adjective) }) &&
		len(o.otherNumber(sp)) > 0
}

// numbered is the thing that has another number than the last one.
func (o *owning) numbered(sp *span) *span { return sp.naming(o.otherNumber(sp), sp.from) }

// otherNumber finds what is called as the last thing but for its number, in the same room where it is there.
func (o *owning) otherNumber(sp *span) []*hamanagerapi.Entity {
	number := strconv.Itoa(int(sp.number))
	var found []*hamanagerapi.Entity
	for _, like := range o.last.name.entities {
		before, after, ok := aroundNumber(like.Name)
		if !ok {
			continue
		}
		for _, e := range o.ix.home.Entities {
			if b, a, ok := aroundNumber(e.Name); ok && e.Exposed && e.Domain == like.Domain && b == before && a == after && e.Name[len(b):len(e.Name)-len(a)] == number {
				found = appendOnce(found, e)
			}
		}
		found = within(found, func(e *hamanagerapi.Entity) bool { return e.AreaID == like.AreaID })
	}

	return found
}

// aroundNumber are the parts of a name before and after its number.
func aroundNumber(called string) (before, after string, ok bool) {
	const digits = "0123456789"
	at := strings.IndexAny(called, digits)
	if at < 0 {
		return "", "", false
	}

	return called[:at], strings.TrimLeft(called[at:], digits), true
}
