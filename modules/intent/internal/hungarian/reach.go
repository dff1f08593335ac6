package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// target is one thing that a clause speaks of, as slots.
type target struct {
	slots meaning.Slots
	// candidates are set where a name that was shortened fits several entities.
	candidates []*hamanagerapi.Entity
	// isOne: one device was meant (a lámpát), so that several found are a question.
	isOne bool
	// asksOne: a question that only one can answer (mennyi a páratartalom).
	asksOne bool
	// isRemembered: which one is meant is known from the turn before, or from what stands before it.
	isRemembered bool
	// said is how it was called; sort are the words for the sort of device that it names.
	said string
	sort []string
}

// targets finds what a clause speaks of among the devices of some domains. Without a name
// or a kind of device, standard is what an area's name alone means ("kapcsold le a konyhát").
func (c *clause) targets(domains []string, standard *kind) []target {
	if !c.isAllReached(domains) {
		return nil
	}
	p := c.places(domains)
	if p.isUnknown {
		return nil
	}
	found := c.named(domains, p)
	if p.isNobodys {
		return found
	}
	found = append(found, c.standIns(domains)...)
	found = append(found, c.ofKinds(domains, p, len(found) > 0)...)
	if len(found) == 0 && standard != nil && (p.isPlaced() || !c.countsThings()) {
		return c.ofKind(standard, nil, p)
	}

	return found
}

// ofKinds finds what is called by its kind. Beside a name, a kind is one more thing only where
// the clause enumerates.
func (c *clause) ofKinds(domains []string, p places, named bool) []target {
	var found []target
	for i, sp := range c.spans {
		isAgain := named && (c.isNamed(sp, domains) || !c.isJoined(i) && !c.isApart(i, domains) || c.sumsUp(sp, domains))
		if sp == c.verb || sp.like != nil || isAgain || c.describes(i) || c.isSpecified(i, domains) {
			continue
		}
		found = append(found, c.ofKindsOf(sp, domains, p)...)
	}

	return found
}

// ofKindsOf makes the targets of every kind that a span names.
func (c *clause) ofKindsOf(sp *span, domains []string, p places) []target {
	var found []target
	for _, l := range sp.lexemes {
		switch {
		case l.class != cKind || !slices.Contains(domains, l.of.Domain):
		case l.of.Named:
			found = append(found, c.ofNamedKind(l.of, sp, p)...)
		default:
			found = append(found, c.ofKind(l.of, sp, p)...)
		}
	}

	return found
}

// isAllReached reports whether every thing that is named can be what the command is about,
// or plays another part in it. "Kapcsold fel a hőmérőt a konyhában" is not about lamps.
func (c *clause) isAllReached(domains []string) bool {
	const soft = cArea | cFloor | cAttribute | cAbout | cNumber | cUnit | cMedia | cDock | cColor | cWhite | cLevel | cPlace | cQuantity | cFiller
	for _, sp := range c.spans {
		if c.isNamed(sp, domains) && c.isOnlyNear(sp, domains) {
			return false
		}
		if !sp.is(cEntity|cKind) || sp.is(soft) || sp == c.verb || sp == c.prefix || c.isNamed(sp, domains) || sp.isForSomeone() {
			continue
		}
		isOfKind := slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cKind && slices.Contains(domains, l.of.Domain) })
		if !isOfKind {
			return false
		}
	}

	return true
}

// isForSomeone reports whether a span says whom something is done for: Zsófinak.
func (sp *span) isForSomeone() bool {
	return sp.is(cEntity) && sp.suffix.Case == morphology.Dative && len(of(sp.name.entities, []string{"person"})) > 0
}

// isNamed reports whether a span names entities of the domains, and is not rather meant as
// a kind of device (minden ventilátort) or as a room.
func (c *clause) isNamed(sp *span, domains []string) bool {
	if !sp.is(cEntity) || len(of(sp.name.entities, domains)) == 0 {
		return false
	}
	if sp.name.isShort && sp.is(cArea|cFloor) && sp.suffix.SaysWhere() { // mindkét fürdőben
		return false
	}
	if sp.is(cKind) && (sp.suffix.IsPlural || c.has(cQuantity, "all") || c.isMineHere(sp) || c.isKindElsewhere(sp)) {
		return false
	}

	return true
}

// ofKind makes the targets of a kind of device: in every place that was said, else in the
// speaker's room, else everywhere.
func (c *clause) ofKind(k *kind, sp *span, p places) []target {
	isAll := c.isAll(k, sp)
	if here := c.here(); here != nil && !p.everywhere && !p.isPlaced() && !c.leavesOutPlace() && (isAll || c.ix.hasKind(k, here.ID)) {
		p.areas = append(p.areas, here)
	}
	isOne := !p.everywhere && !isAll && c.isOneMeant(k, sp, p)
	found := c.withCalledSo(k, sp, p, c.placed(k, sp, p))
	if e := c.mine(k, sp); e != nil {
		found[0].slots["name"] = e.Name
	}
	for i := range found {
		found[i].isOne = isOne
		if isAll {
			found[i].slots["name"] = meaning.AllNames
		}
	}

	return found
}

// isAll reports whether every one of a kind is meant: so it is said, or some are left out.
func (c *clause) isAll(k *kind, sp *span) bool {
	return c.leavesOut(k) || c.has(cQuantity, "all") || c.isOfNone() || sp == nil && c.of != nil && c.of.Of != "" && c.isAboutAll() || sp != nil && sp.suffix.IsPlural && !c.has(cQuantity, "one")
}

