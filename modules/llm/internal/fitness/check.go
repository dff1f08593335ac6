package fitness

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"homehub/modules/llm/llmapi"
)

// What a server and a model must reach to be of use. Below them a check fails, or, where
// homehub works on but slowly, it warns.
const (
	oldestVersion = "0.5.0" // the first that obeys a JSON schema
	ownBuild      = "0.0.0" // says nothing of its version
	goodReuse     = 0.5     // of a prompt's evaluation, saved by what was evaluated before
	goodLatency   = 2 * time.Second
	goodScore     = 0.8
)

// Verdict is how one point of a check ended.
type Verdict string

// The verdicts. A model with a Bad point is not fit.
const (
	Good Verdict = "ok"
	Poor Verdict = "warn"
	Bad  Verdict = "FAIL"
)

// Point is one thing that was checked.
type Point struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Text    string  `json:"text"`
}

// Report is what a check found. The figures are zero where it did not come so far.
type Report struct {
	URL     string  `json:"url"`
	Model   string  `json:"model"`
	Version string  `json:"version,omitempty"`
	Points  []Point `json:"points"`
	// GPUShare is how much of the model lies on a GPU, 0 to 1.
	GPUShare float64 `json:"gpu_share"`
	// PromptSpeed and AnswerSpeed are in tokens a second.
	PromptSpeed float64 `json:"prompt_tokens_per_second"`
	AnswerSpeed float64 `json:"answer_tokens_per_second"`
	// PrefixReuse is the share of a prompt's evaluation that the common prefix saves, 0 to 1.
	PrefixReuse float64 `json:"prefix_reuse"`
	Usable      float64 `json:"usable"` // the share of answers that homehub can use
	Score       float64 `json:"score"`  // the share that is right
	P50         float64 `json:"p50_ms"`
	P95         float64 `json:"p95_ms"`
}

// IsFit reports whether nothing is Bad.
func (r *Report) IsFit() bool {
	for _, p := range r.Points {
		if p.Verdict == Bad {
			return false
		}
	}

	return len(r.Points) > 0
}

// Summary is the report in a line.
func (r *Report) Summary() string {
	warnings := 0
	for _, p := range r.Points {
		if p.Verdict == Poor {
			warnings++
		}
	}
	switch {
	case !r.IsFit():
		return "not fit for homehub"
	case warnings > 0:
		return fmt.Sprintf("it works; slow or weak at %d points, of which docs/llm.md tells", warnings)
	default:
		return "fit for homehub"
	}
}

// checker is one check under way.
type checker struct {
	*server

	report Report
	// told hears of each point as it is known.
	told func(Point)
}

// Check looks at everything that homehub needs of a model, with the trials as its sample, until
// ctx ends. told, which may be nil, hears of each point at once. The report holds what was found; what
// fails is a point of it, not an error.
func Check(ctx context.Context, t Target, trials []llmapi.Trial, told func(Point)) Report {
	if told == nil {
		told = func(Point) {}
	}
	c := &checker{told: told, report: Report{URL: t.Address(), Model: t.Model}}
	s, err := t.open()
	if err != nil {
		c.point("server", Bad, "%v", err)

		return c.report
	}
	c.server = s
	for _, step := range []func(context.Context) bool{c.version, c.model, c.load} {
		if !step(ctx) {
			return c.report
		}
	}
	if len(trials) > 0 {
		c.reuse(ctx, trials[0].Request)
		c.sample(ctx, trials)
	}

	return c.report
}

func (c *checker) point(name string, v Verdict, format string, values ...any) {
	p := Point{Name: name, Verdict: v, Text: fmt.Sprintf(format, values...)}
	c.report.Points = append(c.report.Points, p)
	c.told(p)
}

func (c *checker) version(ctx context.Context) bool {
	version, err := c.api.Version(ctx)
	if err != nil || version == "" {
		c.point("server", Bad, "no Ollama answers at %s: %v", c.Address(), err)

		return false
	}
	c.report.Version = version
	if version != ownBuild && isOlder(version, oldestVersion) {
		c.point("server", Bad, "Ollama %s obeys no JSON schema; it takes %s or later", version, oldestVersion)

		return false
	}
	c.point("server", Good, "Ollama %s", version)

	return true
}

func (c *checker) model(ctx context.Context) bool {
	shown, err := c.api.Show(ctx, &api.ShowRequest{Model: c.Model})
	if err != nil {
		c.point("model", Bad, "%v; get it with: ollama pull %s", err, c.Model)

		return false
	}
	c.point("model", Good, "%s, %s parameters, %s", c.Model, shown.Details.ParameterSize, shown.Details.QuantizationLevel)

	return true
}

// load makes the model ready with homehub's own context and says where it lies.
func (c *checker) load(ctx context.Context) bool {
	began := c.Now()
	if _, err := c.ask(ctx, llmapi.ChatRequest{}); err != nil {
		c.point("memory", Bad, "the model cannot be loaded: %v", err)

		return false
	}
	took := c.Now().Sub(began)
	running, err := c.api.ListRunning(ctx)
	if err != nil {
		c.point("memory", Bad, "%v", err)

		return false
	}
	for _, m := range running.Models {
		if m.Name != c.Model && m.Name != c.Model+":latest" {
			continue
		}
		c.report.GPUShare = float64(m.SizeVRAM) / float64(max(m.Size, 1))
		verdict := Good
		if m.SizeVRAM < m.Size {
			verdict = Poor
		}
		c.point("memory", verdict, "%.1f GB, %.0f %% on a GPU, context of %d tokens, ready in %.1f s",
			float64(m.Size)/1e9, 100*c.report.GPUShare, m.ContextLength, took.Seconds())

		return true
	}
	c.point("memory", Poor, "Ollama does not tell where the model lies; ready in %.1f s", took.Seconds())

	return true
}

