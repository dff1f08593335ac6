package hass

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Members walks the members of a JSON object without decoding their values: the key as it is
// written, quotes included, and the value's text. raw must be valid JSON; anything but an
// object has no members.
func Members(raw json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := skipSpace(raw, 0)
		if i >= len(raw) || raw[i] != '{' {
			return
		}
		for i = skipSpace(raw, i+1); i < len(raw) && raw[i] != '}'; {
			keyEnd := skipValue(raw, i)
			key := string(raw[i:keyEnd])

			start := skipSpace(raw, skipSpace(raw, keyEnd)+1) // over the colon
			end := skipValue(raw, start)
			if start >= end || !yield(key, raw[start:end]) {
				return
			}

			if i = skipSpace(raw, end); i < len(raw) && raw[i] == ',' {
				i = skipSpace(raw, i+1)
			}
		}
	}
}

// mergeObjects returns base with plus's members put over it and minus's keys taken out. The
// result is of its own memory, of the right size.
func mergeObjects(base, plus json.RawMessage, minus []string) json.RawMessage {
	added := maps.Collect(Members(plus))

	merged := make([]byte, 1, len(base)+len(plus)+2)
	merged[0] = '{'
	put := func(key string, value json.RawMessage) {
		if len(merged) > 1 {
			merged = append(merged, ',')
		}
		merged = append(merged, key...)
		merged = append(merged, ':')
		merged = append(merged, value...)
	}

	for key, value := range Members(base) {
		if slices.Contains(minus, plainKey(key)) {
			continue
		}
		if newer, isChanged := added[key]; isChanged {
			value = newer
			delete(added, key)
		}
		put(key, value)
	}
	for key := range Members(plus) { // in the order Home Assistant gave them
		if value, isNew := added[key]; isNew {
			put(key, value)
			delete(added, key)
		}
	}

	return slices.Clip(append(merged, '}'))
}

// plainKey takes the quotes and escapes off a key.
func plainKey(quoted string) string {
	if len(quoted) < 2 {
		return quoted
	}
	plain := quoted[1 : len(quoted)-1]
	if strings.ContainsRune(plain, '\\') {
		_ = json.Unmarshal([]byte(quoted), &plain) // valid, as all of it is
	}

	return plain
}

func skipSpace(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\n' || raw[i] == '\r') {
		i++
	}

	return i
}

// skipValue returns the index behind the value that begins at i.
func skipValue(raw []byte, i int) int {
	depth := 0
	for i < len(raw) {
		switch raw[i] {
		case '"':
			i = skipString(raw, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		default:
			i = skipLiteral(raw, i, depth)
		}
		if depth == 0 {
			return i
		}
	}

	return i
}

// skipLiteral goes over a number or a word, or, inside a composite, over one separator.
func skipLiteral(raw []byte, i, depth int) int {
	if depth > 0 {
		return i + 1
	}
	for i < len(raw) && !slices.Contains([]byte(",:}] \t\r\n"), raw[i]) {
		i++
	}

	return i
}

// skipString returns the index behind the string whose opening quote is at i.
func skipString(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}

	return len(raw)
}
