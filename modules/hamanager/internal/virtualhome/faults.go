package virtualhome

import (
	"sync"
	"time"

	"homehub/modules/hamanager/internal/fixture"
)

// slowFor is how long a slow device takes to answer: longer than anybody waits.
const slowFor = 5 * time.Second

// Faults let a test make devices misbehave while the home runs. The zero value is ready.
type Faults struct {
	mu    sync.Mutex
	kinds map[string]fixture.Fault
}

// Set makes an entity misbehave, or behave again with fixture.FaultNone.
func (f *Faults) Set(entityID string, kind fixture.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kinds == nil {
		f.kinds = map[string]fixture.Fault{}
	}
	f.kinds[entityID] = kind
}

func (f *Faults) of(entityID string) (fixture.Fault, bool) {
	if f == nil {
		return fixture.FaultNone, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	kind, ok := f.kinds[entityID]

	return kind, ok
}

// faultOf is how an entity misbehaves now: as a test says, else as described.
func (h *Home) faultOf(e *entity) fixture.Fault {
	if kind, ok := h.faults.of(e.id); ok {
		return kind
	}

	return e.fault
}

// SetAvailable cuts a device off from the home, or brings it back with the state it had.
func (h *Home) SetAvailable(entityID string, available bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.entityOf(entityID)
	if e == nil || available == (e.state.Value != stateUnavailable) {
		return
	}
	by := h.newContext("")
	if !available {
		e.memory = e.memory.with("_state", e.state.Value)
		h.set(e, stateUnavailable, e.state.Attrs, by)

		return
	}
	value := e.memory.text("_state")
	e.memory = e.memory.without("_state")
	if value == "" {
		value = stateUnknown
	}
	h.set(e, value, e.state.Attrs, by)
}
