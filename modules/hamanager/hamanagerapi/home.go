// Package hamanagerapi is what other modules know of a household's Home Assistant:
// its live model, the service calls they may make, and how those end.
package hamanagerapi

import (
	"encoding/json"
	"sync/atomic"
	"time"
)

// Home is the live model of one instance. Its structure never changes: when a registry
// does, a new Home takes its place. The states inside change in place, entity by entity,
// and may be read at any time without a lock.
type Home struct {
	// Version grows with every new structure of the same instance.
	Version uint64
	// Hash names the structure: equal names, areas and exposure give equal hashes.
	Hash string

	TimeZone string // IANA name, as the instance has it
	Floors   []Floor
	Areas    []Area
	// Entities holds every entity with a state, exposed or not, sorted by id.
	Entities []*Entity

	// Index is what the hook of the composition root made of this structure: intent's
	// search index. It is built off the request path and dies with the structure.
	Index any

	byID map[string]*Entity
}

// Floor is a storey.
type Floor struct {
	ID      string
	Name    string
	Aliases []string
	Level   *int
}

// Area is a room, or any other place.
type Area struct {
	ID      string
	Name    string
	Aliases []string
	FloorID string
	// TemperatureEntityID is the sensor that speaks for the area's temperature; may be empty.
	TemperatureEntityID string
}

// Entity is one thing that has a state. All fields but the state are immutable.
type Entity struct {
	ID          string // light.konyha
	Name        string // as people call it: friendly_name
	Aliases     []string
	AreaID      string // its own, else its device's
	DeviceID    string
	Domain      string // light
	DeviceClass string // may be empty
	Category    string // "", config or diagnostic
	// Exposed: Home Assistant exposes it to conversation; all others are hidden from people.
	Exposed bool

	// Cell holds the state. A new structure of the same instance keeps the cells, so that
	// whoever still reads an older Home sees live states, too.
	Cell *StateCell
}

// StateCell holds one entity's present state; safe for one writer and many readers.
type StateCell struct{ present atomic.Pointer[State] }

// Load returns the present state, nil before the first one.
func (c *StateCell) Load() *State { return c.present.Load() }

// Store replaces the present state. Only the instance that owns the model calls it.
func (c *StateCell) Store(s *State) { c.present.Store(s) }

// State is one observed state; immutable, replaced as a whole.
type State struct {
	Value      string // on, off, unavailable, 21.5 ...
	Attributes json.RawMessage
	ChangedAt  time.Time // when Value last changed
	UpdatedAt  time.Time // when Value or Attributes last changed
	// ContextID is the id of the Home Assistant context that caused it.
	ContextID string
}

// The states Home Assistant reserves.
const (
	StateUnavailable = "unavailable"
	StateUnknown     = "unknown"
)

// NewHome makes a model. entities must be sorted by id; the caller gives them up.
func NewHome(h Home, entities []*Entity) *Home {
	h.Entities = entities
	h.byID = make(map[string]*Entity, len(entities))
	for _, e := range entities {
		h.byID[e.ID] = e
	}

	return &h
}

// Entity finds by id; nil when there is none.
func (h *Home) Entity(id string) *Entity { return h.byID[id] }

// Area finds by id; nil when there is none.
func (h *Home) Area(id string) *Area {
	for i := range h.Areas {
		if h.Areas[i].ID == id {
			return &h.Areas[i]
		}
	}

	return nil
}

// Floor finds by id; nil when there is none.
func (h *Home) Floor(id string) *Floor {
	for i := range h.Floors {
		if h.Floors[i].ID == id {
			return &h.Floors[i]
		}
	}

	return nil
}

// State returns the present state. It is never nil: before the first one arrives it is unknown.
func (e *Entity) State() *State {
	if e.Cell != nil {
		if s := e.Cell.Load(); s != nil {
			return s
		}
	}

	return unknownState
}

// IsAvailable reports whether the entity can be asked or told anything now.
func (e *Entity) IsAvailable() bool { return e.State().Value != StateUnavailable }

var unknownState = &State{Value: StateUnknown} //nolint:gochecknoglobals // immutable
