package hungarian

import (
	"cmp"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// IsOwners reports whether an ending says that something is the stem's: Zsófié, Péterét, a
// konyháét. Where no accents are written only a vowel before it tells it from other endings.
func (f *spanner) isOwners(tok *tokens.Token, stem string) bool {
	ending, ok := strings.CutPrefix(tok.Fold, stem)
	if !ok || ending == "" || ending[0] != 'e' {
		return false
	}
	if s, ok := f.ix.lang.suffixes.Find(ending[1:]); ending != "e" && (!ok || s.IsPlural || s.IsPossessed) {
		return false
	}
	if !f.s.HasAccent || tok.IsRepaired {
		return morphology.EndsWithVowel(stem)
	}
	at := 0
	for _, r := range tok.Lower {
		if at == len(stem) {
			return r == 'é'
		}
		at++
	}

	return false
}

// isOwner reports whether an owner is named as one: at whose place it is (Zsófinál), whose
// something is (Zsófié), or before what is theirs (Zsófinak a redőnye), which ends before a token.
func (f *spanner) isOwner(o *owner, ending morphology.Suffix, to int) bool {
	switch {
	case ending.IsOwners, (len(o.rooms) > 0 || o.isPerson) && ending.IsAtSomeones():
		return true
	case ending.IsPlural, ending.IsPossessed && !ending.IsMine, ending.Case != morphology.Nominative && ending.Case != morphology.Dative:
		return false
	}
	if to < len(f.s.Tokens) && tokens.IsArticle(f.s.Tokens[to].Fold) {
		to++
	}

	return to < len(f.s.Tokens) && !f.s.Tokens[to].BreakBefore &&
		slices.ContainsFunc(f.readings[to], func(r reading) bool { return r.suffix.IsPossessed })
}

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
	if !slices.ContainsFunc(row, func(sp *span) bool {
		_, isNumbered := ix.numberedBy(s, sp)

		return isNumbered || sp.is(cOwner|cNumber) || sp.isSubstantive() || sp.isTheirs() || isOneOfTheirs(s, sp) || sp.means(cAgain, "there")
	}) {
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
	last  *span  // the thing that was named last
	ahead *span  // the first thing that is named
	owner *owner // who was named last with something of theirs
	read  []*span
}

// isDevice reports whether a span names a thing that is no person.
func isDevice(sp *span) bool {
	if !sp.is(cEntity|cKind) || isCommanding(sp) || sp.is(cFiller|cOwner) || sp.isForSomeone() {
		return false
	}

	return sp.is(cKind) || sp.name.entities[0].Domain != "person"
}

func (o *owning) step() {
	sp := o.row[o.at]
	switch {
	case sp.is(cOwner):
		o.readOwner(sp)
	case o.last != nil && o.isNumbered(sp):
		o.add(o.numbered(sp))
	case sp.isSubstantive() && o.last != nil && o.isFurther():
		o.add(standIn(sp, sp.name, o.last))
	case sp.isTheirs(), isOneOfTheirs(o.s, sp):
		o.add(o.ofOwnerBefore(sp))
	case o.isChildsRoom(sp):
		o.readChilds(sp)
	case sp.means(cAgain, "there"):
		o.add(o.atTheirs(sp))
	default:
		o.enumerated(sp) // Hannának és Marcinak a lámpáját
		o.add(sp)
	}
}

// isTheirs reports whether a kind is somebody's who is not named with it: húzd le a redőnyét.
func (sp *span) isTheirs() bool {
	return sp.is(cKind) && !sp.is(cEntity|cAttribute|cVerb) && sp.suffix.IsPossessed && !sp.suffix.IsPlural && !sp.suffix.IsMine && !sp.suffix.IsAdjective
}

// ofOwnerBefore is what the owner who was spoken of before has of a kind: húzd le Zsófi redőnyét, és
// kapcsold fel a lámpáját.
func (o *owning) ofOwnerBefore(thing *span) *span {
	if o.at == 0 || !tokens.IsArticle(o.s.Tokens[thing.from-1].Fold) || len(o.read) > 1 && o.read[len(o.read)-2].is(partPlace) {
		return thing
	}
	owner := o.ownerBefore()
	if owner == nil {
		return thing
	}
	found := o.thingsCalled(owner, thing)
	if thing.is(cClass) && (o.s.IsQuestion || slices.ContainsFunc(o.row, func(sp *span) bool { return sp.is(cQuestion) })) {
		found = append(found, owner.sensed(thing)...)
	}
	if len(found) > 0 {
		return thing.naming(found, thing.from)
	}

	return thing
}

// ownerBefore is who was spoken of last, by name or by something that is called theirs; nil for nobody.
func (o *owning) ownerBefore() *owner {
	if o.owner != nil {
		return o.owner
	}
	for _, sp := range slices.Backward(o.read) {
		if sp.name == nil || !isCommanding(sp) && sp.name.owner == nil && (!sp.is(cEntity) || len(sp.name.entities) != 1) {
			continue
		}
		if owner := o.ix.ownerOf(sp.name); owner != nil {
			return owner
		}
	}

	return nil
}

// atTheirs is the room of who or what was spoken of before: Halkítsd le a mama tévéjét, és nála a redőnyt is.
func (o *owning) atTheirs(sp *span) *span {
	for _, before := range slices.Backward(o.read) {
		var at *hamanagerapi.Area
		switch {
		case before.is(cArea) && before.name.area != nil:
			at = before.name.area
		case before.is(cEntity) && len(before.name.entities) == 1:
			at = o.ix.home.Area(before.name.entities[0].AreaID)
		}
		if at != nil {
			room := *sp
			room.name, room.classes, room.lexemes = &name{area: at}, cArea, nil

			return &room
		}
	}

	return sp
}

// ownerOf is the owner that a name means, or whose thing it is.
func (ix *Index) ownerOf(n *name) *owner {
	if n.owner != nil {
		return n.owner
	}
	for i := range ix.names {
		o := ix.names[i].owner
		if o != nil && !o.isMany && (slices.Contains(o.things, n.entities[0]) || slices.Contains(ix.names[i].entities, n.entities[0])) {
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
	o.owner = sp.name.owner
	switch owner := sp.name.owner; {
	case sp.suffix.IsOwners:
		o.add(o.theirs(sp, owner)...)
	case sp.suffix.IsAtSomeones() && len(owner.rooms) > 0:
		o.add(roomOf(sp, owner))
	case sp.suffix.IsAtSomeones():
		o.readAtSomeones(sp, owner)
	default:
		o.readOwned(sp, owner)
	}
}

// readOwned reads an owner before what is theirs, as those things, or as the room that they are in.
func (o *owning) readOwned(sp *span, owner *owner) {
	next := o.nextNoun()
	if next >= len(o.row) || !o.row[next].suffix.IsPossessed {
		o.add(sp)

		return
	}
	thing := o.row[next]
	found := o.thingsOf(owner, thing)
	if thing.is(cEntity) { // olvasólámpája, not the other one
		found = meaning.Preferred(found, func(e *hamanagerapi.Entity) bool { return slices.Contains(thing.name.entities, e) })
	}
	switch {
	case len(found) > 0 && !thing.suffix.IsPlural:
		o.enumerated(thing)
		o.add(thing.naming(found, sp.from))
		o.at = next + 1
	case len(owner.rooms) > 0 && thing.is(cEntity|cKind|cClass|cAttribute):
		o.add(roomOf(sp, owner))
	case len(found) > 0:
		for _, e := range found {
			o.add(thing.naming([]*hamanagerapi.Entity{e}, sp.from))
		}
		o.at = next + 1
	default:
		o.add(sp)
	}
}

// enumerated has the owners before this one own such a thing, too: Hanna, Marci és Zsombor redőnyét.
func (o *owning) enumerated(thing *span) {
	isOwned := o.row[o.at].is(cOwner) || thing.to-thing.from > 1 && isDevice(thing)
	if !isOwned || !thing.is(cEntity|cKind) {
		return
	}
	isJoined := o.s.Tokens[o.row[o.at].from].BreakBefore
	for i, sp := range slices.Backward(o.read) {
		if sp.is(cConjunction) {
			isJoined = true

			continue
		}
		if !isJoined || !sp.namesOwner() {
			return
		}
		found := o.thingsOf(sp.name.owner, thing)
		if len(found) == 0 {
			return
		}
		o.read[i] = thing.naming(found, sp.from)
		o.read[i].to = sp.to
		isJoined = o.s.Tokens[sp.from].BreakBefore
	}
}

// namesOwner reports whether a span names whoever has things of his own, as before what is theirs.
func (sp *span) namesOwner() bool {
	isOwner := sp.is(cEntity) && sp.name != nil && sp.name.owner != nil && !sp.isResolved

	return isOwner && (sp.suffix.Case == morphology.Nominative || sp.suffix.Case == morphology.Dative)
}

// nextNoun is the place of the next span that is no small word.
func (o *owning) nextNoun() int {
	next := o.at + 1
	for next < len(o.row)-1 && o.row[next].is(cFiller) && !o.row[next].is(cKind) {
		next++
	}

	return next
}

// thingsOf are the things of an owner that are of the kind and sort that a span names.
func (o *owning) thingsOf(owner *owner, thing *span) []*hamanagerapi.Entity {
	return notOfOtherSort(owner.ofKinds(kindsOf(thing)), o.sortOf(thing), o.ix.lang)
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
	if called := meaning.Preferred(found, func(e *hamanagerapi.Entity) bool { return like.isCalledAs(e) }); len(called) > 0 {
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
	if !sp.is(cEntity) || sp.name == nil {
		return kinds
	}
	for _, e := range sp.name.entities {
		k := kindOfDevice(e)
		if !slices.ContainsFunc(kinds, func(known *kind) bool { return known.Domain == k.Domain && (k.Classes == nil || known.covers(e)) }) {
			kinds = append(kinds, k)
		}
	}

	return kinds
}

// kindOfDevice is the kind that a device is of, where its domain has several by its class.
func kindOfDevice(e *hamanagerapi.Entity) *kind {
	k := &kind{Domain: e.Domain}
	if e.DeviceClass != "" && slices.Contains([]string{"cover", "sensor", "binary_sensor"}, e.Domain) {
		k.Classes = []string{e.DeviceClass}
	}

	return k
}

// naming is a span that names entities, from a token on.
func (sp *span) naming(entities []*hamanagerapi.Entity, from int) *span {
	ending := sp.suffix
	ending.IsPossessed, ending.IsPlural, ending.IsOwners = false, false, false

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
