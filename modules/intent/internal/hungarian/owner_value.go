package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// withOwners reads whom a value is said of as what they have of a domain, where they have one such
// thing and nothing else is named: vidd fel a mamát huszonnégy fokra.
func (c *clause) withOwners(domain string) *clause {
	if c.speaksOf(domain) || c.classes&(cArea|cFloor) != 0 || len(c.quantities) == 0 && c.direction("temperature", false) == 0 {
		return c
	}
	at := slices.IndexFunc(c.spans, isWhose)
	if at < 0 {
		return c
	}
	found := c.spans[at].name.owner.ofKinds([]*kind{{Domain: domain}})
	if len(found) != 1 {
		return c
	}
	spans := slices.Clone(c.spans)
	spans[at] = spans[at].naming(found, spans[at].from)
	theirs := *c
	theirs.spans = spans

	return &theirs
}

// isWhose reports whether a span names a person who has things of their own.
func isWhose(sp *span) bool {
	if !sp.is(cEntity) || sp.is(cKind) || sp.name.owner == nil || len(of(sp.name.entities, []string{"person"})) == 0 {
		return false
	}

	return !sp.suffix.IsPlural && (!sp.suffix.IsPossessed || sp.suffix.Case == morphology.Dative)
}
