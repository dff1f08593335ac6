package httpx

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// httpMetrics have no label that grows with users: routes are templates.
type httpMetrics struct {
	requests      *prometheus.CounterVec
	seconds       *prometheus.HistogramVec
	requestBytes  *prometheus.HistogramVec
	responseBytes *prometheus.HistogramVec
	limited       *prometheus.CounterVec
	inFlight      prometheus.Gauge
	panics        prometheus.Counter
}

func newHTTPMetrics(registry *prometheus.Registry) *httpMetrics {
	var r prometheus.Registerer // a nil *Registry is not a nil Registerer
	if registry != nil {
		r = registry
	}
	f := promauto.With(r)
	sizes := prometheus.ExponentialBuckets(128, 4, 8)

	return &httpMetrics{
		requests: f.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "homehub_http_request_seconds", Help: "Time from the first byte of a request to the end of its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2, 5, 10},
		}, []string{"route", "method"}),
		requestBytes: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "homehub_http_request_size_bytes", Help: "Size of request bodies.", Buckets: sizes,
		}, []string{"route"}),
		responseBytes: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "homehub_http_response_size_bytes", Help: "Size of response bodies.", Buckets: sizes,
		}, []string{"route"}),
		limited: f.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_http_rate_limited_total", Help: "Requests refused because they came too often.",
		}, []string{"route"}),
		inFlight: f.NewGauge(prometheus.GaugeOpts{
			Name: "homehub_http_requests_in_flight", Help: "Requests being answered now.",
		}),
		panics: f.NewCounter(prometheus.CounterOpts{
			Name: "homehub_http_panics_total", Help: "Handlers that panicked: each is a bug.",
		}),
	}
}

func (m *httpMetrics) observe(c echo.Context, x *exchange, route string, took time.Duration) {
	method := methodLabel(c.Request().Method)
	res := c.Response()
	m.requests.WithLabelValues(route, method, strconv.Itoa(res.Status/100)+"xx").Inc()
	if !x.isStream { // how long somebody listens says nothing about how fast homehub is
		m.seconds.WithLabelValues(route, method).Observe(took.Seconds())
	}
	m.requestBytes.WithLabelValues(route).Observe(float64(max(0, c.Request().ContentLength)))
	m.responseBytes.WithLabelValues(route).Observe(float64(res.Size))
}

// methodLabel keeps invented methods from becoming labels.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}
