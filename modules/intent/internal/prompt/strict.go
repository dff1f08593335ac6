package prompt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxAnswerBytes bounds what is looked at.
const maxAnswerBytes = 16 << 10

// object is a JSON object whose keys are all different, each of them once.
type object map[string]json.RawMessage

// readObject reads an object with the keys that are allowed, and all that are required.
func readObject(raw []byte, allowed, required []string) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	o := object{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read key: %w", err)
		}
		key, _ := token.(string) // of an object they are
		if _, isThere := o[key]; isThere || !slices.Contains(allowed, key) {
			return nil, fmt.Errorf("key %.40q is unknown, or there twice", key)
		}
		var content json.RawMessage
		if err := decoder.Decode(&content); err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
		o[key] = content
	}
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	for _, key := range required {
		if _, isThere := o[key]; !isThere {
			return nil, fmt.Errorf("%s is missing", key)
		}
	}

	return o, nil
}

// text reads a string that has something to say, of at most so many characters.
func (o object) text(key string, longest int) (string, error) {
	var text string
	if err := strictly(o[key], '"', &text); err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	if n := utf8.RuneCountInString(text); n == 0 || n > longest || !utf8.ValidString(text) {
		return "", fmt.Errorf("%s has %d characters, 1 to %d are allowed", key, n, longest)
	}

	return text, nil
}

// oneOf reads a string that is one of a list.
func (o object) oneOf(key string, list []string) (string, error) {
	var text string
	if err := strictly(o[key], '"', &text); err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	if !slices.Contains(list, text) {
		return "", fmt.Errorf("%s is %.40q, which it cannot be", key, text)
	}

	return text, nil
}

// someOf reads a list of at least so many different strings of a list.
func (o object) someOf(key string, list []string, least, most int) ([]string, error) {
	var texts []json.RawMessage
	if err := strictly(o[key], '[', &texts); err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	var kept []string
	for _, raw := range texts {
		text, err := object{key: raw}.oneOf(key, list)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(kept, text) { // said twice is said
			kept = append(kept, text)
		}
	}
	if len(kept) < least || len(texts) > most {
		return nil, fmt.Errorf("%s has %d, %d to %d are allowed", key, len(texts), least, most)
	}

	return kept, nil
}

// number reads a number within the value's bounds.
func (o object) number(v value) (any, error) {
	n, err := strconv.ParseFloat(string(o[v.slot]), 64)
	if err != nil || math.IsNaN(n) || n < v.low || n > v.high || v.isWhole && n != math.Trunc(n) {
		return nil, fmt.Errorf("%s is %.20q, %g to %g is allowed", v.slot, o[v.slot], v.low, v.high)
	}
	if n == math.Trunc(n) {
		return int(n), nil
	}

	return n, nil
}

// strictly decodes a value that begins as its kind does: null is none.
func strictly(raw json.RawMessage, first byte, into any) error {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || raw[0] != first {
		return errors.New("has another type")
	}

	return json.Unmarshal(raw, into)
}
