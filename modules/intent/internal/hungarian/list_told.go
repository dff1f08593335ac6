package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// itemsTold finds what is to be on the list in the only remark beside a command that names none itself: a tollat
// elhagytam, vedd fel a listára.
func (c *clause) itemsTold(said, missing []*span, told [][]*span, list int) []string {
	if len(missing) > 0 || len(told) > 1 {
		return nil
	}
	named := *c
	named.spans = said
	at := -1
	if list >= 0 {
		at = slices.Index(said, c.spans[list])
	}
	if _, _, ok := named.itemSpans(at); ok {
		return nil
	}
	if item := c.itemTold(told[0]); item != "" {
		return []string{item}
	}

	return nil
}

// itemTold is the thing that a remark is about: what somebody did or needs something to or for; empty where that
// is not one.
func (c *clause) itemTold(told []*span) string {
	if slices.ContainsFunc(told, func(sp *span) bool { return sp.is(cQuestion|cEntity|cArea) || c.isInfinitive(sp) }) {
		return ""
	}
	at := -1
	for i, sp := range told {
		if !c.isThingTold(sp) {
			continue
		}
		if at >= 0 {
			return ""
		}
		at = i
	}
	if at < 0 || len(told) == 1 {
		return ""
	}
	from := at
	for from > 0 && told[from-1].is(cUnknown|cNumber|cMeasure) && !told[from-1].is(cFiller) && !c.ix.lang.tells(c.s, told[from-1]) {
		from--
	}
	part := *c
	part.spans = told

	return part.withAccents(withoutEnding(part.itemText(from, at)), from, at)
}

// isThingTold reports whether a span ends as what something is done to, or is needed, does: vattát, vattára, vattáért, vattával.
func (c *clause) isThingTold(sp *span) bool {
	const shortest = 4
	tok := &c.s.Tokens[sp.to-1]
	isKnown := !sp.is(cUnknown) && goodOf(tok.Fold) == ""
	if isKnown || len(tok.Fold) < shortest || c.ix.lang.isRemark(tok.Fold) || c.ix.lang.isFinite(sp, tok.Fold) && !strings.HasSuffix(tok.Fold, "ket") {
		return false
	}

	return withoutEnding(tok.Lower) != tok.Lower
}

// withoutEnding is a word as it would stand in a dictionary, without the ending of what is done, needed or fetched.
func withoutEnding(text string) string {
	if strings.HasSuffix(text, "t") && !strings.HasSuffix(text, "ért") {
		return withoutObjectEnding(text)
	}
	for _, name := range []string{"sublative", "causal", "instrumental"} {
		for _, ending := range morphology.Rules().Cases[name] {
			if plain, ok := withoutCase(text, name, ending); ok {
				return plain
			}
		}
	}
	if stem, ok := morphology.Unassimilated(text); ok {
		return stem
	}

	return text
}

// isOfUnknownList reports whether the list that is named is called by a word that nobody knows: a karácsonyi listára.
func (c *clause) isOfUnknownList(list int, spans []*span) bool {
	if list < 2 || !spans[list].means(cAbout, "shopping") || spans[list].to-spans[list].from > 1 {
		return false
	}
	which, tok := spans[list-1], &c.s.Tokens[spans[list-1].from]

	return which.is(cUnknown) && !strings.HasSuffix(tok.Fold, "t") && !c.s.Tokens[spans[list].from].BreakBefore && !tok.BreakBefore &&
		tokens.IsArticle(c.s.Tokens[spans[list-2].to-1].Fold)
}