// reuse compares how long a prompt is evaluated when its beginning is new with how long it takes
// when another prompt with the same beginning was before it. Ollama's own count of evaluated tokens
// is the whole prompt's either way.
func (c *checker) reuse(ctx context.Context, r llmapi.ChatRequest) {
	const rounds, enough = 3, 10 * time.Second
	var cold, warm []time.Duration
	tokens := 0
	began := c.Now()
	for i := 0; i < rounds && (i == 0 || c.Now().Sub(began) < enough); i++ {
		for j, into := range []*[]time.Duration{&cold, &warm} {
			made, err := c.ask(ctx, marked(r, fmt.Sprint(c.Now().UnixNano()/int64(time.Minute), " ", i), j))
			if err != nil {
				c.point("prefix", Bad, "%v", err)

				return
			}
			*into = append(*into, made.PromptTime)
			tokens = made.PromptTokens
		}
	}
	before, after := quantile(cold, 0.5), quantile(warm, 0.5)
	c.report.PromptSpeed = rate(tokens, before)
	c.report.PrefixReuse = max(0, 1-float64(after)/float64(max(before, 1)))
	verdict := Good
	if c.report.PrefixReuse < goodReuse {
		verdict = Poor
	}
	c.point("prefix", verdict, "a prompt of %d tokens is read in %d ms, and in %d ms after another household's: %.0f %% saved",
		tokens, before.Milliseconds(), after.Milliseconds(), 100*c.report.PrefixReuse)
}

// marked makes a request's beginning new, by a mark in front of it, and its end another one.
func marked(r llmapi.ChatRequest, mark string, end int) llmapi.ChatRequest {
	messages := append([]llmapi.Message(nil), r.Messages...)
	messages[0].Content = mark + "\n" + messages[0].Content
	last := &messages[len(messages)-1]
	last.Content = strings.TrimSpace(last.Content) + strings.Repeat("!", end)
	r.Messages, r.MaxTokens = messages, 1

	return r
}

// sample asks all trials, one after the other.
func (c *checker) sample(ctx context.Context, trials []llmapi.Trial) {
	var took []time.Duration
	var answering time.Duration
	usable, right, cut, broken, tokens := 0, 0, 0, 0, 0
	for _, trial := range trials {
		made, err := c.ask(ctx, trial.Request)
		if err != nil && len(took) == 0 {
			c.point("sample", Bad, "%v", err)

			return
		}
		if err != nil {
			c.point("time", Poor, "it ended after %d of %d sentences: %v", len(took), len(trials), err)

			break
		}
		took = append(took, made.total)
		tokens += made.AnswerTokens
		answering += made.AnswerTime
		switch {
		case made.IsCut:
			cut++
		case !json.Valid([]byte(made.Text)):
			broken++
		case trial.Request.Accept(made.Text) == nil:
			usable++
			if trial.IsRight(made.Text) {
				right++
			}
		}
	}
	r := &c.report
	r.AnswerSpeed = rate(tokens, answering)
	r.Usable, r.Score = share(usable, len(took)), share(right, len(took))
	r.P50, r.P95 = milliseconds(quantile(took, 0.5)), milliseconds(quantile(took, 0.95))
	c.schema(len(took), usable, cut, broken)
	tooSlow := ""
	if quantile(took, 0.5) > goodLatency {
		tooSlow = "; most come too late for a request of 2 s (intent.deadline)"
	}
	c.point("speed", verdictOf(quantile(took, 0.95) <= goodLatency, Poor), "prompts %.0f and answers %.0f tokens a second; a call %.0f ms (p50), %.0f ms (p95)%s",
		r.PromptSpeed, r.AnswerSpeed, r.P50, r.P95, tooSlow)
	c.point("sample", verdictOf(r.Score >= goodScore, Poor), "%d of %d sentences understood rightly", right, len(took))
}

// schema judges the form of answers. What is cut off went on for too long, what is refused says what
// the schema allows and homehub does not; only what is no JSON was not made to obey.
func (c *checker) schema(all, usable, cut, broken int) {
	verdict := verdictOf(usable == all, Poor)
	if broken > 0 {
		verdict = Bad
	}
	c.point("schema", verdict, "%d of %d answers can be used, %d were cut off, %d were no JSON", usable, all, cut, broken)
}

func verdictOf(isGood bool, otherwise Verdict) Verdict {
	if isGood {
		return Good
	}

	return otherwise
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// isOlder compares versions such as 0.17.4 or 0.17.4-rc1; what is no number counts as new.
func isOlder(version, than string) bool {
	parts := strings.Split(version, ".")
	for i, wanted := range strings.Split(than, ".") {
		if i >= len(parts) {
			return true
		}
		have, err := strconv.Atoi(parts[i])
		least, _ := strconv.Atoi(wanted)
		if err != nil || have > least {
			return false
		}
		if have < least {
			return true
		}
	}

	return false
}
