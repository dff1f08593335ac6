package hamanager

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/live"
)

type metrics struct {
	reconnects prometheus.Counter
	calls      *prometheus.HistogramVec
	rebuilds   prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer, f *fleet) *metrics {
	m := &metrics{
		reconnects: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "homehub_instance_disconnects_total",
			Help: "Times that a connection to a home was lost or could not be made.",
		}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "homehub_instance_call_seconds",
			Help:    "Duration of service calls to homes, by how they ended.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"result"}),
		rebuilds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "homehub_instance_rebuild_seconds",
			Help:    "Time to read a home's registries and to build its structure and index.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5},
		}),
	}
	if registry == nil {
		return m
	}

	registry.MustRegister(m.reconnects, m.calls, m.rebuilds)
	for _, link := range []live.Link{live.Connecting, live.Connected, live.Offline, live.Refused} {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "homehub_instance_connections",
			Help:        "Instances of this process, by how they stand with their homes.",
			ConstLabels: prometheus.Labels{"state": string(link)},
		}, func() float64 { return float64(f.counts()[link]) }))
	}

	return m
}

// called counts a service call.
func (m *metrics) called(took time.Duration, err error) {
	m.calls.WithLabelValues(resultOf(err)).Observe(took.Seconds())
}

func resultOf(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, hamanagerapi.ErrOutcomeUnknown):
		return "unknown"
	case errors.Is(err, hamanagerapi.ErrOffline):
		return "offline"
	case errors.Is(err, hamanagerapi.ErrNotSupported), errors.Is(err, hamanagerapi.ErrOutOfRange):
		return "refused"
	default:
		return "failed"
	}
}
