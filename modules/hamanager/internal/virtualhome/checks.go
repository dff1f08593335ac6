package virtualhome

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// anything takes every value.
func anything(v any) (any, error) { return v, nil }

// text takes a string and nothing else.
func text(v any) (any, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}

	return nil, invalidf("expected str")
}

// looseText takes what can be written as a string, as Home Assistant's cv.string does.
func looseText(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return repr(v), nil
	case nil:
		return nil, invalidf("string value is None")
	default:
		return nil, invalidf("value should be a string")
	}
}

func nonEmptyText(v any) (any, error) {
	s, err := looseText(v)
	if err == nil && s == "" {
		return nil, invalidf("length of value must be at least 1")
	}

	return s, err
}

// strictBool takes true and false only.
func strictBool(v any) (any, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}

	return nil, invalidf("expected bool")
}

// boolean takes the words for true and false, too.
func boolean(v any) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "1", "true", "yes", "on", "enable":
			return true, nil
		case "0", "false", "no", "off", "disable":
			return false, nil
		}
	default:
		if f, ok := toFloat(v); ok {
			return f != 0, nil
		}
	}

	return nil, invalidf("invalid boolean value %v", v)
}

// number takes a number within bounds, also one written as text.
func number(low, high float64) check {
	return func(v any) (any, error) {
		f, err := asFloat(v)
		if err != nil {
			return nil, err
		}

		return f, within(f, low, high)
	}
}

// integer takes a whole number within bounds, also one written as text.
func integer(low, high int) check {
	return func(v any) (any, error) {
		n, err := asInt(v)
		if err != nil {
			return nil, err
		}

		return n, within(float64(n), float64(low), float64(high))
	}
}

// strictInteger takes a whole number that is written as one.
func strictInteger(v any) (any, error) {
	if n, ok := v.(json.Number); ok {
		if i, err := strconv.Atoi(n.String()); err == nil {
			return i, nil
		}
	}

	return nil, invalidf("expected int")
}

// clamped takes a whole number and moves it into bounds.
func clamped(low, high int) check {
	return func(v any) (any, error) {
		n, err := asInt(v)
		if err != nil {
			return nil, err
		}

		return min(max(n, low), high), nil
	}
}

// transition takes seconds and moves them into the bounds that lamps know.
func transition(v any) (any, error) {
	f, err := asFloat(v)
	if err != nil {
		return nil, err
	}

	return min(max(f, 0), 6553), nil
}

func asFloat(v any) (float64, error) {
	if f, ok := toFloat(v); ok {
		return f, nil
	}
	if s, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && f == f && f-f == 0 {
			return f, nil
		}
	}

	return 0, invalidf("expected float")
}

func asInt(v any) (int, error) {
	if f, ok := toFloat(v); ok && f > -1e15 && f < 1e15 {
		return int(f), nil
	}
	if s, ok := v.(string); ok {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
			return n, nil
		}
	}

	return 0, invalidf("expected int")
}

func within(f, low, high float64) error {
	switch {
	case f < low:
		return invalidf("value must be at least %s", plain(low))
	case f > high:
		return invalidf("value must be at most %s", plain(high))
	default:
		return nil
	}
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// oneOf takes one of some words.
func oneOf(words ...string) check {
	return func(v any) (any, error) {
		if s, ok := v.(string); ok && slices.Contains(words, s) {
			return s, nil
		}
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + w + "'"
		}

		return nil, invalidf("value must be one of [%s]", strings.Join(quoted, ", "))
	}
}

// optional takes null, too.
func optional(c check) check {
	return func(v any) (any, error) {
		if v == nil {
			return nil, nil
		}

		return c(v)
	}
}

// listOf takes a list.
func listOf(c check) check {
	return func(v any) (any, error) {
		items, ok := v.([]any)
		if !ok {
			return nil, invalidf("expected a list")
		}
		out := make([]any, len(items))
		for i, item := range items {
			checked, err := c(item)
			if err != nil {
				return nil, &invalidError{err.Error(), "[" + strconv.Itoa(i) + "]", item, true}
			}
			out[i] = checked
		}

		return out, nil
	}
}

// textsOf takes a list of strings, or one string for a list of one.
func textsOf(c check) check {
	return func(v any) (any, error) {
		items, ok := v.([]any)
		if !ok {
			items = []any{v}
		}
		out := make([]string, 0, len(items))
		for _, item := range items {
			checked, err := c(item)
			if err != nil {
				return nil, err
			}
			s, ok := checked.(string)
			if !ok {
				return nil, invalidf("value should be a string")
			}
			out = append(out, s)
		}

		return out, nil
	}
}

// names takes a list of names.
func names(v any) (any, error) {
	if _, ok := v.([]any); !ok {
		return nil, invalidf("expected list")
	}

	return textsOf(text)(v)
}

// texts takes a list of strings.
func texts(v any) (any, error) {
	if _, ok := v.([]any); !ok {
		return nil, invalidf("expected a list")
	}

	return textsOf(text)(v)
}

// numbersOf takes a list of n numbers between 0 and a bound.
func numbersOf(n int, high float64) check {
	return func(v any) (any, error) {
		items, ok := v.([]any)
		if !ok || len(items) != n {
			return nil, invalidf("None")
		}
		out := make([]float64, n)
		for i, item := range items {
			f, err := asFloat(item)
			if err != nil {
				return nil, err
			}
			if err := within(f, 0, high); err != nil {
				return nil, err
			}
			out[i] = f
		}

		return out, nil
	}
}

// object takes a mapping.
func object(v any) (any, error) {
	if m, ok := v.(map[string]any); ok {
		return m, nil
	}

	return nil, invalidf("expected dict")
}

// nested takes a mapping of its own shape.
func nested(s schema) check {
	return func(v any) (any, error) {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, invalidf("expected a dictionary")
		}

		return s.validate(m)
	}
}

// repr writes a value the way Python's repr does, for messages.
func repr(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case string:
		return "'" + v + "'"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = repr(v[i])
		}

		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}
