package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// readAgain reads a sentence without a verb as the command before it for something else.
func (ix *Index) readAgain(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	last := u.Before.Last()
	c := newClause(ix, u, s, ix.withPlaceOf(last, row))
	if c.verb != nil || c.action != "" || c.classes&cNegation != 0 || !c.within(cTarget|cQuestion|cPrefix|cClass|cAttribute) {
		return nil
	}
	if last.Intent == meaning.ClimateGet || isOutdoor(last) {
		if c.has(cPlace, "outside") && c.classes&(cArea|cFloor) == 0 {
			return c.bind(c.askOutside())
		}
	}
	domain := domainOf(last)
	k := &kind{Domain: domain, Classes: last.Slots.List("device_class")}
	domains := domainsOf(actionBehind(last.Intent, domain))
	if !slices.Contains(domains, domain) {
		domains = append(domains, domain)
	}
	targets := c.targets(domains, k)
	ix.callAlike(targets, last)
	drafts := ix.draftsAgain(c, last, targets)
	if len(drafts) == 0 {
		return nil
	}
	r := c.bind(drafts)
	r.frame = "again;"

	return r
}

// withPlaceOf adds where the turn before was to a row that names one thing of another kind: és a redőnyt?
func (ix *Index) withPlaceOf(last *meaning.Command, row []*span) []*span {
	if !isOneAlone(row, domainOf(last)) {
		return row
	}
	if place := ix.placeOfLast(last); place != nil {
		return slices.Concat([]*span{place}, row)
	}

	return row
}

// isOneAlone reports whether a row names one thing of another kind than a domain's, and no place.
func isOneAlone(row []*span, domain string) bool {
	isOne := false
	for _, sp := range row {
		if sp.is(cArea|cFloor|cEntity|cQuantity|cPlace) && !sp.is(cFiller) || sp.is(cKind) && (sp.suffix.IsPlural || sp.means(cKind, domain)) {
			return false
		}
		isOne = isOne || sp.is(cKind)
	}

	return isOne
}

// isOutdoor reports whether a command asked how warm it is outside.
func isOutdoor(c *meaning.Command) bool {
	return c.Intent == meaning.GetState && len(c.Targets) == 1 && isCalledOutside(c.Targets[0])
}

// callAlike narrows what is meant in another room to what is called there as the one device of the
// turn before: az 1-es lámpát a pincében; és a műhelyben is.
func (ix *Index) callAlike(targets []target, last *meaning.Command) {
	if len(last.Targets) != 1 || last.Slots.Name() == "" {
		return
	}
	for _, t := range targets {
		area := meaning.FindArea(ix.home, t.slots.Text("area"))
		if area == nil || t.slots.Name() != "" {
			continue
		}
		for _, e := range ix.home.Entities {
			if e.Exposed && e.AreaID == area.ID && e.Domain == last.Targets[0].Domain && e.Name == last.Targets[0].Name {
				t.slots["name"] = e.Name
			}
		}
	}
}

// draftsAgain gives each target the last command, in the way its kind of device takes it.
func (ix *Index) draftsAgain(c *clause, last *meaning.Command, targets []target) []draft {
	domain := domainOf(last)
	values := valuesOf(last.Slots)
	var drafts []draft
	for _, t := range targets {
		intent, of := last.Intent, t.slots.Text("domain")
		if of == "" {
			of = slices.Concat(c.domainsOfTarget(t, nil), []string{domain})[0]
		}
		if of != domain && !meaning.IsQuestion(intent) {
			intent = intentOf(actionBehind(last.Intent, domain), of)
		}
		if state, ok := values["state"].(string); ok {
			values["state"] = stateIn(of, generalState(state))
		}
		if intent == "" {
			return nil
		}
		if meaning.IsImplied(intent) || intent == meaning.ClimateGet {
			delete(t.slots, "domain")
			delete(t.slots, "device_class")
		}
		t.isOne = false
		drafts = append(drafts, draftsFor(intent, values, []target{t})...)
	}

	return drafts
}

// generalState is a state in words that fit any domain.
func generalState(state string) string {
	switch state {
	case "open", "unlocked":
		return "open"
	case "closed", "locked":
		return "closed"
	default:
		return state
	}
}

// valuesOf are the slots that say what is done, not to what.
func valuesOf(slots meaning.Slots) meaning.Slots {
	values := maps.Clone(slots)
	for _, slot := range []string{"name", "area", "floor", "domain", "device_class"} {
		delete(values, slot)
	}

	return values
}

// actionBehind is an action that makes the intent for the domain.
func actionBehind(intent, domain string) string {
	for _, action := range []string{"on", "off", "open", "close", "unlock", "toggle", "clean", "dock", "mow"} {
		if intentOf(action, domain) == intent {
			switch action {
			case "on":
				return "up" // a lamp goes on, a blind up
			case "off":
				return "down"
			}

			return action
		}
	}

	return ""
}

// addAgain puts one more thing on the list of the turn before: paradicsomot is.
func (ix *Index) addAgain(u meaning.Utterance, s *sentence, row []*span) *interpretation {
	row = withoutEdges(row)
	if len(row) == 0 {
		return nil
	}
	c := newClause(ix, u, s, row)
	if !c.isItem() {
		return nil
	}
	var drafts []draft
	for _, item := range c.items(0, len(row)-1) {
		slots := maps.Clone(u.Before.Last().Slots)
		slots["item"] = item
		drafts = append(drafts, draft{command: meaning.Command{Intent: u.Before.Last().Intent, Slots: slots}})
	}

	return c.bind(drafts)
}

// withoutEdges leaves out the small words around what was said: és még paradicsomot is. A
// number that is also a small word (egy) stays with what it counts.
func withoutEdges(row []*span) []*span {
	for len(row) > 0 && row[0].is(cFiller|cConjunction|cYes) && !row[0].is(cNumber) {
		row = row[1:]
	}
	for len(row) > 0 && row[len(row)-1].is(cFiller|cConjunction) {
		row = row[:len(row)-1]
	}

	return row
}

// isItem reports whether a clause may be nothing but what is to be put on a list. More words
// than a few are rather about something else.
func (c *clause) isItem() bool {
	const longest = 6
	if len(c.spans) > longest || c.verb != nil || c.s.IsQuestion {
		return false
	}

	return c.classes&(cBlock|cNegation|cQuestion) == 0 && c.isObject(len(c.spans)-1)
}
