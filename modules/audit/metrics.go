package audit

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	entries      *prometheus.CounterVec
	brokenHeads  prometheus.Counter
	verified     prometheus.Counter
	brokenChains *prometheus.CounterVec
	anchors      prometheus.Counter
	anchorErrors prometheus.Counter
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
		verified: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "homehub_audit_verified_entries_total",
			Help: "Audit entries verified.",
		}),
		brokenChains: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_audit_broken_chains_total",
			Help: "Times that a chain was found broken, by verifying it or by anchoring its head, by reason.",
		}, []string{"reason"}),
		anchors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "homehub_audit_anchors_total",
			Help: "Heads of chains written to the file of anchors.",
		}),
		anchorErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "homehub_audit_anchor_errors_total",
			Help: "Times that heads could not be anchored.",
		}),
	}
	if registry != nil {
		registry.MustRegister(m.entries, m.brokenHeads, m.verified, m.brokenChains, m.anchors, m.anchorErrors)
	}

	return m
}
