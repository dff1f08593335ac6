package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// withAlike puts the thing that is meant in the place of a word that tells it from the thing of the turn before, and
// says nothing by itself: a hátsót is, after the Első folyosólámpa. A row without such a word, or where it may be
// several things, is returned as it is.
func (ix *Index) withAlike(s *sentence, row []*span, last *meaning.Command) []*span {
	at := onlyTelling(row)
	if at < 0 || len(last.Targets) != 1 {
		return row
	}
	e := ix.calledLike(last.Targets[0], &s.Tokens[row[at].to-1])
	if e == nil {
		return row
	}

	return slices.Concat(row[:at], namedInPlaceOf(row[at], []*hamanagerapi.Entity{e}), row[at+1:])
}

// onlyTelling is the place of the one word of a row that may tell things apart; -1 where there is none, or more is named.
func onlyTelling(row []*span) int {
	const others = cFiller | cConjunction | cVerb | cPrefix | cYes | cNo | cBut
	at := -1
	for i, sp := range row {
		if sp.is(others) && !sp.is(cEntity|cArea) {
			continue
		}
		if at >= 0 || !sp.mayTell() {
			return -1
		}
		at = i
	}

	return at
}

// mayTell reports whether a span may tell things apart by a part of their names. What is named in full needs nobody to
// tell which it is; what is in a case that says where is a place.
func (sp *span) mayTell() bool {
	ending := sp.suffix
	isObject := ending.Case == morphology.Nominative || ending.Case == morphology.Accusative
	isWord := sp.said == "" && sp.to-sp.from == 1 && !sp.is(cNumber)

	return isWord && isObject && !ending.IsPlural && !ending.IsOwners && (sp.is(cUnknown) || sp.isPartOfName())
}

// isPartOfName reports whether a span may be a device or room that is not named in full.
func (sp *span) isPartOfName() bool {
	return sp.is(cEntity|cArea) && !sp.is(cFloor) && (sp.name.isPart || sp.is(cEntity) && sp.name.isShort)
}

// calledLike finds the one device of the kind of another, first in its room, that has a word in its name which the other
// has not.
func (ix *Index) calledLike(like *hamanagerapi.Entity, tok *tokens.Token) *hamanagerapi.Entity {
	var found []*hamanagerapi.Entity
	morphology.EachStem(tok.Fold, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		if isNameOf(like, stem) {
			return true
		}
		for _, e := range ix.home.Entities {
			if e.Exposed && e.Domain == like.Domain && e.DeviceClass == like.DeviceClass && isNameOf(e, stem) {
				found = appendOnce(found, e)
			}
		}

		return true
	})
	found = meaning.Preferred(found, func(e *hamanagerapi.Entity) bool { return e.AreaID == like.AreaID })
	if len(found) != 1 {
		return nil
	}

	return found[0]
}

// isNameOf reports whether a folded word is one of a device's name, or the front of a compound in it.
func isNameOf(e *hamanagerapi.Entity, word string) bool {
	const shortest = 3
	if len(word) < shortest {
		return false
	}

	return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(called string) bool {
		for of := range strings.FieldsSeq(morphology.Fold(called)) {
			if of == word || len(word) >= shortestFront && strings.HasPrefix(of, word) {
				return true
			}
		}

		return false
	})
}
