package hungarian

import (
	"cmp"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// places are where a clause says things are.
type places struct {
	areas      []*hamanagerapi.Area
	floors     []*hamanagerapi.Floor
	everywhere bool
	// isHere: the speaker's room is meant; there is a direction (above, outside).
	isHere bool
	there  string
	// isOneOf: one of the areas is meant (a gyerekszobában, where there are two).
	isOneOf bool
	// isSummed: one word summed several of the areas up.
	isSummed bool
	// isUnknown: only a word was said that this home has no place for (odakint).
	isUnknown bool
	// isNobodys: at the place of somebody who was not named (nála): only what has a name is found there.
	isNobodys bool
}

func (c *clause) places(domains []string) places {
	var p places
	for i, sp := range c.spans {
		if c.isPosition(i) || sp.onlySoundsLikePlace() {
			continue
		}
		if sp.is(cArea|cFloor) && !c.isNamed(sp, domains) {
			p.add(sp.name)
			p.isSummed = p.isSummed || len(sp.name.areas) > 0
			p.isOneOf = p.isOneOf || len(sp.name.areas) > 0 && !sp.suffix.SaysAll() && !c.has(cQuantity, "all")

			continue
		}
		p.addWord(sp)
	}
	c.findPlace(&p)

	return p
}

// addWord adds a place that is called by a word of the language.
func (p *places) addWord(sp *span) {
	p.everywhere = p.everywhere || sp.means(cPlace, "everywhere")
	p.isHere = p.isHere || sp.means(cPlace, "here") || sp.means(cPlace, "room") && sp.suffix.IsMine
	p.isNobodys = p.isNobodys || sp.means(cPlace, "theirs")
	p.there = cmp.Or(p.there, thereSaid(sp))
}

// findPlace finds the places that are not called by their names: here, upstairs.
func (c *clause) findPlace(p *places) {
	here := c.here()
	if p.isHere && here != nil {
		p.areas = append(p.areas, here)
	}
	p.isOneOf = p.isOneOf || p.isHere && here == nil || here == nil && len(p.areas) == 0 && c.saysRoom()
	c.ix.narrow(p)
	p.dropFloorsOfAreas()
	if p.there != "" && !p.isPlaced() {
		c.ix.addThere(p, p.there)
	}
}

// saysRoom reports whether one room is spoken of, and not which: az emeleten a szobában.
func (c *clause) saysRoom() bool {
	sp := c.find(cPlace, "room")

	return sp != nil && !sp.suffix.IsPlural && sp.suffix.SaysWhere() && c.classes&cQuantity == 0
}

// isPlaced reports whether any place was said.
func (p *places) isPlaced() bool { return len(p.areas)+len(p.floors) > 0 }

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

// narrow keeps of several rooms that go by one word those that are where else was said: fönt a fürdőben, a földszinti
// konyhában.
func (ix *Index) narrow(p *places) {
	if !p.isSummed || len(p.areas) < 2 {
		return
	}
	var there places
	if p.there != "" {
		ix.addThere(&there, p.there)
	}
	floors := slices.Concat(p.floors, there.floors)
	on := slices.DeleteFunc(slices.Clone(p.areas), func(a *hamanagerapi.Area) bool {
		return !slices.Contains(there.areas, a) && !slices.ContainsFunc(floors, func(f *hamanagerapi.Floor) bool { return f.ID == a.FloorID })
	})
	if len(on) > 0 {
		p.areas, p.isOneOf = on, p.isOneOf && len(on) > 1
	}
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

// onlySoundsLikePlace: lenne is not lenn, kicsit not kis.
func (sp *span) onlySoundsLikePlace() bool { return sp.is(cBe) || sp.means(cChange, "slightly") }
