package audit

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	entries     *prometheus.CounterVec
	brokenHeads prometheus.Counter
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		entries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_audit_entries_total",
			Help: "Audit entries recorded, by outcome.",
		}, []string{"outcome"}),
		brokenHeads: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "homehub_audit_broken_heads_total",
			Help: "Times that a chain's head was found changed from outside. Anything but 0 calls for homehub audit verify.",
		}),
	}
	if registry != nil {
		registry.MustRegister(m.entries, m.brokenHeads)
	}

	return m
}
