package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// describes reports whether a kind only says more of the one that follows: a szellőztető ventilátort.
func (c *clause) describes(at int) bool {
	if at+1 >= len(c.spans) || !c.spans[at].isWhole || c.spans[at].suffix.IsThere || c.s.Tokens[c.spans[at+1].from].BreakBefore {
		return false
	}
	kinds := kindsOf(c.spans[at+1])

	return len(kinds) > 0 && slices.ContainsFunc(kindsOf(c.spans[at]), func(k *kind) bool { return k.Domain == kinds[0].Domain })
}

// isSpecified reports whether what follows a kind after a comma says which one is meant: a lámpáját,
// az íróasztalit.
func (c *clause) isSpecified(at int, domains []string) bool {
	for k := at + 1; k < len(c.spans); k++ {
		sp := c.spans[k]
		switch {
		case c.isNamed(sp, domains):
			isLast := k+1 == len(c.spans) || !c.spans[k+1].is(cConjunction) && !c.spans[k+1].means(cFiller, "too")
			isOfKind := slices.ContainsFunc(kindsOf(c.spans[at]), func(kd *kind) bool { return slices.ContainsFunc(sp.name.entities, kd.covers) })

			return isLast && isOfKind && c.s.Tokens[sp.from-1].BreakBefore
		case !sp.is(cFiller|cArea|cFloor) || sp.is(cConjunction):
			return false
		}
	}

	return false
}

// isNarrowed reports whether what follows a name that fits several after a comma says which of them is
// meant: a kályhát, az ötöst.
func (c *clause) isNarrowed(at int, domains []string) bool {
	if !c.spans[at].name.isShort || len(c.spans[at].name.entities) < 2 {
		return false
	}
	for k := at + 1; k < len(c.spans); k++ {
		sp := c.spans[k]
		switch {
		case c.isNamed(sp, domains):
			isLast := k+1 == len(c.spans) || !c.spans[k+1].is(cConjunction) && !c.spans[k+1].means(cFiller, "too")

			return isLast && c.s.Tokens[sp.from-1].BreakBefore && slices.ContainsFunc(sp.name.entities, func(e *hamanagerapi.Entity) bool {
				return slices.Contains(c.spans[at].name.entities, e)
			})
		case !sp.is(cFiller) || sp.is(cConjunction):
			return false
		}
	}

	return false
}

// ofNamedKind makes the target of those devices that have the word for their kind in their names,
// where one thing was meant.
func (c *clause) ofNamedKind(k *kind, sp *span, p places) []target {
	if sp.suffix.IsPlural || p.everywhere || c.has(cQuantity, "all") {
		return nil
	}
	var named []*hamanagerapi.Entity
	for _, e := range c.ix.home.Entities {
		isThere := len(p.areas)+len(p.floors) == 0 || slices.ContainsFunc(p.areas, func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID })
		if e.Exposed && e.Domain == k.Domain && isThere && k.isCalled(e) {
			named = append(named, e)
		}
	}
	if len(named) == 0 {
		return nil
	}
	t := target{slots: meaning.Slots{"domain": k.Domain}, said: c.text(sp), isOne: true}
	t.name(named, c.u.AreaID)

	return []target{t}
}

// withCalledSo adds to the targets of a kind those that are called by the word that was said although they are of another
// class: the Szalagfüggöny, which is a blind, is a függöny as well. Where a device has no class, Home Assistant counts it
// for none, and so do we.
func (c *clause) withCalledSo(k *kind, sp *span, p places, found []target) []target {
	sort := c.ix.lang.sortOf(sp, c.s)
	if len(sort) == 0 || len(k.Classes) == 0 {
		return found
	}
	for _, e := range c.ix.home.Entities {
		if !e.Exposed || e.Domain != k.Domain || e.DeviceClass == "" || k.covers(e) || !isOfSort(e, sort) || p.isPlaced() && !c.ix.isIn(e, p) {
			continue
		}
		t := target{slots: meaning.Slots{"domain": k.Domain, "name": e.Name}, said: c.text(sp)}
		found = append(found, t)
	}

	return found
}

// isCalled reports whether a device has a word for the kind in its name.
func (k *kind) isCalled(e *hamanagerapi.Entity) bool {
	return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(text string) bool {
		return slices.ContainsFunc(k.Words, func(word string) bool { return strings.Contains(morphology.Fold(text), morphology.Fold(word)) })
	})
}

// isMineHere reports whether a span speaks of the speaker's own things of a kind, and the room has
// some: a tévémet.
func (c *clause) isMineHere(sp *span) bool {
	here := c.here()

	return sp.suffix.IsMine && here != nil && slices.ContainsFunc(kindsOf(&span{lexemes: sp.lexemes}), func(k *kind) bool { return c.ix.hasKind(k, here.ID) })
}

