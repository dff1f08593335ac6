package hungarian

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
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
	// isRemembered: it is from the turn before.
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
	found = append(found, c.standIns(domains)...)
	found = append(found, c.ofKinds(domains, p, len(found) > 0)...)
	if len(found) == 0 && standard != nil {
		return c.ofKind(standard, nil, p)
	}

	return found
}

// ofKinds finds what is called by its kind. Beside a name, a kind is one more thing only where
// the clause enumerates.
func (c *clause) ofKinds(domains []string, p places, named bool) []target {
	var found []target
	for i, sp := range c.spans {
		if sp == c.verb || sp.like != nil || c.describes(i) || c.isSpecified(i, domains) || named && (c.isNamed(sp, domains) || !c.isJoined(i) || c.sumsUp(sp, domains)) {
			continue
		}
		for _, l := range sp.lexemes {
			switch {
			case l.class != cKind || !slices.Contains(domains, l.of.Domain):
			case l.of.Named:
				found = append(found, c.ofNamedKind(l.of, sp, p)...)
			default:
				found = append(found, c.ofKind(l.of, sp, p)...)
			}
		}
	}

	return found
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

			return isLast && isOfKind && c.s.tokens[sp.from-1].breakBefore
		case !sp.is(cFiller) || sp.is(cConjunction):
			return false
		}
	}

	return false
}

