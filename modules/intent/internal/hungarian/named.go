package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// named finds the entities that are called by their names.
func (c *clause) named(domains []string, p places) []target {
	var found []target
	var called []*hamanagerapi.Entity // by the name before, which this one only says more closely
	for i, sp := range c.spans {
		if !c.isNamed(sp, domains) || c.isOneOfNone(sp) {
			continue
		}
		if c.isNarrowed(i, domains) {
			called = sp.name.entities

			continue
		}
		if sp.suffix.IsPlural || sp.suffix.IsPossessed || c.has(cQuantity, "all") {
			c.cost = costForm
		}
		t := target{slots: meaning.Slots{}, said: c.text(sp), isRemembered: sp.said != "" || sp.isResolved}
		candidates := meaning.Preferred(of(sp.name.entities, domains), func(e *hamanagerapi.Entity) bool { return slices.Contains(called, e) })
		if !c.isAnywhere(candidates) {
			candidates = t.placed(candidates, p)
		}
		called = nil
		found = append(found, c.namedAll(sp, t, candidates)...)
	}

	return found
}

// placed says where the target is, where one place was said, and keeps the candidates that are there.
func (t *target) placed(candidates []*hamanagerapi.Entity, p places) []*hamanagerapi.Entity {
	if len(p.areas) == 1 {
		t.slots["area"] = p.areas[0].Name

		return meaning.Preferred(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == p.areas[0].ID })
	}
	if len(p.floors) == 1 {
		t.slots["floor"] = p.floors[0].Name
	}

	return candidates
}

// isAnywhere reports whether devices that are named are in no place, so that one that is said is none that they have to be
// in: a robot goes there, and a scene may be for any, unless other things of the place are named.
func (c *clause) isAnywhere(named []*hamanagerapi.Entity) bool {
	placeless := []string{"vacuum", "lawn_mower", "scene", "script", "person"}
	hasPlace := func(e *hamanagerapi.Entity) bool { return e.AreaID != "" && !slices.Contains(placeless, e.Domain) }
	isOther := func(sp *span) bool {
		return sp != c.verb && slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cKind && !slices.Contains(placeless, l.of.Domain) })
	}

	return !slices.ContainsFunc(named, hasPlace) && !slices.ContainsFunc(c.spans, isOther)
}

// namedAll makes a target of every candidate where all are meant, else one target.
func (c *clause) namedAll(sp *span, t target, candidates []*hamanagerapi.Entity) []target {
	isAll := c.has(cQuantity, "all")
	switch {
	case sp.name.isShort && (sp.suffix.SaysAll() || isAll): // a spotokat
		c.cost = 0

		return t.each(candidates)
	case isAll && t.slots["area"] == nil && len(candidates) > 1 && haveOneName(candidates): // mindkét törölközőszárítót
		return c.eachInItsRoom(t, candidates)
	default:
		t.name(candidates, c.u.AreaID)

		return []target{t}
	}
}

// each makes a target of every candidate.
func (t *target) each(candidates []*hamanagerapi.Entity) []target {
	all := make([]target, 0, len(candidates))
	for _, e := range candidates {
		one := *t
		one.slots = maps.Clone(t.slots)
		one.slots["name"] = e.Name
		all = append(all, one)
	}

	return all
}

// eachInItsRoom makes a target of every candidate of those that have one name, each in its room.
func (c *clause) eachInItsRoom(t target, candidates []*hamanagerapi.Entity) []target {
	all := t.each(candidates)
	for i, e := range candidates {
		if a := c.ix.home.Area(e.AreaID); a != nil {
			all[i].slots["area"] = a.Name
		}
	}

	return all
}

// isOneOfNone reports whether a name that begins with a number rather says that none is meant: egy lámpa se.
func (c *clause) isOneOfNone(sp *span) bool {
	return c.s.Tokens[sp.from].Fold == "egy" && c.isOfNone()
}

// name calls the target by the name that its candidates share, or keeps the candidates for
// a question. Those in the speaker's room win.
func (t *target) name(candidates []*hamanagerapi.Entity, here string) {
	if len(candidates) > 1 && here != "" {
		candidates = meaning.Preferred(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == here })
	}
	if len(candidates) == 0 {
		return
	}
	t.slots["name"] = candidates[0].Name
	if len(candidates) == 1 && t.isRemembered {
		t.slots["name"] = candidates[0].ID // this one, whatever else is called so
	}
	if !haveOneName(candidates) {
		t.candidates = candidates
	}
}
