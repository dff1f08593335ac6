package hungarian

import (
	"slices"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// standIn is a span for something like another, elsewhere.
func standIn(sp *span, where *name, like *span) *span {
	s := &span{from: sp.from, to: sp.to, classes: cKind, name: where, suffix: sp.suffix, score: sp.score, like: like}
	for _, k := range kindsOf(like) {
		s.lexemes = append(s.lexemes, lexeme{class: cKind, value: k.Domain, of: k})
	}
	if s.suffix.IsAdjective && s.suffix.IsPossessed { // konyhait, no one's
		s.suffix.IsPossessed, s.suffix.IsPlural = false, false
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
		(sp.suffix.IsOwners || sp.suffix.IsAdjective && sp.suffix.Case == morphology.Accusative)
}

// isFurther reports whether a thing that is called by its place is one more, and not only says
// which one is meant (a redőnyt, a konyhait): it is said to be one more, or other things were said
// between the two.
func (o *owning) isFurther() bool {
	if o.row[o.at].suffix.IsOwners || o.at+1 < len(o.row) && o.row[o.at+1].means(cFiller, "too") {
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
				p.isOneOf = len(sp.name.areas) > 0 && !sp.suffix.IsPlural
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
	isOther := sp.is(cEntity) && !sp.name.isNumber || sp.is(cArea|cFloor|cTime)
	if isOther || !o.last.is(cEntity) || o.at+1 < len(o.row) && o.row[o.at+1].is(cUnit|cFraction|cEntity|cKind) {
		return false
	}
	number, ok := o.ix.numberedBy(o.s, sp)
	if !ok && sp.is(cNumber) && o.isEnumerated() {
		number, ok = int(sp.number), true
	}

	return ok && len(o.otherNumber(number)) > 0
}

// numberedBy is the number that a span says as one that things have: kettes, 2-est.
func (ix *Index) numberedBy(s *sentence, sp *span) (number int, ok bool) {
	if !sp.is(cNumber|cUnknown|cEntity) || sp.said != "" || sp.to-sp.from > 2 {
		return 0, false
	}
	tok := &s.Tokens[sp.from]
	ending := strings.TrimLeft(tok.Fold, "0123456789")
	value := sp.number
	if !tok.IsNumber {
		value, ending, ok = numberIn(tok, s.HasAccent)
		if !ok {
			return 0, false
		}
	} else if digits, err := strconv.Atoi(tok.Fold[:len(tok.Fold)-len(ending)]); err == nil {
		value = float64(digits)
	}

	return int(value), slices.ContainsFunc(morphology.NumberAdjectives(), func(adjective string) bool { return strings.HasPrefix(ending, adjective) })
}

// isEnumerated reports whether nothing but an "and" stands between the last thing and this number: Spot 1 és 2.
func (o *owning) isEnumerated() bool {
	n := len(o.read)
	isJoined := o.s.Tokens[o.row[o.at].from].BreakBefore
	for n > 0 && o.read[n-1].is(cConjunction|cFiller) {
		n--
		isJoined = isJoined || o.read[n].is(cConjunction) || o.s.Tokens[o.read[n].from].BreakBefore
	}

	return isJoined && n > 0 && o.read[n-1] == o.last
}

// numbered is the thing that has another number than the last one.
func (o *owning) numbered(sp *span) *span {
	number, _ := o.ix.numberedBy(o.s, sp)

	return sp.naming(o.otherNumber(number), sp.from)
}

// otherNumber finds what is called as the last thing but for its number, in the same room where it is there.
func (o *owning) otherNumber(said int) []*hamanagerapi.Entity {
	number := strconv.Itoa(said)
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
		found = meaning.Preferred(found, func(e *hamanagerapi.Entity) bool { return e.AreaID == like.AreaID })
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
