package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// thingsCalled are the things of an owner that a span names by its kind, or by the end of their names: of Zsófi lámpája and Zsófi
// ledcsíkja, kapcsold fel a lámpáját means the first although both are lamps.
func (o *owning) thingsCalled(owner *owner, thing *span) []*hamanagerapi.Entity {
	called := func(e *hamanagerapi.Entity) bool { return isCalledTheirs(o.s, thing, e) }
	if isOneOfTheirs(o.s, thing) {
		return slices.DeleteFunc(slices.Clone(owner.things), func(e *hamanagerapi.Entity) bool { return !called(e) || !slices.Contains(thing.name.entities, e) })
	}

	if found := o.thingsOf(owner, thing); len(found) > 0 {
		return meaning.Preferred(found, called)
	}

	return nil
}

// isOneOfTheirs reports whether a word is the end of the names of several things, as somebody's: a csíkját.
func isOneOfTheirs(s *sentence, sp *span) bool {
	const few = 2
	if !sp.is(cEntity) || sp.isResolved || sp.name == nil || sp.to-sp.from > 1 || len(sp.name.entities) < few {
		return false
	}

	return slices.ContainsFunc(sp.name.entities, func(e *hamanagerapi.Entity) bool { return isCalledTheirs(s, sp, e) })
}

// isCalledTheirs reports whether the last word that a span says is the last one of a device's name, and says that it is somebody's.
func isCalledTheirs(s *sentence, sp *span, e *hamanagerapi.Entity) bool {
	before, last, ok := lastWord(e.Name)
	last = morphology.Fold(last)

	return ok && before != "" && isSomeones(last) && strings.HasPrefix(s.Tokens[sp.to-1].Fold, last)
}

// lastWord parts the last word of a name from those before it.
func lastWord(text string) (before, last string, ok bool) {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return "", text, false
	}

	return text[:at], text[at+1:], true
}