// leavesOut reports whether what the sentence leaves out may be of a kind: then all others are meant.
func (c *clause) leavesOut(k *kind) bool {
	return slices.ContainsFunc(c.s.left, func(x exception) bool {
		isOther := len(x.kinds) > 0 && !slices.ContainsFunc(x.kinds, func(left *kind) bool { return left.Domain == k.Domain })

		return !isOther || len(x.entities) > 0
	})
}

// isOfNone reports whether something is said of none of a kind: egy lámpa se égjen.
func (c *clause) isOfNone() bool {
	return c.denial != nil && (c.has(cQuantity, "none") || c.s.Tokens[c.denial.from].Fold == "se" || c.s.Tokens[c.denial.from].Fold == "sem")
}

// leavesOutPlace reports whether the sentence is about all places but some.
func (c *clause) leavesOutPlace() bool {
	return slices.ContainsFunc(c.s.left, func(x exception) bool { return len(x.areas)+len(x.floors) > 0 })
}

// placed makes the targets of a kind in the places that were said, else one in the whole home.
func (c *clause) placed(k *kind, sp *span, p places) []target {
	var found []target
	add := func(slot, place string) {
		t := target{slots: meaning.Slots{"domain": k.Domain}}
		if len(k.Classes) > 0 {
			t.slots["device_class"] = k.Classes
		}
		if sp != nil {
			t.said = c.text(sp)
			t.sort = c.ix.lang.sortOf(sp.meant(), c.s)
		} else if where := c.first(cArea); p.isOneOf && where != nil {
			t.said = c.text(where) // all of these rooms are one question
		}
		if slot != "" {
			t.slots[slot] = place
		}
		found = append(found, t)
	}
	for _, a := range p.areas {
		add("area", a.Name)
	}
	for _, f := range p.floors {
		add("floor", f.Name)
	}
	if len(found) == 0 {
		add("", "")
	}

	return found
}

// hasKind reports whether an area has a device of the kind.
func (ix *Index) hasKind(k *kind, areaID string) bool {
	return slices.ContainsFunc(ix.home.Entities, func(e *hamanagerapi.Entity) bool {
		return e.Exposed && e.AreaID == areaID && e.Domain == k.Domain &&
			(len(k.Classes) == 0 || slices.Contains(k.Classes, e.DeviceClass))
	})
}

// isJoined reports whether the span is one of several things that are enumerated: "a tévét és a
// lámpát"; "a lámpát is".
func (c *clause) isJoined(at int) bool {
	return c.spans[at].said == "" && (c.isJoinedBefore(at) || c.isJoinedAfter(at))
}

// isApart reports whether a pause parts a kind from everything that is named, after a verb of its own:
// porszívó induljon, a Robi is.
func (c *clause) isApart(at int, domains []string) bool {
	for k, sp := range c.spans {
		if !c.isNamed(sp, domains) {
			continue
		}
		hasPause := slices.ContainsFunc(c.spans[min(at, k)+1:max(at, k)+1], func(sp *span) bool { return sp.said == "" && c.s.Tokens[sp.from].BreakBefore })
		if !hasPause || !slices.ContainsFunc(c.spans[min(at, k):max(at, k)], func(sp *span) bool { return sp == c.verb }) {
			return false
		}
	}

	return c.spans[at].said == ""
}

// isJoinedBefore reports whether an "and" or a comma stands before the span and its place.
func (c *clause) isJoinedBefore(at int) bool {
	for k := at - 1; k >= 0 && c.spans[k].is(cFiller|cConjunction|cArea|cFloor); k-- {
		if c.spans[k] == c.prefix { // állítsd meg a zenét
			return false
		}
		if c.spans[k].is(cConjunction) || c.s.Tokens[c.spans[k+1].from].BreakBefore {
			return true
		}
	}

	return false
}

// isJoinedAfter reports whether the span is said to come on top, or another thing is joined to it.
func (c *clause) isJoinedAfter(at int) bool {
	isNext := false
	for k := at + 1; k < len(c.spans); k++ {
		other := c.spans[k]
		isNext = isNext || other.is(cConjunction) || c.s.Tokens[other.from].BreakBefore
		switch {
		case other.means(cFiller, "too"):
			return true
		case other.is(cEntity|cKind) && !isCommanding(other):
			return isNext
		case !other.is(cFiller | cConjunction | cArea | cFloor):
			return false
		}
	}

	return false
}

// sumsUp reports whether a kind only says what those that are named are: mindkét kaput, a
// Kapu 1-et és a Kapu 2-t.
func (c *clause) sumsUp(sp *span, domains []string) bool {
	if !c.has(cQuantity, "all") && !sp.suffix.IsPlural {
		return false
	}
	for _, other := range c.spans {
		if !c.isNamed(other, domains) {
			continue
		}
		isOfKind := slices.ContainsFunc(sp.lexemes, func(l lexeme) bool {
			return l.class == cKind && slices.ContainsFunc(other.name.entities, l.of.covers)
		})
		if !isOfKind {
			return false
		}
	}

	return true
}

// text is how a span was said.
func (c *clause) text(sp *span) string {
	if sp.said != "" {
		return sp.said
	}

	return c.s.Text[c.s.Tokens[sp.from].From:c.s.Tokens[sp.to-1].To]
}
