package evaluation

import (
	"fmt"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// Describe tells in one line what was understood.
func Describe(got meaning.Understanding) string { return describe(got) }

// describe tells in one line what was understood.
func describe(got meaning.Understanding) string {
	if !got.IsUnderstood() {
		return "nothing"
	}
	parts := make([]string, 0, len(got.Commands)+1)
	for _, c := range got.Commands {
		text := fmt.Sprintf("%s{%s}", c.Intent, spell(c.Slots))
		ids := make([]string, 0, len(c.Targets))
		for _, e := range c.Targets {
			ids = append(ids, e.ID)
		}
		if len(ids) > 0 {
			text += " -> " + strings.Join(ids, ", ")
		}
		if len(c.Timers) > 0 {
			text += " -> " + strings.Join(timerIDs(c.Timers), ", ")
		}
		if !c.At.IsZero() {
			text += " at " + c.At.Format("01-02 15:04:05")
		}
		if c.Reason != "" {
			text += fmt.Sprintf(" (%s %s)", c.Reason, c.Missing)
		}
		parts = append(parts, text)
	}
	if q := got.Question; q != nil {
		labels := make([]string, 0, len(q.Choices))
		for _, c := range q.Choices {
			labels = append(labels, c.Label)
		}
		parts = append(parts, "which: "+strings.Join(labels, ", ")+"?")
	}

	return strings.Join(parts, "; ")
}

func describeExpected(turn Turn) string {
	var parts []string
	for _, e := range turn.Intents {
		text := fmt.Sprintf("%s{%s}", e.Intent, spell(e.Slots))
		if e.After != "" || e.At != "" {
			text += " at " + e.After + e.At
		}
		parts = append(parts, text)
	}
	if turn.Clarify != nil {
		parts = append(parts, "which: "+strings.Join(turn.Clarify, ", ")+"?")
	}
	if len(parts) == 0 {
		return "nothing"
	}

	return strings.Join(parts, "; ")
}
