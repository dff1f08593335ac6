package meaning

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// Bind finds the entities that a command's slots mean, by the rules of Home Assistant's
// async_match_targets: exposed entities only; domain, name, class, floor and area; names of
// several narrowed by where the speaker is. It returns the command with its Targets, or with
// the Reason why it cannot be done; or a question where only the speaker can tell.
func Bind(home *hamanagerapi.Home, u Utterance, c Command) (Command, *Question) {
	r := ruleOf(c.Intent)
	c.Targets, c.Reason = nil, ""
	switch r.reach {
	case reachesNone:
		return c, nil
	case reachesUnknown:
		c.Reason = ReasonNotSupported

		return c, nil
	case reachesEntities, reachesOne:
	}

	b := binder{home: home, at: u.AreaID, rule: r, intent: c.Intent}
	if missing := b.read(c.Slots); missing != "" {
		c.Reason, c.Missing = ReasonNoSuchName, missing

		return c, nil
	}

	found := b.narrow(b.match(c.Slots))
	if len(found) == 0 {
		c.Reason = ReasonNoSuchName
		if c.Missing == "" {
			c.Missing = b.name
		}

		return c, nil
	}
	if b.mustChoose(found) {
		return c, Ask(home, found)
	}

	return b.judge(c, found), nil
}

// binder is the work of one Bind.
type binder struct {
	home   *hamanagerapi.Home
	at     string // the speaker's area
	rule   rule
	intent string

	name    string
	isAll   bool
	domains []string // that it may reach; nil means all
	classes []string
	area    *hamanagerapi.Area
	floor   *hamanagerapi.Floor
}

// read takes the constraints from the slots; missing is an area or a floor that is not there.
func (b *binder) read(s Slots) (missing string) {
	b.name = s.Name()
	b.isAll = s.Text("name") == AllNames
	b.domains = b.rule.domains
	if domains := s.List("domain"); len(domains) > 0 {
		b.domains = slices.DeleteFunc(slices.Clone(domains), func(domain string) bool { return !b.rule.acts(domain) })
	}
	b.classes = s.List("device_class")
	if name := s.Text("area"); name != "" {
		if b.area = FindArea(b.home, name); b.area == nil {
			return name
		}
	}
	if name := s.Text("floor"); name != "" {
		if b.floor = findFloor(b.home, name); b.floor == nil {
			return name
		}
	}

	return ""
}

// match returns every exposed entity within the constraints.
func (b *binder) match(s Slots) []*hamanagerapi.Entity {
	switch {
	case b.intent == ShoppingAddItem, b.name == "" && IsOfLists(b.intent):
		return b.shoppingLists()
	case b.intent == ClimateGet && b.name == "":
		return b.thermometers()
	}

	if b.intent == GetState && len(s) == 0 {
		return nil // "everything" is no question
	}
	found := b.all()
	if b.intent == GetWeather && b.name == "" && len(found) > 1 {
		return found[:1]
	}

	return found
}

// all returns every entity within the constraints.
func (b *binder) all() []*hamanagerapi.Entity {
	var found []*hamanagerapi.Entity
	for _, e := range b.home.Entities {
		if b.isWithin(e) {
			found = append(found, e)
		}
	}

	return found
}

// isWithin reports whether an entity is within the constraints. What rules out most of them, and is told most quickly, comes
// first.
func (b *binder) isWithin(e *hamanagerapi.Entity) bool {
	if !e.Exposed || b.area != nil && e.AreaID != b.area.ID {
		return false
	}
	if b.name != "" && !isCalled(e, b.name) {
		return false
	}
	if b.domains != nil && !slices.Contains(b.domains, e.Domain) {
		return false
	}
	if len(b.classes) > 0 && !slices.Contains(b.classes, e.DeviceClass) {
		return false
	}

	return b.floor == nil || b.floorOf(e.AreaID) == b.floor.ID
}

