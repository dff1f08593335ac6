package intent

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what is said, by outcome and stage; never by household.
type metrics struct {
	requests *prometheus.CounterVec
	stages   *prometheus.HistogramVec
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
	}
	if registry == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.stages} {
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
