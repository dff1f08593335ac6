package hungarian

import (
	"slices"
	"strings"
)

// isSomethingElse reports whether words are no items: they say what is to be done (menni kell), for
// whom, or that something is wanted.
func (c *clause) isSomethingElse(first, last int) bool {
	if (c.action == "" || c.action == "want") && c.has(cFiller, "wanted") && c.hasInfinitive() {
		return true
	}
	isAsked := slices.ContainsFunc(c.spans[first:last+1], func(sp *span) bool { return sp.is(cAsked) && !sp.is(cFiller|cNeeds) })

	return isAsked || c.isForSomebody(first, last)
}

// isForSomebody reports whether what would be an item ends as who gets something does: a fiúknak.
func (c *clause) isForSomebody(first, last int) bool {
	return slices.ContainsFunc(c.spans[first:last+1], func(sp *span) bool {
		folded := c.s.Tokens[sp.to-1].Fold

		return sp.is(cUnknown) && (strings.HasSuffix(folded, "knak") || strings.HasSuffix(folded, "knek"))
	})
}

// hasInfinitive reports whether something is to be done rather than to be bought: kell menni.
func (c *clause) hasInfinitive() bool {
	return slices.ContainsFunc(c.spans, c.isInfinitive)
}

// isInfinitive reports whether a span names something to do.
func (c *clause) isInfinitive(sp *span) bool {
	return sp.is(cUnknown|cVerb) && strings.HasSuffix(c.s.Tokens[sp.to-1].Fold, "ni")
}

// isAllOfThem reports whether spans only point at what was named before: mindkettőt.
func isAllOfThem(spans []*span) bool {
	return !slices.ContainsFunc(spans, func(sp *span) bool { return !sp.means(cQuantity, "all") && !sp.is(cFiller) })
}
