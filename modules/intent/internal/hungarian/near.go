package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// withNear reads which of several things is meant by what it is said to be at: a tükörnél a fényt is the tükörvilágítás, a
// kemencénél a munkalámpa the one of them that is where the kemence is. What only says so says nothing more.
func (ix *Index) withNear(s *sentence, row []*span) []*span {
	for i, called := range row {
		if !called.mayBeNear() {
			continue
		}
		for k, by := range row {
			width := isNearBy(s, row, k)
			if width == 0 || k == i || isParted(s, row, min(i, k), max(i, k)) {
				continue
			}
			if found := ix.thingsNear(s, row, called, by); found != nil {
				near := *called
				near.classes, near.name, near.isResolved = called.classes&(cKind|cMedia)|cEntity, &name{entities: found}, true
				row = slices.Clone(row)
				row[i] = &near
				for at := k; at < k+width; at++ {
					row[at] = &span{from: row[at].from, to: row[at].to, score: row[at].score, classes: cFiller}
				}

				break
			}
		}
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
	isAt := false
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

// thingsNear are those that a span calls which are called after what they are said to be at, else the only one that is
// where that is; nil for none, or where that tells nothing.
func (ix *Index) thingsNear(s *sentence, row []*span, called, by *span) []*hamanagerapi.Entity {
	candidates := ix.calledBy(row, called)
	if by.is(cEntity) && slices.ContainsFunc(by.name.entities, func(e *hamanagerapi.Entity) bool { return slices.Contains(candidates, e) }) {
		return nil // a rámpára fényt, of a rámpafény: it is the thing itself
	}
	word := ix.mentionAt(s, by.to-1)
	found := slices.DeleteFunc(slices.Clone(candidates), func(e *hamanagerapi.Entity) bool {
		return word.speaksOf(nameWords(e.Name, e.Aliases)) == 0
	})
	if len(found) == 0 && by.is(cEntity) && !called.is(cKind) {
		found = slices.DeleteFunc(candidates, func(e *hamanagerapi.Entity) bool {
			return !slices.ContainsFunc(by.name.entities, func(other *hamanagerapi.Entity) bool { return e.AreaID != "" && e.AreaID == other.AreaID })
		})
	}
	if len(found) != 1 {
		return nil
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
