package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
	"homehub/platform/clock"
)

// Link is how a session stands with its home.
type Link string

// The ways to stand.
const (
	Connecting Link = "connecting"
	Connected  Link = "connected"
	Offline    Link = "offline" // lost, or never reached; tried again by itself
	Refused    Link = "refused" // the token does not hold
)

// Observer hears what a session does. Its functions are called on the session's goroutines
// and must be quick; nil ones are left out.
type Observer struct {
	// Linked reports every change of Link; err says why where it is Offline or Refused, and
	// version is Home Assistant's where it is Connected.
	Linked func(link Link, version string, err error)
	// Rebuilt reports how long a new structure took.
	Rebuilt func(took time.Duration)
	// Called reports a service call, and how it ended.
	Called func(took time.Duration, err error)
}

// Options are a session's settings.
type Options struct {
	Endpoint    hass.Endpoint
	CallTimeout time.Duration
	// BuildIndex makes Home.Index; nil leaves it empty.
	BuildIndex func(*hamanagerapi.Home) any
	Observer   Observer
	Log        *zap.Logger
	Now        clock.Clock
}

// Session is one home, kept connected while Run runs. It implements hamanagerapi.Instance.
type Session struct {
	options Options
	mirror  *mirror
	conn    atomic.Pointer[hass.Conn] // nil while not in step

	ready     chan struct{} // closed when the home was connected, and its model there, for the first time
	readyOnce sync.Once
}

var _ hamanagerapi.Instance = (*Session)(nil)

// NewSession makes a session; Run does the work.
func NewSession(o Options) *Session {
	return &Session{options: o, mirror: newMirror(), ready: make(chan struct{})}
}

// Ready is closed when the home has been seen for the first time.
func (s *Session) Ready() <-chan struct{} { return s.ready }

// IsReady reports whether Ready is closed.
func (s *Session) IsReady() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

// Home implements hamanagerapi.Instance; nil before Ready.
func (s *Session) Home() *hamanagerapi.Home { return s.mirror.home.Load() }

// IsConnected implements hamanagerapi.Instance.
func (s *Session) IsConnected() bool { return s.conn.Load() != nil }

// Watch implements hamanagerapi.Instance.
func (s *Session) Watch(entityIDs []string) hamanagerapi.Watch { return s.mirror.hub.Watch(entityIDs) }

// Call implements hamanagerapi.Instance.
func (s *Session) Call(ctx context.Context, call hamanagerapi.ServiceCall) (hamanagerapi.CallResult, error) {
	conn := s.conn.Load()
	if conn == nil {
		return hamanagerapi.CallResult{}, hamanagerapi.ErrOffline
	}
	if _, hasDeadline := ctx.Deadline(); !hasDeadline {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.options.CallTimeout)
		defer cancel()
	}

	begun := s.options.Now()
	result, err := conn.Call(ctx, call)
	if called := s.options.Observer.Called; called != nil {
		called(s.options.Now().Sub(begun), err)
	}

	return result, err
}

// Run connects, and connects again, until ctx ends.
func (s *Session) Run(ctx context.Context) {
	var pauses Backoff
	for ctx.Err() == nil {
		s.report(Connecting, "", nil)
		begun := s.options.Now()
		err := s.serve(ctx)
		if ctx.Err() != nil {
			return
		}

		pause, link := pauses.Next(s.options.Now().Sub(begun)), Offline
		if errors.Is(err, hass.ErrInvalidAuth) {
			pause, link = refusedPause, Refused
		}
		s.report(link, "", err)

		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (s *Session) report(link Link, version string, err error) {
	if s.options.Observer.Linked != nil {
		s.options.Observer.Linked(link, version, err)
	}
}

// serve lives through one connection.
func (s *Session) serve(ctx context.Context) error {
	conn, err := hass.Connect(ctx, s.options.Endpoint)
	if err != nil {
		return err
	}
	defer conn.Close() // after conn is out of callers' sight
	defer s.conn.Store(nil)

	if err := s.subscribe(ctx, conn); err != nil {
		return err
	}
	if err := s.rebuild(ctx, conn); err != nil {
		return err
	}
	s.conn.Store(conn)
	s.readyOnce.Do(func() { close(s.ready) })
	s.report(Connected, conn.Version(), nil)

	return s.follow(ctx, conn)
}

// structuralEvents are those after which names, places or exposure may be others.
//
//nolint:gochecknoglobals // immutable
var structuralEvents = []string{
	"area_registry_updated", "floor_registry_updated", "device_registry_updated",
	"entity_registry_updated", "core_config_updated",
}

// subscribe begins with the events, so that no change between two reads is missed, and
// returns when the first states are there.
func (s *Session) subscribe(ctx context.Context, conn *hass.Conn) error {
	for _, eventType := range structuralEvents {
		err := conn.SubscribeEvents(ctx, eventType, func(json.RawMessage) { s.mirror.markStale() })
		if err != nil {
			return err
		}
	}

	first := make(chan struct{})
	isFirst := true // of this connection; only its reader looks
	err := conn.SubscribeEntities(ctx, func(event hass.StateEvent) {
		if !isFirst {
			s.mirror.take(event)

			return
		}
		isFirst = false
		s.mirror.takeAll(event)
		close(first)
	})
	if err != nil {
		return err
	}

	select {
	case <-first:
		return nil
	case <-conn.Done():
		return conn.Err()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(firstStatesTimeout):
		return errors.New("the home does not send its states")
	}
}

const (
	firstStatesTimeout = 30 * time.Second
	// settle gathers the events that one change of a registry brings along.
	settle = 100 * time.Millisecond
	// rebuildShare keeps a home whose registries never rest from keeping homehub busy: it is
	// left alone for so many times as long as its last rebuild took.
	rebuildShare = 10
	// refreshEvery finds what no event tells: the exposure of entities without an entry.
	refreshEvery = 5 * time.Minute
)

// follow rebuilds the structure whenever it is stale, until the connection ends.
func (s *Session) follow(ctx context.Context, conn *hass.Conn) error {
	refresh := time.NewTicker(refreshEvery)
	defer refresh.Stop()

	pause := settle
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-conn.Done():
			return conn.Err()
		case <-s.mirror.isStale:
		case <-refresh.C:
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}

		begun := s.options.Now()
		if err := s.rebuild(ctx, conn); err != nil {
			return err
		}
		pause = max(settle, rebuildShare*s.options.Now().Sub(begun))
	}
}

