package evaluation

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is the score of a run.
type Report struct {
	Score
	Latency Latency          `json:"latency_us"`
	Files   map[string]Score `json:"files"`
	Intents map[string]Score `json:"intents"`
}

// Score counts sentences, and what share of them went how.
type Score struct {
	Sentences  int     `json:"sentences"`
	Effect     float64 `json:"effect"`
	Exact      float64 `json:"exact"`
	Understood float64 `json:"understood"`
	Wrong      float64 `json:"wrong_action"`
}

// Latency is how long understanding took, in microseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// NewReport sums up results.
func NewReport(results []Result) Report {
	r := Report{Score: scoreOf(results), Files: map[string]Score{}, Intents: map[string]Score{}}
	for file, some := range grouped(results, func(r Result) string { return r.File }) {
		r.Files[file] = scoreOf(some)
	}
	for intent, some := range grouped(results, func(r Result) string { return r.Intent }) {
		r.Intents[intent] = scoreOf(some)
	}

	latencies := make([]time.Duration, 0, len(results))
	for _, result := range results {
		latencies = append(latencies, result.Latency)
	}
	slices.Sort(latencies)
	r.Latency = Latency{P50: percentile(latencies, 50), P95: percentile(latencies, 95), P99: percentile(latencies, 99)}

	return r
}

func grouped(results []Result, key func(Result) string) map[string][]Result {
	groups := map[string][]Result{}
	for _, r := range results {
		groups[key(r)] = append(groups[key(r)], r)
	}

	return groups
}

func scoreOf(results []Result) Score {
	s := Score{Sentences: len(results)}
	if len(results) == 0 {
		return s
	}
	share := func(is func(Verdict) bool) float64 {
		n := 0
		for _, r := range results {
			if is(r.Verdict) {
				n++
			}
		}

		return float64(n) / float64(len(results))
	}
	s.Effect = share(func(v Verdict) bool { return v.IsEffect })
	s.Exact = share(func(v Verdict) bool { return v.IsExact })
	s.Understood = share(func(v Verdict) bool { return v.IsUnderstood })
	s.Wrong = share(func(v Verdict) bool { return v.IsWrong })

	return s
}

// percentile takes the nearest rank of sorted values.
func percentile(sorted []time.Duration, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := (len(sorted)*p+99)/100 - 1

	return float64(sorted[max(at, 0)].Nanoseconds()) / 1000
}

// Print writes the report as tables, by file and by intent.
func (r Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, table := range []struct {
		title string
		rows  map[string]Score
	}{{"file", r.Files}, {"intent", r.Intents}} {
		fmt.Fprintf(w, "sentences\tunderstood\teffect\texact\twrong\t  %s\n", table.title)
		for _, name := range slices.Sorted(maps.Keys(table.rows)) {
			printRow(w, name, table.rows[name])
		}
		fmt.Fprintln(w, "\t\t\t\t\t")
	}
	printRow(w, "all", r.Score)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	fmt.Fprintf(out, "\nlatency: p50 %.0f µs, p95 %.0f µs, p99 %.0f µs\n", r.Latency.P50, r.Latency.P95, r.Latency.P99)

	return nil
}

func printRow(w io.Writer, name string, s Score) {
	fmt.Fprintf(w, "%d\t%.1f%%\t%.1f%%\t%.1f%%\t%.1f%%\t  %s\n",
		s.Sentences, 100*s.Understood, 100*s.Effect, 100*s.Exact, 100*s.Wrong, name)
}

// PrintFailures writes one line for each sentence whose effect was not right.
func PrintFailures(out io.Writer, results []Result) {
	for _, r := range results {
		if r.Verdict.IsEffect && !r.Verdict.IsWrong {
			continue
		}
		kind := "miss"
		if r.Verdict.IsWrong {
			kind = "WRONG"
		}
		fmt.Fprintln(out, strings.Join([]string{kind, r.File, r.Sentence, "expected " + r.Expected, "got " + r.Got}, " | "))
	}
}
