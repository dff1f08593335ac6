package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// isChildsRoom reports whether a span is a word for a child that rather means the room of children here, before one thing of
// theirs: a gyerek lámpáját, where there is a gyerekszoba.
func (o *owning) isChildsRoom(sp *span) bool {
	next := o.nextNoun()
	if !sp.is(cArea) || sp.suffix.IsThere || next >= len(o.row) || !slices.Contains(placesSaid().Children.Words, o.s.Tokens[sp.from].Fold) {
		return false
	}

	return o.row[next].isTheirs()
}

// readChilds reads what a child has as the things in that room that are called after somebody.
func (o *owning) readChilds(sp *span) {
	next := o.nextNoun()
	thing := o.row[next]
	var found []*hamanagerapi.Entity
	for i := range o.ix.names {
		owner := o.ix.names[i].owner
		if owner == nil {
			continue
		}
		for _, e := range owner.ofKinds(kindsOf(thing)) {
			if slices.ContainsFunc(sp.name.rooms(), func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID }) {
				found = appendOnce(found, e)
			}
		}
	}
	if len(found) == 0 {
		o.add(sp)

		return
	}
	o.add(thing.naming(found, sp.from))
	o.at = next + 1
}
