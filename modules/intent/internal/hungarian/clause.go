package hungarian

import (
	"math"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// clause is the part of a sentence that is about one action.
type clause struct {
	ix *Index
	u  meaning.Utterance
	s  *sentence

	spans   []*span
	classes class // what any span may be

	// action is what the verb asks for, with its prefix; empty without a verb.
	action string
	mood   mood
	verb   *span
	of     *verb // the entry of the verb
	prefix *span // the prefix, where it stands apart
	// asked is what asks for the action where no verb does, denial the negation that is part of it.
	asked, denial *span
	stays         *span  // what is not to stay so: ne maradjon nyitva
	denied        string // what the verb asks for but for the denial
	// tells: a verb asks to be told the rest.
	tells bool

	quantities []quantity
	// isMissing: what is to be on a list was said to be missing.
	isMissing bool
	// cost is what the frame at work found that speaks against its reading.
	cost float32
}

// quantity is a number with its unit: 22 fok, fél óra.
type quantity struct {
	value    float64
	unit     string // empty where none was said
	ending   morphology.Suffix
	from, to int // spans
}

func newClause(ix *Index, u meaning.Utterance, s *sentence, spans []*span) *clause {
	c := &clause{ix: ix, u: u, s: s, spans: spans}
	for _, sp := range spans {
		c.classes |= sp.classes
	}
	c.findQuantities()
	c.findVerb()

	return c
}

// findVerb chooses the verb whose prefix makes sense. A command wins over other moods, save one
// to tell something: what is to be told, is in the rest.
func (c *clause) findVerb() {
	for i, sp := range c.spans {
		for _, form := range sp.forms {
			c.takeVerb(i, form)
		}
	}
	if c.verb != nil {
		c.soften()
		c.followAuxiliary()
		c.wantQuiet()
		c.deny()

		return
	}
	if c.tells {
		c.action, c.mood = "tell", commands

		return
	}
	if c.findBarePrefix(); c.action == "" {
		c.findAsked()
	}
}

// takeVerb takes a form of the verb at a span where it asks for more than the one that was found before.
func (c *clause) takeVerb(at int, form verbForm) {
	sp := c.spans[at]
	prefix, action := c.actionOf(at, form)
	said := form.mood
	if said == tellsPresent && c.isCutShort(at, form) {
		said = commands
	}
	if sp.is(cFiller | cMeasure) { // "kérem" beside another verb is only polite
		said = max(said, namesAction)
	}
	if c.isToTell(sp, action, said) {
		c.wonders(sp, prefix)

		return
	}
	isParticiple := sp.is(cAttribute) && said > tellsPresent // mutatott érték
	if isParticiple || sp.isThingDone(form) || sp.is(cFeel) || action == "" || c.verb != nil && c.mood <= said {
		return
	}
	c.verb, c.mood, c.action, c.prefix, c.of = sp, said, action, prefix, form.verb
}

// isCutShort reports whether a command was heard without its last letter (kapcsol fel a lámpát): it stands first and its prefix
// right after it, as in no statement, and something is done to a thing.
func (c *clause) isCutShort(at int, form verbForm) bool {
	isFirst := onlyFillers(c.spans[:at]) && at+2 < len(c.spans) && c.spans[at+1].is(cPrefix) && !c.s.IsQuestion
	if !isFirst || c.spans[at].prefix != "" || c.s.Tokens[c.spans[at].from].Fold != morphology.Fold(form.verb.Stem) || form.verb.Senses[c.spans[at+1].value(cPrefix)] == "" {
		return false
	}

	return slices.ContainsFunc(c.spans[at+2:], func(sp *span) bool {
		return sp.suffix.Case == morphology.Accusative || sp.is(cUnknown) && strings.HasSuffix(c.s.Tokens[sp.to-1].Fold, "t")
	})
}

// asksToTell notes a verb that only asks to be told the rest of the clause: mondd meg; nézd meg,
// hogy. One looks at much (nézd meg a filmet), but asks so only where a question follows.
func (c *clause) asksToTell(action string, said mood) bool {
	switch {
	case action == "check" && said > namesAction, action == "check" && c.classes&cQuestion == 0 && !c.has(cAttribute, "progress"):
		return false
	case action != "tell" && action != "check", said > tellsPresent:
		return false
	}
	c.tells = true

	return true
}

// wonders has a span, and the prefix that belongs to it, say no more than that something is asked.
func (c *clause) wonders(spans ...*span) {
	for _, sp := range spans {
		if sp != nil {
			sp.classes |= cWonder
		}
	}
	c.classes |= cWonder
}

// findBarePrefix takes a prefix for the verb that was not said: nappali lámpák ki.
func (c *clause) findBarePrefix() {
	for _, sp := range c.spans {
		if sp.is(cQuestion) && c.classes&cCopula != 0 || sp.is(cUndo) && c.classes&cQuestion != 0 { // ki van itthon? hány perc van vissza?
			continue
		}
		if action, ok := c.ix.lang.bare[sp.value(cPrefix)]; ok && sp.is(cPrefix) {
			c.prefix, c.action, c.mood = sp, c.inOrOut(action), namesAction

			return
		}
	}
}

// isDownOff reports whether a bare le puts out what could be less as well, for nothing says that or how much less it is to
// be: tévé le, klíma le.
func (c *clause) isDownOff() bool {
	return c.speaksOf("media_player", "climate", "fan") && !c.speaksOf("cover") && c.classes&(cAmount|cAttribute|cClass|cFraction) == 0
}

// inOrOut is what a bare be, ki or le asks for: what is open or closed goes in to close, and out to open.
func (c *clause) inOrOut(action string) string {
	if action == "down" && c.isDownOff() {
		return "off"
	}
	if !c.speaksOf("cover") || c.speaksOf("light", "switch", "fan", "climate", "media_player") {
		return action
	}
	switch action {
	case "on":
		return "close"
	case "off":
		return "open"
	default:
		return action
	}
}

// followAuxiliary takes the infinitive after a verb of beginning or wishing: kezdj el porszívózni.
func (c *clause) followAuxiliary() {
	if !slices.Contains([]string{"start", "want", "dock", "run", "release"}, c.action) {
		return
	}
	for i, sp := range c.spans {
		for _, form := range sp.forms {
			if _, action := c.actionOf(i, form); sp != c.verb && form.mood == namesAction && action != "" {
				sp.classes |= cFiller // the other verb says nothing more
				c.action = action

				return
			}
		}
	}
	c.followPrefix()
}

// followPrefix takes a prefix that stands apart for what is wished: a csillárt fel kérem.
func (c *clause) followPrefix() {
	if c.action != "want" || c.prefix != nil {
		return
	}
	for _, sp := range c.spans {
		if action, ok := c.ix.lang.bare[sp.value(cPrefix)]; ok && sp.is(cPrefix) && !sp.is(cConjunction|cFiller|cQuestion) {
			c.action, c.prefix = action, sp

			return
		}
	}
}

// actionOf finds what a verb form asks for with the prefix written together with it, or
// else with the nearest one in the clause; those after the verb come first, as a command
// puts them there.
func (c *clause) actionOf(at int, form verbForm) (prefix *span, action string) {
	if attached := c.spans[at].prefix; attached != "" {
		return nil, form.verb.Senses[attached]
	}
	for distance := 1; distance < len(c.spans); distance++ {
		for _, k := range []int{at + distance, at - distance} {
			if k < 0 || k >= len(c.spans) || !c.spans[k].is(cPrefix) || c.isAnd(k, at) {
				continue
			}
			if action = form.verb.Senses[c.spans[k].value(cPrefix)]; action != "" {
				return c.spans[k], action
			}
		}
	}

	return nil, form.verb.Senses[""]
}

// isAnd reports whether what may be a prefix rather joins what is said: something stands between it and the
// verb (állítsd Annánál 21, Bencénél meg 22 fokra).
func (c *clause) isAnd(at, verb int) bool {
	if !c.spans[at].means(cConjunction, "and") || len(c.spans) == 0 {
		return false
	}
	between := c.spans[min(at, verb)+1 : max(at, verb)]

	return slices.ContainsFunc(between, func(sp *span) bool { return partOf(sp) != 0 && !sp.is(cFiller|cPrefix) })
}

// findQuantities joins numbers with fractions and units.
func (c *clause) findQuantities() {
	for i := 0; i < len(c.spans); i++ {
		q, ok := c.quantityAt(i)
		if !ok {
			continue
		}
		if n := len(c.quantities); n > 0 && c.quantities[n-1].ending.Case == morphology.Delative && q.ending.Case == morphology.Sublative {
			c.quantities = c.quantities[:n-1] // húszról tízre
		}
		c.quantities = append(c.quantities, q)
		i = q.to - 1
	}
}

func (c *clause) quantityAt(i int) (quantity, bool) {
	sp := c.spans[i]
	q := quantity{from: i, to: i + 1, ending: sp.suffix}
	switch {
	case sp.is(cFraction) && i+1 < len(c.spans) && c.spans[i+1].is(cUnit):
		q.value = fractionOf(sp)
	case sp.is(cNumber) && !sp.is(cEntity|cArea|cFloor):
		q.value = sp.number
		if part, ok := c.partsAfter(i + 1); ok { // két harmadára
			return quantity{value: math.Floor(sp.number * part), unit: "percent", from: i, to: i + 2, ending: c.spans[i+1].suffix}, true
		}
		if half, next := c.fractionAfter(i + 1); half > 0 {
			q.value += half
			q.to = next
		}
	default:
		return q, false
	}
	c.takeUnit(&q)
	c.takeShare(&q)

	return q, true
}

// takeUnit gives a number the unit that is said with it: öt perc, ötperces.
func (c *clause) takeUnit(q *quantity) {
	if sp := c.spans[q.from]; sp.is(cUnit) && sp.is(cNumber) {
		q.unit = sp.value(cUnit)
	} else if q.to < len(c.spans) && c.spans[q.to].is(cUnit) && !sp.suffix.IsThere {
		q.unit, q.ending = c.spans[q.to].value(cUnit), c.spans[q.to].suffix
		q.to++
	}
}

// takeShare takes a fraction in digits for so much of the whole: 3/4-re.
func (c *clause) takeShare(q *quantity) {
	if tok := &c.s.Tokens[c.spans[q.from].from]; q.unit == "" && tok.IsNumber && q.value < 1 && strings.Contains(tok.Fold, "/") {
		q.value, q.unit = math.Round(q.value*100), "percent"
	}
}

// fractionAfter reads "és fél" or "fél" at span i.
func (c *clause) fractionAfter(i int) (value float64, next int) {
	if i < len(c.spans) && c.spans[i].is(cConjunction) {
		i++
	}
	if i < len(c.spans) && c.spans[i].is(cFraction) {
		return fractionOf(c.spans[i]), i + 1
	}

	return 0, i
}

func fractionOf(sp *span) float64 {
	switch sp.value(cFraction) {
	case "quarter":
		return 0.25
	case "three_quarters":
		return 0.75
	case "one_and_half":
		return 1.5
	default:
		return 0.5
	}
}

// is reports whether the span may be any of the classes.
func (sp *span) is(c class) bool { return sp.classes&c != 0 }

// value is the meaning of the span under a class; empty when it has none.
func (sp *span) value(c class) string {
	for _, l := range sp.lexemes {
		if l.class&c != 0 {
			return l.value
		}
	}

	return ""
}

// means reports whether the span has that very meaning.
func (sp *span) means(c class, value string) bool {
	for _, l := range sp.lexemes {
		if l.class == c && l.value == value {
			return true
		}
	}

	return false
}

// first returns the first span that may be of the class, nil without one.
func (c *clause) first(of class) *span {
	if c.classes&of == 0 {
		return nil
	}
	for _, sp := range c.spans {
		if sp.is(of) && sp != c.verb && sp != c.prefix {
			return sp
		}
	}

	return nil
}

// has reports whether a span has the meaning.
func (c *clause) has(of class, value string) bool { return c.find(of, value) != nil }

// find returns the first span with the meaning, nil without one.
func (c *clause) find(of class, value string) *span {
	if c.classes&of == 0 {
		return nil
	}
	for _, sp := range c.spans {
		if sp.means(of, value) && sp != c.prefix {
			return sp
		}
	}

	return nil
}

// within reports whether every span can play a part that is allowed. What cannot is a
// reason not to believe the frame: a command must be understood to its last word.
func (c *clause) within(allowed class) bool {
	allowed |= cFiller | cConjunction
	if c.action != "" {
		allowed |= cFeel // ventilátort be, megsülök
	}
	for _, sp := range c.spans {
		isAskedFor := c.s.IsQuestion && sp.means(cNegation, "told") // nem maradt nyitva?
		if !sp.is(allowed) && sp != c.verb && sp != c.prefix && sp != c.asked && sp != c.denial && sp != c.stays && !isAskedFor {
			return false
		}
	}

	return true
}

// here returns the area of the speaker, nil where it is not known.
func (c *clause) here() *hamanagerapi.Area {
	if c.u.AreaID == "" || c.has(cFiller, "there") { // there is not here
		return nil
	}

	return c.ix.home.Area(c.u.AreaID)
}