// rebuild reads the registries and publishes a structure, unless it is equal to the last one.
func (s *Session) rebuild(ctx context.Context, conn *hass.Conn) error {
	select { // what is stale now is read below
	case <-s.mirror.isStale:
	default:
	}

	begun := s.options.Now()
	r, err := s.readRegistries(ctx, conn)
	if err != nil {
		return fmt.Errorf("read registries: %w", err)
	}

	home, before := s.mirror.build(r), s.mirror.home.Load()
	if before != nil && isEqual(before, home) {
		return nil
	}
	home.Version = 1
	if before != nil {
		home.Version = before.Version + 1
	}
	if err := s.index(home); err != nil {
		return err
	}

	s.mirror.home.Store(home)
	if s.options.Observer.Rebuilt != nil {
		s.options.Observer.Rebuilt(s.options.Now().Sub(begun))
	}

	return nil
}

// isEqual reports whether nothing changed, down to the cells: an entity that was removed and
// came back has a new one.
func isEqual(a, b *hamanagerapi.Home) bool {
	return a.Hash == b.Hash && slices.EqualFunc(a.Entities, b.Entities, func(x, y *hamanagerapi.Entity) bool {
		return x.Cell == y.Cell
	})
}

// index runs the hook. A home that it cannot digest must not take the others down with it.
func (s *Session) index(home *hamanagerapi.Home) (err error) {
	if s.options.BuildIndex == nil {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			s.options.Log.Error("building a home's index panicked", zap.Any("panic", p), zap.Stack("stack"))
			err = fmt.Errorf("build index: %v", p)
		}
	}()
	home.Index = s.options.BuildIndex(home)

	return nil
}

// readRegistries asks for everything at once; Home Assistant answers in turn.
func (s *Session) readRegistries(ctx context.Context, conn *hass.Conn) (registries, error) {
	var (
		r      registries
		config hass.Config
	)
	group, ctx := errgroup.WithContext(ctx)
	fetch(ctx, group, &config, conn.Config)
	fetch(ctx, group, &r.floors, conn.Floors)
	fetch(ctx, group, &r.areas, conn.Areas)
	fetch(ctx, group, &r.devices, conn.Devices)
	fetch(ctx, group, &r.exposed, conn.Exposure)
	group.Go(func() (err error) {
		if r.entries, err = conn.Entries(ctx); err != nil {
			return err
		}
		r.extended, err = conn.ExtendedEntries(ctx, s.mirror.registered(r.entries))

		return err
	})
	err := group.Wait()
	r.timeZone = config.TimeZone

	return r, err
}

func fetch[T any](ctx context.Context, g *errgroup.Group, into *T, read func(context.Context) (T, error)) {
	g.Go(func() (err error) {
		*into, err = read(ctx)

		return err
	})
}

// registered returns the ids of the entities that have both a state and an entry.
func (m *mirror) registered(entries []hass.Entry) []string {
	m.mu.Lock()
	defer m.mu.Unlock()

	var ids []string
	for i := range entries {
		if m.cells[entries[i].EntityID] != nil {
			ids = append(ids, entries[i].EntityID)
		}
	}

	return ids
}
