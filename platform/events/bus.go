package events

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/database"
)

const (
	// lookEvery is how soon a replica notices what another one has published.
	lookEvery = 500 * time.Millisecond
	// lookBatch bounds the households in one such question.
	lookBatch = 1000

	keepFor    = 24 * time.Hour
	cleanEvery = 10 * time.Minute
	cleanBatch = 500
	// keepCount bounds a household's events, and trimEvery how often that is seen to.
	keepCount = 1000
	trimEvery = 100

	maxDataBytes = 16 << 10
)

// Deps is what a Bus needs from outside.
type Deps struct {
	DB      *database.DB
	Log     *zap.Logger
	Now     clock.Clock
	Metrics prometheus.Registerer // nil: not measured
}

// Bus publishes events, and wakes those who listen to a household. What they hear they read from
// the table: a wake may be lost, doubled or late without an event being so.
type Bus struct {
	db      *database.DB
	store   *store
	log     *zap.Logger
	now     clock.Clock
	metrics *metrics
	streams streams
	timing  timing

	mu    sync.Mutex
	feeds map[string]*feed // of the households that somebody listens to
	begun chan struct{}    // somebody has begun to listen
}

// feed is one household's listeners in this process.
type feed struct {
	seen      int64 // the last number that they were woken for
	listeners map[*listener]struct{}
}

// listener is woken when its household may have something new.
type listener struct {
	householdID string
	wake        chan struct{} // holds one
}

// New makes a bus; it does no I/O.
func New(deps Deps) *Bus {
	return &Bus{
		db: deps.DB, store: &store{db: deps.DB}, log: deps.Log, now: deps.Now, metrics: newMetrics(deps.Metrics),
		streams: streams{of: map[string]int{}},
		timing:  timing{beat: beatEvery, patience: writePatience},
		feeds:   map[string]*feed{}, begun: make(chan struct{}, 1),
	}
}

// Publish implements Publisher. Outside of a transaction it returns when the event is durable.
func (b *Bus) Publish(ctx context.Context, e Event) error {
	data, err := encode(e)
	if err != nil {
		return fmt.Errorf("publish %s: %w", e.Kind, err)
	}
	err = b.db.InTx(ctx, func(ctx context.Context) error {
		seq, err := b.append(ctx, e, data)
		if err != nil {
			return err
		}
		b.db.AfterCommit(ctx, func() {
			b.metrics.published.WithLabelValues(e.Kind).Inc()
			b.notice(e.HouseholdID, seq)
		})

		return nil
	})
	if err != nil {
		return fmt.Errorf("publish %s: %w", e.Kind, err)
	}

	return nil
}

func encode(e Event) ([]byte, error) {
	if e.HouseholdID == "" || e.Kind == "" {
		return nil, fmt.Errorf("an event needs a household and a kind: %q, %q", e.HouseholdID, e.Kind)
	}
	if e.Data == nil {
		return []byte("{}"), nil
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if len(data) > maxDataBytes {
		return nil, fmt.Errorf("%d bytes are more than %d", len(data), maxDataBytes)
	}

	return []byte(database.JSON(data)), nil
}

// append stores the event under the household's next number, and now and then forgets the oldest.
func (b *Bus) append(ctx context.Context, e Event, data []byte) (int64, error) {
	seq, err := b.store.next(ctx, e.HouseholdID)
	if err != nil {
		return 0, err
	}
	err = b.store.insert(ctx, e.HouseholdID, stored{
		Seq: seq, At: b.now().UTC().Truncate(time.Microsecond), Kind: e.Kind, Audience: e.Audience, Data: data,
	})
	if err == nil && seq > keepCount-trimEvery && seq%trimEvery == 0 {
		err = b.store.deleteUpTo(ctx, e.HouseholdID, seq-(keepCount-trimEvery))
	}

	return seq, err
}

// ForgetHousehold deletes a household's events; it joins the transaction in ctx.
func (b *Bus) ForgetHousehold(ctx context.Context, householdID string) error {
	return b.db.InTx(ctx, func(ctx context.Context) error { return b.store.deleteHousehold(ctx, householdID) })
}

// ForgetAudience empties what was told to one person or device alone; it joins the transaction in
// ctx.
func (b *Bus) ForgetAudience(ctx context.Context, id string) error {
	return b.db.InTx(ctx, func(ctx context.Context) error { return b.store.emptyAudience(ctx, id) })
}

// listen wakes the caller from now on whenever something new may be there, until it stops.
func (b *Bus) listen(householdID string) (l *listener, stop func()) {
	l = &listener{householdID: householdID, wake: make(chan struct{}, 1)}
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.feeds[householdID]
	if f == nil {
		f = &feed{listeners: map[*listener]struct{}{}}
		b.feeds[householdID] = f
	}
	f.listeners[l] = struct{}{}
	ring(b.begun)

	return l, sync.OnceFunc(func() { b.leave(l) })
}

func (b *Bus) leave(l *listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.feeds[l.householdID]
	if delete(f.listeners, l); len(f.listeners) == 0 {
		delete(b.feeds, l.householdID)
	}
}

// notice wakes a household's listeners for a number that they have not been woken for.
func (b *Bus) notice(householdID string, seq int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.feeds[householdID]
	if f == nil || seq <= f.seen {
		return
	}
	f.seen = seq
	for l := range f.listeners {
		ring(l.wake)
	}
}

// ring never waits: who has been rung for already need not be again.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// Run notices what other replicas publish, and forgets old events, until ctx ends.
func (b *Bus) Run(ctx context.Context) error {
	clean := time.NewTicker(cleanEvery)
	defer clean.Stop()
	var look <-chan time.Time // nil while nobody listens
	for {
		if look == nil && len(b.listened()) > 0 {
			look = time.After(lookEvery)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.begun:
		case <-look:
			look = nil
			if err := b.look(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("what other replicas published cannot be seen; it is tried again", zap.Error(err))
			}
		case <-clean.C:
			if err := b.clean(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("old events were not deleted", zap.Error(err))
			}
		}
	}
}

func (b *Bus) listened() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := make([]string, 0, len(b.feeds))
	for id := range b.feeds {
		ids = append(ids, id)
	}

	return ids
}

// look asks once for all households that somebody listens to.
func (b *Bus) look(ctx context.Context) error {
	ids := b.listened()
	for len(ids) > 0 {
		n := min(len(ids), lookBatch)
		heads, err := b.store.heads(ctx, ids[:n])
		if err != nil {
			return err
		}
		for id, seq := range heads {
			b.notice(id, seq)
		}
		ids = ids[n:]
	}

	return nil
}

// clean deletes in batches that nobody waits long for.
func (b *Bus) clean(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := b.store.deleteBefore(ctx, b.now().Add(-keepFor), cleanBatch)
		if err != nil || n < cleanBatch {
			return err
		}
	}

	return ctx.Err()
}
