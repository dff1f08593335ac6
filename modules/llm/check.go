package llm

import (
	"context"
	"fmt"
	"sync"

	"homehub/modules/llm/llmapi"
	"homehub/platform/health"
)

const withoutModel = "No language model; the grammar answers alone."

// survey is what a look at all servers found.
type survey struct {
	answering int // servers that answer
	failing   int // of those, the ones whose calls fail
	main      int // of those, the ones that have the model
	fallback  int // or at least one of its fallbacks
	err       error
}

// look asks every server, side by side.
func (m *Module) look(ctx context.Context) survey {
	var (
		mu  sync.Mutex
		all survey
		wg  sync.WaitGroup
	)
	for _, s := range m.servers {
		wg.Go(func() {
			models, err := s.probe.models(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				all.err = err

				return
			}
			all.answering++
			if s.isOpen() {
				all.failing++
			}
			if hasModel(models, m.cfg.Model) {
				all.main++
			}
			for _, name := range m.cfg.FallbackModels {
				if hasModel(models, name) {
					all.fallback++

					break
				}
			}
		})
	}
	wg.Wait()

	return all
}

// Check says whether the model is there, for the health report.
func (m *Module) Check(ctx context.Context) health.Result {
	if len(m.servers) == 0 {
		return health.Result{Status: health.Off, Message: withoutModel}
	}
	began := m.now()
	found := m.look(ctx)
	result := health.Result{Latency: m.now().Sub(began)}
	result.Status, result.Message = m.judge(found)

	return result
}

// judge puts a survey into words.
func (m *Module) judge(found survey) (health.Status, string) {
	missing := "The model is missing; get it with: ollama pull " + m.cfg.Model
	if done := m.pulled(); done != "" {
		missing = "The model is being pulled: " + done
	}
	switch {
	case found.answering == 0 && !m.cfg.isWanted():
		return health.Off, withoutModel
	case found.answering == 0:
		return health.Degraded, "Ollama does not answer; the grammar answers alone."
	case found.main+found.fallback == 0 && !m.cfg.isWanted():
		return health.Off, missing
	case found.main+found.fallback == 0:
		return health.Degraded, missing
	case found.failing == found.answering:
		return health.Degraded, "Ollama is there, but calls to it fail; the grammar answers alone."
	case found.answering < len(m.servers):
		return health.Degraded, fmt.Sprintf("%d of %d Ollama servers answer.", found.answering, len(m.servers))
	case found.main == 0:
		return health.Up, missing + ". A fallback answers."
	default:
		return health.Up, ""
	}
}

// Ready returns llmapi.ErrUnavailable when the settings ask for a model and none answers.
func (m *Module) Ready(ctx context.Context) error {
	if !m.cfg.isWanted() {
		return nil
	}
	found := m.look(ctx)
	switch {
	case found.main+found.fallback > 0:
		return nil
	case found.err != nil:
		return llmapi.ErrUnavailable.Wrap(found.err)
	default:
		return llmapi.ErrUnavailable.Wrap(fmt.Errorf("model %s is not pulled", m.cfg.Model))
	}
}
