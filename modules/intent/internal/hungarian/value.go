package hungarian

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// percent reads an absolute per cent: a number, or maximum, minimum and half. least is what
// the minimum means: a lamp at 0 would be off.
func (c *clause) percent(least float64) (float64, bool) {
	if level, ok := c.saidPercent(); ok {
		return level, true
	}
	switch sp := c.level(); {
	case sp == nil:
	case sp.means(cLevel, "max"):
		return 100, true
	case sp.means(cLevel, "min"):
		return least, true
	default:
		if level, err := strconv.ParseFloat(sp.value(cLevel), 64); err == nil {
			return level, true
		}

		return 50, true
	}

	return 0, false
}

// saidPercent reads an absolute per cent that was said as a number.
func (c *clause) saidPercent() (float64, bool) {
	return c.amount(func(q quantity) bool { return q.unit == "percent" || q.unit == "" && !c.isKelvin(q) })
}

// amount is the surest of the numbers that something could be set to: one that says to what (nyolcvanra) or of what (80
// százalék) it is, rather than one that is only there (mindjárt hét).
func (c *clause) amount(fits func(quantity) bool) (value float64, ok bool) {
	const surest = 2
	best := -1
	for _, q := range c.quantities {
		if c.isStep(q) || !fits(q) {
			continue
		}
		sure := 0
		switch {
		case q.ending.Case == morphology.Sublative, q.ending.Case == morphology.Superessive:
			sure = surest
		case q.unit != "":
			sure = 1
		}
		if sure > best || sure == 0 && best == 0 { // of two that are only there the later one is meant: hat a ... legyen hetven
			best, value = sure, q.value
		}
	}

	return value, best >= 0
}

// level is the word that says how much without a number; mind is no min.
func (c *clause) level() *span {
	if sp := c.first(cLevel); sp != nil && !sp.is(cQuantity) {
		return sp
	}

	return nil
}

func (c *clause) hasLevel() bool {
	_, ok := c.percent(0)

	return ok
}

// direction tells which way something is to change: +1, -1, or 0 where nothing says so.
// Words that name the quantity itself (fényesebb) always count; general ones (feljebb,
// növeld) only where it is clear what is meant.
func (c *clause) direction(attribute string, isClear bool) int {
	for _, sp := range c.spans {
		if sign := sp.changes(attribute, isClear); sign != 0 {
			return sign
		}
	}
	if isClear && c.isRolling() { // tekerd le a fényt
		return signOf(strings.TrimPrefix(c.action, "roll_"))
	}
	way, what, _ := strings.Cut(c.action, "_")
	if isClear && way == "put" && c.hasStep() { // adj hozzá még tíz százalékot
		return +1
	}
	if what == attribute || what == "" && isClear {
		return signOf(way)
	}

	return 0
}

// changes is direction for the words of one span.
func (sp *span) changes(attribute string, isClear bool) int {
	if !sp.is(cChange) {
		return 0
	}
	for _, l := range sp.lexemes {
		way, what, _ := strings.Cut(l.value, " ")
		if sign := signOf(way); l.class == cChange && sign != 0 && (what == attribute || what == "" && isClear) {
			return sign
		}
	}

	return 0
}

func signOf(way string) int {
	switch way {
	case "more", "up", "raise":
		return +1
	case "less", "down":
		return -1
	default:
		return 0
	}
}

// step is a change whose end depends on the present state.
type step struct {
	slot      string
	by        float64
	times     float64 // instead of by, where it is not 0
	unknown   float64 // where it starts from if nobody knows the present value
	low, high float64
	present   func(*hamanagerapi.Entity) (float64, bool)
}

// by returns how far a direction goes: as far as was said, else the usual.
func (c *clause) by(direction int, usual float64) float64 {
	for _, q := range c.quantities {
		if c.isStep(q) {
			usual = q.value
		}
	}

	return float64(direction) * usual
}

// isStep reports whether a number says how far, not how much: egy fokkal; adj rá egy fokot.
func (c *clause) isStep(q quantity) bool {
	switch q.ending.Case {
	case morphology.Instrumental:
		return c.isStepBy(q)
	case morphology.Accusative:
		return c.isStepOf(q)
	default:
		return false
	}
}

// isStepBy is isStep for a number with "with": egy fokkal. Nobody wants so many degrees more or less: bírjuk ki húsz fokkal.
func (c *clause) isStepBy(q quantity) bool {
	const furthest = 10
	if q.unit == "degree" && q.value > furthest {
		return false
	}
	isEnough := c.asked != nil && c.asked.means(cAsked, "enough") // tíz százalékkal bőven elég

	return !c.saysHowItGoes() && (!isEnough || c.saysWhichWay(q))
}