// ofNamedKind makes the target of those devices that have the word for their kind in their names,
// where one thing was meant.
func (c *clause) ofNamedKind(k *kind, sp *span, p places) []target {
	if sp.suffix.isPlural || p.everywhere || c.has(cQuantity, "all") {
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

// isCalled reports whether a device has a word for the kind in its name.
func (k *kind) isCalled(e *hamanagerapi.Entity) bool {
	return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(text string) bool {
		return slices.ContainsFunc(k.Words, func(word string) bool { return strings.Contains(fold(text), fold(word)) })
	})
}

// describes reports whether a kind only says more of the one that follows: a szellőztető ventilátort.
func (c *clause) describes(at int) bool {
	if at+1 >= len(c.spans) || !c.spans[at].isWhole || c.spans[at].suffix.isThere || c.s.tokens[c.spans[at+1].from].breakBefore {
		return false
	}
	kinds := kindsOf(c.spans[at+1])

	return len(kinds) > 0 && slices.ContainsFunc(kindsOf(c.spans[at]), func(k *kind) bool { return k.Domain == kinds[0].Domain })
}

// isAllReached reports whether every thing that is named can be what the command is about,
// or plays another part in it. "Kapcsold fel a hőmérőt a konyhában" is not about lamps.
func (c *clause) isAllReached(domains []string) bool {
	const soft = cArea | cFloor | cAttribute | cAbout | cNumber | cUnit | cMedia | cDock | cColor | cWhite | cLevel | cPlace | cQuantity | cFiller
	for _, sp := range c.spans {
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
	return sp.is(cEntity) && sp.suffix.grammaticalCase == dative && len(of(sp.name.entities, []string{"person"})) > 0
}

// places are where a clause says things are.
type places struct {
	areas      []*hamanagerapi.Area
	floors     []*hamanagerapi.Floor
	everywhere bool
	// isOneOf: one of the areas is meant (a gyerekszobában, where there are two).
	isOneOf bool
	// isUnknown: only a word was said that this home has no place for (odakint).
	isUnknown bool
}

func (c *clause) places(domains []string) places {
	var p places
	isHere := false
	var there string
	for i, sp := range c.spans {
		if c.isPosition(i) || sp.onlySoundsLikePlace() {
			continue
		}
		if sp.is(cArea|cFloor) && !c.isNamed(sp, domains) {
			p.add(sp.name)
			p.isOneOf = p.isOneOf || len(sp.name.areas) > 0 && !sp.suffix.saysAll() && !c.has(cQuantity, "all")

			continue
		}
		p.everywhere = p.everywhere || sp.means(cPlace, "everywhere")
		isHere = isHere || sp.means(cPlace, "here") || sp.means(cPlace, "room") && sp.suffix.isMine
		there = cmp.Or(there, thereSaid(sp))
	}
	if area := c.here(); isHere && area != nil {
		p.areas = append(p.areas, area)
	}
	p.isOneOf = p.isOneOf || isHere && c.here() == nil
	p.dropFloorsOfAreas()
	if there != "" && len(p.areas)+len(p.floors) == 0 {
		c.ix.addThere(&p, there)
	}

	return p
}

// onlySoundsLikePlace: lenne is not lenn, kicsit not kis.
func (sp *span) onlySoundsLikePlace() bool { return sp.is(cBe) || sp.means(cChange, "slightly") }

// thereSaid is the direction that a word for a place says: above, below, outside, inside.
func thereSaid(sp *span) string {
	for _, way := range []string{"above", "below", "outside", "inside"} {
		if sp.means(cPlace, way) {
			return way
		}
	}

	return ""
}

// addThere adds the rooms or the floor in a direction, as far as this home has them.
func (ix *Index) addThere(p *places, way string) {
	switch way {
	case "above":
		p.addFloor(ix.floorSaid(placesSaid().Upstairs))
	case "below":
		p.addFloor(ix.floorSaid(placesSaid().Downstairs))
	case "outside":
		p.areas = slices.Clone(ix.outside)
	}
	p.isUnknown = len(p.areas)+len(p.floors) == 0
}

func (p *places) addFloor(f *hamanagerapi.Floor) {
	if f != nil {
		p.floors = append(p.floors, f)
	}
}

// isPosition reports whether a word for a place says how far something is open: félig lent.
func (c *clause) isPosition(at int) bool {
	return at > 0 && c.spans[at-1].is(cLevel) && thereSaid(c.spans[at]) != ""
}

// dropFloorsOfAreas drops a floor where a room on it was said as well: odalent a konyhában.
func (p *places) dropFloorsOfAreas() {
	p.floors = slices.DeleteFunc(p.floors, func(f *hamanagerapi.Floor) bool {
		return slices.ContainsFunc(p.areas, func(a *hamanagerapi.Area) bool { return a.FloorID == f.ID })
	})
}

// add adds the place that a name means. A floor may be said twice: odafent az emeleten.
func (p *places) add(n *name) {
	if n.area != nil || len(n.areas) > 0 {
		for _, a := range n.rooms() {
			p.areas = appendOnce(p.areas, a)
		}
	} else if !slices.Contains(p.floors, n.floor) {
		p.floors = append(p.floors, n.floor)
	}
}

// named finds the entities that are called by their names.
func (c *clause) named(domains []string, p places) []target {
	var found []target
	for _, sp := range c.spans {
		if !c.isNamed(sp, domains) {
			continue
		}
		if sp.suffix.isPlural || sp.suffix.isPossessed || c.has(cQuantity, "all") {
			c.cost = costForm
		}
		candidates := of(sp.name.entities, domains)
		t := target{slots: meaning.Slots{}, said: c.text(sp), isRemembered: sp.said != ""}
		if len(p.areas) == 1 {
			t.slots["area"] = p.areas[0].Name
			candidates = within(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == p.areas[0].ID })
		} else if len(p.floors) == 1 {
			t.slots["floor"] = p.floors[0].Name
		}
		t.name(candidates, c.u.AreaID)
		found = append(found, t)
	}

	return found
}

// name calls the target by the name that its candidates share, or keeps the candidates for
// a question. Those in the speaker's room win.
func (t *target) name(candidates []*hamanagerapi.Entity, here string) {
	if len(candidates) > 1 && here != "" {
		candidates = within(candidates, func(e *hamanagerapi.Entity) bool { return e.AreaID == here })
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

// isNamed reports whether a span names entities of the domains, and is not rather meant as
// a kind of device (minden ventilátort) or as a room.
func (c *clause) isNamed(sp *span, domains []string) bool {
	if !sp.is(cEntity) || len(of(sp.name.entities, domains)) == 0 {
		return false
	}
	if sp.is(cKind) && (sp.suffix.isPlural || c.has(cQuantity, "all") || c.isMineHere(sp)) {
		return false
	}

	return true
}

// ofKind makes the targets of a kind of device: in every place that was said, else in the
// speaker's room, else everywhere.
func (c *clause) ofKind(k *kind, sp *span, p places) []target {
	isAll := c.isAll(sp)
	isPlaced := len(p.areas)+len(p.floors) > 0
	here := c.here()
	if !isPlaced && !p.everywhere && here != nil && !c.leavesOutPlace() && (isAll || c.ix.hasKind(k, here.ID)) {
		p.areas = append(p.areas, here)
		isPlaced = true
	}
	found := c.placed(k, sp, p)
	if e := c.mine(k, sp); e != nil {
		found[0].slots["name"] = e.Name
	}
	for i := range found {
		found[i].isOne = !p.everywhere && !isAll && (!isPlaced || c.isSingular(k, sp, p) || p.isOneOf || c.has(cQuantity, "one"))
		if isAll {
			found[i].slots["name"] = meaning.AllNames
		}
	}

	return found
}

// isMineHere reports whether a span speaks of the speaker's own things of a kind, and the room has
// some: a tévémet.
func (c *clause) isMineHere(sp *span) bool {
	here := c.here()

	return sp.suffix.isMine && here != nil && slices.ContainsFunc(kindsOf(&span{lexemes: sp.lexemes}), func(k *kind) bool { return c.ix.hasKind(k, here.ID) })
}

// mine finds the one device of a kind in the speaker's room that is called somebody's and by the word
// that was said: a lámpám is the Nagyi lámpája, and not the Nagyi éjjeli lámpája. nil for none.
func (c *clause) mine(k *kind, sp *span) *hamanagerapi.Entity {
	if sp == nil || sp.said != "" || !c.isMineHere(sp) {
		return nil
	}
	var mine *hamanagerapi.Entity
	for _, e := range c.ix.home.Entities {
		_, called, _ := strings.Cut(fold(e.Name), " ")
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
	stem := c.s.tokens[sp.to-1].fold
	eachStem(stem, c.ix.lang.suffixes, func(cut string, _ suffix) bool {
		if _, ok := c.ix.lang.vocabulary[cut]; ok {
			stem = cut

			return false
		}

		return true
	})

	return stem
}

// isSingular reports whether one device of a room was meant: a redőnyt a nappaliban. Lamps of a
// room are rather meant together.
func (c *clause) isSingular(k *kind, sp *span, p places) bool {
	if sp == nil || len(p.areas) != 1 || sp.suffix.isPossessed || k.Domain == "light" || k.Domain == "switch" {
		return false
	}

	return sp.suffix.grammaticalCase == accusativeCase || sp.suffix.grammaticalCase == nominative
}

// isAll reports whether every one of a kind is meant: so it is said, or some are left out.
func (c *clause) isAll(sp *span) bool {
	return c.has(cQuantity, "all") || c.isOfNone() || sp != nil && sp.suffix.isPlural || len(c.s.left) > 0
}

// isOfNone reports whether something is said of none of a kind: egy lámpa se égjen.
func (c *clause) isOfNone() bool {
	return c.denial != nil && (c.has(cQuantity, "none") || c.s.tokens[c.denial.from].fold == "se" || c.s.tokens[c.denial.from].fold == "sem")
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

// isJoinedBefore reports whether an "and" or a comma stands before the span and its place.
func (c *clause) isJoinedBefore(at int) bool {
	for k := at - 1; k >= 0 && c.spans[k].is(cFiller|cConjunction|cArea|cFloor); k-- {
		if c.spans[k].is(cConjunction) || c.s.tokens[c.spans[k+1].from].breakBefore {
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
		isNext = isNext || other.is(cConjunction) || c.s.tokens[other.from].breakBefore
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
	if !c.has(cQuantity, "all") && !sp.suffix.isPlural {
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

	return c.s.text[c.s.tokens[sp.from].from:c.s.tokens[sp.to-1].to]
}

// draftsFor makes one command of an intent for each target.
func draftsFor(intent string, values meaning.Slots, targets []target) []draft {
	drafts := make([]draft, 0, len(targets))
	for _, t := range targets {
		slots := make(meaning.Slots, len(values)+len(t.slots))
		maps.Copy(slots, t.slots)
		maps.Copy(slots, values)
		drafts = append(drafts, draft{command: meaning.Command{Intent: intent, Slots: slots}, target: t})
	}

	return drafts
}

// draft is a command that is not bound yet.
type draft struct {
	command meaning.Command
	target  target
	change  *step // where the value depends on the present state
}

func of(entities []*hamanagerapi.Entity, domains []string) []*hamanagerapi.Entity {
	if len(domains) == 0 {
		return entities
	}

	return slices.DeleteFunc(slices.Clone(entities), func(e *hamanagerapi.Entity) bool { return !slices.Contains(domains, e.Domain) })
}

// within keeps the entities that fit; all where none does.
func within(entities []*hamanagerapi.Entity, fits func(*hamanagerapi.Entity) bool) []*hamanagerapi.Entity {
	var kept []*hamanagerapi.Entity
	for _, e := range entities {
		if fits(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return entities
	}

	return kept
}

func haveOneName(entities []*hamanagerapi.Entity) bool {
	return !slices.ContainsFunc(entities, func(e *hamanagerapi.Entity) bool { return e.Name != entities[0].Name })
}
