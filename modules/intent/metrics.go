package intent

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"homehub/modules/intent/internal/prompt"
)

// metrics count what is said, by outcome and stage; never by household.
type metrics struct {
	requests *prometheus.CounterVec
	stages   *prometheus.HistogramVec
	asked    *prometheus.CounterVec
	kept     *prometheus.CounterVec
	schemas  prometheus.Histogram
	prompts  prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_intent_requests_total",
			Help: "Utterances answered, by status and by the stage that understood them.",
		}, []string{"status", "source"}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "homehub_intent_stage_seconds",
			Help:    "Time that an utterance spent in each stage.",
			Buckets: []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"stage"}),
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_intent_model_answers_total",
			Help: "What came of asking the language model.",
		}, []string{"outcome"}),
		kept: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_intent_model_cache_total",
			Help: "Questions to the language model: answered before (hit), by an equal call under way (shared), or asked (miss).",
		}, []string{"result"}),
		schemas: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "homehub_intent_model_schema_bytes", Help: "Size of the schemas that the language model's answers obey.",
			Buckets: []float64{500, 1000, 2000, 4000, 8000, 16000},
		}),
		prompts: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "homehub_intent_model_prompt_tokens", Help: "Length of what the language model is asked, by the estimate.",
			Buckets: []float64{900, 1000, 1100, 1200, 1300, 1400, 1500, 2000, 4000},
		}),
	}
	if registry == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.stages, m.asked, m.kept, m.schemas, m.prompts} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register intent metrics: %w", err)
		}
	}

	return m, nil
}

func (m *metrics) count(t *turn) {
	m.requests.WithLabelValues(string(t.answer.Status), string(t.answer.Source)).Inc()
	for stage, ms := range t.timing {
		m.stages.WithLabelValues(stage).Observe(ms / 1000)
	}
}

// built takes in a prompt.
func (m *metrics) built(p *prompt.Prompt) {
	m.schemas.Observe(float64(len(p.Schema)))
	m.prompts.Observe(float64(p.Tokens))
}

// recalled counts where an answer of the model came from.
func (m *metrics) recalled(result string) { m.kept.WithLabelValues(result).Inc() }

// answered counts what the model's answer was, or why there was none.
func (m *metrics) answered(outcome string) { m.asked.WithLabelValues(outcome).Inc() }
