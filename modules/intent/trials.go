package intent

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/prompt"
	"homehub/modules/llm/llmapi"
	"homehub/platform/identity"
)

//go:embed data/trials.yaml
var trialsFile []byte

// trial is one entry of trials.yaml.
type trial struct {
	Say   string `yaml:"say"`
	Area  string `yaml:"area"`
	Right struct {
		Intents  []string `yaml:"intents"`
		Entities []string `yaml:"entities"`
	} `yaml:"right"`
}

// What a trial's intents may name beside intents.
const (
	rightAnswer  = "answer"
	rightNothing = "nothing"
	rightAsk     = "ask"
)

// Trials are calls as requests make them, for sentences that were said in the built-in home, with
// what is right to answer. tokens estimates a text's.
func Trials(home *hamanagerapi.Home, tokens func(text string) int, now time.Time) ([]llmapi.Trial, error) {
	var sample []trial
	if err := yaml.Unmarshal(trialsFile, &sample); err != nil {
		return nil, fmt.Errorf("read the sample of sentences: %w", err)
	}
	owner := identity.Principal{Kind: identity.User, Role: identity.RoleOwner}
	trials := make([]llmapi.Trial, len(sample))
	for i, t := range sample {
		p := prompt.Build(prompt.Input{
			Home: home, Utterance: meaning.Utterance{Text: t.Say, AreaID: t.Area, Now: now},
			May:     func(intent string, e *hamanagerapi.Entity) bool { return mayAtAll(home, owner, intent, e) },
			MayPlan: true, Tokens: tokens, Budget: Defaults().PromptTokens,
		})
		trials[i] = llmapi.Trial{
			Sentence: t.Say,
			Request: llmapi.ChatRequest{
				Messages: p.Messages, Schema: p.Schema, MaxTokens: p.MaxTokens,
				Accept: func(answer string) error {
					_, err := p.Understand(answer)

					return err
				},
			},
			IsRight: func(answer string) bool {
				meant, err := p.Understand(answer)

				return err == nil && t.isRight(meant)
			},
		}
	}

	return trials, nil
}

// isRight reports whether an understanding is one of those that are right, and reaches nothing else.
func (t trial) isRight(meant meaning.Understanding) bool {
	allows := func(intent string) bool { return slices.Contains(t.Right.Intents, intent) }
	switch {
	case meant.Question != nil:
		return allows(rightAsk)
	case !meant.IsUnderstood():
		return allows(rightNothing)
	}
	for _, c := range meant.Commands {
		if c.Intent == meaning.Respond {
			if !allows(rightAnswer) {
				return false
			}

			continue
		}
		if !allows(c.Intent) || !t.reaches(c.Targets) {
			return false
		}
	}

	return true
}

func (t trial) reaches(targets []*hamanagerapi.Entity) bool {
	for _, e := range targets {
		if !slices.Contains(t.Right.Entities, e.ID) {
			return false
		}
	}

	return len(targets) > 0
}
