// Package virtualhome is a simulated Home Assistant: its REST and WebSocket API, its
// onboarding and tokens, its registries, and devices that behave. It exists so that
// homehub can run, be tried and be tested without one, through exactly the client code
// that a real one needs. What it does was compared with Home Assistant 2025.4.4, and any
// difference that a client can see is a mistake of this package.
//
// A Home is one actor: one mutex guards all of it, every command and every service runs
// to its end under it, and what it has to say is queued on the connections. Nothing sleeps
// under the mutex. A Home that nobody talks to has no goroutine; those of its connections
// and its listener end with Close.
package virtualhome

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/internal/fixture"
	"homehub/platform/clock"
)

// DefaultVersion is the release of Home Assistant that a Home claims to be.
const DefaultVersion = "2025.4.4"

// Options say what a Home is.
type Options struct {
	// Definition describes the home; nil makes one as empty as a fresh Home Assistant.
	Definition *fixture.File
	// StatePath is the file that keeps what happens to the home, with a second one for its
	// states beside it; empty keeps it in memory.
	StatePath string
	Log       *zap.Logger
	Now       clock.Clock
	Version   string // DefaultVersion when empty
	// LocationName is the home's name until somebody changes it.
	LocationName string
	// Faults let tests make devices misbehave.
	Faults *Faults
}

// Home is one simulated Home Assistant.
type Home struct {
	log     *zap.Logger
	now     clock.Clock
	version version
	path    string
	faults  *Faults
	handler http.Handler
	server  *memoryServer

	mu         sync.Mutex // guards all below
	closed     bool
	entities   []*entity // sorted by id
	byID       map[string]*entity
	domains    map[string]bool // the domains whose services exist
	registry   registry
	config     coreConfig
	auth       authStore
	onboarding map[string]bool // step -> done
	// onboardedAtStart: the routes of onboarding are gone, as after a restart.
	onboardedAtStart bool
	legacy           map[string]map[string]bool
	exposeNew        map[string]bool
	backups          backupStore
	conns            map[*conn]struct{}
	schedule         schedule
	serving          sync.WaitGroup // connections under way
	saving           saving
	description
}

// description is what the home's file says, for what is not a state.
type description struct {
	hasAreas bool
	hasSlow  bool // an entity is described as slow
	scenes   map[string]map[string]fixture.SceneState
	scripts  map[string][]fixture.Step
}

// entity is one simulated thing.
type entity struct {
	id, domain string
	state      *state // nil while disabled
	// memory holds what the device remembers and does not show, as a lamp its brightness.
	memory attributes
	items  []todoItem
	fault  fixture.Fault
	seeded *state // the state as described: while it is shown, nothing is saved
	hidden *state // what a disabled entity showed before
	moving *movement
	// painted entities were made through REST; they are gone after a restart.
	painted bool
}

func domainOf(id string) string {
	domain, _, _ := strings.Cut(id, ".")

	return domain
}

// New makes a home and reads its state file. It starts nothing.
func New(o Options) (*Home, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Now == nil {
		o.Now = clock.System
	}
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	v, err := parseVersion(o.Version)
	if err != nil {
		return nil, err
	}
	h := &Home{
		log: o.Log, now: o.Now, version: v, path: o.StatePath, faults: o.Faults,
		byID: map[string]*entity{}, domains: map[string]bool{}, registry: newRegistry(),
		onboarding: map[string]bool{}, legacy: map[string]map[string]bool{}, exposeNew: map[string]bool{},
		conns: map[*conn]struct{}{},
	}
	h.auth = newAuthStore()
	h.config = defaultConfig(o)
	h.seed(o.Definition)
	if err := h.restore(); err != nil {
		return nil, err
	}
	h.handler = h.routes()
	h.server = newMemoryServer(h.handler)

	return h, nil
}

// Handler serves the home's HTTP and WebSocket API.
func (h *Home) Handler() http.Handler { return h.handler }

// Dial connects to the home in memory; network and address do not matter. It has the
// signature of http.Transport.DialContext.
func (h *Home) Dial(ctx context.Context, _, _ string) (net.Conn, error) { return h.server.dial(ctx) }

// Run keeps the home until ctx ends, then closes it.
func (h *Home) Run(ctx context.Context) error {
	<-ctx.Done()

	return h.Close() //nolint:contextcheck // ctx has ended
}

// Close ends every connection, stops what moves and writes the state file. A closed home
// answers nothing; a second Close does nothing.
func (h *Home) Close() error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()

		return nil
	}
	h.closed = true
	h.schedule.stop()
	for c := range h.conns {
		c.shut()
	}
	h.mu.Unlock()

	err := h.server.close()
	h.serving.Wait()

	return errors.Join(err, h.save())
}

// entityOf finds an entity that is enabled.
func (h *Home) entityOf(id string) *entity {
	if e := h.byID[id]; e != nil && e.state != nil {
		return e
	}

	return nil
}

// add puts an entity at its place in the order of ids.
func (h *Home) add(e *entity) {
	i, _ := slices.BinarySearchFunc(h.entities, e.id, func(x *entity, id string) int { return strings.Compare(x.id, id) })
	h.entities = slices.Insert(h.entities, i, e)
	h.byID[e.id] = e
	h.domains[e.domain] = true
}

func (h *Home) drop(e *entity) {
	h.entities = slices.DeleteFunc(h.entities, func(x *entity) bool { return x == e })
	delete(h.byID, e.id)
}

// version is a release of Home Assistant: year and month, and how it is written.
type version struct {
	text        string
	year, month int
}

func parseVersion(s string) (version, error) {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) >= 2 {
		year, errYear := strconv.Atoi(parts[0])
		month, errMonth := strconv.Atoi(parts[1])
		if errYear == nil && errMonth == nil {
			return version{s, year, month}, nil
		}
	}

	return version{}, fmt.Errorf("version of the virtual home: %q is not like %s", s, DefaultVersion)
}

// since reports whether the home is that release or a newer one.
func (v version) since(year, month int) bool {
	return v.year > year || v.year == year && v.month >= month
}

// stamp is a moment with the precision that Home Assistant's times have.
func (h *Home) stamp() time.Time { return h.now().Truncate(time.Microsecond) }
