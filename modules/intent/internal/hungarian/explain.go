package hungarian

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// Explain tells step by step how a sentence is read: its tokens, the spans that were found,
// and what the frames make of each covering. It is for people and slow.
func (ix *Index) Explain(u meaning.Utterance) string {
	var b strings.Builder
	s := tokenize(u.Text, ix.lang.isEnding)
	if len(s.tokens) == 0 || len(s.tokens) > maxTokens {
		return "nothing to read: no words, or too many\n"
	}
	f := ix.findSpans(&s)
	b.WriteString("spans\n")
	for i := range f.spans {
		fmt.Fprintf(&b, "  %5.2f  %s\n", f.spans[i].score, f.spans[i].explain(&s))
	}
	rows, scores := f.coverings()
	for i, row := range rows {
		fmt.Fprintf(&b, "covering %d, %.2f\n", i+1, scores[i])
		for _, spans := range splitClauses(&s, row, isCommanding) {
			ix.explainClause(&b, newClause(ix, u, &s, spans))
		}
	}

	return b.String()
}

func (ix *Index) explainClause(b *strings.Builder, c *clause) {
	texts := make([]string, 0, len(c.spans))
	for _, sp := range c.spans {
		texts = append(texts, c.text(sp))
	}
	fmt.Fprintf(b, "  clause [%s] action %q\n", strings.Join(texts, " | "), c.action)
	for i := range ix.lang.frames {
		f := &ix.lang.frames[i]
		if !f.fits(c) {
			continue
		}
		c.cost = 0
		drafts := f.make(c)
		if len(drafts) == 0 {
			fmt.Fprintf(b, "    %s: does not apply\n", f.name)

			continue
		}
		r := c.bind(drafts)
		for _, command := range r.commands {
			fmt.Fprintf(b, "    %s: %s\n", f.name, explainCommand(command))
		}
		fmt.Fprintf(b, "      %+.2f\n", r.score)
	}
}

func explainCommand(c meaning.Command) string {
	parts := []string{c.Intent}
	for _, slot := range slices.Sorted(maps.Keys(c.Slots)) {
		parts = append(parts, fmt.Sprintf("%s=%v", slot, c.Slots[slot]))
	}
	for _, e := range c.Targets {
		parts = append(parts, e.ID)
	}
	if c.Reason != "" {
		parts = append(parts, string(c.Reason), c.Missing)
	}

	return strings.Join(parts, " ")
}

// explain lists everything that a span may be.
func (sp *span) explain(s *sentence) string {
	texts := make([]string, 0, sp.to-sp.from)
	for _, tok := range s.tokens[sp.from:sp.to] {
		texts = append(texts, tok.lower)
	}
	parts := []string{strings.Join(texts, " ") + ":"}
	for _, l := range sp.lexemes {
		parts = append(parts, strings.TrimSpace(l.class.String()+" "+l.value))
	}
	for _, form := range sp.forms {
		parts = append(parts, strings.TrimSpace("verb "+sp.prefix+form.verb.Stem))
	}
	if sp.is(cNumber) {
		parts = append(parts, fmt.Sprintf("number %g", sp.number))
	}
	if n := sp.name; n != nil {
		for _, e := range n.entities {
			parts = append(parts, e.ID)
		}
		if n.area != nil {
			parts = append(parts, "area "+n.area.ID)
		}
		if n.floor != nil {
			parts = append(parts, "floor "+n.floor.ID)
		}
	}
	if sp.classes == cUnknown {
		parts = append(parts, "unknown")
	}

	return strings.Join(parts, " · ")
}
