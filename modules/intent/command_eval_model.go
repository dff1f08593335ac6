package intent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/prompt"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/identity"
)

// The understanders that eval knows.
const (
	byGrammar = "grammar"
	byLLM     = "llm"
	byFull    = "full"
)

var errNoModel = errors.New("no language model answers: is llm.url right, and is the model pulled?")

// judged is the code under test: the stages that serve requests, asked as by an owner.
type judged struct {
	stages  []understander
	model   *model // nil: the grammar alone
	timeout time.Duration
	// isModelWanted: without the model there is nothing to score.
	isModelWanted bool
	failed        map[string]int // sentences that the model did not answer, by why
}

// newJudged opens what a name stands for.
func newJudged(ctx context.Context, deps CommandDeps, o evalOptions) (*judged, func() error, error) {
	nothing := func() error { return nil }
	switch o.understander {
	case byGrammar:
		return &judged{stages: []understander{grammar{}}}, nothing, nil
	case byLLM, byFull:
	default:
		return nil, nil, fmt.Errorf("unknown understander %q: grammar, llm or full", o.understander)
	}
	if deps.OpenModel == nil {
		return nil, nil, errNoModel
	}
	llm, stop, err := deps.OpenModel(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("open the language model: %w", err)
	}
	m, err := newMetrics(nil)
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	cfg := Defaults()
	cfg.Deadline = o.timeout
	j := &judged{
		model:   newModel(Deps{Config: cfg, LLM: llm, Log: zap.NewNop(), Now: clock.System}, m), // no kv: nothing is remembered
		timeout: o.timeout, isModelWanted: o.understander == byLLM, failed: map[string]int{},
	}
	if o.understander == byFull {
		j.stages = append(j.stages, grammar{})
	}
	j.stages = append(j.stages, j.model)

	return j, func() error {
		j.model.flights.close()

		return stop()
	}, nil
}

// Understand implements evaluation.Understander.
func (j *judged) Understand(ctx context.Context, home *hamanagerapi.Home, u meaning.Utterance) (meaning.Understanding, error) {
	if j.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.timeout)
		defer cancel()
	}
	for _, stage := range j.stages {
		meant, err := stage.understand(ctx, judgedAs(home, u))
		switch {
		case errors.Is(err, llmapi.ErrAbsent), isOfModel(err):
			j.failed[outcomeOfModel(err)]++
			if j.isModelWanted && errors.Is(err, llmapi.ErrAbsent) {
				return meaning.Understanding{}, errNoModel
			}

			return meaning.Understanding{}, nil
		case err != nil || meant.IsUnderstood():
			return meant, err
		}
	}

	return meaning.Understanding{}, nil
}

// Warm implements evaluation.Warmer: a model needs no more than one call to be loaded.
func (j *judged) Warm(ctx context.Context, home *hamanagerapi.Home, u meaning.Utterance) (isDone bool, err error) {
	if j.model == nil {
		return false, nil
	}
	_, err = j.model.understand(ctx, judgedAs(home, u))
	if j.isModelWanted && (errors.Is(err, llmapi.ErrAbsent) || errors.Is(err, llmapi.ErrUnavailable)) {
		return true, errors.Join(errNoModel, err)
	}

	return true, nil
}

// note tells how many sentences the model did not answer: that is not its understanding.
func (j *judged) note(to io.Writer) {
	for _, why := range []string{"unavailable", "absent", "busy", "spent", "not_in_time", "nonsense", "gone"} {
		if n := j.failed[why]; n > 0 {
			fmt.Fprintf(to, "%d sentences without an answer of the model: %s\n", n, why)
		}
	}
}

// judgedAs is an utterance of an owner, who may do everything.
func judgedAs(home *hamanagerapi.Home, u meaning.Utterance) heard {
	return heard{home: home, utterance: u, caller: identity.Principal{Kind: identity.User, Role: identity.RoleOwner, HouseholdID: "eval"}}
}

var _ evaluation.Warmer = (*judged)(nil)

// indented sets a text apart.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// explainModel prints what the model is asked about a sentence, what it answers and what that means.
func (j *judged) explainModel(ctx context.Context, to io.Writer, home *hamanagerapi.Home, u meaning.Utterance) error {
	h := judgedAs(home, u)
	began := j.model.now()
	p := prompt.Build(j.model.inputOf(h))
	fmt.Fprintf(to, "the language model %s is asked; %d tokens by the estimate, of which %d are the same for all; schema of %d bytes; built in %s\n",
		j.model.llm.Name(), p.Tokens, p.Shared, len(p.Schema), j.model.now().Sub(began))
	for _, message := range p.Messages[1:] {
		fmt.Fprintf(to, "%s:\n%s\n", message.Role, indented(message.Content))
	}
	fmt.Fprintf(to, "what may be answered:\n%s\n", indented(p.Expressible()))
	ctx, cancel := context.WithTimeout(ctx, j.timeout)
	defer cancel()
	var said []string
	answered, err := j.model.llm.Chat(ctx, llmapi.ChatRequest{
		HouseholdID: h.caller.HouseholdID, Messages: p.Messages, Schema: p.Schema, MaxTokens: p.MaxTokens,
		Accept: func(answer string) error {
			said = append(said, answer)
			_, refused := p.Understand(answer)

			return refused
		},
	})
	for _, answer := range said {
		_, refused := p.Understand(answer)
		fmt.Fprintf(to, "answered: %s\n", answer)
		if refused != nil {
			fmt.Fprintf(to, "  which does not count: %v\n", refused)
		}
	}
	if err != nil {
		fmt.Fprintf(to, "no answer: %v\n", err)

		return nil
	}
	fmt.Fprintf(to, "%s took %s, %s to the first token, %s in the queue, %d calls; tokens: %d sent, about %d of them not ready, %d back\n",
		answered.Model, answered.Took, answered.FirstToken, answered.Waited, answered.Calls, answered.PromptTokens, answered.EvaluatedTokens, answered.AnswerTokens)
	meant, err := p.Understand(answered.Answer)
	if err != nil {
		return fmt.Errorf("understand the answer: %w", err)
	}
	fmt.Fprintf(to, "understood\n%s\n", indented(evaluation.Describe(meant)))

	return nil
}
