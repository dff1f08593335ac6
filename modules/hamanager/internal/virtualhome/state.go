package virtualhome

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// attribute is one attribute of a state.
type attribute struct {
	Key   string
	Value any
}

// attributes are a state's attributes, in the order in which they are shown. They never
// change: with and without return new ones, so that states, and homes of the same
// description, can share them.
type attributes []attribute

func (a attributes) get(key string) any {
	for i := range a {
		if a[i].Key == key {
			return a[i].Value
		}
	}

	return nil
}

func (a attributes) has(key string) bool {
	return slices.ContainsFunc(a, func(x attribute) bool { return x.Key == key })
}

func (a attributes) with(key string, value any) attributes {
	i := slices.IndexFunc(a, func(x attribute) bool { return x.Key == key })
	if i >= 0 && sameValue(a[i].Value, value) {
		return a
	}
	out := make(attributes, len(a), len(a)+1)
	copy(out, a)
	if i >= 0 {
		out[i].Value = value

		return out
	}

	return append(out, attribute{key, value})
}

func (a attributes) without(keys ...string) attributes {
	out := make(attributes, 0, len(a))
	for _, x := range a {
		if !slices.Contains(keys, x.Key) {
			out = append(out, x)
		}
	}

	return out
}

func (a attributes) text(key string) string {
	s, _ := a.get(key).(string)

	return s
}

func (a attributes) integer(key string) int {
	n, _ := toFloat(a.get(key))

	return int(n)
}

func (a attributes) number(key string) (float64, bool) { return toFloat(a.get(key)) }

func (a attributes) texts(key string) []string {
	switch v := a.get(key).(type) {
	case []string:
		return v
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}

		return out
	default:
		return nil
	}
}

func (a attributes) numberOr(key string, otherwise float64) float64 {
	if f, ok := a.number(key); ok {
		return f
	}

	return otherwise
}

// showIf shows an attribute's value, or null.
func showIf(a attributes, condition bool, key string, value any) attributes {
	if !condition {
		value = nil
	}

	return a.with(key, value)
}

// hideKeys makes attributes null that are there.
func hideKeys(a attributes, keys []string) attributes {
	for _, key := range keys {
		if a.has(key) {
			a = a.with(key, nil)
		}
	}

	return a
}

// keep returns the attributes of some keys.
func keep(a attributes, keys []string) attributes {
	var out attributes
	for _, x := range a {
		if slices.Contains(keys, x.Key) && x.Value != nil {
			out = append(out, x)
		}
	}

	return out
}

// features is the bitmask of what the entity can do.
func (a attributes) features() int { return a.integer("supported_features") }

func (a attributes) equal(b attributes) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Key != b[i].Key || !sameValue(a[i].Value, b[i].Value) {
			return a.equalUnordered(b)
		}
	}

	return true
}

func (a attributes) equalUnordered(b attributes) bool {
	for i := range a {
		if !b.has(a[i].Key) || !sameValue(a[i].Value, b.get(a[i].Key)) {
			return false
		}
	}

	return true
}

// sameValue spares reflection for the usual cases.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)

		return ok && x == y
	case bool:
		y, ok := b.(bool)

		return ok && x == y
	case int, float64:
		m, _ := toFloat(a)
		n, ok := toFloat(b)

		return ok && m == n
	default:
		return reflect.DeepEqual(a, b)
	}
}

func toFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()

		return f, err == nil
	default:
		return 0, false
	}
}

// eventContext tells who caused an event.
type eventContext struct {
	ID       string `json:"id"`
	ParentID string `json:"parent_id"` // "" is null
	UserID   string `json:"user_id"`   // "" is null
}

// state is what Home Assistant's state machine holds for one entity; immutable.
type state struct {
	Value   string
	Attrs   attributes
	Changed time.Time // when Value last changed
	Updated time.Time // when Value or Attrs last changed
	Context eventContext
}

// maxState is the longest state that Home Assistant takes.
const maxState = 255

const stateUnknown, stateUnavailable = "unknown", "unavailable"
