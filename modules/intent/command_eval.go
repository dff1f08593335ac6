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
  homehub eval --explain "kapcsold le a villanyt a folyosón"`,
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
	flags.StringVar(&o.understander, "understander", "grammar", "grammar, llm, or full (all stages)")
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
	fmt.Fprint(to.out, indexOf(home).Explain(u))

	return nil
}

// eval scores a folder, in a home that is opened as a household's would be.
func eval(ctx context.Context, deps CommandDeps, o evalOptions, dir string, to output) (err error) {
	by, err := understanderOf(o.understander)
	if err != nil {
		return err
	}
	suite, err := evaluation.Load(dir)
	if err != nil {
		return err
	}
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
	actions, err := evaluation.RunActions(ctx, suite, deps.OpenHome, executeOnce, now)
	if err != nil {
		return err
	}

	return report(to, o, append(results, actions...))
}

var errNoModel = errors.New("no language model stage is available in this build: use --understander grammar or full")

// understanderOf names the code under test. Without a model stage full is the grammar alone,
// exactly as requests are served.
func understanderOf(name string) (evaluation.Understander, error) {
	switch name {
	case "grammar", "full":
		return evaluation.Grammar{}, nil
	case "llm":
		return nil, errNoModel
	default:
		return nil, fmt.Errorf("unknown understander %q: grammar, llm or full", name)
	}
}

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

// executeOnce understands one utterance and carries it out as the service does, for an owner
// who has said yes already, and without a record.
func executeOnce(ctx context.Context, instance hamanagerapi.Instance, u meaning.Utterance) error {
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
	}
	t.meant = indexOf(t.home).Understand(u)
	if !t.meant.IsUnderstood() || t.meant.Question != nil {
		return nil
	}
	s.guard(t)
	s.execute(ctx, t)
	t.late.close()

	return nil
}