// mine finds the one device of a kind in the speaker's room that is called somebody's and by the word
// that was said: a lámpám is the Nagyi lámpája, and not the Nagyi éjjeli lámpája. nil for none.
func (c *clause) mine(k *kind, sp *span) *hamanagerapi.Entity {
	if sp == nil || sp.said != "" || !c.isMineHere(sp) {
		return nil
	}
	var mine *hamanagerapi.Entity
	for _, e := range c.ix.home.Entities {
		_, called, _ := strings.Cut(morphology.Fold(e.Name), " ")
		if !e.Exposed || e.AreaID != c.here().ID || !k.covers(e) || !strings.HasPrefix(called, c.stemOf(sp)) || strings.Contains(called, " ") {
			continue
		}
		if mine != nil {
			return nil
		}
		mine = e
	}

	return mine
}

// stemOf is the folded word of the language that a span says.
func (c *clause) stemOf(sp *span) string {
	stem := c.s.Tokens[sp.to-1].Fold
	morphology.EachStem(stem, c.ix.lang.suffixes, func(cut string, _ morphology.Suffix) bool {
		if _, ok := c.ix.lang.vocabulary[cut]; ok {
			stem = cut

			return false
		}

		return true
	})

	return stem
}

// isOneMeant reports whether one device of a kind was meant, and which is open.
func (c *clause) isOneMeant(k *kind, sp *span, p places) bool {
	return !p.isPlaced() || p.isOneOf || c.isSingular(k, sp, p) || c.has(cQuantity, "one") || sp != nil && sp.said == "" && (c.isAnyOne() || c.isPointedOut(sp))
}

// isPointedOut reports whether a kind is said as one that the speaker points at: azt a lámpát, az a magas lámpa.
func (c *clause) isPointedOut(sp *span) bool {
	if sp.suffix.IsPlural || sp.is(cClass) { // ez a fény: all of it
		return false
	}
	at := sp.from - 1
	for at > 0 && at > sp.from-3 && !tokens.IsArticle(c.s.Tokens[at].Fold) {
		at--
	}

	return at > 0 && tokens.IsArticle(c.s.Tokens[at].Fold) && slices.Contains(morphology.Rules().Demonstratives, c.s.Tokens[at-1].Fold)
}

// isSingular reports whether one device of a room or floor was meant: a redőnyt a nappaliban. Lamps of one
// are rather meant together.
func (c *clause) isSingular(k *kind, sp *span, p places) bool {
	if sp == nil || len(p.areas)+len(p.floors) != 1 || sp.suffix.IsPossessed || k.Domain == "light" || k.Domain == "switch" {
		return false
	}

	return sp.suffix.Case == morphology.Accusative || sp.suffix.Case == morphology.Nominative
}

// isOnlyNear reports whether a device that is named says where another one is: a lámpát a mosógépnél.
func (c *clause) isOnlyNear(sp *span, domains []string) bool {
	isPlace := sp.suffix.IsAtSomeones() || sp.suffix.Case == morphology.Superessive || sp.suffix.Case == morphology.Inessive
	if sp.said != "" || !isPlace {
		return false
	}

	isNear := false
	for _, other := range c.spans {
		if other == sp || other == c.verb || other.is(cEntity) {
			continue
		}
		kinds := kindsOf(other)
		if slices.ContainsFunc(kinds, func(k *kind) bool { return len(of(sp.name.entities, []string{k.Domain})) > 0 }) {
			return false // a satupadnál a fényt: its own
		}
		isReached := slices.ContainsFunc(kinds, func(k *kind) bool { return slices.Contains(domains, k.Domain) })
		isNear = isNear || isReached && !other.is(cAttribute|cClass|cMedia)
	}

	return isNear
}

// isKindElsewhere reports whether a device that is called like its kind is in none of the rooms that are
// said, while others of the kind are: a tévé of the nappali, where a hálóban a tévé was said.
func (c *clause) isKindElsewhere(sp *span) bool {
	hasOther := false
	for _, place := range c.spans {
		if place == sp || !place.is(cArea|cFloor) || place.is(cEntity) || place.name == nil {
			continue
		}
		p := places{}
		p.add(place.name)
		if slices.ContainsFunc(sp.name.entities, func(e *hamanagerapi.Entity) bool { return c.ix.isIn(e, p) }) {
			return false
		}
		hasOther = hasOther || slices.ContainsFunc(c.ix.home.Entities, func(e *hamanagerapi.Entity) bool {
			return e.Exposed && c.ix.isIn(e, p) && slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cKind && l.of.covers(e) })
		})
	}

	return hasOther
}
