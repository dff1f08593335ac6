package llm

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"homehub/modules/llm/llmapi"
)

// smallAnswer is what the schema of a small request has room for.
type smallAnswer struct {
	Intent  string   `json:"intent"`
	Targets []string `json:"targets"`
}

// smallIntents are those that small requests know.
func smallIntents() []string {
	return []string{"turn_on", "turn_off", "raise", "lower", "ask", "talk", "none"}
}

// askFor makes a small request: what to do with a sentence about some things. Its schema cannot express others.
func askFor(instructions string, things []string, sentence string) llmapi.ChatRequest {
	known := make([]string, len(things))
	var list strings.Builder
	list.WriteString("things: ")
	for i, thing := range things {
		known[i] = fmt.Sprintf("e%d", i+1)
		if i > 0 {
			list.WriteString(", ")
		}
		fmt.Fprintf(&list, "%s = %s", known[i], thing)
	}
	fmt.Fprintf(&list, "\nsentence: %s", sentence)

	return llmapi.ChatRequest{
		Messages: []llmapi.Message{
			{Role: llmapi.System, Content: instructions},
			{Role: llmapi.User, Content: list.String()},
		},
		Schema:    smallSchema(known),
		MaxTokens: 64,
		Accept:    func(text string) error { return acceptSmall(text, known) },
	}
}

func smallSchema(known []string) json.RawMessage {
	schema, err := json.Marshal(map[string]any{
		"type": "object",
		"properties": map[string]any{
			"intent":  map[string]any{"enum": smallIntents()},
			"targets": map[string]any{"type": "array", "items": map[string]any{"enum": known}, "maxItems": 3},
		},
		"required":             []string{"intent", "targets"},
		"additionalProperties": false,
	})
	if err != nil {
		panic(err) // strings in maps and slices
	}

	return schema
}

func decodeSmall(text string) (smallAnswer, error) {
	var got smallAnswer
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		return got, fmt.Errorf("read the answer: %w", err)
	}
	if decoder.More() {
		return got, errors.New("the answer is more than one object")
	}

	return got, nil
}

func acceptSmall(text string, known []string) error {
	got, err := decodeSmall(text)
	switch {
	case err != nil:
		return err
	case !slices.Contains(smallIntents(), got.Intent):
		return fmt.Errorf("unknown intent %q", got.Intent)
	case got.Targets == nil || len(got.Targets) > 3:
		return fmt.Errorf("%d targets", len(got.Targets))
	}
	for _, target := range got.Targets {
		if !slices.Contains(known, target) {
			return fmt.Errorf("unknown target %q", target)
		}
	}

	return nil
}
