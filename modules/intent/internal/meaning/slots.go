package meaning

import (
	"encoding/json"
	"strconv"
	"strings"
)

// AllNames is the name that means every one, as Home Assistant has it.
const AllNames = "all"

// Text returns a slot's text; of a list, the first one. Missing slots are empty.
func (s Slots) Text(slot string) string {
	switch v := s[slot].(type) {
	case string:
		return strings.TrimSpace(v)
	case []string:
		if len(v) > 0 {
			return strings.TrimSpace(v[0])
		}
	case []any:
		if len(v) > 0 {
			text, _ := v[0].(string)

			return strings.TrimSpace(text)
		}
	}

	return ""
}

// List returns a slot that may be one text or several.
func (s Slots) List(slot string) []string {
	switch v := s[slot].(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			if text, ok := item.(string); ok {
				list = append(list, text)
			}
		}

		return list
	default:
		return nil
	}
}

// Number returns a slot's number, also where it came as text.
func (s Slots) Number(slot string) (float64, bool) {
	switch v := s[slot].(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()

		return f, err == nil
	case string:
		f, err := strconv.ParseFloat(v, 64)

		return f, err == nil
	default:
		return 0, false
	}
}

// Name returns the name that narrows the targets; "all" narrows nothing.
func (s Slots) Name() string {
	if name := s.Text("name"); name != AllNames {
		return name
	}

	return ""
}
