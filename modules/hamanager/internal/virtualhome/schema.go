package virtualhome

import (
	"fmt"
	"slices"
	"strings"
)

// A schema says which keys a message may and must hold, as Home Assistant's do.
type schema struct {
	fields []field
	// atLeastOne names keys of which one must be there.
	atLeastOne []string
	// open schemas take unknown keys as they are.
	open bool
}

// field is one key of a schema.
type field struct {
	key      string
	check    check
	required bool
	// group: of the fields of one group at most one may be given.
	group string
}

// check returns the value in the form in which it is used, or what is wrong with it.
type check func(v any) (any, error)

func fieldsOf(f ...field) schema { return schema{fields: f} }

func must(key string, c check) field { return field{key: key, check: c, required: true} }
func may(key string, c check) field  { return field{key: key, check: c} }

// invalidError is a message or service call of the wrong shape: invalid_format.
type invalidError struct {
	problem string
	path    string // data['x'], or empty
	value   any
	hasPath bool
}

func (e *invalidError) Error() string {
	if !e.hasPath {
		return e.problem
	}

	return e.problem + " @ data" + e.path
}

// detail is Error with the offending value, as the WebSocket API words it.
func (e *invalidError) detail() string {
	if !e.hasPath {
		return e.problem
	}

	return e.Error() + ". Got " + repr(e.value)
}

func invalidf(format string, args ...any) error {
	return &invalidError{problem: fmt.Sprintf(format, args...)}
}

func at(key string) string { return "['" + key + "']" }

// validate returns a new map with checked values.
func (s schema) validate(data map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(data))
	for key, value := range data {
		i := slices.IndexFunc(s.fields, func(f field) bool { return f.key == key })
		if i < 0 {
			if s.open {
				out[key] = value

				continue
			}

			return nil, &invalidError{"extra keys not allowed", at(key), value, true}
		}
		checked, err := s.fields[i].check(value)
		if err != nil {
			return nil, underKey(err, key, value)
		}
		out[key] = checked
	}

	return out, s.complete(out)
}

// underKey gives an error of a value the key it stands under.
func underKey(err error, key string, value any) error {
	inner, ok := err.(*invalidError) //nolint:errorlint // made by a check, never wrapped
	if ok && inner.hasPath {
		return &invalidError{inner.problem, at(key) + inner.path, inner.value, true}
	}

	return &invalidError{err.Error() + " for dictionary value", at(key), value, true}
}

// complete checks what concerns several keys.
func (s schema) complete(data map[string]any) error {
	groups := ""
	for _, f := range s.fields {
		_, given := data[f.key]
		switch {
		case f.required && !given:
			return &invalidError{"required key not provided", at(f.key), nil, true}
		case given && f.group != "" && strings.Contains(groups, "|"+f.group):
			return invalidf("two or more values in the same group of exclusion '%s' @ data[<%s>]", f.group, f.group)
		case given && f.group != "":
			groups += "|" + f.group
		}
	}
	if len(s.atLeastOne) == 0 || slices.ContainsFunc(s.atLeastOne, func(k string) bool { return data[k] != nil }) {
		return nil
	}

	return invalidf("must contain at least one of %s.", strings.Join(s.atLeastOne, ", "))
}
