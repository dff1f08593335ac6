package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"homehub/modules/llm/internal/fitness"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
)

// checkTime bounds a check: what is not known by then is told as a failure.
const checkTime = time.Minute

// mostCallers bounds a bench.
const mostCallers = 512

// errNotFit makes check fail where something essential is missing.
var errNotFit = errors.New("the model is not fit for homehub")

// CommandDeps is what llm's commands need of the composition root. Settings are read when a
// command runs.
type CommandDeps struct {
	Settings func() (Config, error)
	// Trials makes the sample that a model is judged by; tokens estimates a text's.
	Trials func(ctx context.Context, tokens func(text string) int) ([]llmapi.Trial, error)
}

// Commands are llm's part of the command line.
func Commands(deps CommandDeps) []*cobra.Command {
	group := &cobra.Command{
		Use: "llm", Short: "Look at the language model", Args: cobra.NoArgs,
		Example: "  homehub llm check",
	}
	group.AddCommand(checkCommand(deps), benchCommand(deps))

	return []*cobra.Command{group}
}

// targetFlags choose another server or model than the settings'.
type targetFlags struct {
	url, model string
	isJSON     bool
}

func (f *targetFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "url", "", "the server (default: llm.url)")
	cmd.Flags().StringVar(&f.model, "model", "", "the model (default: llm.model)")
	cmd.Flags().BoolVar(&f.isJSON, "json", false, "print one JSON object")
}

// prepare returns what to look at, and the sample to ask it.
func (f *targetFlags) prepare(ctx context.Context, deps CommandDeps) ([]fitness.Target, []llmapi.Trial, error) {
	targets, err := f.targets(deps.Settings)
	if err != nil {
		return nil, nil, err
	}
	var e estimate
	trials, err := deps.Trials(ctx, func(text string) int { return e.of(len(text)) })

	return targets, trials, err
}

// targets are the model on each server.
func (f *targetFlags) targets(settings func() (Config, error)) ([]fitness.Target, error) {
	cfg, err := settings()
	if err != nil {
		return nil, err
	}
	if f.url != "" {
		cfg.URL = f.url
	}
	if f.model != "" {
		cfg.Model = f.model
	}
	if cfg.URL == "" {
		return nil, errors.New("llm.url is empty: there is no server to look at")
	}
	addresses, err := cfg.servers()
	if err != nil {
		return nil, err
	}
	targets := make([]fitness.Target, len(addresses))
	for i, u := range addresses {
		targets[i] = fitness.Target{URL: u.String(), Model: cfg.Model, NumCtx: cfg.NumCtx, Now: clock.System}
	}

	return targets, nil
}

