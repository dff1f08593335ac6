package hungarian

import (
	"cmp"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// findAsked takes what is asked for without a verb: kéne egy kis fény, elég a zenéből. Where
// nothing is named that it could be said of, those words are only polite or mean something else.
func (c *clause) findAsked() {
	sp := c.first(cAsked)
	if c.takesEnough(sp) {
		return
	}
	if sp == nil || c.classes&(cEntity|cKind) == 0 || c.classes&cQuestion != 0 || c.isAboutOther("cleaning") || c.s.IsQuestion {
		return
	}
	if action := c.actionAsked(sp); action != "" {
		c.asked, c.action, c.mood = sp, action, namesAction
	}
}

// actionAsked is what a word that asks without a verb asks for; empty where it asks for nothing.
func (c *clause) actionAsked(sp *span) string {
	switch action := sp.value(cAsked); action {
	case "enough":
		if !slices.ContainsFunc(c.spans, func(sp *span) bool { return isThing(sp) && sp.suffix.Case == morphology.Elative }) {
			return "" // elég a fény
		}

		return "stop"
	case "quit":
		return "stop"
	case "want":
		if c.isAnyOne() {
			return ""
		}

		return action
	default:
		return action
	}
}

// wantQuiet takes a wish for quiet for what it asks of a player: csendet kérek a tévétől.
func (c *clause) wantQuiet() {
	if sp := c.find(cAsked, "mute"); sp != nil && c.action == "want" && c.classes&cQuantity == 0 && !c.has(cPlace, "everywhere") && c.speaksOfPlayers() {
		c.asked, c.action = sp, "mute"
	}
}

// takesEnough takes a value that is enough for something for the one to set: húsz fok elég a hálóba.
func (c *clause) takesEnough(sp *span) bool {
	isOfThing := c.classes&(cEntity|cKind|cArea|cFloor) != 0
	if sp == nil || sp.value(cAsked) != "enough" || !isOfThing || c.s.IsQuestion || c.classes&cQuestion != 0 {
		return false
	}
	isValue := slices.ContainsFunc(c.quantities, c.mayBeEnough) || c.hasShare() || c.isOfRoom()
	if isValue {
		c.asked, c.action, c.mood = sp, "set", namesAction
	}

	return isValue
}

// mayBeEnough reports whether a number may be how much of something is enough.
func (c *clause) mayBeEnough(q quantity) bool {
	const fewest = 10 // less of them may only be counted: elég két lámpa
	switch {
	case q.unit == "degree", q.unit == "percent":
		return true
	case q.unit != "":
		return false
	case c.speaksOf("climate", "media_player", "fan"):
		return q.ending.IsThere || q.value >= fewest
	default:
		return q.value >= fewest && c.speaksOf("light", "cover", "humidifier")
	}
}

// hasShare reports whether a share of what a thing could do is named: elég a negyede a csillárnak.
func (c *clause) hasShare() bool {
	sp := c.level()

	return sp != nil && sp.is(cFraction|cLevel) && sp.value(cLevel) != "max" && c.classes&(cEntity|cKind) != 0
}

// isAnyOne reports whether the thing that is spoken of is any of its kind, and none that is
// there: kellene egy lámpa a nappaliba.
func (c *clause) isAnyOne() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		isMade := sp.means(cKind, "scene") || sp.means(cKind, "script") // nobody wants one that is not there

		return sp.is(cKind|cEntity) && !isMade && sp.from > 0 && c.s.Tokens[sp.from-1].Fold == "egy"
	})
}

// deny takes a negation for part of what is asked for: what a device is wished not to do (ne
// égjen), and a question that asks politely (nem kapcsolnád le?). Any other stays one.
func (c *clause) deny() {
	sp := c.onlyNegation()
	if sp == nil || c.staysNot(sp) {
		return
	}
	said, isNot := c.s.Tokens[c.verb.from].Fold, c.s.Tokens[sp.from].Fold == "nem"
	isDenied := c.of.Denied != "" && c.isWishedOfThird(said, isNot)
	isPolite := isNot && c.mood == asks && (c.s.IsQuestion || isConditional(said))
	if !isDenied && !isPolite {
		return
	}
	if isDenied {
		c.denied, c.action = c.action, cmp.Or(c.lessWished(), c.of.Denied)
	}
	c.denial = sp
	c.classes &^= cNegation
}

// lessWished is what there is to be less of, where a device is only wished not to do so much of it: ne
// forogjon olyan gyorsan; empty where it is not to do so at all.
func (c *clause) lessWished() string {
	isSoMuch := false
	what := ""
	for _, sp := range c.spans {
		if sp.means(cFiller, "so") {
			isSoMuch = true
		}
		for _, l := range sp.lexemes {
			much, isManner := strings.CutPrefix(l.value, "much ")
			if l.class != cRoams || !isManner {
				continue
			}
			sp.classes |= cFiller
			what = much
		}
	}
	if what == "strength" || what == "" && isSoMuch {
		what = c.of.Much
	}
	if what == "" {
		return ""
	}

	return "less_" + what
}

// isWishedOfThird reports whether what is said is what a device is to do, or would be wished not to.
func (c *clause) isWishedOfThird(said string, isNot bool) bool {
	return c.mood == commands && isOfThird(said) && (!isNot || c.isWish())
}

// staysNot takes what is not to stay so for the contrary: ne maradjon nyitva a kapu; egy lámpa se maradjon bekapcsolva.
func (c *clause) staysNot(negation *span) bool {
	at := slices.Index(c.spans, negation) + 1
	contrary := map[string]string{"on": "off", "open": "close"}[c.action]
	if c.mood != tellsState || contrary == "" || at >= len(c.spans) || !c.spans[at].means(cKeep, "") || !isOfThird(c.s.Tokens[c.spans[at].from].Fold) {
		return false
	}
	c.denied, c.action, c.mood, c.denial = c.action, contrary, commands, negation
	c.stays = c.spans[at]
	c.classes &^= cNegation

	return true
}

// onlyNegation is the clause's negation, nil where there is none or more than one.
func (c *clause) onlyNegation() *span {
	if c.classes&cNegation == 0 {
		return nil
	}
	var found *span
	for _, sp := range c.spans {
		switch {
		case !sp.is(cNegation):
		case found != nil:
			return nil
		default:
			found = sp
		}
	}

	return found
}

// isWish reports whether the clause says how somebody would like things to be.
func (c *clause) isWish() bool { return c.has(cFiller, "wish") }

// isToBe reports whether something is to be so: legyen nyitva; szeretném, ha nyitva lenne.
func (c *clause) isToBe() bool {
	return c.has(cBe, "") || c.has(cBe, "wished") && c.isWish()
}

// isOfThird reports whether a folded form wishes what a device is to do: égjen, and not világíts.
func isOfThird(folded string) bool {
	return morphology.EndsWithAny(folded, []string{"on", "en", "nak", "nek", "na", "ne"})
}

// isConditional reports whether a folded form of a verb says what somebody would do.
func isConditional(folded string) bool {
	return morphology.EndsWithAny(folded, []string{"nad", "ned", "nal", "nel"})
}
