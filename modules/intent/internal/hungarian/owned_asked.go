package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// readAtSomeones reads what is there of somebody who has no room as his own: Áronnál ég a lámpa?
func (o *owning) readAtSomeones(sp *span, owner *owner) {
	for i, thing := range o.row[o.at+1:] {
		if i > 0 && o.s.Tokens[thing.from].BreakBefore {
			break
		}
		if found := o.thingsOf(owner, thing); isDevice(thing) && !thing.is(cEntity) && len(found) > 0 {
			o.row = slices.Clone(o.row)
			o.row[o.at+1+i] = thing.naming(found, thing.from)
			o.row[o.at] = &span{from: sp.from, to: sp.to, score: sp.score, classes: cFiller}
			sp = o.row[o.at]

			break
		}
	}
	o.add(sp)
}

// sensed are the things of an owner that sensors tell of, by the classes that a span speaks of.
func (o *owner) sensed(thing *span) []*hamanagerapi.Entity {
	return slices.DeleteFunc(slices.Clone(o.things), func(e *hamanagerapi.Entity) bool {
		return !slices.ContainsFunc(thing.lexemes, func(l lexeme) bool { return l.class == cClass && l.of.has(e) })
	})
}
