package fitness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
)

// Load is one closed loop of the bench: so many callers, each of which asks again as soon as
// it is answered.
type Load struct {
	Callers int
	For     time.Duration
}

// Row is what a load gave.
type Row struct {
	Callers int `json:"callers"`
	Calls   int `json:"calls"`
	Failed  int `json:"failed"`
	// FirstP50 is to the first token; P50, P95 and P99 are of whole calls.
	FirstP50 float64 `json:"first_token_p50_ms"`
	P50      float64 `json:"p50_ms"`
	P95      float64 `json:"p95_ms"`
	P99      float64 `json:"p99_ms"`
	// CallsPerSecond and the tokens a second are those of all callers together.
	CallsPerSecond float64 `json:"calls_per_second"`
	PromptSpeed    float64 `json:"prompt_tokens_per_second"`
	AnswerSpeed    float64 `json:"answer_tokens_per_second"`
	// GPU is what the GPUs did meanwhile; nil where nobody can tell.
	GPU *GPU `json:"gpu,omitempty"`
}

// Bench runs one load with the trials in turn, after one call that warms the model. It ends
// with ctx, with what it has by then. gpu may be nil.
func Bench(ctx context.Context, t Target, trials []llmapi.Trial, load Load, gpu *Watcher) (Row, error) {
	s, err := t.open()
	if err != nil {
		return Row{}, err
	}
	switch _, err := s.ask(ctx, trials[0].Request); {
	case errors.Is(err, ollama.ErrMissing):
		return Row{}, fmt.Errorf("%w; get it with: ollama pull %s", err, t.Model)
	case err != nil:
		return Row{}, err
	}

	var stop func() *GPU
	if gpu != nil {
		stop = gpu.Start(ctx)
	}
	began := t.Now()
	during, cancel := context.WithTimeout(ctx, load.For)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var made []call
	failed := 0
	for i := range load.Callers {
		wg.Go(func() {
			for n := i; during.Err() == nil; n += load.Callers {
				r := trials[n%len(trials)].Request
				one, err := s.ask(ctx, r) // the last one is waited for
				mu.Lock()
				switch {
				case err != nil:
					failed++
				default:
					made = append(made, one)
				}
				mu.Unlock()
				if err != nil {
					rest(during)
				}
			}
		})
	}
	wg.Wait()
	row := rowOf(load, made, t.Now().Sub(began))
	row.Failed = failed
	if stop != nil {
		row.GPU = stop()
	}

	return row, nil
}

// rest keeps a caller that is refused from asking a thousand times a second.
func rest(ctx context.Context) {
	timer := time.NewTimer(100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func rowOf(load Load, made []call, took time.Duration) Row {
	var first, total []time.Duration
	prompt, answer := 0, 0
	for _, c := range made {
		first, total = append(first, c.FirstToken), append(total, c.total)
		prompt += c.PromptTokens
		answer += c.AnswerTokens
	}

	return Row{
		Callers: load.Callers, Calls: len(made),
		FirstP50: milliseconds(quantile(first, 0.5)),
		P50:      milliseconds(quantile(total, 0.5)), P95: milliseconds(quantile(total, 0.95)), P99: milliseconds(quantile(total, 0.99)),
		CallsPerSecond: rate(len(made), took), PromptSpeed: rate(prompt, took), AnswerSpeed: rate(answer, took),
	}
}
