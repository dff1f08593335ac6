package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// withNear reads which of several things is meant by what it is said to be at: a tükörnél a fényt is the tükörvilágítás, a
// kemencénél a munkalámpa the one of them that is where the kemence is. What only says so says nothing more.
func (ix *Index) withNear(s *sentence, row []*span) []*span {
	const farthest, tooLong = 6, 48
	if len(row) > tooLong {
		return row
	}
	for k := range row {
		width := isNearBy(s, row, k)
		if width == 0 {
			continue
		}
		for i := max(0, k-farthest); i < min(len(row), k+farthest); i++ {
			if k == i || !row[i].mayBeNear() || isParted(s, row, min(i, k), max(i, k)) {
				continue
			}
			if found := ix.thingNear(s, row, row[i], row[k]); found != nil {
				row = rowNear(row, i, found, k, k+width)

				break
			}
		}
		if row[k].isWishedFor() && isBeforeAt(s, row, k) && hasObjectBeside(s, row, k) {
			row = rowNear(row, k, nil, k, k+width)
		}
	}

	return row
}

// hasObjectBeside reports whether something is to be done to another thing than to one of a row, which says where that is: a
// tévé mögött a lámpát.
func hasObjectBeside(s *sentence, row []*span, at int) bool {
	for i, sp := range row {
		if i != at && sp.isPlainlyMeant() && sp.suffix.Case == morphology.Accusative && !isParted(s, row, min(i, at), max(i, at)) {
			return true
		}
	}

	return false
}

// rowNear is a row of which one span names a thing, and others only say so; with nil it is not known which.
func rowNear(row []*span, at int, thing *hamanagerapi.Entity, from, to int) []*span {
	row = slices.Clone(row)
	if thing == nil {
		return withFillers(row, from, to)
	}
	near := *row[at]
	near.classes, near.name, near.isResolved = near.classes&(cKind|cMedia)|cEntity, &name{entities: []*hamanagerapi.Entity{thing}}, true
	row[at] = &near

	return withFillers(row, from, to)
}

// withFillers has some spans of a row say nothing.
func withFillers(row []*span, from, to int) []*span {
	for ; from < to; from++ {
		row[from] = &span{from: row[from].from, to: row[from].to, score: row[from].score, classes: cFiller}
	}

	return row
}

// mayBeNear reports whether a span calls one thing of which something may say where it is.
func (sp *span) mayBeNear() bool {
	isNew := sp.said == "" && sp.like == nil && !sp.isResolved

	return isNew && sp.isWishedFor() && !sp.suffix.IsPlural && !sp.suffix.SaysWhere() && !sp.suffix.IsOntoOrOff() && !sp.is(cArea|cFloor|cAttribute)
}

// isNearBy tells of how many spans what something is said to be at consists: a thing or a word that nobody knows, with an
// ending of place or a word for it (alatt); 0 where there is none.
func isNearBy(s *sentence, row []*span, at int) int {
	sp := row[at]
	var isAt bool
	switch {
	case sp.said != "" || isUnknownImperative(s, sp):
		return 0
	case isThingElsewhere(sp):
		isAt = isAtPlace(sp)
	case sp.is(cUnknown) && mayPoint(sp):
		isAt = mayBeAt(s, sp)
	default:
		return 0
	}
	if isBeforeAt(s, row, at) {
		return 2
	}
	if isAt {
		return 1
	}

	return 0
}

// isThingElsewhere reports whether a span names a device and nothing that is a place by itself.
func isThingElsewhere(sp *span) bool {
	return sp.is(cEntity) && sp.isWishedFor() && !sp.is(cArea|cFloor|cFiller|cPlace)
}

// isBeforeAt reports whether a word for where at a thing something is follows a span: a diófa alatt.
func isBeforeAt(s *sentence, row []*span, at int) bool {
	return at+1 < len(row) && row[at+1].means(cRoams, "at") && !s.Tokens[row[at+1].from].BreakBefore
}

// isAtPlace reports whether a thing has an ending of place, and is not only what something is called after: garázsi.
func isAtPlace(sp *span) bool {
	return (sp.suffix.SaysWhere() || sp.suffix.IsOntoOrOff()) && !sp.suffix.IsAdjective
}

// mayBeAt reports whether a word that nobody knows may have such an ending.
func mayBeAt(s *sentence, sp *span) bool {
	return mayBeArgument(s, sp) && !strings.HasSuffix(s.Tokens[sp.to-1].Fold, "t")
}

// isParted reports whether punctuation, or a word that joins, parts two spans of a row.
func isParted(s *sentence, row []*span, from, to int) bool {
	return slices.ContainsFunc(row[from+1:to+1], func(sp *span) bool { return s.Tokens[sp.from].BreakBefore || sp.is(cConjunction) && !sp.is(cPrefix) })
}

// thingNear is the one that a span calls which is called after what it is said to be at, else the only one that is
// where that is; nil for none, or where that tells nothing.
func (ix *Index) thingNear(s *sentence, row []*span, called, by *span) *hamanagerapi.Entity {
	candidates := ix.calledBy(row, called)
	if len(candidates) == 0 && by.is(cEntity) { // the rooms are those of another command
		candidates = ix.calledBy(nil, called)
	}
	if by.is(cEntity) && slices.ContainsFunc(by.name.entities, func(e *hamanagerapi.Entity) bool { return slices.Contains(candidates, e) }) {
		return nil // a rámpára fényt, of the rámpafény: it is the thing itself
	}
	word := ix.mentionAt(s, by.to-1)
	found := only(candidates, func(e *hamanagerapi.Entity) bool { return word.speaksOf(ix.wordsFor(s, e).names) > 0 })
	if len(found) == 0 && by.is(cEntity) && !called.is(cKind) {
		found = only(candidates, func(e *hamanagerapi.Entity) bool {
			return slices.ContainsFunc(by.name.entities, func(other *hamanagerapi.Entity) bool { return e.AreaID != "" && e.AreaID == other.AreaID })
		})
	}
	if len(found) != 1 {
		return nil
	}

	return found[0]
}

// only are those of some devices of which something is true, two at most.
func only(entities []*hamanagerapi.Entity, is func(*hamanagerapi.Entity) bool) []*hamanagerapi.Entity {
	const enough = 2
	var found []*hamanagerapi.Entity
	for _, e := range entities {
		if len(found) < enough && is(e) {
			found = append(found, e)
		}
	}

	return found
}

// calledBy are the devices that a span may mean, in the rooms that the row names.
func (ix *Index) calledBy(row []*span, called *span) []*hamanagerapi.Entity {
	var p places
	for _, sp := range row {
		if isOnlyWhere(sp) {
			p.add(sp.name)
		}
	}
	kinds := kindsOf(called)
	var found []*hamanagerapi.Entity
	for _, e := range ix.home.Entities {
		isCalled := slices.ContainsFunc(kinds, func(k *kind) bool { return k.covers(e) })
		if called.is(cEntity) {
			isCalled = slices.Contains(called.name.entities, e)
		}
		if isCalled && e.Exposed && (!p.isPlaced() || ix.isIn(e, p)) {
			found = append(found, e)
		}
	}

	return found
}
