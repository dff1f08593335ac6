package hamanagertest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/watch"
)

// Fault is how a call of a Fake goes wrong. The zero Fault is no fault.
type Fault struct {
	// Err is what Call returns. Nothing changes, unless Applies.
	Err error
	// Applies: the states change although Err is returned (an unknown outcome that was one).
	Applies bool
	// Silent: the call succeeds and no state ever follows (the device does not respond).
	Silent bool
	// Delay: the call succeeds at once, the states follow so much later.
	Delay time.Duration
	// Hang: Call waits for the end of its context and returns ErrOutcomeUnknown.
	Hang bool
}

// Fake is a hamanagerapi.Instance in memory: services change states the way Home Assistant
// does, unless a Fault says otherwise. It is safe for concurrent use.
type Fake struct {
	home      atomic.Pointer[hamanagerapi.Home]
	isOffline atomic.Bool
	hub       watch.Hub

	mu     sync.Mutex
	calls  []hamanagerapi.ServiceCall
	faults map[string]Fault
	answer json.RawMessage
}

var _ hamanagerapi.Instance = (*Fake)(nil)

// anyEntity is the key of the fault that concerns every call.
const anyEntity = ""

// NewInstance returns a connected instance with the given home.
func NewInstance(home *hamanagerapi.Home) *Fake {
	f := &Fake{faults: map[string]Fault{}}
	f.home.Store(home)

	return f
}

// Home implements hamanagerapi.Instance.
func (f *Fake) Home() *hamanagerapi.Home { return f.home.Load() }

// SetHome puts another structure in place, as a registry change does.
func (f *Fake) SetHome(home *hamanagerapi.Home) { f.home.Store(home) }

// IsConnected implements hamanagerapi.Instance.
func (f *Fake) IsConnected() bool { return !f.isOffline.Load() }

// SetOffline takes the connection away, or gives it back.
func (f *Fake) SetOffline(isOffline bool) { f.isOffline.Store(isOffline) }

// SetFault makes every later call that targets the entity go wrong; an empty id stands for
// every call. The zero Fault heals.
func (f *Fake) SetFault(entityID string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.faults[entityID] = fault
}

// SetResponse is what services that were asked for a response answer.
func (f *Fake) SetResponse(response json.RawMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.answer = response
}

// Calls returns every call that was sent, in order.
func (f *Fake) Calls() []hamanagerapi.ServiceCall {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.Clone(f.calls)
}

// Watch implements hamanagerapi.Instance.
func (f *Fake) Watch(entityIDs []string) hamanagerapi.Watch { return f.hub.Watch(entityIDs) }

// SetState changes an entity as if the home had done it by itself. Attributes given are
// merged over those that were there; nil values remove.
func (f *Fake) SetState(entityID, value string, attributes map[string]any) {
	f.setState(entityID, value, attributes, "")
}

// Call implements hamanagerapi.Instance.
func (f *Fake) Call(ctx context.Context, call hamanagerapi.ServiceCall) (hamanagerapi.CallResult, error) {
	if f.isOffline.Load() {
		return hamanagerapi.CallResult{}, hamanagerapi.ErrOffline
	}

	f.mu.Lock()
	f.calls = append(f.calls, call)
	contextID := fmt.Sprintf("context-%d", len(f.calls))
	result := hamanagerapi.CallResult{ContextID: contextID}
	if call.WantsResponse {
		result.Response = f.answer
	}
	fault := f.faultOf(call)
	silent := f.silentOf(call)
	f.mu.Unlock()

	if fault.Hang {
		<-ctx.Done()

		return hamanagerapi.CallResult{}, hamanagerapi.ErrOutcomeUnknown.Wrap(ctx.Err())
	}
	if fault.Err != nil && !fault.Applies {
		return hamanagerapi.CallResult{}, fault.Err
	}

	apply := func() { f.apply(call, contextID, silent) }
	if fault.Delay > 0 {
		time.AfterFunc(fault.Delay, apply)
	} else {
		apply()
	}
	if fault.Err != nil {
		return hamanagerapi.CallResult{}, fault.Err
	}

	return result, nil
}

// faultOf returns the first fault that concerns the call.
func (f *Fake) faultOf(call hamanagerapi.ServiceCall) Fault {
	if fault := f.faults[anyEntity]; fault != (Fault{}) {
		return fault
	}
	for _, id := range call.EntityIDs {
		if fault := f.faults[id]; fault != (Fault{}) {
			return fault
		}
	}

	return Fault{}
}

// silentOf returns the targets that will not respond.
func (f *Fake) silentOf(call hamanagerapi.ServiceCall) map[string]bool {
	silent := map[string]bool{}
	for _, id := range call.EntityIDs {
		silent[id] = f.faults[anyEntity].Silent || f.faults[id].Silent
	}

	return silent
}

func (f *Fake) apply(call hamanagerapi.ServiceCall, contextID string, silent map[string]bool) {
	for _, id := range call.EntityIDs {
		entity := f.Home().Entity(id)
		if entity == nil || silent[id] || !entity.IsAvailable() {
			continue
		}

		value, attributes := effect(call, entity)
		f.setState(id, value, attributes, contextID)
	}
}

func (f *Fake) setState(entityID, value string, attributes map[string]any, contextID string) {
	entity := f.Home().Entity(entityID)
	if entity == nil || entity.Cell == nil {
		return
	}

	f.mu.Lock()
	from := entity.State()
	merged := map[string]any{}
	_ = json.Unmarshal(from.Attributes, &merged) // no attributes yet: an empty map
	maps.Copy(merged, attributes)
	maps.DeleteFunc(merged, func(_ string, v any) bool { return v == nil })

	raw, err := json.Marshal(merged)
	if err != nil {
		f.mu.Unlock()
		panic(fmt.Sprintf("hamanagertest: attributes of %s: %v", entityID, err))
	}

	now := time.Now().UTC()
	to := &hamanagerapi.State{Value: value, Attributes: raw, ChangedAt: from.ChangedAt, UpdatedAt: now, ContextID: contextID}
	if from.Value != value {
		to.ChangedAt = now
	}
	isSame := from.Value == value && string(from.Attributes) == string(raw)
	if !isSame { // Home Assistant reports nothing where nothing changed
		entity.Cell.Store(to)
	}
	f.mu.Unlock()

	if !isSame {
		f.hub.Publish(hamanagerapi.Change{EntityID: entityID, From: from, To: to})
	}
}
