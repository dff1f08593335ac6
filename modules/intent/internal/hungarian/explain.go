package hungarian

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// Explain tells step by step how a sentence is read: its words, what they may be, what the
// frames make of them, how words that nobody knows are repaired, and what was decided. It is for
// people and slow.
func (ix *Index) Explain(u meaning.Utterance) string {
	var b strings.Builder
	s := tokenize(u.Text, morphology.IsEnding)
	said := len(s.Tokens)
	if said == 0 || said > tokens.Max {
		return "nothing to read: no words, or too many\n"
	}
	ix.lang.withoutHesitation(&s)
	left := said - len(s.Tokens)
	ix.parted(&s)
	fmt.Fprintf(&b, "words: %s\n", s.words())
	if left > 0 {
		fmt.Fprintf(&b, "  %d left out: hesitation, or said twice\n", left)
	}

	f := ix.findSpans(&s)
	ix.explainReading(&b, u, f)
	if best := ix.readExactly(u, &s, f); best == nil || best.isEmpty() {
		ix.explainRepair(&b, u, f)
	}
	ix.explainWeighing(&b, u, &s)
	explainDecision(&b, ix.Understand(u))

	return b.String()
}

// explainReading tells what the words may be, and what each covering comes to.
func (ix *Index) explainReading(b *strings.Builder, u meaning.Utterance, f *spanner) {
	b.WriteString("what they may be, and how surely\n")
	for i := range f.spans {
		fmt.Fprintf(b, "  %5.2f  %s\n", f.spans[i].score, f.spans[i].explain(f.s))
	}
	rows, scores := f.coverings()
	for i, row := range rows {
		fmt.Fprintf(b, "way %d to put them together, %.2f\n", i+1, scores[i])
		for _, spans := range splitClauses(f.s, row, isCommanding) {
			ix.explainClause(b, newClause(ix, u, f.s, spans))
		}
	}
}

// explainRepair tells what the words that nobody knows may have been meant to be.
func (ix *Index) explainRepair(b *strings.Builder, u meaning.Utterance, f *spanner) {
	broken := f.broken()
	if len(broken) == 0 {
		return
	}
	b.WriteString("not understood so; words that nobody knows\n")
	for _, at := range broken {
		fmt.Fprintf(b, "  %s:", f.s.Tokens[at].Lower)
		for _, r := range ix.repairsAt(f, at) {
			repaired := sentence{Sentence: tokens.Sentence{Tokens: r.tokens}}
			fmt.Fprintf(b, " %q (%s)", repaired.words(), r.why)
		}
		b.WriteString("\n")
	}
	for _, s := range ix.variants(f) {
		fmt.Fprintf(b, "read as: %s\n", s.words())
		r := ix.readExactly(u, s, ix.findSpans(s))
		if r == nil {
			b.WriteString("  makes no sense\n")

			continue
		}
		for _, command := range r.commands {
			fmt.Fprintf(b, "  %s\n", explainCommand(command))
		}
	}
}

// explainWeighing tells what the words of every piece most likely ask for.
func (ix *Index) explainWeighing(b *strings.Builder, u meaning.Utterance, s *sentence) {
	w, ok := ix.newWeigher(u, s)
	if !ok {
		return
	}
	b.WriteString("weighed, as far as no frame understands it\n")
	if why := w.dependsOn(); why != "" {
		fmt.Fprintf(b, "  not done: %s\n", why)
	}
	w.tell = func(format string, args ...any) { fmt.Fprintf(b, format, args...) }
	if part := ix.follow(u, s, ix.read(u, s)); part != nil && part.isPartial {
		w.isStrict = true
	}
	whole := w.readTogether()
	w.isStrict = false
	if row, ok := w.withPointedAt(); ok && whole == nil && !slices.ContainsFunc(w.row, (*span).isWishedFor) {
		w.row, w.isPointedAt = row, true
	}
	pieces := w.pieces()
	w.isSeveral = len(pieces) > 1
	for _, p := range pieces {
		c := newClause(ix, u, s, w.row[p.from:p.to])
		texts := make([]string, 0, len(c.spans))
		for _, sp := range c.spans {
			texts = append(texts, c.text(sp))
		}
		wanted := w.weigh(p)
		fmt.Fprintf(b, "  [%s] %s %s, sure %.2f, nothing %.2f", strings.Join(texts, " | "), wanted.Topic, wanted.Action, wanted.Sure, wanted.Nothing)
		if wanted.thing != nil {
			fmt.Fprintf(b, ", of %q", c.text(wanted.thing))
		}
		if why := w.contradicts(p, wanted); why != "" {
			fmt.Fprintf(b, "; cannot be meant so: %s", why)
		}
		b.WriteString("\n")
	}
}

func explainDecision(b *strings.Builder, got meaning.Understanding) {
	b.WriteString("understood\n")
	if !got.IsUnderstood() {
		b.WriteString("  nothing\n")
	}
	for _, command := range got.Commands {
		fmt.Fprintf(b, "  %s\n", explainCommand(command))
	}
	if q := got.Question; q != nil {
		labels := make([]string, 0, len(q.Choices))
		for _, choice := range q.Choices {
			labels = append(labels, choice.Label)
		}
		fmt.Fprintf(b, "  asks which: %s\n", strings.Join(labels, ", "))
	}
}

// words joins the tokens for people.
func (s *sentence) words() string {
	words := make([]string, 0, len(s.Tokens))
	for _, tok := range s.Tokens {
		words = append(words, tok.Lower)
	}

	return strings.Join(words, " ")
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
		r.putOff(c)
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
	if !c.At.IsZero() {
		parts = append(parts, "at "+c.At.Format(time.RFC3339))
	}
	if c.Reason != "" {
		parts = append(parts, string(c.Reason), c.Missing)
	}

	return strings.Join(parts, " ")
}

// explain lists everything that a span may be.
func (sp *span) explain(s *sentence) string {
	texts := make([]string, 0, sp.to-sp.from)
	for _, tok := range s.Tokens[sp.from:sp.to] {
		texts = append(texts, tok.Lower)
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
		for _, a := range n.rooms() {
			parts = append(parts, "area "+a.ID)
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
