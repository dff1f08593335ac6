package virtualhome

import (
	"encoding/json"
	"time"
)

// newContext begins a chain of events that somebody caused; userID may be empty.
func (h *Home) newContext(userID string) eventContext {
	return eventContext{ID: newContextID(h.now()), UserID: userID}
}

// set gives an entity a new state and tells everybody; an equal state is no change. The
// caller holds the lock.
func (h *Home) set(e *entity, value string, attrs attributes, by eventContext) {
	from := e.state
	if from != nil && from.Value == value && from.Attrs.equal(attrs) {
		return
	}
	now := h.stamp()
	to := &state{Value: value, Attrs: attrs, Changed: now, Updated: now, Context: by}
	if from != nil && from.Value == value {
		to.Changed = from.Changed
	}
	e.state = to
	h.publishState(e.id, from, to)
	h.markStates()
}

// hide takes an entity's state away, as when it is disabled or removed.
func (h *Home) hide(e *entity) {
	from := e.state
	if from == nil {
		return
	}
	e.state = nil
	h.publishState(e.id, from, nil)
	h.markStates()
}

// publishState queues one change on every connection that listens. Each form of it is
// written once, whoever gets it.
func (h *Home) publishState(id string, from, to *state) {
	var diff, event []byte
	for c := range h.conns {
		for _, s := range c.subscriptions {
			switch {
			case s.kind == forEntities && s.wants(id):
				if diff == nil {
					diff = appendDiff(nil, id, from, to)
				}
				c.sendEvent(s.id, diff)
			case s.kind == forEvents && s.isFor("state_changed"):
				if event == nil {
					event = stateChangedEvent(id, from, to, h.stamp())
				}
				c.sendEvent(s.id, event)
			}
		}
	}
}

func stateChangedEvent(id string, from, to *state, at time.Time) []byte {
	b := append([]byte(nil), `{"event_type":"state_changed","data":{"entity_id":`...)
	b = appendText(b, id)
	b = append(b, `,"old_state":`...)
	b = appendState(b, id, from)
	b = append(b, `,"new_state":`...)
	b = appendState(b, id, to)
	b = append(b, `},`...)
	by := from
	if to != nil {
		by, at = to, to.Updated
	}

	return appendEventEnd(b, at, by.Context)
}

func appendEventEnd(b []byte, at time.Time, by eventContext) []byte {
	b = append(b, `"origin":"LOCAL","time_fired":"`...)
	b = appendTime(b, at)
	b = append(b, `","context":`...)
	b = appendContext(b, by)

	return append(b, '}')
}

// fire publishes an event other than state_changed. data is only written when somebody
// listens.
func (h *Home) fire(eventType string, by eventContext, data func() any) {
	var event []byte
	for c := range h.conns {
		for _, s := range c.subscriptions {
			if s.kind != forEvents || !s.isFor(eventType) {
				continue
			}
			if event == nil {
				raw, err := json.Marshal(data())
				if err != nil { // never: the data is made of plain values
					h.log.Error("event cannot be written")

					return
				}
				event = append(event, `{"event_type":`...)
				event = appendText(event, eventType)
				event = append(event, `,"data":`...)
				event = append(append(event, raw...), ',')
				event = appendEventEnd(event, h.stamp(), by)
			}
			c.sendEvent(s.id, event)
		}
	}
}

// registryChanged fires the event of one registry.
func (h *Home) registryChanged(kind string, data map[string]any) {
	h.markDirty()
	h.fire(kind+"_registry_updated", h.newContext(""), func() any { return data })
}
