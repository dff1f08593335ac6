package intent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/evaluation"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/clock"
	"homehub/platform/identity"
)

// evalOptions are the flags of eval.
type evalOptions struct {
	understander string
	explain      string
	area         string
	isJSON       bool
	showFailures bool
	minEffect    float64
	maxWrong     float64
	timeout      time.Duration
}

// output is where eval writes: its result, and what must not mix with it.
type output struct{ out, notes io.Writer }

// errBelowGate makes the command fail where --min-effect or --max-wrong is not kept.
var errBelowGate = errors.New("the score is outside its gate")

func evalCommand(deps CommandDeps) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval [DIR]",
		Short: "Score understanding on a folder of test sentences",
		Long: `Load the home that DIR/_fixtures.yaml describes, understand every sentence of the other
YAML files of DIR in it, and compare with what they should mean.

Intent tests have the format of Home Assistant's intents repository, action tests that of
home-assistant-datasets. The exit code is 0 whatever the score, and 1 where --min-effect or
--max-wrong is not kept.`,
		Example: `  homehub eval ./sentences
  homehub eval ./sentences --failures --min-effect 0.95 --max-wrong 0.01
  homehub eval ./sentences --explain "kapcsold le a villanyt a folyosón"
  homehub eval --explain "kapcsold le a villanyt a folyosón"
  homehub eval ./sentences --understander llm --failures
  homehub eval --understander full --explain "olyan hangulatot kérek, mint a moziban"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.explain != "" {
				return cobra.MaximumNArgs(1)(cmd, args)
			}

			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			to := output{out: cmd.OutOrStdout(), notes: cmd.ErrOrStderr()}
			if o.explain != "" {
				return explain(cmd.Context(), deps, o, args, to)
			}

			return eval(cmd.Context(), deps, o, args[0], to)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.understander, "understander", "grammar", "grammar, llm (the language model alone), or full (all stages)")
	flags.DurationVar(&o.timeout, "timeout", evalTimeout, "how long the language model may take for a sentence")
	flags.StringVar(&o.explain, "explain", "", "print how this sentence is read, step by step, and score nothing; without DIR in the built-in home")
	flags.StringVar(&o.area, "area", "", "with --explain: the room in which it is said")
	flags.BoolVar(&o.isJSON, "json", false, "print the score as JSON")
	flags.BoolVar(&o.showFailures, "failures", false, "print one line for each sentence that was not understood rightly")
	flags.Float64Var(&o.minEffect, "min-effect", 0, "fail below this share of right effects")
	flags.Float64Var(&o.maxWrong, "max-wrong", 1, "fail above this share of wrong actions")

	return cmd
}

// explain prints how a sentence is read in the home of a folder, or without one in the built-in home.
func explain(ctx context.Context, deps CommandDeps, o evalOptions, args []string, to output) (err error) {
	fixtures := ""
	if len(args) > 0 {
		fixtures = filepath.Join(args[0], evaluation.FixturesFile)
	}
	instance, stop, err := deps.OpenHome(ctx, fixtures)
	if err != nil {
		return fmt.Errorf("open home: %w", err)
	}
	defer func() { err = errors.Join(err, stop()) }()

	home := instance.Home()
	u := meaning.Utterance{Text: o.explain, Now: clock.System().In(new(zones).of(home))}
	if area := meaning.FindArea(home, o.area); area != nil && o.area != "" {
		u.AreaID = area.ID
	}
	by, stopModel, err := newJudged(ctx, deps, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopModel()) }()
	if !by.isModelWanted {
		fmt.Fprint(to.out, indexOf(home).Explain(u))
	}
	if by.model == nil || !by.isModelWanted && indexOf(home).Understand(u).IsUnderstood() {
		return nil
	}

	return by.explainModel(ctx, to.out, home, u)
}

// eval scores a folder, in a home that is opened as a household's would be.
func eval(ctx context.Context, deps CommandDeps, o evalOptions, dir string, to output) (err error) {
	suite, err := evaluation.Load(dir)
	if err != nil {
		return err
	}
	by, stopModel, err := newJudged(ctx, deps, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopModel()) }()
	instance, stop, err := deps.OpenHome(ctx, suite.Fixtures)
	if err != nil {
		return fmt.Errorf("open home: %w", err)
	}
	defer func() { err = errors.Join(err, stop()) }()

	home := instance.Home()
	now := clock.System().In(new(zones).of(home))
	results, err := evaluation.Run(ctx, home, suite, by, now)
	if err != nil {
		return err
	}
	actions, err := evaluation.RunActions(ctx, suite, deps.OpenHome, executorOf(by), now)
	if err != nil {
		return err
	}
	by.note(to.notes)

	return report(to, o, append(results, actions...))
}

// evalTimeout is longer than a request may take: a score is of what is understood, not of how soon.
const evalTimeout = 30 * time.Second

func report(to output, o evalOptions, results []evaluation.Result) error {
	summary := evaluation.NewReport(results)
	if o.showFailures {
		failures := to.out
		if o.isJSON { // the object stays alone
			failures = to.notes
		}
		evaluation.PrintFailures(failures, results)
	}
	if o.isJSON {
		encoder := json.NewEncoder(to.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(summary); err != nil {
			return fmt.Errorf("print score: %w", err)
		}
	} else if err := summary.Print(to.out); err != nil {
		return err
	}
	if summary.Effect < o.minEffect || summary.Wrong > o.maxWrong {
		return fmt.Errorf("%w: effect %.3f (at least %.3f), wrong %.3f (at most %.3f)",
			errBelowGate, summary.Effect, o.minEffect, summary.Wrong, o.maxWrong)
	}

	return nil
}

// executorOf understands one utterance and carries it out as the service does, for an owner
// who has said yes already, and without a record.
func executorOf(by evaluation.Understander) evaluation.Execute {
	return func(ctx context.Context, instance hamanagerapi.Instance, u meaning.Utterance) error {
		meant, err := by.Understand(ctx, instance.Home(), u)
		if err == nil && meant.IsUnderstood() && meant.Question == nil {
			executeOnce(ctx, instance, u, meant)
		}

		return err
	}
}

func executeOnce(ctx context.Context, instance hamanagerapi.Instance, u meaning.Utterance, meant meaning.Understanding) {
	const deadline = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()

	s := &service{cfg: Defaults(), now: clock.System}
	t := &turn{
		caller:    identity.Principal{Kind: identity.User, Role: identity.RoleOwner},
		instance:  instance,
		home:      instance.Home(),
		utterance: u,
		timing:    timing{},
		given:     needsConfirm,
		meant:     meant,
	}
	s.guard(t)
	s.execute(ctx, t)
	t.late.close()
}
