package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// timerName finds the timer's name or area: the words before it (tészta időzítő), before "néven",
// or what it is for (a nokedlihez). ok is false where words are left that are neither.
func (c *clause) timerName() (slots meaning.Slots, ok bool) {
	slots = meaning.Slots{}
	if p := c.places(nil); len(p.areas) > 0 {
		slots["area"] = p.areas[0].Name
	}
	at := slices.IndexFunc(c.spans, func(sp *span) bool { return sp.means(cAbout, "timer") })
	if at >= 0 && c.spans[at].called != "" {
		slots["name"] = c.spans[at].called
	}
	for i := 0; i < len(c.spans); i++ {
		if !c.mayNameTimer(i, at) {
			continue
		}
		to := i + 1
		for to < len(c.spans) && c.mayNameTimer(to, at) && !c.s.Tokens[c.spans[to].from].BreakBefore {
			to++
		}
		name, isName := c.nameOfTimer(i, to, at)
		if !isName || slots["name"] != nil {
			return nil, false
		}
		slots["name"] = name
		i = to - 1
	}

	return slots, true
}

// mayNameTimer reports whether a span can be part of a timer's name: a word that nobody knows, or
// a device's right before the timer or in the form of what it is for.
func (c *clause) mayNameTimer(i, timer int) bool {
	sp := c.spans[i]
	if sp.is(cUnknown) || isTopicTimedFor(sp) {
		return true
	}
	if !sp.is(cEntity|cKind|cClass) || sp.is(cArea|cAbout|cUnit|cFiller|cNumber|cEnds) || sp == c.verb || sp.said != "" {
		return false
	}

	return i == timer-1 && sp.suffix.Case == morphology.Nominative || isPurpose(sp.suffix.Case)
}

// isTopicTimedFor reports whether a span is a word for something else that one can speak about, said
// here as what the timer is for: a sütinek.
func isTopicTimedFor(sp *span) bool {
	return sp.is(cAbout) && !sp.is(cUnit) && !sp.isWhole && !sp.means(cAbout, "timer") && isPurpose(sp.suffix.Case)
}

// isPurpose: the case says what something is for.
func isPurpose(c morphology.Case) bool {
	return c == morphology.Allative || c == morphology.Dative || c == morphology.Sublative || c == morphology.Elative || c == morphology.Causal
}

// namesOtherThing reports whether the clause speaks of a device that is no part of a timer's name.
func (c *clause) namesOtherThing() bool {
	const soft = cArea | cAbout | cUnit | cFiller | cNumber | cAttribute | cMedia | cQuantity | cPlace | cEnds
	at := slices.IndexFunc(c.spans, func(sp *span) bool { return sp.means(cAbout, "timer") })
	for i, sp := range c.spans {
		if sp.is(cEntity|cKind) && !sp.is(soft) && sp != c.verb && !c.mayNameTimer(i, at) {
			return true
		}
	}

	return false
}

// nameOfTimer reads some words as a timer's name.
func (c *clause) nameOfTimer(from, to, timer int) (string, bool) {
	const longest = 3
	said := c.s.Text[c.s.Tokens[c.spans[from].from].From:c.s.Tokens[c.spans[to-1].to-1].To]
	next := to
	for next < len(c.spans) && c.spans[next].means(cFiller, "called") {
		next++
	}
	plain, isFor := purposeIn(said)
	switch {
	case next > to && isFor: // a tésztához beállított időzítő
		return plain, true
	case next == timer && to-from <= longest, next > to, c.isHeading(from, to):
		return strings.ToLower(said), !c.looksLikeVerb(from)
	case to-from > longest || c.spans[from].isForSomeone():
		return "", false
	default:
		return plain, isFor
	}
}

// purposeIn finds the word that says what something is for: rizs, of rizsnek.
func purposeIn(said string) (plain string, ok bool) {
	said = strings.ToLower(said)
	plain = dictionaryForm(said)
	if strings.HasSuffix(plain, "o") || strings.HasSuffix(plain, "ö") { // vacsora is for no vacso
		return plain, false
	}

	return plain, slices.ContainsFunc([]string{"allative", "dative", "sublative", "elative"}, func(name string) bool { return inflect.In(plain, name) == said })
}

// isHeading reports whether words stand at the beginning, set off from all that follows: tojás, hét perc.
func (c *clause) isHeading(from, to int) bool {
	isFirst := c.verb == nil && onlyFillers(c.spans[:from]) && !c.ix.lang.isFinite(c.spans[from], c.s.Tokens[c.spans[from].from].Fold)

	return isFirst && to < len(c.spans) && c.s.Tokens[c.spans[to].from].BreakBefore
}

// looksLikeVerb reports whether a word that nobody knows rather commands: hosszabbítsd az időzítőt.
func (c *clause) looksLikeVerb(i int) bool {
	folded := c.s.Tokens[c.spans[i].from].Fold

	return c.verb == nil && (strings.HasSuffix(folded, "sd") || strings.HasSuffix(folded, "jd") || strings.HasSuffix(folded, "zd"))
}
