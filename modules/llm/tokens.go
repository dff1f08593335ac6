package llm

import (
	"sync"
	"time"

	"homehub/modules/llm/internal/ollama"
)

const (
	// firstRatio is how many bytes of a prompt make a token before a model has said so: Hungarian
	// in UTF-8 needs more tokens than English.
	firstRatio = 3.0
	// A ratio outside these is a server that counts something else, as old ones do with what they had ready.
	leastRatio, mostRatio = 1.5, 6.0
	// messageTokens is what the model's template adds to each message.
	messageTokens = 5
	// tellingTokens are enough for their time to be theirs: of a few, most is spent on the call itself.
	tellingTokens = 100
)

// estimate knows how many tokens a text has, roughly, before the model counts them.
type estimate struct {
	mu    sync.Mutex
	ratio float64 // bytes a token; 0: firstRatio
}

// of estimates the tokens of so many bytes.
func (e *estimate) of(bytes int) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	ratio := e.ratio
	if ratio == 0 {
		ratio = firstRatio
	}

	return int(float64(bytes)/ratio) + 1
}

// learn takes in how many tokens the model found in so many bytes.
func (e *estimate) learn(bytes, messages, tokens int) {
	tokens -= messages * messageTokens
	if tokens <= 0 || bytes < 200 {
		return
	}
	seen := float64(bytes) / float64(tokens)
	if seen < leastRatio || seen > mostRatio {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ratio == 0 {
		e.ratio = seen
	}
	e.ratio += (seen - e.ratio) / 16
}

// reuse estimates how much of a prompt the server had ready. Ollama counts all of a prompt's
// tokens, but says how long it worked on them: against the slowest seen, a token costs nothing
// that was there already.
type reuse struct {
	mu      sync.Mutex
	slowest map[string]time.Duration // a token's time, by model
}

// evaluated returns how many of the prompt's tokens the server worked on.
func (r *reuse) evaluated(model string, answer ollama.Answer) int {
	if answer.PromptTokens <= 0 || answer.PromptTime <= 0 {
		return 0
	}
	each := answer.PromptTime / time.Duration(answer.PromptTokens)
	r.mu.Lock()
	defer r.mu.Unlock()
	slowest := r.slowest[model]
	switch {
	case answer.PromptTokens < tellingTokens:
	case each > slowest:
		slowest = each
	default:
		slowest -= slowest / 512 // a machine may get faster; slowly, since most prompts are mostly there
	}
	if r.slowest == nil {
		r.slowest = make(map[string]time.Duration)
	}
	r.slowest[model] = slowest

	return min(answer.PromptTokens, int(answer.PromptTime/max(slowest, 1)))
}
