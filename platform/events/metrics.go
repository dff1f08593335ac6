package events

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	published *prometheus.CounterVec
	streams   prometheus.Gauge
	delivered prometheus.Counter
	ended     *prometheus.CounterVec
	refused   prometheus.Counter
}

// Why a stream ended.
const (
	endedByClient  = "client"  // it went away
	endedByServer  = "server"  // which stops
	endedByRights  = "rights"  // the caller may listen no more
	endedBySlow    = "slow"    // the listener did not read
	endedByFailure = "failure" // of the database, or of a connection
)

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)

	return &metrics{
		published: f.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_events_published_total", Help: "Events that households were told of.",
		}, []string{"kind"}),
		streams: f.NewGauge(prometheus.GaugeOpts{
			Name: "homehub_events_streams", Help: "Streams of events that are open.",
		}),
		delivered: f.NewCounter(prometheus.CounterOpts{
			Name: "homehub_events_delivered_total", Help: "Events written to streams.",
		}),
		ended: f.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_events_streams_ended_total",
			Help: "Streams that ended, by why: client, server (stopping), rights, slow (cut, its reader did not keep up), failure.",
		}, []string{"reason"}),
		refused: f.NewCounter(prometheus.CounterOpts{
			Name: "homehub_events_streams_refused_total", Help: "Streams refused because too many were open.",
		}),
	}
}