// isStepOf is isStep for a number that is an object: adj rá egy fokot.
func (c *clause) isStepOf(q quantity) bool {
	isGiven := c.action == "put" && c.prefix == nil && c.verb != nil && c.verb.prefix == "" && c.classes&cAgain == 0
	if q.unit == "kelvin" || q.unit == "percent" && isGiven {
		return false // adj neki ötven százalékot
	}

	return c.saysWhichWay(q) || slices.Contains([]string{"put", "raise", "take", "more", "less", "up", "down", "roll_up", "roll_down", "more_temperature", "less_temperature"}, c.action)
}

// saysWhichWay reports whether a word beside a number says that it is so much more or less: menjen följebb egy fokot.
func (c *clause) saysWhichWay(q quantity) bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.changes("", true) != 0 && !c.isPaused(sp, c.spans[q.from]) })
}

// soften has a verb that puts out what it dims wholly only dim it where it is said how far: sötétítsd el húszra.
func (c *clause) soften() {
	if c.action == "off" && c.of != nil && strings.HasPrefix(c.of.Senses[""], "less_") && (c.classes&(cNumber|cLevel) != 0 || c.has(cChange, "slightly")) {
		c.action = c.of.Senses[""]
	}
	if c.asksOfSubject() {
		c.mood = tellsPresent
	}
}

// asksOfSubject reports whether a verb rather asks whether a thing does something than that it be done: nyírja a füvet a
// fűnyíró? What is to be done to a thing is not its subject (lekapcsolja a lámpát?).
func (c *clause) asksOfSubject() bool {
	if !c.s.IsQuestion || c.mood != commands || !morphology.EndsWithAny(c.s.Tokens[c.verb.to-1].Fold, []string{"ja", "je"}) {
		return false
	}
	isSubject, isObject := false, false
	for _, sp := range c.spans {
		if sp == c.verb || sp.isSomebody() || !sp.is(cEntity|cKind) || !tokens.IsArticle(c.s.Tokens[max(sp.from-1, 0)].Fold) {
			continue
		}
		isSubject = isSubject || sp.suffix.Case == morphology.Nominative
		isObject = isObject || sp.suffix.Case == morphology.Accusative
	}

	return isSubject && !isObject
}

// partsAfter reads at span i into what parts of a hundred a number before it counts: harmad, negyed, ötöd.
func (c *clause) partsAfter(i int) (part float64, ok bool) {
	if i >= len(c.spans) || c.s.Tokens[c.spans[i].from].BreakBefore {
		return 0, false
	}
	switch sp := c.spans[i]; {
	case sp.means(cLevel, "33"):
		return 100.0 / 3, true
	case sp.means(cLevel, "25"):
		return 25, true
	case sp.means(cLevel, "20"):
		return 20, true
	default:
		return 0, false
	}
}

// saysHowItGoes reports whether the verb says how a device is to go, so that even "with" a number is how
// much, not how much more: menjen hetven százalékkal, világítson hússzal.
func (c *clause) saysHowItGoes() bool {
	return slices.Contains([]string{"on", "run", "work", "heat"}, c.action) && c.classes&(cChange|cAgain) == 0
}

// isRolling: what turns a knob moves a cover as well.
func (c *clause) isRolling() bool { return c.action == "roll_up" || c.action == "roll_down" }

func (c *clause) hasStep() bool { return slices.ContainsFunc(c.quantities, c.isStep) }

// apply writes where the step leads, from the mean of the entities' present values.
func (s *step) apply(c *meaning.Command) {
	var sum, n float64
	for _, e := range c.Targets {
		if value, ok := s.present(e); ok {
			sum += value
			n++
		}
	}
	value := s.unknown + s.by
	if s.times != 0 {
		value = s.high * s.times // of what is not known it is taken of all
	}
	if n > 0 {
		value = s.by + sum/n
		if s.times != 0 {
			value = sum / n * s.times
		}
	}
	value = min(max(value, s.low), s.high)
	if value == math.Trunc(value) || s.slot != "temperature" {
		c.Slots[s.slot] = int(math.Round(value))

		return
	}
	c.Slots[s.slot] = value
}

// present reads a number from an entity's attributes.
func present(attribute string, scale float64) func(*hamanagerapi.Entity) (float64, bool) {
	return func(e *hamanagerapi.Entity) (float64, bool) {
		var value *float64 // null of a lamp that is off
		if err := json.Unmarshal(meaning.Attribute(e.State().Attributes, attribute), &value); err != nil || value == nil {
			return 0, false
		}

		return *value * scale, true
	}
}
