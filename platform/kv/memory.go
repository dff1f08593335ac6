package kv

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"homehub/platform/clock"
)

const (
	maxMemory     = 64 << 20 // all entries of a store together, in bytes
	entryOverhead = 160      // an entry's share of the map and the queue, roughly
)

var (
	errClosed     = errors.New("the store is closed")
	errNotInteger = errors.New("the value is not an integer")
)

// memory keeps everything in the process. It needs no goroutine: each write drops what has
// expired, and when the whole grows too large, what would expire soonest.
type memory struct {
	now   clock.Clock
	limit int

	mu      sync.Mutex
	entries map[string]*entry // nil once closed
	queue   expiryQueue
	size    int
}

type entry struct {
	key       string
	value     []byte
	expiresAt time.Time
	index     int // in the queue
}

func (e *entry) size() int { return len(e.key) + len(e.value) + entryOverhead }

// NewMemory makes a store inside the process, for the embedded default and for tests.
func NewMemory(now clock.Clock) Store { return newMemory(now, maxMemory) }

func newMemory(now clock.Clock, limit int) *memory {
	return &memory{now: now, limit: limit, entries: make(map[string]*entry)}
}

// Get implements Store.
func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := m.locked(ctx, func(now time.Time) error {
		value = bytes.Clone(m.find(key, now))

		return nil
	})

	return value, err
}

// GetMany implements Store.
func (m *memory) GetMany(ctx context.Context, keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	err := m.locked(ctx, func(now time.Time) error {
		for i, key := range keys {
			values[i] = bytes.Clone(m.find(key, now))
		}

		return nil
	})

	return values, err
}

// Set implements Store.
func (m *memory) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return m.locked(ctx, func(now time.Time) error { return m.put(key, value, now, ttl) })
}

// SetIfAbsent implements Store.
func (m *memory) SetIfAbsent(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	isSet := false
	err := m.locked(ctx, func(now time.Time) error {
		if m.find(key, now) != nil {
			return nil
		}
		isSet = true

		return m.put(key, value, now, ttl)
	})

	return isSet && err == nil, err
}

// Take implements Store.
func (m *memory) Take(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := m.locked(ctx, func(now time.Time) error {
		value = m.find(key, now)
		m.drop(m.entries[key])

		return nil
	})

	return value, err
}

// Delete implements Store.
func (m *memory) Delete(ctx context.Context, keys ...string) error {
	return m.locked(ctx, func(time.Time) error {
		for _, key := range keys {
			m.drop(m.entries[key])
		}

		return nil
	})
}

// Add implements Store.
func (m *memory) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	var sum int64
	err := m.locked(ctx, func(now time.Time) error {
		before, err := integer(m.find(key, now))
		if err != nil || before > math.MaxInt64-n {
			return fmt.Errorf("add to %s: %w", key, errNotInteger)
		}
		sum = before + n

		return m.put(key, strconv.AppendInt(nil, sum, 10), now, ttl)
	})

	return sum, err
}

// Allow implements Store.
func (m *memory) Allow(ctx context.Context, key string, limit Limit) (Decision, error) {
	var d Decision
	g, err := limit.gcra()
	if err != nil {
		return d, err
	}
	err = m.locked(ctx, func(now time.Time) error {
		d, err = m.judge(key, g, now)

		return err
	})

	return d, err
}

// judge moves the arrival time under key on.
func (m *memory) judge(key string, g gcra, now time.Time) (Decision, error) {
	arrival, err := integer(m.find(key, now))
	if err != nil {
		return Decision{}, fmt.Errorf("allow %s: %w", key, err)
	}
	next, d := g.judge(now.UnixMicro(), arrival)
	if next == 0 {
		return d, nil
	}

	return d, m.put(key, strconv.AppendInt(nil, next, 10), now, d.ResetAfter)
}

// Consult implements Store.
func (m *memory) Consult(ctx context.Context, keys []string, events []Event) (Answer, error) {
	answer := Answer{Values: make([][]byte, len(keys))}
	limits, err := gcras(events)
	if err != nil {
		return Answer{}, err
	}
	err = m.locked(ctx, func(now time.Time) error {
		for i, key := range keys {
			answer.Values[i] = bytes.Clone(m.find(key, now))
		}
		if !vouches(answer.Values) {
			return nil
		}
		answer.Decisions = make([]Decision, len(events))
		for i, e := range events {
			if answer.Decisions[i], err = m.judge(e.Key, limits[i], now); err != nil {
				return err
			}
		}

		return nil
	})

	return answer, err
}

// Ping implements Store.
func (m *memory) Ping(ctx context.Context) error {
	return m.locked(ctx, func(time.Time) error { return nil })
}

// Close implements Store.
func (m *memory) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.queue, m.size = nil, nil, 0
}

// locked runs fn alone, at one moment.
func (m *memory) locked(ctx context.Context, fn func(now time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return ErrUnavailable.Wrap(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		return ErrUnavailable.Wrap(errClosed)
	}

	return fn(m.now())
}

// find returns the stored bytes themselves, or nil.
func (m *memory) find(key string, now time.Time) []byte {
	e := m.entries[key]
	if e == nil || !e.expiresAt.After(now) {
		return nil
	}

	return e.value
}

func (m *memory) put(key string, value []byte, now time.Time, ttl time.Duration) error {
	ms, err := milliseconds(ttl)
	if err != nil {
		return err
	}
	m.drop(m.entries[key])
	e := &entry{
		key:       key,
		value:     append(make([]byte, 0, len(value)), value...), // never nil: an empty value is one, too
		expiresAt: now.Add(time.Duration(ms) * time.Millisecond),
	}
	m.entries[key] = e
	heap.Push(&m.queue, e)
	m.size += e.size()
	for len(m.queue) > 0 && (m.size > m.limit || !m.queue[0].expiresAt.After(now)) {
		m.drop(m.queue[0])
	}

	return nil
}

func (m *memory) drop(e *entry) {
	if e == nil {
		return
	}
	delete(m.entries, e.key)
	heap.Remove(&m.queue, e.index)
	m.size -= e.size()
}

// integer reads a stored number; nothing counts as zero, as in Redis.
func integer(value []byte) (int64, error) {
	if value == nil {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0, errNotInteger
	}

	return n, nil
}

// expiryQueue is a heap whose first entry expires soonest.
type expiryQueue []*entry

// Len implements heap.Interface.
func (q expiryQueue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q expiryQueue) Less(i, j int) bool { return q[i].expiresAt.Before(q[j].expiresAt) }

// Swap implements heap.Interface.
func (q expiryQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *expiryQueue) Push(x any) {
	e, _ := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

// Pop implements heap.Interface.
func (q *expiryQueue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]

	return e
}
