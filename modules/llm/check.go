package llm

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"homehub/modules/llm/llmapi"
	"homehub/platform/health"
)

const withoutModel = "No language model; the grammar answers alone."

// survey is what a look at all servers found.
type survey struct {
	answering int // servers that answer
	main      int // of those, the ones that have the model
	able      int // of those, the ones that have it or one of its fallbacks
	failing   int // of the able, the ones whose calls fail
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
			if models.Has(m.cfg.Model) {
				all.main++
			}
			if slices.ContainsFunc(m.cfg.models(), models.Has) {
				all.able++
				if s.isOpen() {
					all.failing++
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
	switch {
	case found.answering == 0 && !m.cfg.isWanted():
		return health.Off, withoutModel
	case found.answering == 0:
		return health.Degraded, "Ollama does not answer; the grammar answers alone."
	case found.able == 0 && !m.cfg.isWanted():
		return health.Off, m.missing(found)
	case found.able == 0:
		return health.Degraded, m.missing(found)
	case found.failing == found.able:
		return health.Degraded, "Ollama is there, but calls to it fail; the grammar answers alone."
	case found.answering < len(m.servers):
		return health.Degraded, fmt.Sprintf("%d of %d Ollama servers answer.", found.answering, len(m.servers))
	case found.main == 0:
		return health.Up, m.missing(found) + ". A fallback answers."
	case found.main < found.answering:
		return health.Up, m.missing(found)
	default:
		return health.Up, ""
	}
}

// missing says where the model is not, and how it gets there.
func (m *Module) missing(found survey) string {
	if done := m.pulled(); done != "" {
		return "The model is being pulled: " + done
	}
	where := ""
	if found.main > 0 {
		where = fmt.Sprintf(" on %d of %d servers", found.answering-found.main, found.answering)
	}

	return "The model is missing" + where + "; get it with: ollama pull " + m.cfg.Model
}

// Ready returns llmapi.ErrUnavailable when the settings ask for a model and none answers.
func (m *Module) Ready(ctx context.Context) error {
	if !m.cfg.isWanted() {
		return nil
	}
	found := m.look(ctx)
	switch {
	case found.able > 0:
		return nil
	case found.err != nil:
		return llmapi.ErrUnavailable.Wrap(found.err)
	default:
		return llmapi.ErrUnavailable.Wrap(fmt.Errorf("model %s is not pulled", m.cfg.Model))
	}
}
