package hass

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unique"

	"homehub/modules/hamanager/hamanagerapi"
)

// StateEvent is one event of subscribe_entities.
type StateEvent struct {
	Added   map[string]StateDiff   `json:"a"`
	Changed map[string]StateChange `json:"c"`
	Removed []string               `json:"r"`
}

// StateDiff is a state, or the part of it that changed.
type StateDiff struct {
	State      *string         `json:"s"`
	Attributes json.RawMessage `json:"a"`
	Context    contextID       `json:"c"`
	Changed    float64         `json:"lc"`
	Updated    float64         `json:"lu"`
}

// StateChange is a difference to the state before.
type StateChange struct {
	Plus  StateDiff `json:"+"`
	Minus struct {
		Attributes []string `json:"a"`
	} `json:"-,"` //nolint:staticcheck // the comma makes the hyphen a name
}

// contextID takes both forms of a context: its bare id, or an object that may lack the id.
type contextID string

// UnmarshalJSON implements json.Unmarshaler.
func (c *contextID) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(c))
	}

	var whole struct {
		ID string `json:"id"`
	}
	err := json.Unmarshal(raw, &whole)
	*c = contextID(whole.ID)

	return err
}

// SubscribeEntities delivers all states as one first event, and then every change. A message
// that cannot be decoded ends the connection: the mirror would be wrong from there on.
func (c *Conn) SubscribeEntities(ctx context.Context, onEvent func(StateEvent)) error {
	handle := func(raw json.RawMessage) {
		var event StateEvent
		if err := json.Unmarshal(raw, &event); err != nil {
			c.end(fmt.Errorf("decode states: %w", err))

			return
		}
		onEvent(event)
	}
	if _, err := c.Subscribe(ctx, map[string]string{"type": "subscribe_entities"}, handle); err != nil {
		return fmt.Errorf("subscribe to states: %w", err)
	}

	return nil
}

// NewState makes the state of an added entity.
func (d StateDiff) NewState() *hamanagerapi.State {
	return StateChange{Plus: d}.Apply(&hamanagerapi.State{Value: hamanagerapi.StateUnknown})
}

// Apply returns the state that the change makes of before, which stays as it is. Attributes
// are merged key by key and otherwise left as Home Assistant wrote them.
func (c StateChange) Apply(before *hamanagerapi.State) *hamanagerapi.State {
	after := *before
	if c.Plus.State != nil {
		after.Value = intern(*c.Plus.State)
	}
	if c.Plus.Context != "" {
		after.ContextID = string(c.Plus.Context)
	}
	if c.Plus.Changed != 0 { // lu is left out where it is the same
		after.ChangedAt = unixTime(c.Plus.Changed)
		after.UpdatedAt = after.ChangedAt
	}
	if c.Plus.Updated != 0 {
		after.UpdatedAt = unixTime(c.Plus.Updated)
	}
	if len(c.Plus.Attributes) > 0 || len(c.Minus.Attributes) > 0 {
		after.Attributes = mergeObjects(before.Attributes, c.Plus.Attributes, c.Minus.Attributes)
	}

	return &after
}

// internable is the longest state that is likely to be a word shared by many entities.
const internable = 16

// intern keeps one copy of the states that all homes share: on, off, unavailable, heat ...
func intern(s string) string {
	if len(s) > internable {
		return s
	}

	return unique.Make(s).Value()
}

// unixTime reads Home Assistant's seconds; what no clock shows becomes the zero time.
func unixTime(seconds float64) time.Time {
	const latest = 1 << 40
	if !(math.Abs(seconds) < latest) {
		return time.Time{}
	}

	return time.UnixMicro(int64(math.Round(seconds * 1e6))).UTC()
}
