package auth

import "github.com/prometheus/client_golang/prometheus"

// The outcomes of a login that metrics tell apart.
const (
	loginOK       = "ok"
	loginInvalid  = "invalid"
	loginLimited  = "limited"
	loginBusy     = "busy"
	loginDisabled = "disabled"
	loginError    = "error"
)

// The outcomes of a refresh that metrics tell apart.
const (
	refreshRotated  = "rotated"
	refreshRepeated = "repeated"
	refreshReused   = "reused"
	refreshInvalid  = "invalid"
	refreshError    = "error"
)

type metrics struct {
	logins       *prometheus.CounterVec
	refreshes    *prometheus.CounterVec
	passwordWait prometheus.Histogram
	rights       *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_auth_logins_total", Help: "Logins by outcome.",
		}, []string{"outcome"}),
		refreshes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_auth_refreshes_total", Help: "Refreshed tokens by outcome.",
		}, []string{"outcome"}),
		passwordWait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "homehub_auth_password_wait_seconds",
			Help:    "How long a password waited for its turn to be hashed.",
			Buckets: []float64{0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5},
		}),
		rights: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_auth_rights_lookups_total", Help: "Lookups of what a caller may do, by where they were answered.",
		}, []string{"source"}),
	}
	if registry != nil {
		registry.MustRegister(m.logins, m.refreshes, m.passwordWait, m.rights)
	}

	return m
}
