package kv

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"homehub/platform/clock"
)

// measured times every call of a store and counts those that fail.
type measured struct {
	store   Store
	now     clock.Clock
	seconds *prometheus.HistogramVec
	errors  *prometheus.CounterVec
}

func measure(store Store, registerer prometheus.Registerer, now clock.Clock) (*measured, error) {
	m := &measured{
		store: store,
		now:   now,
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "homehub_kv_operation_seconds",
			Help:    "How long calls of the key-value store take.",
			Buckets: []float64{.00001, .0001, .0005, .001, .0025, .005, .01, .05, .1, .3},
		}, []string{"operation"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "homehub_kv_errors_total",
			Help: "Calls of the key-value store that failed.",
		}, []string{"operation"}),
	}
	for _, c := range []prometheus.Collector{m.seconds, m.errors} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register kv metrics: %w", err)
		}
	}

	return m, nil
}

// observe is deferred with the moment the call began and where its error will be.
func (m *measured) observe(operation string, start time.Time, err *error) {
	m.seconds.WithLabelValues(operation).Observe(m.now().Sub(start).Seconds())
	if *err != nil {
		m.errors.WithLabelValues(operation).Inc()
	}
}

// Get implements Store.
func (m *measured) Get(ctx context.Context, key string) (value []byte, err error) {
	defer m.observe("get", m.now(), &err)

	return m.store.Get(ctx, key)
}

// GetMany implements Store.
func (m *measured) GetMany(ctx context.Context, keys ...string) (values [][]byte, err error) {
	defer m.observe("get_many", m.now(), &err)

	return m.store.GetMany(ctx, keys...)
}

// Set implements Store.
func (m *measured) Set(ctx context.Context, key string, value []byte, ttl time.Duration) (err error) {
	defer m.observe("set", m.now(), &err)

	return m.store.Set(ctx, key, value, ttl)
}

// SetIfAbsent implements Store.
func (m *measured) SetIfAbsent(ctx context.Context, key string, value []byte, ttl time.Duration) (isSet bool, err error) {
	defer m.observe("set_if_absent", m.now(), &err)

	return m.store.SetIfAbsent(ctx, key, value, ttl)
}

// Take implements Store.
func (m *measured) Take(ctx context.Context, key string) (value []byte, err error) {
	defer m.observe("take", m.now(), &err)

	return m.store.Take(ctx, key)
}

// Delete implements Store.
func (m *measured) Delete(ctx context.Context, keys ...string) (err error) {
	defer m.observe("delete", m.now(), &err)

	return m.store.Delete(ctx, keys...)
}

// Add implements Store.
func (m *measured) Add(ctx context.Context, key string, n int64, ttl time.Duration) (sum int64, err error) {
	defer m.observe("add", m.now(), &err)

	return m.store.Add(ctx, key, n, ttl)
}

// Allow implements Store.
func (m *measured) Allow(ctx context.Context, key string, limit Limit) (d Decision, err error) {
	defer m.observe("allow", m.now(), &err)

	return m.store.Allow(ctx, key, limit)
}

// Consult implements Store.
func (m *measured) Consult(ctx context.Context, keys []string, events []Event) (a Answer, err error) {
	defer m.observe("consult", m.now(), &err)

	return m.store.Consult(ctx, keys, events)
}

// Ping implements Store.
func (m *measured) Ping(ctx context.Context) (err error) {
	defer m.observe("ping", m.now(), &err)

	return m.store.Ping(ctx)
}

// Close implements Store.
func (m *measured) Close() { m.store.Close() }
