package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// isToTell reports whether a verb only asks to be told the rest of the clause, or what is measured.
func (c *clause) isToTell(verb *span, action string, said mood) bool {
	return c.asksToTell(action, said) || c.wantsValue(verb, action)
}

// wantsValue notes that what is wished for is only what is measured of something: kérem a pince
// hőmérsékletét.
func (c *clause) wantsValue(verb *span, action string) bool {
	if action != "want" || len(c.quantities) > 0 {
		return false
	}
	isWanted := false
	for i, sp := range c.spans {
		switch {
		case sp == verb, sp.is(cFiller) && !sp.is(cEntity):
		case sp.isValueAsked() && (sp.is(cEntity) || c.isDefinite(i)):
			isWanted = true
		case sp.isWishedFor(), sp.suffix.Case == morphology.Illative, sp.suffix.Case == morphology.Sublative:
			return false
		}
	}

	c.tells = c.tells || isWanted

	return isWanted
}

// isDefinite reports whether a span has an article, maybe before what says where it is: a kinti hőmérsékletet.
func (c *clause) isDefinite(at int) bool {
	for at > 0 && c.spans[at-1].suffix.IsAdjective || at > 0 && c.spans[at-1].is(cPlace|cArea) {
		at--
	}
	from := c.spans[at].from

	return from > 0 && tokens.IsArticle(c.s.Tokens[from-1].Fold)
}

// isValueAsked reports whether a span is what sensors measure, as what somebody wants: a hőmérsékletét.
func (sp *span) isValueAsked() bool {
	if sp.suffix.Case != morphology.Accusative || sp.is(cVerb|cKind) {
		return false
	}
	if sp.is(cEntity) {
		return len(of(sp.name.entities, []string{"sensor"})) == len(sp.name.entities)
	}

	return sp.is(cMeasure|cClass) && !slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.value == onlyHow })
}
