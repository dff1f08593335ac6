package live

import (
	"bytes"
	"encoding/json"
	"sync"
	"sync/atomic"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/watch"
)

// mirror holds a home's states, and the structure that was last built over them. The
// connection's reader is the only writer of states.
type mirror struct {
	home atomic.Pointer[hamanagerapi.Home]
	hub  watch.Hub

	mu    sync.Mutex // guards the map, not the cells
	cells map[string]*hamanagerapi.StateCell

	// isStale is signalled when the structure no longer fits the states.
	isStale chan struct{}
}

func newMirror() *mirror {
	return &mirror{cells: map[string]*hamanagerapi.StateCell{}, isStale: make(chan struct{}, 1)}
}

// markStale asks for a new structure; it never blocks.
func (m *mirror) markStale() {
	select {
	case m.isStale <- struct{}{}:
	default: // somebody has asked before
	}
}

// takeAll makes the mirror equal to a connection's first event: what is not in it is gone.
func (m *mirror) takeAll(event hass.StateEvent) {
	m.mu.Lock()
	var gone []string
	for id := range m.cells {
		if _, isThere := event.Added[id]; !isThere {
			gone = append(gone, id)
		}
	}
	m.mu.Unlock()

	event.Removed = append(event.Removed, gone...)
	m.take(event)
}

// take applies one event.
func (m *mirror) take(event hass.StateEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()

	for id, diff := range event.Added {
		m.add(id, diff.NewState())
	}
	for id, change := range event.Changed {
		cell := m.cells[id]
		if cell == nil {
			continue // removed in the same breath
		}
		m.set(id, cell, change.Apply(cell.Load()))
		if touchesNames(change) {
			m.markStale()
		}
	}
	for _, id := range event.Removed {
		if cell := m.cells[id]; cell != nil {
			delete(m.cells, id)
			m.set(id, cell, &hamanagerapi.State{Value: hamanagerapi.StateUnavailable})
			m.markStale()
		}
	}
}

// add takes a whole state; after a reconnect most of them are as they were.
func (m *mirror) add(id string, state *hamanagerapi.State) {
	cell := m.cells[id]
	if cell == nil {
		cell = &hamanagerapi.StateCell{}
		m.cells[id] = cell
		m.markStale()
	} else if before := cell.Load(); isSame(before, state) {
		return
	} else if namesOf(before.Attributes) != namesOf(state.Attributes) {
		m.markStale()
	}

	m.set(id, cell, state)
}

func (m *mirror) set(id string, cell *hamanagerapi.StateCell, to *hamanagerapi.State) {
	from := cell.Load()
	cell.Store(to)
	m.hub.Publish(hamanagerapi.Change{EntityID: id, From: from, To: to})
}

func isSame(a, b *hamanagerapi.State) bool {
	return a.Value == b.Value && a.UpdatedAt.Equal(b.UpdatedAt) && bytes.Equal(a.Attributes, b.Attributes)
}

// names are the attributes that the structure is built from.
type names struct{ friendlyName, deviceClass string }

// The keys of those attributes, as JSON writes them.
const (
	keyFriendlyName = `"friendly_name"`
	keyDeviceClass  = `"device_class"`
)

func namesOf(attributes json.RawMessage) names {
	var n names
	for key, value := range hass.Members(attributes) {
		switch key {
		case keyFriendlyName:
			n.friendlyName = stringOf(value)
		case keyDeviceClass:
			n.deviceClass = stringOf(value)
		}
	}

	return n
}

// stringOf decodes a JSON string; anything else has no name in it.
func stringOf(value json.RawMessage) string {
	var s string
	_ = json.Unmarshal(value, &s)

	return s
}

// touchesNames reports whether a change renames the entity or makes it another kind of thing.
func touchesNames(change hass.StateChange) bool {
	for key := range hass.Members(change.Plus.Attributes) {
		if key == keyFriendlyName || key == keyDeviceClass {
			return true
		}
	}
	for _, key := range change.Minus.Attributes {
		if key == "friendly_name" || key == "device_class" {
			return true
		}
	}

	return false
}
