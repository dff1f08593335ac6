package prompt

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The kinds of answers.
const (
	kindDo      = "do"
	kindAsk     = "ask"
	kindAnswer  = "answer"
	kindNothing = "nothing"
)

const (
	maxCommands = 6
	maxChoices  = 6
)

// schemaOf is the JSON schema of the answers that the shapes allow. Its bytes are a function of
// the shapes: properties come in the order in which the model is to say them.
func schemaOf(shapes []shape, shown int) json.RawMessage {
	var b strings.Builder
	b.WriteString(`{"anyOf":[`)
	if len(shapes) > 0 {
		fmt.Fprintf(&b, `{"type":"object","properties":{"kind":{"const":%q},"commands":{"type":"array","minItems":1,"maxItems":%d,"items":{"anyOf":[`, kindDo, maxCommands)
		for i, s := range shapes {
			if i > 0 {
				b.WriteByte(',')
			}
			s.write(&b)
		}
		b.WriteString(`]}}},"required":["kind","commands"],"additionalProperties":false},`)
	}
	fmt.Fprintf(&b, `{"type":"object","properties":{"kind":{"const":%q},"text":{"type":"string","minLength":1,"maxLength":%d}`, kindAsk, maxQuestion)
	if intents := choosable(shapes); len(intents) > 0 && shown > 1 {
		fmt.Fprintf(&b, `,"choices":{"type":"array","minItems":2,"maxItems":%d,"items":{"enum":%s}},"intent":{"enum":%s}`,
			maxChoices, quoted(allHandles(shown)), quoted(intents))
	}
	b.WriteString(`},"required":["kind","text"],"additionalProperties":false},`)
	fmt.Fprintf(&b, `{"type":"object","properties":{"kind":{"const":%q},"text":{"type":"string","minLength":1,"maxLength":%d}},"required":["kind","text"],"additionalProperties":false},`, kindAnswer, maxAnswer)
	fmt.Fprintf(&b, `{"type":"object","properties":{"kind":{"const":%q}},"required":["kind"],"additionalProperties":false}]}`, kindNothing)

	return json.RawMessage(b.String())
}

// write appends the schema of a command.
func (s shape) write(b *strings.Builder) {
	fmt.Fprintf(b, `{"type":"object","properties":{"intent":{"enum":%s}`, quoted(s.intents))
	required := []string{"intent"}
	if s.handles != nil {
		most := len(s.handles)
		if s.isOne {
			most = 1
		}
		fmt.Fprintf(b, `,"targets":{"type":"array","minItems":1,"maxItems":%d,"items":{"enum":%s}}`, most, quoted(s.handles))
		required = append(required, "targets")
	}
	for _, v := range s.values {
		fmt.Fprintf(b, `,%q:%s`, v.slot, v.schema())
		if v.isRequired {
			required = append(required, v.slot)
		}
	}
	if s.isLater {
		fmt.Fprintf(b, `,%q:%s`, slotLater, later().schema())
	}
	fmt.Fprintf(b, `},"required":%s,"additionalProperties":false}`, quoted(required))
}

func later() value { return whole(slotLater, 1, maxLater) }

func (v value) schema() string {
	switch {
	case v.isWhole:
		return fmt.Sprintf(`{"type":"integer","minimum":%g,"maximum":%g}`, v.low, v.high)
	case v.isNumber:
		return fmt.Sprintf(`{"type":"number","minimum":%g,"maximum":%g}`, v.low, v.high)
	case v.enum != nil:
		return fmt.Sprintf(`{"enum":%s}`, quoted(v.enum))
	default:
		return fmt.Sprintf(`{"type":"string","minLength":1,"maxLength":%d}`, v.length)
	}
}

// choosable are the intents that a question about devices may be about: those that need no value.
func choosable(shapes []shape) []string {
	var intents []string
	for _, s := range shapes {
		if s.handles != nil && !s.needsValue && !needsAny(s.values) {
			intents = append(intents, s.intents...)
		}
	}

	return unique(intents)
}

func needsAny(values []value) bool {
	for _, v := range values {
		if v.isRequired {
			return true
		}
	}

	return false
}

func unique(list []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}

	return kept
}

func allHandles(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = handleOf(i)
	}

	return all
}

// quoted writes a list of plain words as JSON.
func quoted(list []string) string { return `["` + strings.Join(list, `","`) + `"]` }
