package config

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"homehub/platform/secret"
)

// What a value should have been. What it was stays out of messages: it may be a secret.
var (
	errText     = errors.New("must be a text (in quotes, where it looks like a number)")
	errBool     = errors.New("must be true or false")
	errWhole    = errors.New("must be a whole number in range")
	errNumber   = errors.New("must be a number")
	errList     = errors.New("must be a list")
	errPath     = errors.New("must be the path of a file")
	errDuration = errors.New("must be a duration with its unit, such as 1.5s, 15m or 720h")
)

// decode puts the given values into the struct, each by itself, so that each problem has a name.
func (l *loader) decode(target reflect.Value) {
	for _, key := range slices.Sorted(maps.Keys(l.given)) {
		value := l.given[key]
		name := key
		if value.isPath {
			name += fileSuffix
		}
		if err := value.decode(target.FieldByIndex(l.settings[key].index)); err != nil {
			l.problem(named(name, value.variable, err))
		}
	}
}

func (g given) decode(into reflect.Value) error {
	fresh := reflect.New(into.Type()).Elem() // the default stays whole when this goes wrong
	raw := g.raw
	if g.isPath {
		path, isText := raw.(string)
		if !isText {
			return errPath
		}
		content, err := secret.ReadFile(path)
		if err != nil {
			return err
		}
		raw = content
	}
	if err := decodeValue(raw, g.isText, fresh); err != nil {
		return err
	}
	into.Set(fresh)

	return nil
}

// decodeValue is strict: a number in YAML is no text, nor the other way round. Only what comes
// from the environment, where all is text, is read as what is needed.
func decodeValue(raw any, isText bool, into reflect.Value) error {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr()); ok {
		return decodeText(raw, u)
	}
	if into.Type() == reflect.TypeFor[time.Duration]() {
		return decodeDuration(raw, into)
	}
	switch into.Kind() {
	case reflect.String:
		text, ok := raw.(string)
		if !ok {
			return errText
		}
		into.SetString(text)

		return nil
	case reflect.Slice:
		return decodeList(raw, isText, into)
	case reflect.Bool:
		return decodeBool(raw, isText, into)
	default:
		return decodeNumber(raw, isText, into)
	}
}

func decodeText(raw any, into encoding.TextUnmarshaler) error {
	text, ok := raw.(string)
	if !ok {
		return errText
	}

	return into.UnmarshalText([]byte(text))
}

// decodeDuration insists on a unit: a bare 2 could mean anything.
func decodeDuration(raw any, into reflect.Value) error {
	text, _ := raw.(string)
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		return errDuration
	}
	into.SetInt(int64(d))

	return nil
}

// decodeList takes a list, or a text with commas.
func decodeList(raw any, isText bool, into reflect.Value) error {
	var items []any
	switch raw := raw.(type) {
	case []any:
		items = raw
	case string:
		for item := range strings.SplitSeq(raw, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	default:
		return errList
	}
	if len(items) == 0 {
		return nil // nil, whichever way it was written
	}
	list := reflect.MakeSlice(into.Type(), len(items), len(items))
	var errs []error
	for i, item := range items {
		if err := decodeValue(item, isText, list.Index(i)); err != nil {
			errs = append(errs, fmt.Errorf("item %d: %w", i+1, err))
		}
	}
	into.Set(list)

	return errors.Join(errs...)
}

// decodeBool takes a boolean, or its text from the environment.
func decodeBool(raw any, isText bool, into reflect.Value) error {
	b, isBool := raw.(bool)
	if text, ok := raw.(string); ok && isText {
		parsed, err := strconv.ParseBool(text)
		b, isBool = parsed, err == nil
	}
	if !isBool {
		return errBool
	}
	into.SetBool(b)

	return nil
}

// decodeNumber goes by way of text, which YAML's own numbers print exactly.
func decodeNumber(raw any, isText bool, into reflect.Value) error {
	text, isString := raw.(string)
	if !isString {
		text = fmt.Sprint(raw) // true, for one, is then no number either
	} else if !isText {
		text = ""
	}
	var err error
	problem := errWhole
	switch bits := into.Type().Bits(); {
	case into.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, bits)
		into.SetInt(n)
	case into.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 10, bits)
		into.SetUint(n)
	default:
		var x float64
		x, err = strconv.ParseFloat(text, bits)
		into.SetFloat(x)
		problem = errNumber
	}
	if err != nil {
		return problem
	}

	return nil
}
