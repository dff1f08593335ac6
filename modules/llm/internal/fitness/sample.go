package fitness

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"homehub/modules/llm/llmapi"
)

//go:embed sample.yaml
var sampleFile []byte

// sample is sample.yaml.
type sample struct {
	Instructions string   `yaml:"instructions"`
	Things       []string `yaml:"things"`
	Sentences    []struct {
		Say  string           `yaml:"say"`
		Want map[string][]int `yaml:"want"`
	} `yaml:"sentences"`
}

// sampleTokens is more than an answer of the sample needs.
const sampleTokens = 64

// answer is what the sample's schema has room for.
type answer struct {
	Intent  string   `json:"intent"`
	Targets []string `json:"targets"`
}

// Sample returns the built-in trials: the same beginning for all, as homehub's own prompts have.
func Sample() ([]Trial, error) {
	var s sample
	if err := yaml.Unmarshal(sampleFile, &s); err != nil {
		return nil, fmt.Errorf("read the sample: %w", err)
	}
	trials := make([]Trial, len(s.Sentences))
	for i, sentence := range s.Sentences {
		trials[i] = Trial{
			Sentence: sentence.Say,
			Request:  Ask(s.Instructions, s.Things, sentence.Say),
			IsRight: func(text string) bool {
				got, err := decode(text)
				wanted, isKnown := sentence.Want[got.Intent]

				return err == nil && isKnown && slices.Equal(got.Targets, handles(wanted))
			},
		}
	}

	return trials, nil
}

func handles(numbers []int) []string {
	names := make([]string, len(numbers))
	for i, n := range numbers {
		names[i] = fmt.Sprintf("e%d", n)
	}

	return names
}

// intents are those that the sample knows.
func intents() []string {
	return []string{"turn_on", "turn_off", "raise", "lower", "ask", "talk", "none"}
}

// Ask makes a request of the sample's kind: what to do with a sentence about some things. Its schema
// cannot express others.
func Ask(instructions string, things []string, sentence string) llmapi.ChatRequest {
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
		Schema:    schemaOf(known),
		MaxTokens: sampleTokens,
		Accept:    func(text string) error { return accept(text, known) },
	}
}

func schemaOf(known []string) json.RawMessage {
	schema, _ := json.Marshal(map[string]any{ //nolint:errchkjson // strings in maps and slices
		"type": "object",
		"properties": map[string]any{
			"intent":  map[string]any{"enum": intents()},
			"targets": map[string]any{"type": "array", "items": map[string]any{"enum": known}, "maxItems": 3},
		},
		"required":             []string{"intent", "targets"},
		"additionalProperties": false,
	})

	return schema
}

func decode(text string) (answer, error) {
	var got answer
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

func accept(text string, known []string) error {
	got, err := decode(text)
	switch {
	case err != nil:
		return err
	case !slices.Contains(intents(), got.Intent):
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