func checkCommand(deps CommandDeps) *cobra.Command {
	var f targetFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Tell in a minute whether Ollama and the model are fit",
		Long: `Look at everything that homehub needs of each server of llm.url and the model on it: the
version, the model, whether it lies on a GPU, how much of a prompt's evaluation its beginning
saves, whether answers obey a schema, how fast they come, and how many of a built-in sample of
sentences it understands, asked as homehub asks. The exit code is 1 where something essential is missing;
a warning means slow or weak. homehub eval --understander llm judges a model thoroughly.`,
		Example: `  homehub llm check
  homehub llm check --url http://192.168.1.30:11434 --model gemma3:4b --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, trials, err := f.prepare(cmd.Context(), deps)
			if err != nil {
				return err
			}

			return check(cmd, targets, trials, f.isJSON)
		},
	}
	f.add(cmd)

	return cmd
}

func check(cmd *cobra.Command, targets []fitness.Target, trials []llmapi.Trial, isJSON bool) error {
	out := cmd.OutOrStdout()
	isFit := true
	var reports []fitness.Report
	for _, target := range targets {
		told := func(p fitness.Point) { fmt.Fprintf(out, "  %-4s  %-7s %s\n", p.Verdict, p.Name, p.Text) }
		if isJSON {
			told = nil
		} else {
			fmt.Fprintf(out, "%s, %s\n", target.Address(), target.Model)
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), checkTime)
		report := fitness.Check(ctx, target, trials, told)
		cancel()
		if !isJSON {
			fmt.Fprintf(out, "  => %s\n", report.Summary())
		}
		reports = append(reports, report)
		isFit = isFit && report.IsFit()
	}
	if isJSON {
		if err := printJSON(out, map[string]any{"fit": isFit, "servers": reports}); err != nil {
			return err
		}
	}
	if !isFit {
		return errNotFit
	}

	return nil
}

func benchCommand(deps CommandDeps) *cobra.Command {
	var f targetFlags
	var each time.Duration
	callers := []int{1, 2, 4, 8, 16}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure calls and tokens a second, by how many call at once",
		Long: `Ask the first server of llm.url the built-in sample in a closed loop, for each number of callers in
turn, and print latencies, tokens a second, and what the GPUs of this machine did meanwhile. It
goes past homehub's queue: the best llm.concurrency is where calls a second stop rising while
the p95 still suits you. Set OLLAMA_NUM_PARALLEL of the server to at least the largest number.`,
		Example: `  homehub llm bench
  homehub llm bench --callers 1,4,8,16,32 --for 30s --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan := benchPlan{callers: callers, each: each, isJSON: f.isJSON}
			if err := plan.validate(); err != nil {
				return err
			}
			targets, trials, err := f.prepare(cmd.Context(), deps)
			if err != nil {
				return err
			}

			return bench(cmd, targets[0], trials, plan)
		},
	}
	f.add(cmd)
	cmd.Flags().IntSliceVar(&callers, "callers", callers, "how many call at once, one measure for each")
	cmd.Flags().DurationVar(&each, "for", 20*time.Second, "how long each measure lasts")

	return cmd
}

// benchPlan is what to measure, and how to tell it.
type benchPlan struct {
	callers []int
	each    time.Duration
	isJSON  bool
}

func (p benchPlan) validate() error {
	for _, n := range p.callers {
		if n < 1 || n > mostCallers {
			return fmt.Errorf("--callers must be 1 to %d, got %d", mostCallers, n)
		}
	}
	if p.each <= 0 {
		return fmt.Errorf("--for must be positive, got %s", p.each)
	}

	return nil
}

func bench(cmd *cobra.Command, target fitness.Target, trials []llmapi.Trial, plan benchPlan) error {
	watcher := fitness.NewWatcher()
	var rows []fitness.Row
	for _, n := range plan.callers {
		row, err := fitness.Bench(cmd.Context(), target, trials, fitness.Load{Callers: n, For: plan.each}, watcher)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		fmt.Fprintf(cmd.ErrOrStderr(), "%d callers: %d calls\n", n, row.Calls)
	}
	if plan.isJSON {
		return printJSON(cmd.OutOrStdout(), map[string]any{"url": target.Address(), "model": target.Model, "rows": rows})
	}

	return printRows(cmd.OutOrStdout(), rows)
}

func printRows(out io.Writer, rows []fitness.Row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "callers\tcalls/s\tprompt tokens/s\tanswer tokens/s\tfirst token p50\tp50\tp95\tp99\tfailed\tGPU\t")
	for _, r := range rows {
		gpu := "-"
		if r.GPU != nil {
			gpu = fmt.Sprintf("%.0f %%, %.0f MiB", r.GPU.Utilisation, r.GPU.Memory)
		}
		fmt.Fprintf(w, "%d\t%.2f\t%.0f\t%.0f\t%.0f ms\t%.0f ms\t%.0f ms\t%.0f ms\t%d\t%s\t\n", r.Callers, r.CallsPerSecond,
			r.PromptSpeed, r.AnswerSpeed, r.FirstP50, r.P50, r.P95, r.P99, r.Failed, gpu)
	}

	return w.Flush()
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}

	return nil
}