// narrow chooses among entities of one name, or for intents that reach one only: those where
// the speaker is; and for players those that play.
func (b *binder) narrow(found []*hamanagerapi.Entity) []*hamanagerapi.Entity {
	if len(found) < 2 {
		return found
	}
	if b.rule.inState != "" && b.name == "" {
		found = Preferred(found, func(e *hamanagerapi.Entity) bool { return e.State().Value == b.rule.inState })
	}
	if !b.mustChoose(found) || b.at == "" {
		return found
	}
	found = Preferred(found, func(e *hamanagerapi.Entity) bool { return e.AreaID == b.at })
	if floor := b.floorOf(b.at); floor != "" && len(found) > 1 {
		found = Preferred(found, func(e *hamanagerapi.Entity) bool { return b.floorOf(e.AreaID) == floor })
	}

	return found
}

// mustChoose reports whether several entities are one too many.
func (b *binder) mustChoose(found []*hamanagerapi.Entity) bool {
	isAnywhere := b.area == nil && b.floor == nil && !b.isAll

	return len(found) > 1 && (b.name != "" || b.rule.reach == reachesOne || b.rule.onePlace && isAnywhere)
}

// Preferred keeps the entities that fit, or all where none does.
func Preferred(found []*hamanagerapi.Entity, fits func(*hamanagerapi.Entity) bool) []*hamanagerapi.Entity {
	var kept []*hamanagerapi.Entity
	for _, e := range found {
		if fits(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return found
	}

	return kept
}

// thermometers are what tells the temperature of a place: the area's own sensor, else its
// thermostats, else its temperature sensors.
func (b *binder) thermometers() []*hamanagerapi.Entity {
	if b.area == nil && b.floor == nil && b.at != "" {
		b.area = b.home.Area(b.at)
	}
	if b.area != nil {
		if e := b.home.Entity(b.area.TemperatureEntityID); e != nil && e.Exposed {
			return []*hamanagerapi.Entity{e}
		}
	}
	if thermostats := b.all(); len(thermostats) > 0 || b.area == nil && b.floor == nil {
		return thermostats
	}
	b.domains, b.classes = []string{"sensor"}, []string{"temperature"}

	return b.all()
}

// shoppingLists finds the to-do list that is for shopping.
func (b *binder) shoppingLists() []*hamanagerapi.Entity {
	var lists []*hamanagerapi.Entity
	for _, e := range b.home.Entities {
		if e.Domain != "todo" || !e.Exposed {
			continue
		}
		if strings.Contains(e.ID, "shopping") || strings.Contains(strings.ToLower(e.Name), "bevásárl") {
			return []*hamanagerapi.Entity{e}
		}
		lists = append(lists, e)
	}
	if len(lists) == 1 {
		return lists
	}

	return nil
}

// floorOf returns the floor of an area, empty when there is none.
func (b *binder) floorOf(areaID string) string {
	if a := b.home.Area(areaID); a != nil {
		return a.FloorID
	}

	return ""
}

// Ask makes the question which of several entities is meant. Where their names are equal
// the areas tell them apart.
func Ask(home *hamanagerapi.Home, candidates []*hamanagerapi.Entity) *Question {
	q := new(Question)
	for _, e := range candidates {
		label := e.Name
		isShared := slices.ContainsFunc(candidates, func(o *hamanagerapi.Entity) bool {
			return o != e && strings.EqualFold(o.Name, e.Name)
		})
		if a := home.Area(e.AreaID); a != nil && isShared {
			label = a.Name
		}
		q.Choices = append(q.Choices, Choice{Label: label, EntityID: e.ID})
	}

	return q
}

func isCalled(e *hamanagerapi.Entity, name string) bool {
	return e.ID == name || strings.EqualFold(e.Name, name) ||
		slices.ContainsFunc(e.Aliases, func(alias string) bool { return strings.EqualFold(alias, name) })
}

// FindArea finds an area by id, name or alias; nil when there is none.
func FindArea(home *hamanagerapi.Home, name string) *hamanagerapi.Area {
	for i := range home.Areas {
		a := &home.Areas[i]
		if a.ID == name || strings.EqualFold(a.Name, name) || containsFold(a.Aliases, name) {
			return a
		}
	}

	return nil
}

func findFloor(home *hamanagerapi.Home, name string) *hamanagerapi.Floor {
	for i := range home.Floors {
		f := &home.Floors[i]
		if f.ID == name || strings.EqualFold(f.Name, name) || containsFold(f.Aliases, name) {
			return f
		}
	}

	return nil
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}
